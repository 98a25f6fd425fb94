"""Central's own writing: the form of a signed-in person becomes operations of theirs in the log, all of them or none.

The same form sent twice writes once, because its operation id was minted when it opened. Whoever calls has asked whether the person may;
the log asks again.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from fieldwork.actions.central import Central
from fieldwork.domain.draft import Draft
from fieldwork.domain.minting import is_minted, operation_id
from fieldwork.domain.problems import FormNotOurs, Unfinished
from fieldwork.domain.rights import Lane


def new_operation_id(central: Central) -> str:
    """An id for the operation that a form will write, minted when the form opens."""
    return operation_id(central.clock(), int.from_bytes(os.urandom(10), "big"))


def minted(given: str) -> str:
    """The operation id that a form carried. Raises FormNotOurs when it is none of ours."""
    if not is_minted(given):
        raise FormNotOurs
    return given


def draft(
    operation: str,
    scope: str,
    record_type: str,
    record_id: str,
    kind: str,
    fields: Mapping[str, object],
    *,
    base: Sequence[str] = (),
    lane: Lane = "evidence",
) -> Draft:
    """A draft with fresh salt."""
    return Draft(operation, scope, lane, record_type, record_id, kind, fields, os.urandom(16), tuple(sorted(base)))


async def write(central: Central, drafts: Sequence[Draft], person_id: str, *, rests_on: Collection[str] = ()) -> bool:
    """Write the drafts in one transaction. True when something was written, False when all of it was there already.

    Raises Unfinished when the log would not store one of them; WordsRemoved when an operation in `rests_on`, whose words they repeat,
    was redacted meanwhile.
    """
    outcome = await central.log.write(drafts, person_id, rests_on)
    if any(entered.standing != "stored" for entered in outcome.entered):
        raise Unfinished
    return bool(outcome.entered)

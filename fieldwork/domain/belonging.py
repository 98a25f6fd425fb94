"""Which activity and which consents are a record of evidence's own: what is read with its words, looked through and exported with them.

A record says which activity its words come from. That holds where what it names is an activity, and one of the same scope: who may write
in one visit must not reach into another. Consents belong to an activity; where it has not come, or is none, nobody can be shown them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Held = TypeVar("Held")
Scope = TypeVar("Scope", str, int)


def activity_and_consents(
    found: Mapping[tuple[str, str | None, Scope], Held], activity_id: str | None, scope: Scope
) -> tuple[Held | None, Held | None]:
    """What was found of the activity that a record of this scope names, and of that activity's consents; None for what there is not.

    `found` is by type of record, activity and scope: an activity under its own id, consents under the id of the one they belong to.
    """
    activity = found.get(("activity", activity_id, scope))
    return (None, None) if activity is None else (activity, found.get(("consent", activity_id, scope)))

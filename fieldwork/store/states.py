"""What a record adds up to, as the database gives it to every screen (steps 8 and 9 of the life of one note).

A record that was written once is what its operation says, so its words lie there and nowhere else. Only what several operations add up
to is kept in the table `record`: as JSON that gives back what was folded, whatever a person typed. Either way it is a projection: it adds
nothing and hides nothing. Read it through the view `record_with_words`, whose columns `STATE` names.
"""

from __future__ import annotations

import json

import orjson

from sync.central.body import read_body
from sync.central.fold import RecordState
from sync.central.plain_body import plain_fields

STATE = "state, operation, body"
"""Of `record_with_words`: what is kept of a record that several operations made, and the one that made any other."""


def write_state(state: RecordState) -> str | None:
    """The state as JSON; None for a record that one operation made, which says it all.

    A NUL or half of a surrogate pair, which a database cannot hold, is an escape in the JSON.
    """
    if state.operations == 1 and not (state.withdrawn or state.missing or state.tangled):
        return None
    kept = {
        "heads": state.heads,
        "fields": state.fields,
        "withdrawn": state.withdrawn,
        "operations": state.operations,
        "missing": state.missing,
        "tangled": state.tangled,
    }
    try:
        return orjson.dumps(kept).decode()
    except TypeError:
        # orjson knows no lone surrogates; Python's own encoder writes them, and everything else, in ASCII.
        return json.dumps(kept, separators=(",", ":"))


def read_state(
    record: str, record_type: str, kept: str | None, operation: str | None, body: bytes | None
) -> RecordState:
    """The state that `write_state` was given, from the columns `STATE`. A body that was removed says nothing any more."""
    if kept is None:
        assert operation is not None, f"the operation that made {record} is not there"
        return _made_by(record, record_type, operation, body)
    try:
        read = orjson.loads(kept)
    except orjson.JSONDecodeError:
        read = json.loads(kept)
    fields = {name: [(operation, value) for operation, value in values] for name, values in read["fields"].items()}
    return RecordState(
        record_type,
        record,
        tuple(read["heads"]),
        fields,
        read["withdrawn"],
        read["operations"],
        tuple(read["missing"]),
        read["tangled"],
    )


def _made_by(record: str, record_type: str, operation: str, body: bytes | None) -> RecordState:
    """What `fold` makes of one operation alone."""
    said: dict[str, object] = {}
    if body is not None:
        plain = plain_fields(bytes(body), "create")
        said = read_body(bytes(body)) if plain is None else plain
    fields = {name: [(operation, said[name])] for name in sorted(said)}
    return RecordState(record_type, record, (operation,), fields, False, 1)

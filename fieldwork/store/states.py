"""The state of a record as the table `record` keeps it: JSON that gives back what was folded, whatever a person typed.

A projection only: made from the log by `projecting.py`, read by every screen (steps 8 and 9 of the life of one note). It adds nothing
and hides nothing; what a database cannot hold is an escape in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import orjson

from sync.central.fold import RecordState, Values


def write_state(state: RecordState) -> str:
    """The state as JSON. A NUL or half of a surrogate pair, which a database cannot hold, is an escape in it."""
    return _as_json(state.heads, state.fields, state.withdrawn, state.operations, state.missing, state.tangled)


def _as_json(
    heads: Sequence[str],
    fields: Mapping[str, Values],
    withdrawn: bool,
    operations: int,
    missing: Sequence[str],
    tangled: bool,
) -> str:
    kept = {
        "heads": heads,
        "fields": fields,
        "withdrawn": withdrawn,
        "operations": operations,
        "missing": missing,
        "tangled": tangled,
    }
    try:
        return orjson.dumps(kept).decode()
    except TypeError:
        # orjson knows no lone surrogates; Python's own encoder writes them, and everything else, in ASCII.
        return json.dumps(kept, separators=(",", ":"))


def write_begun_state(operation: str, fields: Mapping[str, object]) -> str:
    """What `write_state` writes for a create alone, byte for byte."""
    values: dict[str, Values] = {name: [(operation, fields[name])] for name in sorted(fields)}
    return _as_json((operation,), values, False, 1, (), False)


def read_state(record: str, record_type: str, kept: str) -> RecordState:
    """The state that `write_state` wrote."""
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

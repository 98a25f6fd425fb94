"""Reading records: what the operations add up to, ready for pages and exports. Ids in, shapes out.

Permission is not asked here: whoever calls has asked it (`actions`), and hands out nothing that was not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fieldwork.store.log import Log
from fieldwork.store.statements import Row, listed
from fieldwork.store.states import STATE, read_state
from sync.central.body import shown
from sync.central.fold import RecordState

_COLUMNS = f"r.record, r.record_type, {STATE}, r.withdrawn, s.scope, r.position, r.parent"
_FROM = "FROM record_with_words r JOIN scope s ON s.id = r.scope_id"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the evidence lane as it stands. `state` has every value of a conflict; `get` gives the first, shown."""

    record_id: str
    record_type: str
    scope: str
    position: int
    withdrawn: bool
    parent_id: str | None
    state: RecordState

    def get(self, name: str, default: Any = None) -> Any:
        """The field's value as shown (U+FFFD for what cannot be), or the default where it is not stated."""
        values = self.state.fields.get(name)
        return default if not values or values[0][1] is None else shown(values[0][1])

    def written_by(self, name: str) -> str | None:
        """The operation that set the field as it stands: the immutable revision that positions refer to."""
        values = self.state.fields.get(name)
        return values[0][0] if values else None


async def record_of(log: Log, record_id: str) -> Record | None:
    """One record, withdrawn or not; None when there is none of this id in the evidence lane."""
    found = await log.ask(f"SELECT {_COLUMNS} {_FROM} WHERE r.record = ?", record_id)
    return _record(found[0]) if found else None


async def records_named(log: Log, record_ids: Iterable[str]) -> list[Record]:
    """Those of these records that there are, of whatever type and scope, withdrawn or not, each in its order among its siblings."""
    found = await log.ask(f"SELECT {_COLUMNS} {_FROM} WHERE r.record IN {{list}}", listed(set(record_ids)))
    return in_place(map(_record, found))


async def records_in(log: Log, scope: str, record_type: str) -> list[Record]:
    """Every record of this type in a scope that has not been withdrawn, in its order among its siblings."""
    found = await log.ask(
        f"SELECT {_COLUMNS} {_FROM} WHERE s.scope = ? AND s.lane = 'evidence' AND r.record_type = ? AND r.withdrawn = 0",
        scope,
        record_type,
    )
    return in_place(map(_record, found))


async def records_under(log: Log, parent_ids: Iterable[str], record_type: str) -> list[Record]:
    """Every record of this type that belongs to one of these records, in its order among its siblings.

    What names a record of another scope as its own is not: who may write in one visit must not reach into another.
    """
    found = await log.ask(
        f"SELECT {_COLUMNS} {_FROM} WHERE r.parent IN {{list}} AND r.record_type = ? AND r.withdrawn = 0"
        " AND EXISTS (SELECT 1 FROM record p WHERE p.record = r.parent AND p.scope_id = r.scope_id)",
        listed(set(parent_ids)),
        record_type,
    )
    return in_place(map(_record, found))


async def records_in_conflict(log: Log, scope: str) -> list[Record]:
    """The records of a scope's evidence lane on which values stand beside each other, none withdrawn, in the order of the log."""
    found = await log.ask(
        f"SELECT {_COLUMNS} {_FROM} WHERE s.scope = ? AND s.lane = 'evidence' AND r.withdrawn = 0 AND r.state IS NOT NULL",
        scope,
    )
    # One operation contradicts nobody, so only what several made is read at all.
    return sorted((one for one in map(_record, found) if one.state.conflicts), key=lambda one: one.position)


def in_place(records: Iterable[Record]) -> list[Record]:
    """Sorted by `place` where records have one, then by when they entered the log."""
    return sorted(records, key=lambda record: (str(record.get("place", "")), record.position, record.record_id))


async def history_of(log: Log, record_id: str) -> Sequence[Row]:
    """The operations of a record that are stored, oldest first: header, body (None when redacted), received_at."""
    return await log.ask(
        "SELECT header, body, received_at FROM operation_evidence WHERE record = ? AND standing = 'stored' ORDER BY position",
        record_id,
    )


def _record(row: Row) -> Record:
    return Record(row[0], row[1], row[6], row[7], bool(row[5]), row[8], read_state(*row[:5]))

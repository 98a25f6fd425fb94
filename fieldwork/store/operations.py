"""Operations themselves, for history in sentences, for removing words, and for what central could not take in.

The log is the truth; this module reads it and changes nothing. Only the evidence lane is read here: the other lanes are opened in
`actions` by somebody with the right and a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fieldwork.domain.rights import Lane
from fieldwork.store.log import Log
from fieldwork.store.statements import listed
from sync.central.body import BodyProblem, read_body
from sync.central.header import Header, Unreadable, read_header


@dataclass(frozen=True, slots=True)
class LoggedOperation:
    """One operation as central has it. `fields` is None where its body is gone or cannot be read."""

    header: Header
    fields: Mapping[str, object] | None
    received_at: str
    standing: str
    code: str | None
    redacted: bool
    position: int | None
    carrier: str | None = None
    """The device that brought it, `sealed copy`, or None for what was written at the office or came in a pack."""


_COLUMNS = "o.header, o.body, o.received_at, o.standing, o.code, o.redacted_by, o.position, o.carrier"


async def operations_on(log: Log, record_ids: Iterable[str]) -> list[LoggedOperation]:
    """Every operation on these records, stored or not, in the order of the log."""
    found = await log.ask(
        f"SELECT {_COLUMNS} FROM operation_evidence o WHERE o.record IN {{list}} ORDER BY o.id", listed(set(record_ids))
    )
    return [_operation(row) for row in found]


async def not_taken_in(log: Log, scope: str) -> list[LoggedOperation]:
    """What stands quarantined or held in a scope's evidence lane, oldest first."""
    found = await log.ask(
        f"SELECT {_COLUMNS} FROM operation_evidence o JOIN scope s ON s.id = o.scope_id"
        " WHERE s.scope = ? AND s.lane = 'evidence' AND o.standing <> 'stored' ORDER BY o.id",
        scope,
    )
    return [_operation(row) for row in found]


async def waiting_for_a_gap(log: Log, scope: str) -> list[tuple[Header, str]]:
    """What waits for an earlier number of its stream: header and when it came. Its words have not been judged yet."""
    found = await log.ask(
        "SELECT header, received_at FROM holding WHERE stream LIKE ? ORDER BY received_at", f"%/{scope}/evidence"
    )
    return [(read_header(bytes(row[0])), row[1]) for row in found]


async def set_aside(log: Log, scope: str) -> list[tuple[Header, str, str]]:
    """What stands beside the log because its id or number was taken: header, code, and when it came."""
    found = await log.ask("SELECT header, code, received_at FROM aside WHERE lane = 'evidence' ORDER BY received_at")
    read = [(_header_or_none(bytes(row[0])), row[1], row[2]) for row in found]
    return [(header, code, at) for header, code, at in read if header is not None and header.scope == scope]


async def last_position(log: Log, scope: str) -> int:
    """The position of the newest operation in a scope's evidence lane; 0 when there is none."""
    found = await log.ask("SELECT last_position FROM scope WHERE scope = ? AND lane = 'evidence'", scope)
    return int(found[0][0]) if found else 0


async def records_touched(log: Log, scope: str, after: int) -> list[tuple[str, str, str | None, str]]:
    """What operations after a position touched: record id, its type, its parent and the kind, in their order."""
    found = await log.ask(
        "SELECT o.record, o.record_type, r.parent, o.kind FROM operation_evidence o JOIN scope s ON s.id = o.scope_id"
        " LEFT JOIN record r ON r.record = o.record"
        " WHERE s.scope = ? AND s.lane = 'evidence' AND o.position > ? ORDER BY o.position LIMIT 1000",
        scope,
        after,
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]


async def sealed_bodies(log: Log, lane: Lane, scope: str) -> list[tuple[Header, str, bytes, str]]:
    """The rows of a lane that rests sealed: header, its hash, the resting bytes, and when they came."""
    found = await log.ask(
        f"SELECT o.header, o.header_hash, o.body, o.received_at FROM operation_{lane} o JOIN scope s ON s.id = o.scope_id"
        " WHERE s.scope = ? AND o.body IS NOT NULL AND o.standing = 'stored' ORDER BY o.position",
        scope,
    )
    return [(read_header(bytes(row[0])), row[1], bytes(row[2]), row[3]) for row in found]


async def how_many(log: Log, lane: Lane, scopes: Iterable[str]) -> int:
    """How many records these scopes have in a lane, without opening any."""
    found = await log.ask(
        f"SELECT COUNT(DISTINCT o.record) FROM operation_{lane} o JOIN scope s ON s.id = o.scope_id"
        " WHERE s.scope IN {list} AND o.standing = 'stored'",
        listed(set(scopes)),
    )
    return int(found[0][0])


def _operation(row: object) -> LoggedOperation:
    header_raw, body, received_at, standing, code, redacted_by, position, carrier = row  # type: ignore[misc]
    header = read_header(bytes(header_raw))  # type: ignore[has-type]
    fields: Mapping[str, object] | None = None
    if body is not None:  # type: ignore[has-type]
        try:
            fields = read_body(bytes(body), header.kind)  # type: ignore[has-type]
        except BodyProblem:
            fields = None
    return LoggedOperation(header, fields, received_at, standing, code, redacted_by is not None, position, carrier)  # type: ignore[has-type]


def _header_or_none(raw: bytes) -> Header | None:
    try:
        return read_header(raw)
    except Unreadable:
        return None

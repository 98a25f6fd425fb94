"""Writes what was judged: rows of the log, what lies beside it, and the marks of streams and scopes.

One outcome or several in one go, inside the transaction in which they were judged, with what they add up to (`projecting.py`). Words
that were redacted leave every table here in which they could lie.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from fieldwork.domain.rights import LANES
from fieldwork.store.facts import LogRow, stream_name
from fieldwork.store.keyring import Keyring
from fieldwork.store.projecting import project, projected
from fieldwork.store.statements import Ask, Tell, Work, listed
from sync.central.accept import Entered, Outcome
from sync.central.facts import Redaction
from sync.central.header import Header, read_header
from sync.central.line import CarryKey, PushLine

_INSERT = (
    "INSERT INTO operation_{lane} (operation, stream_id, sequence, scope_id, position, record_type, record, kind, header,"
    " header_hash, body, body_hash, standing, code, received_at, carrier, redacted_by, reason, sealed, carry_key)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


_ASIDE = (
    "INSERT INTO aside (header_hash, body_hash, code, operation, lane, header, sealed, carry_key, carrier, received_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


def _is_reached(header: Header, redactions: Iterable[Redaction], operation: str) -> bool:
    return header.kind != "redact" and any(
        redaction.operation == operation and redaction.reaches(header.stream) for redaction in redactions
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging one part of a push led to, and who brought it."""

    outcome: Outcome
    carrier: str | None
    carry_keys: Mapping[str, CarryKey]


def write(judged: Sequence[Judged], rows: LogRow, keyring: Keyring, received_at: str) -> Work[None]:
    """Write what was judged: the log, what lies beside it, and what it adds up to."""
    whole = Outcome()
    for each in judged:
        whole.add(each.outcome)
    # Asked before anything is ordered, so that a push can be worked out before its turn (`foresight.py`).
    projection = yield from projected(whole, rows.scopes)
    yield from _Writing(judged, whole, rows, keyring, received_at).all()
    yield from project(projection)


@dataclass(frozen=True, slots=True)
class _Writing:
    """The statements that write one or several outcomes in the log and beside it."""

    judged: Sequence[Judged]
    outcome: Outcome
    rows: LogRow
    keyring: Keyring
    received_at: str

    def all(self) -> Work[None]:
        by_lane: dict[str, list[tuple[Any, ...]]] = {}
        for each in self.judged:
            for entered in each.outcome.entered:
                by_lane.setdefault(entered.arrival.line.header.lane, []).append(self._log_row(entered, each))
        for lane, log_rows in by_lane.items():
            yield Tell(_INSERT.format(lane=lane), log_rows)
        yield from self._displaced()
        for each in self.judged:
            for entered in each.outcome.completed:
                lane, row = entered.arrival.line.header.lane, self._log_row(entered, each)
                yield Tell(f"DELETE FROM operation_{lane} WHERE stream_id = ? AND sequence = ?", [(row[1], row[2])])
                yield Tell(_INSERT.format(lane=lane), [row])
        yield from self._beside()
        yield from self._redactions()
        yield from self._freed()
        yield from self._marks()

    def _log_row(self, entered: Entered, judged: Judged) -> tuple[Any, ...]:
        line, header = entered.arrival.line, entered.arrival.header
        kept_sealed = entered.body is None and entered.redacted_by is None and bool(line.sealed)
        body = None
        if entered.body is not None:
            body = self.keyring.rest(header.lane, line.header_hash, entered.body)
        return (
            header.operation,
            self.rows.streams[entered.arrival.stream],
            header.sequence,
            self.rows.scopes[(header.scope, header.lane)],
            entered.position,
            header.record_type,
            header.record,
            header.kind,
            line.header_raw,
            line.header_hash,
            body,
            header.body_hash if body is not None else None,
            entered.standing,
            entered.code,
            self.received_at,
            judged.carrier,
            entered.redacted_by,
            header.reason,
            line.sealed if kept_sealed else None,
            self._carry_key(line, judged) if kept_sealed else None,
        )

    def _carry_key(self, line: PushLine, judged: Judged) -> str | None:
        carry_key = self.rows.carry_keys.get(line.header_hash) or judged.carry_keys.get(line.carry)
        return None if carry_key is None else msgspec.json.encode(carry_key).decode()

    def _displaced(self) -> Work[None]:
        for known in self.outcome.displaced:
            lane = known.stream.lane
            found = yield Ask(
                "SELECT header, sealed, carry_key, carrier, received_at FROM"
                f" operation_{lane} WHERE operation = ? AND header_hash = ?",
                (known.operation, known.header_hash),
            )
            rows = [
                (known.header_hash, read_header(bytes(row[0])).body_hash, "fork", known.operation, lane, *row)
                for row in found
            ]
            yield Tell(_ASIDE, rows)
            yield Tell(f"DELETE FROM operation_{lane} WHERE operation = ?", [(known.operation,)])

    def _beside(self) -> Work[None]:
        # By header hash: of two copies of one header the better, which came second, is kept.
        held = {
            held.line.header_hash: (
                held.line.header_hash,
                stream_name(held.stream),
                held.header.sequence,
                held.header.operation,
                *self._as_carried(held.line, each),
            )
            for each in self.judged
            for held in each.outcome.held
        }
        yield Tell(
            "INSERT INTO holding (header_hash, stream, sequence, operation, header, sealed, carry_key, carrier,"
            " received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (header_hash) DO UPDATE SET"
            " sealed = excluded.sealed, carry_key = excluded.carry_key, carrier = excluded.carrier",
            list(held.values()),
        )
        released = [(arrival.line.header_hash,) for arrival in self.outcome.released]
        yield Tell("DELETE FROM holding WHERE header_hash = ?", released)
        aside = [
            (
                arrival.line.header_hash,
                arrival.header.body_hash,
                code,
                arrival.header.operation,
                arrival.header.lane,
                *self._as_carried(arrival.line, each),
            )
            for each in self.judged
            for arrival, code in each.outcome.aside
        ]
        yield Tell(_ASIDE, aside)
        yield Tell(
            "INSERT INTO unreadable_line (line_hash, line, code, carrier, received_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [
                (line.line_hash, line.raw, line.code, each.carrier, self.received_at)
                for each in self.judged
                for line in each.outcome.unreadable
            ],
        )
        for code, operation in self.outcome.alarms:
            # The same bytes brought again are no new alarm.
            found = yield Ask("SELECT 1 FROM alarm WHERE code = ? AND operation = ?", (code, operation))
            if not found:
                yield Tell(
                    "INSERT INTO alarm (code, operation, raised_at) VALUES (?, ?, ?)",
                    [(code, operation, self.received_at)],
                )

    def _as_carried(self, line: PushLine, judged: Judged) -> tuple[Any, ...]:
        return (line.header_raw, line.sealed, self._carry_key(line, judged), judged.carrier, self.received_at)

    def _redactions(self) -> Work[None]:
        outcome = self.outcome
        if not outcome.redactions:
            return
        yield Tell(
            "INSERT INTO redaction (operation, by_operation, person, reason, anybodys) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [(r.operation, r.by, r.person, r.reason, int(r.anybodys)) for r in outcome.redactions],
        )
        erased = [(redaction.by, operation) for operation, redaction in outcome.erased.items()]
        for lane in {redaction.lane for redaction in outcome.erased.values()}:
            yield Tell(
                f"UPDATE operation_{lane} SET body = NULL, body_hash = NULL, sealed = NULL, carry_key = NULL,"
                " redacted_by = ? WHERE operation = ?",
                erased,
            )
        for table in ("holding", "aside"):
            yield from self._words_beside_the_log(table)

    def _words_beside_the_log(self, table: str) -> Work[None]:
        """Redacted words leave the holding and what was set aside, too; the header stays, so the number still arrives."""
        named = {redaction.operation: redaction for redaction in self.outcome.redactions}
        found = yield Ask(
            f"SELECT operation, header_hash, header FROM {table} WHERE operation IN {{list}}", (listed(named),)
        )
        gone = [
            (b"", header_hash)
            for operation, header_hash, header_raw in found
            if _is_reached(read_header(bytes(header_raw)), self.outcome.redactions, operation)
        ]
        yield Tell(f"UPDATE {table} SET sealed = ?, carry_key = NULL WHERE header_hash = ?", gone)

    def _freed(self) -> Work[None]:
        stored = [(position, operation) for operation, position in self.outcome.freed.items() if position is not None]
        waiting = [(operation,) for operation, position in self.outcome.freed.items() if position is None]
        for lane in LANES if stored or waiting else ():
            yield Tell(
                f"UPDATE operation_{lane} SET standing = 'stored', position = ? WHERE operation = ?",
                stored,
            )
            yield Tell(
                f"UPDATE operation_{lane} SET standing = 'held', code = 'file_missing' WHERE operation = ?", waiting
            )

    def _marks(self) -> Work[None]:
        # The rows are there: written as new ones that meet them, many streams are one order, and not one each.
        yield Tell(
            "INSERT INTO stream (incarnation, person, scope, lane, count, highest, head, head_opened)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (incarnation, person, scope, lane) DO UPDATE SET"
            " count = excluded.count, highest = excluded.highest, head = excluded.head, head_opened = excluded.head_opened",
            [
                (
                    stream.incarnation,
                    stream.person or "",
                    stream.scope,
                    stream.lane,
                    mark.count,
                    mark.highest,
                    mark.head,
                    int(mark.head_opened),
                )
                for stream, mark in self.outcome.marks.items()
            ],
        )
        yield Tell(
            "INSERT INTO scope (scope, lane, last_position) VALUES (?, ?, ?)"
            " ON CONFLICT (scope, lane) DO UPDATE SET last_position = excluded.last_position",
            [(*scope, position) for scope, position in self.outcome.positions.items()],
        )

"""Proving that the log is whole: `fieldwork verify`.

Somebody asks years later whether these are the words that were written. This walks every stream from its first header and looks at
every hash, every number, every position and every mark, redactions included (PROTOCOL.md, I4, I6, I7). It reports and repairs nothing.
A tail that was cut off together with its mark cannot be seen from inside: `heads.py` compares with heads that were kept elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from fieldwork.domain.rights import LANES, Lane
from fieldwork.store.log import Log
from fieldwork.store.statements import Row
from sync.central.header import Header, Stream, Unreadable, hash_of, read_header
from sync.central.seal import NotOpened

ROWS_AT_ONCE = 500
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_COLUMNS = (
    "sequence, operation, record_type, record, kind, header, header_hash, body, body_hash, standing, code, redacted_by,"
    " sealed IS NOT NULL, scope_id"
)


_OF_NOBODY = (
    "SELECT o.operation FROM operation_{lane} o LEFT JOIN stream s ON s.id = o.stream_id LEFT JOIN scope c ON c.id = o.scope_id"
    " WHERE s.id IS NULL OR c.id IS NULL"
)


@dataclass(frozen=True, slots=True)
class LogProblem:
    """Something that is not as it was written. `place` says where: a stream and number, or a scope, lane and position."""

    place: str
    code: str

    def __str__(self) -> str:
        return f"{self.place}: {self.code}"


def place_in(stream: Stream, sequence: int) -> str:
    """Where in the log an operation stands, or would stand, in words for a person."""
    return f"stream {stream.incarnation} of {stream.person or 'nobody'} in {stream.scope}, {stream.lane}, number {sequence}"


@dataclass(slots=True)
class _Walk:
    """One stream, as far as it has been walked."""

    stream: Stream
    lane: Lane
    scope_id: int | None
    expected: int = 1
    previous: str | None = None
    previous_opened: bool = True
    problems: list[LogProblem] = field(default_factory=list)

    def found(self, sequence: int, code: str) -> None:
        self.problems.append(LogProblem(place_in(self.stream, sequence), code))


async def verify_all(log: Log) -> list[LogProblem]:
    """Every problem of the log, in the order of its streams and then of its scopes; [] when it is whole.

    Reads one moment of the database throughout and never waits for writers nor makes them wait.
    """
    problems: list[LogProblem] = []
    async with log.database.reading():
        scopes = {(row[1], row[2]): row[0] for row in await log.ask("SELECT id, scope, lane FROM scope")}
        async for row in _by_number(
            log, "SELECT id, incarnation, person, scope, lane, count, highest, head FROM stream WHERE"
        ):
            problems += await _stream_problems(log, row, scopes)
        async for row in _by_number(log, "SELECT id, scope, lane, last_position FROM scope WHERE"):
            problems += await _position_problems(log, row)
        for lane in LANES:
            # No foreign key says so: on PostgreSQL each would be a question more for every operation that comes.
            for (operation,) in await log.ask(_OF_NOBODY.format(lane=lane)):
                problems.append(LogProblem(f"operation {operation}, {lane}", "stream_unknown"))
        for (record,) in await log.ask("SELECT record FROM record WHERE scope_id NOT IN (SELECT id FROM scope)"):
            problems.append(LogProblem(f"record {record}", "scope_unknown"))
        for (record,) in await log.ask(
            "SELECT record FROM record_with_words WHERE state IS NULL AND operation IS NULL"
        ):
            problems.append(LogProblem(f"record {record}", "words_not_found"))
    return problems


async def damage_to_the_file(log: Log) -> list[LogProblem]:
    """What SQLite itself finds wrong with its file, page by page (OPS-06); [] when it is sound, and on PostgreSQL, which looks by itself.

    Asked before `verify_all`: a page that is not what it was can make any other question fail.
    """
    if log.database.dialect == "postgres":
        return []
    try:
        found = await log.ask("PRAGMA integrity_check")
    except sqlite3.DatabaseError as problem:
        return [LogProblem("the database file", str(problem))]
    return [LogProblem("the database file", str(row[0])) for row in found if row[0] != "ok"]


def corruption_in(error: Exception) -> LogProblem | None:
    """What is wrong with the database file, where this error says that it is no database any more; None for every other error."""
    # The low byte is the primary code.
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT:
        return LogProblem("the database file", str(error))
    return None


async def _by_number(log: Log, question: str, column: str = "id", after: int = 0) -> AsyncIterator[Row]:
    """The rows of a question in the order of a number, some at a time, so that any log fits in memory."""
    while True:
        found = await log.ask(f"{question} {column} > ? ORDER BY {column} LIMIT {ROWS_AT_ONCE}", after)
        for row in found:
            yield row
        if len(found) < ROWS_AT_ONCE:
            return
        after = found[-1][0]


async def _stream_problems(log: Log, row: Row, scopes: dict[tuple[str, str], int]) -> list[LogProblem]:
    stream_id, count, highest, head = row[0], row[5], row[6], row[7]
    stream = Stream(row[1], row[2] or None, row[3], row[4])
    walk = _Walk(stream, row[4], scopes.get((row[3], row[4])))
    number = 0
    question = f"SELECT {_COLUMNS} FROM operation_{stream.lane} WHERE stream_id = {int(stream_id)} AND"
    async for each in _by_number(log, question, "sequence"):
        _weigh(walk, each, log)
        number += 1
    if (number, walk.expected - 1, walk.previous) != (count, highest, head):
        walk.found(highest, "mark_differs")
    return walk.problems


def _weigh(walk: _Walk, row: Row, log: Log) -> None:
    sequence, header_raw, header_hash, code = row[0], bytes(row[5]), row[6], row[10]
    if sequence != walk.expected:
        walk.found(walk.expected, "number_missing")
    if hash_of(header_raw) != header_hash:
        walk.found(sequence, "header_hash_differs")
    try:
        header = read_header(header_raw)
    except Unreadable as problem:
        walk.found(sequence, problem.code)
    else:
        if _columns_differ(walk, row, header):
            walk.found(sequence, "row_differs_from_header")
        if header.previous != walk.previous and walk.previous_opened and code != "chain_broken":
            walk.found(sequence, "chain_broken")
        problem_of_body = _problem_of_body(walk, row, header, log)
        if problem_of_body is not None:
            walk.found(sequence, problem_of_body)
    walk.expected, walk.previous = sequence + 1, hash_of(header_raw)
    walk.previous_opened = not row[12] or code == "body_hash_differs"


def _columns_differ(walk: _Walk, row: Row, header: Header) -> bool:
    written = (header.sequence, header.operation, header.record_type, header.record, header.kind)
    return tuple(row[:5]) != written or header.stream != walk.stream or row[13] != walk.scope_id


def _problem_of_body(walk: _Walk, row: Row, header: Header, log: Log) -> str | None:
    body, body_hash, standing, redacted_by = row[7], row[8], row[9], row[11]
    if body is None:
        if body_hash is not None:
            return "body_missing"
        return "body_missing" if standing == "stored" and redacted_by is None else None
    if redacted_by is not None:
        return "redacted_body_is_still_here"
    try:
        awake = log.keyring.wake(walk.lane, row[6], bytes(body))
    except NotOpened:
        return "body_not_opened"
    if not hash_of(awake) == body_hash == header.body_hash:
        return "body_hash_differs"
    return None


async def _position_problems(log: Log, row: Row) -> list[LogProblem]:
    scope_id, scope, lane, last_position = row
    if lane not in LANES:
        return [LogProblem(f"{scope}, {lane}", "lane_unknown")]
    expected = 1
    problems: list[LogProblem] = []
    question = f"SELECT position FROM operation_{lane} WHERE scope_id = {int(scope_id)} AND"
    async for (position,) in _by_number(log, question, "position"):
        if position != expected:
            problems.append(LogProblem(f"{scope}, {lane}, position {expected}", "position_missing"))
        expected = position + 1
    if expected - 1 != last_position:
        problems.append(LogProblem(f"{scope}, {lane}, position {last_position}", "last_position_differs"))
    return problems

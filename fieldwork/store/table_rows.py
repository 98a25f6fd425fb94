"""The rows of every table that a backup keeps: out of one database as values that both kinds of database know, and into another.

A note that reached the office must come back after the machine that held it is gone, also on the other kind of database. What people
wrote and what says who may do what is kept; what can be worked out again, and what lets somebody in for an hour, is not. This module
moves rows and counts them. It knows neither files nor keys nor seals, and it never changes a row.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from fieldwork.store.database import Dialect
from fieldwork.store.log import Log
from fieldwork.store.statements import Ask, Row, Tell, Work

ROWS_AT_ONCE = 200

KEPT: dict[str, tuple[str, ...]] = {
    "setting": ("key",),
    "account": ("id",),
    "device": ("id",),
    "tablet_report": ("id",),
    "tablet_contact": ("id",),
    "tablet_contact_visit": ("id",),
    "export_job": ("id",),
    "scope": ("id",),
    "stream": ("id",),
    "operation_evidence": ("id",),
    "operation_vault": ("id",),
    "operation_concern": ("id",),
    "redaction": ("operation", "by_operation"),
    "holding": ("header_hash",),
    "aside": ("header_hash", "body_hash", "code"),
    "unreadable_line": ("line_hash",),
    "alarm": ("id",),
    "file_stored": ("sha256",),
}
"""Every table of a backup with the columns that tell its rows apart, in an order in which no row names one that comes later."""

LEFT_OUT: dict[str, str] = {
    "record": "worked out again from the log",
    "assignment": "worked out again from the log",
    "visit": "worked out again from the log",
    "evidence": "worked out again from the log",
    "coding": "worked out again from the log",
    "session": "a browser that was signed in signs in again",
    "sign_in_attempt": "delays after wrong passwords are for minutes",
    "enrolment_code": "good once and for minutes",
    "tortoise_migrations": "the restoring program brings the schema up to date by itself",
}
"""Every other table, and why a backup goes without it."""

_NUMBERED = frozenset(
    {
        "tablet_report",
        "tablet_contact",
        "tablet_contact_visit",
        "scope",
        "stream",
        "operation_evidence",
        "operation_vault",
        "operation_concern",
        "alarm",
    }
)
"""Tables whose rows the database numbers: after a restore it goes on from the last number."""


class TablesUnknown(Exception):
    """The tables or columns are not those that this program knows; the message says which."""


class TablesUnreadable(TablesUnknown):
    """The database stopped giving rows; the message says what it says."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as this database has it. `kind` is PostgreSQL's name of the type, or the one that SQLite was told."""

    name: str
    kind: str


@dataclass
class Weighed:
    """How many rows each table has, and a sum over them that every byte of every row takes part in, in whatever order they came.

    Orders differ between databases: each sorts text in its own way.
    """

    rows: dict[str, int] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Put these rows, as values that both databases know, on the scales."""
        number, total = self.rows.get(table, 0), self.sums.get(table, 0)
        for row in rows:
            total += int.from_bytes(hashlib.sha256(msgspec.msgpack.encode(list(row))).digest(), "big")
            number += 1
        self.rows[table], self.sums[table] = number, total % 2**256

    def as_text(self) -> dict[str, str]:
        """For each table the number of its rows and the sum, in one text that is equal when they are."""
        return {table: f"{number} {self.sums[table]:064x}" for table, number in self.rows.items()}


async def asked(log: Log, work: Work[Any]) -> Any:
    """Carry out work that only asks, on the connection for reading. Raises TablesUnreadable where an SQLite file is damaged."""
    answer: Any = None
    while True:
        try:
            step = work.send(answer)
        except StopIteration as end:
            return end.value
        assert isinstance(step, Ask)
        try:
            answer = await log.ask(step.sql, *step.parameters)
        except sqlite3.DatabaseError as problem:
            raise TablesUnreadable(
                f"The database cannot be read to its end: {problem}. Run `fieldwork verify`; the last backup may be needed."
            ) from problem


def tables_here(dialect: Dialect) -> Work[set[str]]:
    """The names of all tables of this database. Raises TablesUnknown when a backup would not know what to do with one."""
    if dialect == "sqlite":
        found = yield Ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    else:
        found = yield Ask(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        )
    here = {str(row[0]) for row in found}
    unknown = sorted(here - KEPT.keys() - LEFT_OUT.keys())
    if unknown:
        raise TablesUnknown(
            f"The database has tables that this version of fieldwork does not know: {', '.join(unknown)}."
        )
    return here


def columns_of(dialect: Dialect, table: str) -> Work[list[Column]]:
    """The columns of a table, in the database's own order."""
    if dialect == "sqlite":
        found = yield Ask("SELECT name, type FROM pragma_table_info(?)", (table,))
    else:
        found = yield Ask(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position",
            (table,),
        )
    return [Column(str(row[0]), str(row[1])) for row in found]


def is_empty(dialect: Dialect) -> Work[bool]:
    """Whether nothing at all was ever written to this database, a session or a wrong password included."""
    here = yield from tables_here(dialect)
    for table in sorted(here - {"tortoise_migrations"}):
        if (yield Ask(f"SELECT 1 FROM {table} LIMIT 1")):
            return False
    return True


def walk(table: str, names: Sequence[str], see: Callable[[list[list[Any]]], None]) -> Work[int]:
    """Show every row of a table, some at a time, as values that both databases know. Returns how many the database counts itself.

    `names` are the columns, in the order in which they are shown.
    """
    keys = KEPT[table]
    places = [names.index(key) for key in keys]
    before = f"SELECT {', '.join(names)} FROM {table}"
    behind = f" ORDER BY {', '.join(keys)} LIMIT {ROWS_AT_ONCE}"
    onward = f" WHERE ({', '.join(keys)}) > ({', '.join('?' * len(keys))})"
    found: Sequence[Row] = yield Ask(before + behind)
    while found:
        see([[plain(value) for value in row] for row in found])
        if len(found) < ROWS_AT_ONCE:
            break
        found = yield Ask(before + onward + behind, tuple(found[-1][place] for place in places))
    [[number]] = yield Ask(f"SELECT COUNT(*) FROM {table}")
    return int(number)


def plain(value: Any) -> Any:
    """A value as both databases know it: times and ids as the text that SQLite keeps, yes and no as 1 and 0."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")
    return bytes(value) if isinstance(value, memoryview) else value


def put_rows(dialect: Dialect, table: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Tell:
    """The order that writes these rows, whose values are in the order of `columns`. A row that is there already is refused."""
    names = ", ".join(column.name for column in columns)
    # COPY, which writes many rows, takes the numbers it is given; a single INSERT has to be told to.
    overriding = " OVERRIDING SYSTEM VALUE" if dialect == "postgres" and table in _NUMBERED and len(rows) == 1 else ""
    marks = ", ".join("?" * len(columns))
    ours = [_ours(column.kind) if dialect == "postgres" else _as_it_is for column in columns]
    return Tell(
        f"INSERT INTO {table} ({names}){overriding} VALUES ({marks})",
        [tuple(make(value) for make, value in zip(ours, row, strict=True)) for row in rows],
    )


def go_on_numbering(dialect: Dialect) -> Work[None]:
    """Have the database number the next rows after those that were put in. SQLite does so by itself."""
    if dialect == "postgres":
        for table in sorted(_NUMBERED):
            yield Ask(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM {table}"
            )


def _as_it_is(value: Any) -> Any:
    return value


_MADE_FOR_POSTGRES: dict[str, Callable[[Any], Any]] = {
    "uuid": UUID,
    "timestamp with time zone": datetime.fromisoformat,
    "boolean": bool,
}


def _ours(kind: str) -> Callable[[Any], Any]:
    """How a value becomes what PostgreSQL's driver takes for a column of this kind."""
    make = _MADE_FOR_POSTGRES.get(kind)
    if make is None:
        return _as_it_is
    return lambda value: None if value is None else make(value)

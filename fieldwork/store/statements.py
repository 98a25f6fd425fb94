"""Questions and orders to the database, as values: the same work is run in SQLite's own thread or over PostgreSQL's
wire.

A piece of work is a generator that yields `Ask` and `Tell` and is sent the answers. So the rules of the log are
written once, know no driver, and hold for both databases. `?` stands for a parameter; a list as parameter belongs to
`IN {list}`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

Row = Sequence[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question; the answer is a list of rows."""

    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Tell:
    """An order, for many rows; nothing comes back."""

    sql: str
    rows: Sequence[tuple[Any, ...]]


Work = Generator[Ask | Tell, list[Row], T]
"""What a piece of work is: yields questions and orders, is sent rows, returns its result."""


@lru_cache(maxsize=512)
def for_sqlite(sql: str) -> str:
    """`IN {list}` becomes a walk over a JSON list; FOR UPDATE is what BEGIN IMMEDIATE has done already."""
    return sql.replace("{list}", "(SELECT value FROM json_each(?))").replace(" FOR UPDATE", "")


@lru_cache(maxsize=512)
def for_postgres(sql: str) -> str:
    """`IN {list}` becomes `= ANY ($n)`, and `?` the numbered `$n`."""
    parts = sql.replace("IN {list}", "= ANY (?)").split("?")
    return "".join(part + (f"${number}" if number < len(parts) else "") for number, part in enumerate(parts, 1))


VARIABLES_AT_ONCE = 32_000
"""SQLite takes 32,766 parameters in one statement."""
ROWS_AT_ONCE = 128
_values_of = re.compile(r"^(INSERT INTO \w+ \([^)]*\) VALUES )(\((?:\?, )*\?\))(.*)$", re.DOTALL).match


@lru_cache(maxsize=512)
def _wide(sql: str, rows: int) -> str:
    """An INSERT for many rows at once."""
    found = _values_of(sql)
    assert found is not None
    return found[1] + ", ".join([found[2]] * rows) + found[3]


def _tell_sqlite(raw: sqlite3.Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows with few calls: between two calls this thread must wait for the one that reads requests.

    The numbers of rows are powers of two, so that few statements are ever compiled.
    """
    if len(rows) == 1 or not _values_of(sql):
        raw.executemany(sql, rows)
        return
    most = VARIABLES_AT_ONCE // len(rows[0])
    done = 0
    while done < len(rows):
        at_once = 1 << (min(len(rows) - done, most, ROWS_AT_ONCE).bit_length() - 1)
        raw.execute(_wide(sql, at_once), list(chain.from_iterable(rows[done : done + at_once])))
        done += at_once


def run_on_sqlite(raw: sqlite3.Connection, work: Work[T]) -> T:
    """Run the work on a raw connection, in whatever transaction is open there."""
    answer: list[Row] | None = None
    while True:
        try:
            step = work.send(answer) if answer is not None else next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        answer = []
        if isinstance(step, Tell):
            if step.rows:
                _tell_sqlite(raw, for_sqlite(step.sql), step.rows)
        else:
            parameters = [json.dumps(p) if isinstance(p, list) else p for p in step.parameters]
            answer = raw.execute(for_sqlite(step.sql), parameters).fetchall()


_columns_of = re.compile(r"^(INSERT INTO \w+ \([^)]*\)) VALUES \((?:\?, )*\?\)(.*)$", re.DOTALL).match
_types: dict[str, tuple[str, ...]] = {}
"""The types of an INSERT's parameters, by its text: the database says them once."""


async def _tell_postgres(connection: Any, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows with one statement, a list for each column; anything else row by row, sent together."""
    found = _columns_of(sql)
    if len(rows) == 1:
        await connection.execute(for_postgres(sql), *rows[0])
    elif found is None:
        await connection.executemany(for_postgres(sql), rows)
    else:
        if sql not in _types:
            prepared = await connection.prepare(for_postgres(sql))
            _types[sql] = tuple(parameter.name for parameter in prepared.get_parameters())
        lists = ", ".join(f"${number}::{name}[]" for number, name in enumerate(_types[sql], 1))
        await connection.execute(f"{found[1]} SELECT * FROM unnest({lists}){found[2]}", *zip(*rows, strict=True))


async def run_on_postgres(connection: Any, work: Work[T]) -> T:
    """Run the work on an asyncpg connection, in whatever transaction is open there."""
    answer: list[Row] | None = None
    while True:
        try:
            step = work.send(answer) if answer is not None else next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        answer = []
        if isinstance(step, Tell):
            if step.rows:
                await _tell_postgres(connection, step.sql, step.rows)
        else:
            answer = await connection.fetch(for_postgres(step.sql), *step.parameters)


def listed(values: Iterable[str]) -> list[str]:
    """A list parameter in a fixed order, so that the same question is the same bytes."""
    return sorted(values)

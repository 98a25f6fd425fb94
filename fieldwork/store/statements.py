"""Questions and orders to the database, as values: the same work is run in SQLite's own thread or over PostgreSQL's
wire.

A piece of work is a generator that yields `Ask` and `Tell` and is sent the answers. So the rules of the log are
written once, know no driver, and hold for both databases. `?` stands for a parameter; a list as parameter belongs to
`IN {list}`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
                raw.executemany(for_sqlite(step.sql), step.rows)
        else:
            parameters = [json.dumps(p) if isinstance(p, list) else p for p in step.parameters]
            answer = raw.execute(for_sqlite(step.sql), parameters).fetchall()


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
            if len(step.rows) == 1:
                await connection.execute(for_postgres(step.sql), *step.rows[0])
            elif step.rows:
                await connection.executemany(for_postgres(step.sql), step.rows)
        else:
            answer = await connection.fetch(for_postgres(step.sql), *step.parameters)


def listed(values: Iterable[str]) -> list[str]:
    """A list parameter in a fixed order, so that the same question is the same bytes."""
    return sorted(values)

"""Questions and orders to the database, as values: the same work is run against SQLite's own thread or over PostgreSQL's
wire.

A piece of work is a generator that yields `Ask`, `AskAll` and `Tell` and is sent the answers. So the rules of the log are
written once, know no driver, and hold for both databases. `?` stands for a parameter; a list as parameter belongs to `IN {list}`,
or where it is long to `FROM {table alias: column}`: the rows of that table whose column is in the list, which names nothing twice.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, compress, cycle
from operator import itemgetter
from typing import Any, Protocol, TypeVar

import orjson

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


@dataclass(frozen=True, slots=True)
class AskAll:
    """Several questions that do not wait for each other's answers, answered by a list of answers. What locks comes before the others."""

    questions: tuple[Ask, ...]


Step = Ask | AskAll | Tell
Work = Generator[Step, Any, T]
"""What a piece of work is: yields questions and orders, is sent rows (nothing for an order), returns its result."""


class Turn(Protocol):
    """Runs a plain function in SQLite's thread, on the raw connection, while nobody else has it."""

    def __call__(self, work: Callable[[sqlite3.Connection], Any], /) -> Awaitable[Any]: ...


_rows_named = re.compile(r"\{(\w+) (\w+): (\w+)\}").sub


@lru_cache(maxsize=512)
def for_sqlite(sql: str) -> str:
    """A list becomes a walk over JSON; FOR UPDATE is what BEGIN IMMEDIATE has done already.

    Behind IN it is sorted into a table of its own first, which for a hundred names is half of the work.
    """
    sql = _rows_named(r"json_each(?) \2_named CROSS JOIN \1 \2 ON \2.\3 = \2_named.value", sql)
    return sql.replace("{list}", "(SELECT value FROM json_each(?))").replace(" FOR UPDATE", "")


@lru_cache(maxsize=512)
def for_postgres(sql: str) -> str:
    """A list becomes `= ANY ($n)`, and `?` the numbered `$n`."""
    sql = _rows_named(r"(SELECT * FROM \1 WHERE \3 = ANY (?)) \2", sql)
    parts = sql.replace("IN {list}", "= ANY (?)").split("?")
    return "".join(part + (f"${number}" if number < len(parts) else "") for number, part in enumerate(parts, 1))


VARIABLES_AT_ONCE = 32_000
"""SQLite takes 32,766 parameters in one statement."""
ROWS_AT_ONCE = 128
_values_of = re.compile(r"^(INSERT INTO \w+ \([^)]*\) VALUES )(\((?:\?, )*\?\))(.*)$", re.DOTALL).match


@lru_cache(maxsize=512)
def _wide(sql: str, rows: int, filled: tuple[bool, ...]) -> str:
    """An INSERT for many rows at once; a column that is empty in all of them takes no parameters."""
    found = _values_of(sql)
    assert found is not None
    values = ", ".join("?" if each else "NULL" for each in filled)
    return found[1] + ", ".join([f"({values})"] * rows) + found[3]


def _tell_sqlite(raw: sqlite3.Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows with few calls: between two calls this thread must wait for the one that reads requests.

    The numbers of rows are powers of two, so that few statements are ever compiled. No None is handed over for a column that is empty:
    Python's module looks for a way to adapt each, and finds none, for ten times as long as a number takes.
    """
    if len(rows) == 1 or not _values_of(sql):
        raw.executemany(sql, rows)
        return
    filled = tuple(value is not None or _is_filled(rows, column) for column, value in enumerate(rows[0]))
    most = VARIABLES_AT_ONCE // len(filled)
    done = 0
    while done < len(rows):
        at_once = 1 << (min(len(rows) - done, most, ROWS_AT_ONCE).bit_length() - 1)
        values = chain.from_iterable(rows[done : done + at_once])
        raw.execute(_wide(sql, at_once, filled), list(compress(values, cycle(filled))))
        done += at_once


def _is_filled(rows: Sequence[tuple[Any, ...]], column: int) -> bool:
    return list(map(itemgetter(column), rows)).count(None) < len(rows)


def begin_on_sqlite(raw: sqlite3.Connection) -> None:
    """Take the write lock now: a lock that is asked for later can be refused at once."""
    raw.execute("BEGIN IMMEDIATE")


async def run_on_sqlite(
    turn: Turn,
    work: Work[T],
    commit: Callable[[sqlite3.Connection], None],
    *,
    begin: Callable[[sqlite3.Connection], None] = begin_on_sqlite,
    long: Turn | None = None,
) -> T:
    """Run the work in a transaction of its own, in as few turns of SQLite's thread as there are waits for an answer.

    The work itself runs here. In SQLite's thread it had to fight for the interpreter with the reading of the next pushes, at each of
    20 statements; now that thread does nothing but SQLite, and the next pushes are read meanwhile. Orders wait for the next question;
    turns that carry out orders are `long`, if that is given. Whoever gives the turns takes back what an error leaves open.
    """
    long = long or turn
    waiting: list[Callable[[sqlite3.Connection], Any]] = [begin]
    answer: Any = None
    orders = False
    while True:
        try:
            step = work.send(answer)
        except StopIteration as end:
            await long(partial(_all_on_sqlite, [*waiting, commit]))
            return end.value  # type: ignore[no-any-return]
        answer = None
        waiting.append(partial(on_sqlite, step))
        if isinstance(step, Tell):
            orders = True
        else:
            answer = await (long if orders else turn)(partial(_all_on_sqlite, waiting))
            waiting, orders = [], False


def _all_on_sqlite(waiting: Sequence[Callable[[sqlite3.Connection], Any]], raw: sqlite3.Connection) -> Any:
    """Do what waits, in its order. The answer of the last."""
    answer = None
    for each in waiting:
        answer = each(raw)
    return answer


def on_sqlite(step: Step, raw: sqlite3.Connection) -> Any:
    """Carry out one step, in SQLite's thread. The answer; None for an order."""
    if isinstance(step, AskAll):
        return [on_sqlite(question, raw) for question in step.questions]
    if isinstance(step, Ask):
        return raw.execute(for_sqlite(step.sql), with_lists_as_json(step.parameters)).fetchall()
    if step.rows:
        _tell_sqlite(raw, for_sqlite(step.sql), step.rows)
    return None


def with_lists_as_json(parameters: Sequence[Any]) -> list[Any]:
    """The parameters, each list as the JSON that `IN {list}` walks over; a list that comes again is written once."""
    written: dict[int, str] = {}
    return [
        written.get(id(each)) or written.setdefault(id(each), _as_json(each)) if isinstance(each, list) else each
        for each in parameters
    ]


def _as_json(values: list[Any]) -> str:
    try:
        return orjson.dumps(values).decode()
    except TypeError:
        # orjson knows no lone surrogates; Python's own encoder writes them in ASCII.
        return json.dumps(values)


_columns_of = re.compile(r"^(INSERT INTO (\w+) \(([^)]*)\)) VALUES \((?:\?, )*\?\)(.*)$", re.DOTALL).match
_types: dict[str, tuple[str, ...]] = {}
"""The types of an INSERT's parameters, by its text: the database says them once."""


async def _tell_postgres(connection: Any, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows with COPY, or where some may be there already with a list for each column; anything else row by row.

    COPY costs both ends about half of what lists do, and refuses a row that is there already just as an INSERT does.
    """
    found = _columns_of(sql)
    if len(rows) == 1:
        await connection.execute(for_postgres(sql), *rows[0])
    elif found is None:
        await connection.executemany(for_postgres(sql), rows)
    elif not found[4]:
        await connection.copy_records_to_table(found[2], records=rows, columns=found[3].split(", "))
    else:
        if sql not in _types:
            prepared = await connection.prepare(for_postgres(sql))
            _types[sql] = tuple(parameter.name for parameter in prepared.get_parameters())
        lists = ", ".join(f"${number}::{name}[]" for number, name in enumerate(_types[sql], 1))
        await connection.execute(f"{found[1]} SELECT * FROM unnest({lists}){found[4]}", *zip(*rows, strict=True))


async def run_on_postgres(connection: Any, work: Work[T], time_to_read: asyncio.Event | None = None) -> T:
    """Run the work on an asyncpg connection, in whatever transaction is open there.

    `time_to_read` is cleared while it asks one short question behind the other, and not while it waits for a lock or writes: each wait for
    an answer is a turn of the loop, and whoever read a push in it would make this transaction wait.
    """
    time_to_read = time_to_read or asyncio.Event()
    answer: Any = None
    while True:
        try:
            step = work.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        answer = None
        if isinstance(step, AskAll):
            answer = await _ask_all_postgres(connection, step.questions, time_to_read)
        elif isinstance(step, Ask):
            answer = await connection.fetch(for_postgres(step.sql), *step.parameters)
        elif step.rows:
            time_to_read.set()
            await _tell_postgres(connection, step.sql, step.rows)


async def _ask_all_postgres(
    connection: Any, questions: Sequence[Ask], time_to_read: asyncio.Event
) -> list[Sequence[Row]]:
    """Ask what locks first, one by one, and everything else as one question.

    In one statement with what locks, the rest would be answered as things stood before it had waited for the lock.
    """
    locking = [question for question in questions if "FOR UPDATE" in question.sql]
    others = [question for question in questions if "FOR UPDATE" not in question.sql]
    answers = [await connection.fetch(for_postgres(each.sql), *each.parameters) for each in locking]
    if not others:
        return answers
    time_to_read.clear()
    asked = chain.from_iterable(question.parameters for question in others)
    together = await connection.fetchrow(for_postgres(_as_one(tuple(each.sql for each in others))), *asked)
    return [*answers, *together]


@lru_cache(maxsize=512)
def _as_one(questions: tuple[str, ...]) -> str:
    """One question whose answer has a column for each of these, with a list of its rows."""
    return "SELECT " + ", ".join(f"ARRAY(SELECT answer FROM ({question}) AS answer)" for question in questions)


def listed(values: Iterable[str]) -> list[str]:
    """A list parameter in a fixed order, so that the same question is the same bytes."""
    return sorted(values)

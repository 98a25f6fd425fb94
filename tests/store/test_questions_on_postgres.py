"""Several questions are one for PostgreSQL, and are answered as they would be one by one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from fieldwork.store.database import Database
from fieldwork.store.statements import Ask, AskAll, Work, run_on_postgres
from tests.store.log_office import office

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]

LOCKS = Ask("SELECT id, last_position FROM scope WHERE scope = ? FOR UPDATE", ("visit:1",))
STREAMS = Ask("SELECT person FROM stream WHERE incarnation IN {list} ORDER BY person DESC", (["a", "b"],))
QUESTIONS = (
    STREAMS,
    Ask("SELECT 1 WHERE false"),
    Ask("SELECT NULL, true, ?::bytea, 'words' UNION ALL SELECT 2, false, NULL, NULL", (b"\x00\xff",)),
    Ask("SELECT count(*) FROM stream WHERE person IN {list}", ([],)),
)
ADDS = "INSERT INTO stream (incarnation, person, scope, lane) VALUES ('a', $1, 'visit:1', 'evidence')"


async def test_questions_that_are_asked_together_are_answered_as_one_by_one(database: Database) -> None:
    connection = await asyncpg.connect(database.address.url)
    for person in ("one", "two"):
        await connection.execute(ADDS, person)

    def together() -> Work[Any]:
        return (yield AskAll(QUESTIONS))

    def one_by_one() -> Work[Any]:
        answers = []
        for each in QUESTIONS:
            answers.append((yield each))
        return answers

    both = [await run_on_postgres(connection, work()) for work in (together, one_by_one)]
    await connection.close()

    first, second = ([[tuple(row) for row in answer] for answer in answers] for answers in both)
    assert first == second
    assert first[0] == [("two",), ("one",)]


async def test_what_is_asked_with_a_lock_is_answered_as_things_stand_behind_it(database: Database) -> None:
    holder, waiter = await asyncpg.connect(database.address.url), await asyncpg.connect(database.address.url)
    await holder.execute("INSERT INTO scope (scope, lane) VALUES ('visit:1', 'evidence')")

    def asks() -> Work[Any]:
        return (yield AskAll((LOCKS, STREAMS)))

    async with waiter.transaction():
        async with holder.transaction():
            await holder.execute("UPDATE scope SET last_position = 7")
            asking = asyncio.create_task(run_on_postgres(waiter, asks()))
            await _waits_for_a_lock(holder, waiter.get_server_pid())
            await holder.execute(ADDS, "one")
        scopes, streams = await asking
    await holder.close()
    await waiter.close()

    assert ([row[1] for row in scopes], [row[0] for row in streams]) == ([7], ["one"])


async def _waits_for_a_lock(connection: asyncpg.Connection, process_id: int) -> None:
    asked = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = $1"
    async with asyncio.timeout(20):
        while await connection.fetchval(asked, process_id) != "Lock":
            await connection.execute("SELECT pg_stat_clear_snapshot()")


async def test_after_a_transaction_that_fails_pushes_are_read_again(database: Database, tmp_path: Path) -> None:
    """While it asks, nothing large is read; a server that forgot to begin again would let every push wait for ever."""

    def fails() -> Work[None]:
        yield AskAll((LOCKS, STREAMS))
        assert not here.log._writer.time_to_read.is_set()
        raise ZeroDivisionError

    async with office(database, tmp_path / "keys") as here:
        with pytest.raises(ZeroDivisionError):
            await here.log.in_one_transaction(fails)

        async with asyncio.timeout(20), here.log.time_to_read(1_000_000):
            pass

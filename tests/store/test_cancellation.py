"""A person closes the page in the middle of a save: the database must come back for the next one. (DUR: server side
of I1.)

Cancellation is everyday: a request that took too long, a tablet that lost its signal, the server being asked to stop.
With Tortoise's own backends each of the first two tests hangs (SQLite at the first cancelled BEGIN, PostgreSQL when
the pool is empty); see `test_the_stock_backend_would_hang`, which runs them in a process of its own with a limit.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest
from tortoise.exceptions import TransactionManagementError

from fieldwork.store import endings
from fieldwork.store.database import Database

pytestmark = pytest.mark.anyio

TRANSACTIONS = 4000
AT_ONCE = 8
LIMIT_S = 90.0


async def make_counter(database: Database) -> None:
    async with database.writing() as transaction:
        await transaction.execute_query_dict("INSERT INTO setting (key, value) VALUES ('counter', '0')")


async def count_up(database: Database) -> None:
    """Two statements and a commit; half of it must never be seen."""
    cast = "CAST(CAST(value AS INTEGER) + 1 AS VARCHAR(20))"
    async with database.writing() as transaction:
        await transaction.execute_query_dict(f"UPDATE setting SET value = {cast} WHERE key = 'counter'")
        await transaction.execute_query_dict("SELECT value FROM setting WHERE key = 'counter'")


async def counter(database: Database) -> int:
    rows = await database.reader.execute_query_dict("SELECT value FROM setting WHERE key = 'counter'")
    return int(rows[0]["value"])


async def a_random_moment(chance: random.Random) -> None:
    """From "not begun" through BEGIN and the statements to COMMIT and after it: some turns of the event loop, or some
    milliseconds.
    """
    if chance.random() < 0.5:
        for _ in range(chance.randrange(0, 60)):
            await asyncio.sleep(0)
    else:
        await asyncio.sleep(chance.random() * 0.006)


async def cancel_many(database: Database, transactions: int, seed: int = 7) -> int:
    """Run short transactions, a few at a time, and cancel most at a random moment; returns how many were not
    cancelled.
    """
    chance = random.Random(seed)
    finished = 0

    async def one_lane(number: int) -> None:
        nonlocal finished
        for _ in range(transactions // AT_ONCE):
            task = asyncio.ensure_future(count_up(database))
            if chance.random() < 0.8:
                await a_random_moment(chance)
                task.cancel()
                while chance.random() < 0.3:
                    # anyio cancels again and again until a task has left its scope.
                    await asyncio.sleep(0)
                    task.cancel()
            # Not `await task`: when the test's own time is up this lane must end, and not take it for its task's end.
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()
                finished += 1

    await asyncio.gather(*(one_lane(number) for number in range(AT_ONCE)))
    return finished


async def test_the_store_still_answers_after_4000_cancelled_saves(database: Database) -> None:
    await make_counter(database)

    async with asyncio.timeout(LIMIT_S):
        finished = await cancel_many(database, TRANSACTIONS)
        await endings.settled()
        before = await counter(database)
        await asyncio.gather(*(count_up(database) for _ in range(20)))

    assert await counter(database) == before + 20
    # A save that was reported as finished is there; a cancelled one may have been stored or not.
    assert TRANSACTIONS * 0.1 < finished <= before < TRANSACTIONS


async def test_many_rows_at_once_leave_no_open_transaction_when_cancelled(database: Database) -> None:
    mark = "?, ?" if database.dialect == "sqlite" else "$1, $2"
    chance = random.Random(3)

    async with asyncio.timeout(LIMIT_S):
        for batch in range(200):
            rows = [[f"{batch}-{number}", "word"] for number in range(5)]
            insert = database.connection.execute_many(f"INSERT INTO setting (key, value) VALUES ({mark})", rows)
            task = asyncio.ensure_future(insert)
            for _ in range(chance.randrange(0, 25)):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await endings.settled()
        async with database.writing() as transaction:
            await transaction.execute_query_dict("INSERT INTO setting (key, value) VALUES ('last', 'word')")

    counted = await database.reader.execute_query_dict("SELECT count(*) AS rows FROM setting")
    assert counted[0]["rows"] % 5 == 1


async def test_a_save_cancelled_while_it_waits_for_another_does_not_happen(database: Database) -> None:
    await make_counter(database)

    async with database.writing() as transaction:
        await transaction.execute_query_dict("UPDATE setting SET value = '10' WHERE key = 'counter'")
        context = asyncio.create_task(_outside(database))
        for _ in range(20):
            await asyncio.sleep(0)
        context.cancel()
        await asyncio.gather(context, return_exceptions=True)
    await endings.settled()

    assert await counter(database) == 10


async def _outside(database: Database) -> None:
    # A task started inside a transaction inherits its connection; this one is made to see the database as a stranger
    # would.
    handler = database.context.connections
    handler._clear_storage()
    stranger = handler.get("default")
    await stranger.create_connection(with_db=True)
    try:
        async with stranger._in_transaction() as transaction:
            await transaction.execute_query_dict("UPDATE setting SET value = '99' WHERE key = 'counter'")
    finally:
        await endings.settled()
        await stranger.close()


async def test_a_commit_after_a_swallowed_error_is_refused_and_not_called_stored(database: Database) -> None:
    spoil = "ROLLBACK" if database.dialect == "sqlite" else "SELECT 1 / 0"

    async def save_and_swallow() -> None:
        async with database.writing() as transaction:
            await transaction.execute_query_dict("INSERT INTO setting (key, value) VALUES ('note', 'word')")
            await asyncio.gather(transaction.execute_query_dict(spoil), return_exceptions=True)

    with pytest.raises(TransactionManagementError, match="nothing of it is stored"):
        await save_and_swallow()

    assert await database.reader.execute_query_dict("SELECT value FROM setting") == []


STOCK = """
import asyncio, sys
from fieldwork.store import database as module
from fieldwork.store.database import Database
from tests.store.test_cancellation import cancel_many, make_counter
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient
from fieldwork.store import asyncpg_backend, sqlite_backend

sqlite_backend.FencedSqliteClient._in_transaction = SqliteClient._in_transaction
asyncpg_backend.FencedAsyncpgClient._in_transaction = AsyncpgDBClient._in_transaction

async def main(url):
    async with Database(url) as database:
        await make_counter(database)
        print("begun", flush=True)
        await cancel_many(database, 4000)
        print("finished", flush=True)

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.soak
def test_the_stock_backend_would_hang(database_url: str, tmp_path: Path) -> None:
    """The reason for the project's own backends, kept so that the day Tortoise repairs it is noticed."""
    script = tmp_path / "stock.py"
    script.write_text(STOCK)
    root = Path(__file__).parents[2]

    with pytest.raises(subprocess.TimeoutExpired) as hung:
        subprocess.run(
            [sys.executable, script, database_url],
            cwd=root,
            env={"PYTHONPATH": str(root)},
            capture_output=True,
            timeout=15,
            check=False,
        )

    assert b"begun" in (hung.value.stdout or b"")
    assert b"finished" not in (hung.value.stdout or b"")

"""Work that came at a bad moment is done again; work that is wrong is not. (Server paper 3.2: the list of moments.)"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from fieldwork.store import settings
from fieldwork.store.database import SQLITE_SETTINGS, Database
from fieldwork.store.migrate import migrate
from fieldwork.store.retrying import UNIQUE_TRIES, moment_of, retrying
from tests.postgres import PostgresCluster

pytestmark = pytest.mark.anyio


async def test_a_real_deadlock_is_noticed_and_both_writers_get_through(
    postgres: PostgresCluster, postgres_template: str
) -> None:
    name = await asyncio.to_thread(postgres.new_database, postgres_template)
    meet = asyncio.Barrier(2)
    tries = 0

    async with Database(postgres.url(name)) as database:
        for key in ("a", "b"):
            await settings.set_setting(database, key, "0")

        async def write(first: str, second: str) -> None:
            nonlocal tries
            tries += 1
            async with database.writing() as connection:
                add = "UPDATE setting SET value = value || '1' WHERE key = $1"
                await connection.execute_query(add, [first])
                if tries <= 2:
                    await meet.wait()
                await connection.execute_query(add, [second])

        async with asyncio.timeout(30):
            await asyncio.gather(retrying(lambda: write("a", "b")), retrying(lambda: write("b", "a")))

        assert await settings.all_settings(database) == {"a": "011", "b": "011"}
    assert tries == 3


async def test_a_file_that_another_process_is_writing_to_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SQLITE_SETTINGS, "busy_timeout", "1")
    path = tmp_path / "central.sqlite3"
    async with Database(f"sqlite://{path}") as database:
        await migrate(database)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        tries = 0

        async def write() -> None:
            nonlocal tries
            tries += 1
            if tries == 3:
                other.execute("COMMIT")
            await database.connection.execute_query("INSERT INTO setting (key, value) VALUES ('word', '1')")

        await retrying(write)
        other.close()

        assert tries == 3
        assert await settings.setting(database, "word") == "1"


async def test_a_connection_that_the_server_cut_is_replaced(postgres: PostgresCluster, postgres_template: str) -> None:
    name = await asyncio.to_thread(postgres.new_database, postgres_template)
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    async with Database(postgres.url(name)) as database:
        tries = 0

        async def write() -> None:
            nonlocal tries
            tries += 1
            async with database.writing() as connection:
                if tries == 1:
                    await asyncio.to_thread(postgres.administer, cut)
                await connection.execute_query("INSERT INTO setting (key, value) VALUES ('word', '1')")

        await retrying(write)

        assert tries == 2
        assert await settings.setting(database, "word") == "1"


async def test_two_that_store_the_same_thing_once_both_hear_what_stands(database: Database) -> None:
    answers = await asyncio.gather(
        *(settings.set_setting_once(database, "word", f"value {number}") for number in range(8))
    )

    assert len(set(answers)) == 1
    assert await settings.setting(database, "word") == answers[0]


async def test_a_name_that_is_really_taken_is_told_after_three_tries(database: Database) -> None:
    await settings.set_setting(database, "word", "1")
    tries = 0

    async def write() -> None:
        nonlocal tries
        tries += 1
        await database.connection.execute_query("INSERT INTO setting (key, value) VALUES ('word', '2')")

    with pytest.raises(IntegrityError):
        await retrying(write)

    assert tries == UNIQUE_TRIES


async def test_a_wrong_statement_is_not_tried_again(database: Database) -> None:
    tries = 0

    async def write() -> None:
        nonlocal tries
        tries += 1
        await database.connection.execute_query("SELECT nothing FROM nowhere")

    with pytest.raises(OperationalError):
        await retrying(write)

    assert tries == 1


async def test_work_that_stays_busy_ends_with_the_last_error() -> None:
    async def write() -> None:
        raise asyncpg.SerializationError("busy")

    with pytest.raises(asyncpg.SerializationError):
        await retrying(write, limit_s=0.05)


@pytest.mark.parametrize(
    ("error", "moment"),
    [
        (asyncpg.DeadlockDetectedError("x"), "busy"),
        (asyncpg.SerializationError("x"), "busy"),
        (asyncpg.LockNotAvailableError("x"), "busy"),
        (asyncpg.UniqueViolationError("x"), "unique"),
        (asyncpg.ConnectionDoesNotExistError("x"), "lost"),
        (asyncpg.AdminShutdownError("x"), "lost"),
        (asyncpg.CannotConnectNowError("x"), "lost"),
        (asyncpg.InterfaceError("connection is closed"), "lost"),
        (ConnectionResetError("x"), "lost"),
        (OperationalError(asyncpg.DeadlockDetectedError("x")), "busy"),
        (asyncpg.ForeignKeyViolationError("x"), None),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), None),
        (sqlite3.OperationalError("no such table: x"), None),
        (FileNotFoundError("x"), None),
        (TimeoutError("x"), None),
        (ValueError("x"), None),
    ],
)
async def test_each_moment_is_known_in_both_families(error: Exception, moment: str | None) -> None:
    assert moment_of(error) == moment

"""Central does not start on a database that could forget what it acknowledged. (DUR: acknowledged means on disk.)"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from fieldwork.store.database import SQLITE_SETTINGS, Database
from fieldwork.store.durability import DatabaseUnsafe
from tests.postgres import PostgresCluster

pytestmark = pytest.mark.anyio

#: A look takes some ten milliseconds; the server needs a few until it has read its settings again.
LOOKS = 200


async def test_both_connections_of_a_file_write_through_to_the_disk(tmp_path: Path) -> None:
    async with Database(f"sqlite://{tmp_path / 'central.sqlite3'}") as database:
        for connection in (database.connection, database.reader):
            answers = {
                name: next(iter((await connection.execute_query_dict(f"PRAGMA {name}"))[0].values()))
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
            }
            assert answers == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "busy_timeout": 10000,
                "secure_delete": 1,
            }
        assert await database.reader.execute_query_dict("PRAGMA query_only") == [{"query_only": 1}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("synchronous", "NORMAL"),
        ("synchronous", "OFF"),
        ("journal_mode", "MEMORY"),
        ("foreign_keys", "OFF"),
        ("secure_delete", "OFF"),
    ],
)
async def test_a_file_that_could_lose_the_last_notes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setitem(SQLITE_SETTINGS, name, value)
    unsafe = Database(f"sqlite://{tmp_path / 'central.sqlite3'}")

    with pytest.raises(DatabaseUnsafe, match=f"{name} = "):
        await unsafe.open()

    monkeypatch.undo()
    async with Database(f"sqlite://{tmp_path / 'central.sqlite3'}") as database:
        assert database.dialect == "sqlite"


async def test_a_server_that_answers_before_the_disk_has_the_words_is_refused(postgres: PostgresCluster) -> None:
    name = await asyncio.to_thread(postgres.new_database)
    await asyncio.to_thread(postgres.administer, f'ALTER DATABASE "{name}" SET synchronous_commit = off')

    with pytest.raises(DatabaseUnsafe, match="synchronous_commit = off; it must be on"):
        await Database(postgres.url(name)).open()


async def test_a_server_without_fsync_is_refused(postgres: PostgresCluster) -> None:
    name = await asyncio.to_thread(postgres.new_database)
    await asyncio.to_thread(postgres.administer, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    try:
        with pytest.raises(DatabaseUnsafe, match="fsync = off"):
            await open_until_refused(postgres.url(name))
    finally:
        await asyncio.to_thread(postgres.administer, "ALTER SYSTEM RESET fsync", "SELECT pg_reload_conf()")


async def open_until_refused(url: str) -> None:
    # The server reads its settings again a moment after it was asked to.
    for _ in range(LOOKS):
        async with Database(url):
            pass


async def test_the_tests_themselves_run_on_a_server_that_keeps_its_word(postgres: PostgresCluster) -> None:
    name = await asyncio.to_thread(postgres.new_database)

    answer = None
    for _ in range(LOOKS):
        with contextlib.suppress(DatabaseUnsafe):
            async with Database(postgres.url(name)) as database:
                answer = await database.connection.execute_query_dict("SHOW fsync")
                break

    assert answer == [{"fsync": "on"}]

"""The writer's turns in SQLite's thread: whatever ends the work, nothing half done is left and the next one can begin."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any, cast

import pytest

from fieldwork.store.database import Database
from fieldwork.store.sqlite_backend import FencedSqliteClient
from fieldwork.store.statements import Ask, AskAll, Tell, Turn, Work, run_on_sqlite
from tests.store.log_office import a_visit, office

pytestmark = pytest.mark.anyio

INSERT = "INSERT INTO file_stored (sha256, size_bytes, media_type, stored_at) VALUES (?, ?, ?, ?)"


def _commit(raw: sqlite3.Connection) -> None:
    raw.commit()


def _writing(*, failing: bool = False) -> Work[list[Any]]:
    yield Tell(INSERT, [("a", 1, "text/plain", "now")])
    [[count]] = yield Ask("SELECT count(*) FROM file_stored")
    if failing:
        raise ZeroDivisionError
    both = yield AskAll((Ask("SELECT 1"), Ask("SELECT 2")))
    return [count, *(answer[0][0] for answer in both)]


def _client(database: Database) -> FencedSqliteClient:
    return cast(FencedSqliteClient, database.connection)


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
async def test_what_was_ordered_is_seen_by_the_next_question_and_stays(database: Database) -> None:
    client = _client(database)

    assert await client.in_turns(lambda turn: run_on_sqlite(turn, _writing(), _commit)) == [1, 1, 2]
    assert await client.in_thread(lambda raw: raw.execute("SELECT count(*) FROM file_stored").fetchone()[0]) == 1


@on_sqlite
async def test_work_that_fails_between_two_turns_leaves_nothing_and_no_lock(database: Database) -> None:
    client = _client(database)

    with pytest.raises(ZeroDivisionError):
        await client.in_turns(lambda turn: run_on_sqlite(turn, _writing(failing=True), _commit))

    assert await client.in_turns(lambda turn: run_on_sqlite(turn, _writing(), _commit)) == [1, 1, 2]


@on_sqlite
async def test_an_asker_that_leaves_between_two_turns_does_not_stop_the_work_half_way(database: Database) -> None:
    client = _client(database)
    at_work = asyncio.Event()

    async def slowly(turn: Turn) -> list[Any]:
        async def announced(step: Any) -> Any:
            at_work.set()
            return await turn(step)

        return await run_on_sqlite(announced, _writing(), _commit)

    asker = asyncio.create_task(client.in_turns(slowly))
    await at_work.wait()
    asker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asker

    assert await client.in_thread(lambda raw: raw.execute("SELECT count(*) FROM file_stored").fetchone()[0]) == 1


async def test_a_long_push_is_read_although_the_writer_is_never_idle(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        pushes = [here.push(visit.inspector.writes()) for _ in range(20)]
        busy = asyncio.gather(*pushes)

        async with here.log.time_to_read(1_000_000):
            pass

        assert [verdict for [verdict] in await busy] == [("stored", None)] * 20

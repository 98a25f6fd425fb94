"""What was judged ahead is written one transaction behind the other, and nothing of it is lost when one of them cannot be (SYN-07)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from fieldwork.store import enacting, writer
from fieldwork.store.database import Database
from fieldwork.store.verifying import verify_all
from tests.store.log_office import Office
from tests.store.watched_writer import MANY, Answers, Apart, Watched, all_known, notes

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

STORED = [("stored", None)] * MANY


class Row:
    """Three pushes: the second was judged while the first was written, the third while the second is. The writer stands before the
    commit of the second."""

    def __init__(self, watched: Watched, second: asyncio.Task[Answers], third: asyncio.Task[Answers]) -> None:
        self.watched, self.second, self.third = watched, second, third

    async def goes_on(self) -> tuple[Answers, Answers]:
        self.watched.let_go()
        return await self.second, await self.third


@asynccontextmanager
async def a_row(here: Office, visits: Apart, watched: Watched) -> AsyncIterator[Row]:
    watched.before_enacting = lambda raw: watched.stop_at_next_commit()
    first = asyncio.create_task(here.push(*notes(visits.first)))
    async with watched.during(first):
        second = asyncio.create_task(here.push(*notes(visits.second)))
        await watched.has_looked()
    await watched.has_stopped()
    third = asyncio.create_task(here.push(*notes(visits.third)))
    await watched.has_looked()
    watched.before_enacting = lambda raw: None
    yield Row(watched, second, third)


async def is_whole(here: Office, visits: Apart) -> bool:
    """Each note is stored once, and the log is in order."""
    for author in (visits.first, visits.second, visits.third):
        rows = await here.pulled(author.scope)
        assert len(rows) == len({row.header_raw for row in rows}) == 1 + MANY
    return await verify_all(here.log) == []


async def test_what_is_judged_while_a_foreseen_push_is_written_follows_it_at_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits, watched = Apart(), Watched(monkeypatch)
    watched.let_go()
    carry_out, times = enacting.Enactment.carry_out, []

    def counted(self: enacting.Enactment, raw: sqlite3.Connection) -> bool:
        times.append(1)
        return carry_out(self, raw)

    monkeypatch.setattr(enacting.Enactment, "carry_out", counted)
    async with all_known(database, tmp_path / "keys", visits) as here, a_row(here, visits, watched) as row:
        assert await row.goes_on() == (STORED, STORED)

        assert (watched.came_true, len(times)) == ([True, True], 1)
        assert await is_whole(here, visits)


async def test_somebody_elses_writing_between_two_of_them_has_the_second_judged_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits, watched, path = Apart(), Watched(monkeypatch), database.address.path
    watched.let_go()
    assert path is not None

    def takes_the_third_off_the_visit(raw: sqlite3.Connection) -> None:
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("DELETE FROM assignment WHERE person = ?", (visits.persons[2],))

    async with all_known(database, tmp_path / "keys", visits) as here, a_row(here, visits, watched) as row:
        watched.before_enacting = takes_the_third_off_the_visit
        second, third = await row.goes_on()

        assert second == STORED
        assert third == [("quarantined", "not_assigned")] * MANY
        assert watched.came_true == [True, False]


@pytest.mark.parametrize("fault", [sqlite3.OperationalError("invented: the disk is full"), ValueError("invented")])
async def test_when_a_foreseen_push_cannot_be_written_it_and_those_behind_it_are_judged_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    visits, watched = Apart(), Watched(monkeypatch)
    watched.let_go()
    commit, faults = writer._commit, [fault]

    def fails_once(raw: sqlite3.Connection) -> None:
        if watched.came_true and faults:
            watched.stop()
            raise faults.pop()
        commit(raw)

    async with all_known(database, tmp_path / "keys", visits) as here:
        monkeypatch.setattr(writer, "_commit", fails_once)
        async with a_row(here, visits, watched) as row:
            assert await row.goes_on() == (STORED, STORED)

            assert watched.came_true == [False]
            assert await is_whole(here, visits)


async def test_others_who_have_something_to_write_get_their_turn(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is foreseen, the connection is given back between two transactions once its time is over."""
    visits, watched = Apart(), Watched(monkeypatch)
    watched.let_go()
    monkeypatch.setattr(enacting, "LONGEST_S", 0.0)
    async with all_known(database, tmp_path / "keys", visits) as here, a_row(here, visits, watched) as row:
        written: list[bool] = []

        async def writes() -> None:
            await database.connection.execute_query("UPDATE setting SET value = value")
            written.append(row.third.done())

        other = asyncio.create_task(writes())
        # It asks for the connection before the third push can.
        await asyncio.sleep(0)

        assert await row.goes_on() == (STORED, STORED)
        await other
        assert written == [False]
        assert await is_whole(here, visits)

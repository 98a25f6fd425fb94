"""Two servers are given the same new record in two visits at the same moment: it is of the visit that had it first (PROTOCOL.md 5).

No honest tablet does that. Whoever tries it must not get words of one visit shown in another, and costs nobody a word.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fieldwork.store.database import Database
from fieldwork.store.records import record_of, records_in
from fieldwork.store.retrying import retrying
from fieldwork.store.statements import run_on_postgres
from fieldwork.store.verifying import verify_all
from tests.store.log_authors import Written
from tests.store.log_office import Office, rebuilt_otherwise
from tests.store.watched_writer import Apart, all_known

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]


async def at_another_server(here: Office, written: list[Written], before_commit: Any) -> None:
    """A push that another process of the same central takes in. `before_commit` is awaited when all of it is written."""
    brought = here.log.opened(here.carry.push(*written), "a tablet")

    async def once() -> None:
        async with here.log.database.connection._in_transaction() as transaction:
            await run_on_postgres(transaction._connection, here.log._work([brought]))
            await before_commit()

    await retrying(once)


@pytest.mark.parametrize("record_type", ["block", "evidence"])
@pytest.mark.parametrize("notes_behind", [0, 3])
async def test_a_record_that_two_visits_begin_at_once_has_the_words_of_the_first_and_nobody_elses(
    database: Database, tmp_path: Path, record_type: str, notes_behind: int
) -> None:
    visits = Apart()
    async with all_known(database, tmp_path / "keys", visits) as here:
        mine = visits.first.writes({"text": "mine"}, record_type=record_type)
        # So that its place in the second visit is not its place in the first.
        before = [visits.second.writes({"text": "before"}) for _ in range(2)]
        theirs = visits.second.writes({"text": "theirs"}, record_type=record_type, record=mine.record)
        is_written, may_commit = asyncio.Event(), asyncio.Event()

        async def waits() -> None:
            is_written.set()
            await may_commit.wait()

        async def goes_on() -> None:
            pass

        first = asyncio.create_task(at_another_server(here, [mine], waits))
        await is_written.wait()
        second = asyncio.create_task(at_another_server(here, [*before, theirs], goes_on))
        done, _ = await asyncio.wait([second], timeout=0.5)
        assert not done
        may_commit.set()
        await asyncio.gather(first, second)
        await here.push(*(visits.first.writes({"text": f"note {number}"}) for number in range(notes_behind)))

        record = await record_of(here.log, mine.record)
        assert record is not None
        assert (record.get("text"), record.scope) == ("mine", visits.first.scope)
        blocks = 1 + notes_behind + (record_type == "block")
        assert len(await records_in(here.log, visits.first.scope, "block")) == blocks
        assert await verify_all(here.log) == []
        assert await rebuilt_otherwise(here.log) == {}

"""A push that is judged while the one before it is written comes to what it would have come to behind it, or is judged again.

SYN-07: the mark, the rows and the answer are one transaction, also when what is in it was worked out before.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fieldwork.store import writer
from fieldwork.store.database import Database
from fieldwork.store.files import note_file
from fieldwork.store.foresight import Quiet, foresee, opened_to_read
from fieldwork.store.judging import Brought
from fieldwork.store.statements import Ask, Tell, Work
from fieldwork.store.verifying import verify_all
from tests.store.log_authors import Author, Written, new_id, team
from tests.store.log_office import Office, office, rebuilt_otherwise
from tests.store.watched_writer import MANY, Apart, Watched, all_known, notes

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def visits() -> Apart:
    return Apart()


@pytest.fixture
async def here(database: Database, tmp_path: Path, visits: Apart) -> AsyncIterator[Office]:
    """An office that knows all three."""
    async with all_known(database, tmp_path / "keys", visits) as here:
        yield here


async def bodies(here: Office, scope: str) -> list[bytes | None]:
    return [row.body for row in await here.pulled(scope)]


async def test_a_push_that_was_judged_ahead_is_stored_as_any_other(
    here: Office, visits: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(monkeypatch)
    first, second = notes(visits.first), notes(visits.second)

    answers = await watched.answer_behind(here.push(*first), here.push(*second))

    assert answers == [("stored", None)] * MANY
    assert watched.came_true == [True]
    assert (await bodies(here, visits.second.scope))[1:] == [each.body for each in second]
    assert await here.push(*second) == [("duplicate", None)] * MANY
    assert await verify_all(here.log) == []
    assert await rebuilt_otherwise(here.log) == {}


async def test_what_central_writes_beside_the_pushes_is_not_overlooked(
    here: Office, visits: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file arrives between two pushes; an operation that waits for it is brought again in the second."""
    sha256 = "a" * 64
    about_a_file = visits.second.writes({"sha256": sha256, "evidence": new_id()}, record_type="file")
    assert await here.push(about_a_file) == [("held", "file_missing")]
    watched = Watched(monkeypatch)
    pushed = asyncio.create_task(here.push(*notes(visits.first)))
    async with watched.during(pushed):
        following = asyncio.create_task(here.push(about_a_file, *notes(visits.second)))
        await watched.has_looked()
        arriving = asyncio.create_task(
            note_file(
                here.log, sha256=sha256, size_bytes=1, media_type="text/plain", stored_at="2026-01-01T00:00:00.000Z"
            )
        )
        # It asks for the connection before the second push does.
        await asyncio.sleep(0)

    await arriving
    assert await following == [("stored", None)] * (1 + MANY)
    assert watched.came_true == [False]


async def test_a_connection_that_reads_beside_the_writer_keeps_what_it_sorts_in_memory(database: Database) -> None:
    path = database.address.path
    assert path is not None
    with closing(opened_to_read(path)) as beside:
        assert beside.execute("PRAGMA temp_store").fetchone() == (2,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            beside.execute("DELETE FROM stream")


async def test_a_log_that_is_cancelled_twice_while_it_closes_still_answers_everybody(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = Apart()
    ready, pushes = asyncio.Event(), []

    async def runs() -> None:
        async with all_known(database, tmp_path / "keys", visits) as here:
            watched = Watched(monkeypatch)
            pushes.append(asyncio.create_task(here.push(*notes(visits.first))))
            assert await asyncio.to_thread(watched._at_commit.wait, 20)
            pushes.append(asyncio.create_task(here.push(*notes(visits.second))))
            await watched.has_looked()
            pushes.append(asyncio.create_task(here.push(visits.second.writes())))
            pushes.append(watched)
            await asyncio.sleep(0)
            ready.set()
            await asyncio.Event().wait()

    running = asyncio.create_task(runs())
    await ready.wait()
    watched = pushes.pop()
    running.cancel()
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.sleep(0)
    watched.let_go()
    with pytest.raises(asyncio.CancelledError):
        await running

    async with asyncio.timeout(20):
        answers = await asyncio.gather(*pushes)
    assert [set(answer) for answer in answers] == [{("stored", None)}] * 3


@pytest.mark.parametrize("by", ["another connection", "its own"])
async def test_what_somebody_else_wrote_in_between_is_not_overlooked(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    visits = Apart()
    ended = "UPDATE assignment SET ended_at = '2020-01-01T00:00:00.000Z' WHERE person = ?"
    async with all_known(database, tmp_path / "keys", visits) as here:
        watched = Watched(monkeypatch)

        def ends_the_assignment(raw: sqlite3.Connection) -> None:
            path = database.address.path
            assert path is not None
            if by == "its own":
                raw.execute(ended, (visits.second.person,))
                raw.commit()
                return
            with closing(sqlite3.connect(path)) as other, other:
                other.execute(ended, (visits.second.person,))

        watched.before_enacting = ends_the_assignment

        answers = await watched.answer_behind(here.push(*notes(visits.first)), here.push(*notes(visits.second)))

        assert answers == [("quarantined", "not_assigned")] * MANY
        assert watched.came_true == [False]


async def test_what_was_written_by_another_server_before_this_transaction_began_is_not_overlooked(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = Apart()
    async with all_known(database, tmp_path / "keys", visits) as here:
        watched = Watched(monkeypatch)
        path = database.address.path
        assert path is not None
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            # The first push waits for the lock; the second is judged on what the other server is about to change.
            pushed = asyncio.create_task(here.push(*notes(visits.first)))
            await asyncio.sleep(0)
            following = asyncio.create_task(here.push(*notes(visits.second)))
            await watched.has_looked()
            other.execute(
                "UPDATE assignment SET ended_at = '2020-01-01T00:00:00.000Z' WHERE person = ?", (visits.second.person,)
            )
            other.execute("COMMIT")
        watched.let_go()

        assert await pushed == [("stored", None)] * MANY
        assert await following == [("quarantined", "not_assigned")] * MANY
        assert watched.came_true == [False]


async def test_a_redaction_that_is_written_meanwhile_reaches_what_was_judged_ahead(
    here: Office, visits: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = notes(visits.second)
    lead = Author(visits.second.scope, visits.lead)
    await here.push(lead.writes())
    removal = lead.redacts(second[3])
    watched = Watched(monkeypatch)

    answers = await watched.answer_behind(here.push(removal), here.push(*second))

    assert answers == [("stored", None)] * MANY
    assert watched.came_true == []
    assert second[3].body not in await bodies(here, visits.second.scope)


async def test_two_tablets_of_one_visit_are_judged_one_behind_the_other(
    here: Office, visits: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = Author(visits.first.scope, visits.lead)
    await here.push(lead.writes())
    watched = Watched(monkeypatch)

    answers = await watched.answer_behind(here.push(*notes(visits.first)), here.push(*notes(lead)))

    assert answers == [("stored", None)] * MANY
    assert watched.came_true == []
    assert len(await here.pulled(visits.first.scope)) == 2 + 2 * MANY


async def test_a_record_belongs_to_the_visit_that_wrote_it_first_also_when_both_were_judged_at_once(
    here: Office, visits: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(monkeypatch)
    first, second = notes(visits.first), notes(visits.second)
    second.append(visits.second.writes({"text": "the same record"}, record=first[0].record))

    await watched.answer_behind(here.push(*first), here.push(*second))

    [[scope]] = await here.log.ask(
        "SELECT s.scope FROM record r JOIN scope s ON s.id = r.scope_id WHERE r.record = ?", first[0].record
    )
    assert scope == visits.first.scope
    assert await rebuilt_otherwise(here.log) == {}


async def test_when_the_writing_fails_what_was_judged_ahead_of_it_is_judged_again(
    here: Office, visits: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(monkeypatch)
    commit = writer._commit
    faults = [sqlite3.DatabaseError("invented: the disk said no")]

    def fails_once(raw: sqlite3.Connection) -> None:
        if not faults:
            return commit(raw)
        watched.stop()
        raise faults.pop()

    monkeypatch.setattr(writer, "_commit", fails_once)
    failing = asyncio.create_task(here.push(*notes(visits.first)))

    answers = await watched.answer_behind(asyncio.wait([failing]), here.push(*notes(visits.second)))

    assert isinstance(failing.exception(), sqlite3.DatabaseError)
    assert answers == [("stored", None)] * MANY
    assert watched.came_true == []
    assert await here.count("operation_evidence") == 3 + MANY + len(visits.people.drafts)


async def test_whatever_comes_at_once_adds_up_to_what_the_log_says(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    people = [new_id() for _ in range(6)]
    of_all = team([(person, "inspector", place) for place, person in enumerate(people)], visits=6)
    authors = [Author(of_all.visits[place], person) for place, person in enumerate(people)]
    watched = Watched(monkeypatch)
    watched.let_go()
    monkeypatch.setattr(writer, "ENOUGH_TOGETHER", 2 * MANY)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(of_all)

        async def goes_on(author: Author) -> None:
            written: list[Written] = []
            for _ in range(6):
                what = chance.choice([0.0, 1.0])  # Nothing but new blocks, or anything.
                push = [_something(chance, author, written, what) for _ in range(chance.randint(1, 2 * MANY))]
                assert {verdict for verdict, _ in await here.push(*push)} == {"stored"}
                if chance.random() < 0.3:
                    assert {verdict for verdict, _ in await here.push(*push)} == {"duplicate"}

        await asyncio.gather(*map(goes_on, authors))

        assert True in watched.came_true
        assert await verify_all(here.log) == []
        assert await rebuilt_otherwise(here.log) == {}


def _something(chance: random.Random, author: Author, written: list[Written], at_most: float) -> Written:
    """A record, a block in one, a change of one, a look at one, a removal."""
    what = chance.random() * at_most
    if not written or what < 0.5:
        parent = chance.choice(written).record if written else new_id()
        one = author.writes({"text": f"note {len(written)}", "evidence": parent})
    elif what < 0.6:
        one = author.writes({"ref": f"E{len(written)}", "type": "interview"}, record_type="evidence")
    elif what < 0.97:
        one = author.revises(chance.choice(written), {"text": f"changed {len(written)}"})
    else:
        return author.redacts(chance.choice(written))
    written.append(one)
    return one


async def test_an_order_that_a_question_follows_is_never_foreseen(database: Database, tmp_path: Path) -> None:
    def asks_about_itself() -> Work[list[Any]]:
        yield Tell(
            "INSERT INTO file_stored (sha256, size_bytes, media_type, stored_at) VALUES (?, ?, ?, ?)",
            [("a", 1, "b", "c")],
        )
        yield Ask("SELECT count(*) FROM file_stored")
        raise AssertionError("it must not be answered")

    path = database.address.path
    assert path is not None
    with closing(opened_to_read(path)) as beside:
        assert foresee(Brought([], None), asks_about_itself(), beside, Quiet()) is None

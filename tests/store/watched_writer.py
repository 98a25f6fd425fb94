"""The writer of the log, watched and stopped between visits transactions, and visits whose pushes have nothing in common."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fieldwork.store import enacting, writer
from fieldwork.store.database import Database
from fieldwork.store.enacting import enact
from fieldwork.store.foresight import Foreseen, Quiet, foresee
from tests.store.log_authors import Author, Team, Written, new_id, team
from tests.store.log_office import Office, office

MANY = writer.WORTH_FORESEEING
Answers = list[tuple[str, str | None]]


class Watched:
    """The writer, stopped before its next commit until it is let go, with a record of what was foreseen and came true."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.foreseen: list[Foreseen | None] = []
        self.came_true: list[bool] = []
        self.before_enacting: Callable[[sqlite3.Connection], None] = lambda raw: None
        self._at_commit, self._may_commit = threading.Event(), threading.Event()
        self._looked = asyncio.Event()
        commit = writer._commit

        def stopped(raw: sqlite3.Connection) -> None:
            self.stop()
            commit(raw)

        def noted(*given: Any) -> Foreseen | None:
            self._looked.set()
            self.foreseen.append(foresee(*given))
            return self.foreseen[-1]

        def enacted(foreseen: Any, quiet: Quiet, commit: Any, raw: sqlite3.Connection) -> bool:
            self.before_enacting(raw)
            self.came_true.append(False)
            self.came_true[-1] = enact(foreseen, quiet, commit, raw)
            return self.came_true[-1]

        monkeypatch.setattr(writer, "_commit", stopped)
        monkeypatch.setattr(writer, "foresee", noted)
        monkeypatch.setattr(enacting, "enact", enacted)

    def stop(self) -> None:
        """In the writer's thread, where it would commit."""
        self._at_commit.set()
        assert self._may_commit.wait(20)

    def stop_at_next_commit(self) -> None:
        self._may_commit.clear()
        self._at_commit.clear()

    async def has_stopped(self) -> None:
        """Wait until the writer stands before a commit."""
        assert await asyncio.to_thread(self._at_commit.wait, 20)

    def let_go(self) -> None:
        self._may_commit.set()

    @asynccontextmanager
    async def during(self, pushed: asyncio.Task[Any]) -> AsyncIterator[None]:
        """Inside, that push is judged and written but not committed."""
        self.stop_at_next_commit()
        await self.has_stopped()
        try:
            yield
        finally:
            self.let_go()
            await pushed

    async def answer_behind(self, first: Coroutine[Any, Any, Any], second: Coroutine[Any, Any, Answers]) -> Answers:
        """What the second push is answered, when the writer looks at it while the first is written but not committed."""
        pushed = asyncio.create_task(first)
        async with self.during(pushed):
            following = asyncio.create_task(second)
            await self.has_looked()
            assert not following.done()
        return await following

    async def has_looked(self) -> None:
        """Wait until the writer has tried to foresee a push."""
        async with asyncio.timeout(20):
            await self._looked.wait()
        self._looked.clear()


class Apart:
    """Three visits of one review, with an inspector in each and one lead: what is pushed to one has nothing in common with the others."""

    def __init__(self) -> None:
        self.lead = new_id()
        self.persons = [new_id() for _ in range(3)]
        parts = [(person, "inspector", place) for place, person in enumerate(self.persons)]
        self.people: Team = team([*parts, *((self.lead, "lead", place) for place in range(3))], visits=3)
        self.first, self.second, self.third = (
            Author(scope, person) for scope, person in zip(self.people.visits, self.persons, strict=True)
        )


@asynccontextmanager
async def all_known(database: Database, keys: Path, visits: Apart) -> AsyncIterator[Office]:
    """An office that has heard of each stream: a stream that is new to it is judged in earnest."""
    async with office(database, keys) as here:
        await here.brings(visits.people)
        for author in (visits.first, visits.second, visits.third):
            await here.push(author.writes())
        yield here


def notes(author: Author) -> list[Written]:
    return [author.writes({"text": f"note {number}", "evidence": new_id()}) for number in range(MANY)]

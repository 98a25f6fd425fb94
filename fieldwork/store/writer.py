"""The one way into the log: takes what waits, judges it, writes it, and only then lets anybody be told.

Whatever waits goes into one transaction, so that a disk is asked to be sure once for all of it (server paper, 4.2). What fails together
is tried again one by one, so a bad push never takes its neighbours with it. On SQLite, which has one writer, a large push is judged while
the transaction before it is still being written (`foresight.py`); on PostgreSQL other server processes use that time, and the locks of
the scopes keep them apart. Step 6 of the life of one note. Knows nothing of what is judged, and answers nobody by itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

from fieldwork.store.asyncpg_backend import FencedAsyncpgClient
from fieldwork.store.database import Database
from fieldwork.store.enacting import Enactment
from fieldwork.store.endings import finish
from fieldwork.store.foresight import Footprint, Foreseen, Quiet, footprint_of, foresee, opened_to_read
from fieldwork.store.judging import Brought
from fieldwork.store.own_writing import OwnWriting
from fieldwork.store.retrying import retrying
from fieldwork.store.sqlite_backend import FencedSqliteClient
from fieldwork.store.statements import Turn, Work, run_on_postgres, run_on_sqlite
from sync.central.accept import Outcome

T = TypeVar("T")
MOST_TOGETHER = 64
ENOUGH_TOGETHER = 400
"""Operations in one transaction: while it is being written, the next pushes are being read and opened."""
MOST_AHEAD = 2 * ENOUGH_TOGETHER
"""Operations that are judged and not yet written: one transaction of them is being written, another may wait."""
WORTH_FORESEEING = 32
"""Operations: small pushes go together and share their questions, and a push that is foreseen asks its own."""


class LogClosed(Exception):
    """The log takes nothing more: the server is stopping. Whoever pushed sends again later."""


@dataclass(slots=True)
class _Waiting:
    brought: Brought | OwnWriting
    answer: asyncio.Future[Outcome]
    in_earnest: bool = False
    """It cannot be foreseen: it is judged in its own transaction."""
    tries: int = 0


_Ahead = deque[tuple[_Waiting, Foreseen]]
"""What waits and is judged already; nothing of it has anything in common with the rest."""


@dataclass(slots=True)
class _Batch:
    """What is judged and written in one transaction."""

    waiting: list[_Waiting] = field(default_factory=list)
    footprints: list[Footprint] | None = None
    """What it had to do with; None until it is written, and when that may be anything."""
    size: int = 0

    def add(self, waiting: _Waiting) -> None:
        self.waiting.append(waiting)
        self.size += waiting.brought.size

    def is_apart_from(self, other: Footprint) -> bool:
        """Whether the other came to the same if it was judged before this batch was written."""
        return self.footprints is not None and all(part.is_apart_from(other) for part in self.footprints)


class Writer:
    """Writes what is brought. Use inside `async with writer.open():`."""

    def __init__(
        self,
        database: Database,
        work: Callable[[Sequence[Brought | OwnWriting]], Work[list[Outcome]]],
        written: Callable[[Outcome], None],
    ) -> None:
        self.database, self._work, self._written = database, work, written
        self.closed = True
        self._queue: deque[_Waiting] = deque()
        self._something_happened = asyncio.Event()
        self._beside: sqlite3.Connection | None = None
        self._quiet = Quiet()
        self.time_to_read = asyncio.Event()
        """Set while the next pushes may be read without making the disk wait."""
        self.time_to_read.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Writer]:
        """On leaving, what was taken is finished and nothing new is taken."""
        path = self.database.address.path
        self._beside = None if path is None else opened_to_read(path)
        self.closed = False
        writer = asyncio.create_task(self._write_for_ever(), name="log writer")
        try:
            yield self
        finally:
            self.closed = True
            self._something_happened.set()
            await finish(self._end(writer))

    async def _end(self, writer: asyncio.Task[None]) -> None:
        await writer
        if self._beside is not None:
            self._beside.close()

    async def enter(self, brought: Brought | OwnWriting) -> Outcome:
        """Judge and write. The outcome is given after the commit."""
        if self.closed:
            raise LogClosed
        waiting = _Waiting(brought, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._something_happened.set()
        # The writing goes on when the asker is gone: a cut connection must not leave half a decision.
        return await asyncio.shield(waiting.answer)

    async def _write_for_ever(self) -> None:
        ahead: _Ahead = deque()
        while ahead or await self._anything_waits():
            if ahead:
                again = not await self._enact(ahead)
            else:
                batch = self._all_that_waits()
                writing = asyncio.create_task(self._write(batch))
                await self._foresee_during(writing, ahead)
                await writing
                again = not all(batch.is_apart_from(foreseen.footprint) for _, foreseen in ahead)
            if again:
                self._queue.extendleft(waiting for waiting, _ in reversed(ahead))
                ahead.clear()

    async def _anything_waits(self) -> bool:
        """True when something waits to be written; False when nothing does and nothing will."""
        while not self._queue:
            if self.closed:
                return False
            self._something_happened.clear()
            await self._something_happened.wait()
        return True

    def _all_that_waits(self) -> _Batch:
        batch = _Batch()
        while self._queue and len(batch.waiting) < MOST_TOGETHER and batch.size < ENOUGH_TOGETHER:
            batch.add(self._queue.popleft())
        return batch

    async def _enact(self, ahead: _Ahead) -> bool:
        """Write what is ahead, and what can be foreseen meanwhile. What is written is told and leaves `ahead`. False when the rest has to
        be judged again."""
        loop = asyncio.get_running_loop()

        def committed(number: int) -> None:
            for _ in range(number):
                waiting, foreseen = ahead.popleft()
                self._tell(waiting, foreseen.outcome)
            self._something_happened.set()

        def tell_committed(number: int) -> None:
            loop.call_soon_threadsafe(committed, number)

        enactment = Enactment(
            [foreseen for _, foreseen in ahead],
            self._quiet,
            self._commit,
            tell_committed,
            ENOUGH_TOGETHER,
        )
        embedded = cast(FencedSqliteClient, self.database.connection)
        writing = asyncio.create_task(embedded.in_thread(enactment.carry_out))
        await self._foresee_during(writing, ahead, enactment.add)
        try:
            return await writing
        except Exception:  # noqa: BLE001 (it is done again in earnest, and what fails then is told to whoever asked)
            for waiting, _ in ahead:
                waiting.tries += 1
            return False

    async def _foresee_during(
        self, writing: asyncio.Task[Any], ahead: _Ahead, add: Callable[[Foreseen], None] = lambda foreseen: None
    ) -> None:
        """Judge what comes during this writing, as far as that can be done before its turn, and put it behind what is ahead."""
        writing.add_done_callback(lambda _: self._something_happened.set())
        while not writing.done():
            if self._beside is not None and self._queue and self._foresees_next(self._beside, ahead):
                add(ahead[-1][1])
                # The next one may be read in between.
                await asyncio.sleep(0)
            else:
                self._something_happened.clear()
                await self._something_happened.wait()

    def _foresees_next(self, beside: sqlite3.Connection, ahead: _Ahead) -> bool:
        """Judge the next that waits, if it is worth it. False when it stays where it is, for a transaction of the ordinary kind."""
        waiting = self._queue[0]
        if waiting.in_earnest or not isinstance(waiting.brought, Brought) or waiting.brought.size < WORTH_FORESEEING:
            return False
        if sum(foreseen.size for _, foreseen in ahead) >= MOST_AHEAD:
            return False
        try:
            foreseen = foresee(waiting.brought, self._work([waiting.brought]), beside, self._quiet)
        except Exception:  # noqa: BLE001 (it is done again in earnest, and what fails then is told to whoever asked)
            foreseen = None
        if foreseen is None or any(not foreseen.footprint.is_apart_from(each.footprint) for _, each in ahead):
            waiting.in_earnest = True
            return False
        ahead.append((self._queue.popleft(), foreseen))
        return True

    async def _write(self, batch: _Batch) -> None:
        try:
            outcomes = await retrying(lambda: self._one_transaction(batch))
        except Exception as error:  # noqa: BLE001 (handed to whoever asked, below; the writer must live)
            if len(batch.waiting) > 1:
                for waiting in batch.waiting:
                    await self._write(_Batch([waiting]))
            elif not batch.waiting[0].answer.cancelled():
                batch.waiting[0].answer.set_exception(error)
            return
        for waiting, outcome in zip(batch.waiting, outcomes, strict=True):
            self._tell(waiting, outcome)

    def _tell(self, waiting: _Waiting, outcome: Outcome) -> None:
        if not waiting.answer.cancelled():
            waiting.answer.set_result(outcome)
        self._written(outcome)

    async def _one_transaction(self, batch: _Batch) -> list[Outcome]:
        # What was tried before may have been stored without anybody knowing: then its outcome does not tell all of it.
        first = not any(waiting.tries for waiting in batch.waiting)
        for waiting in batch.waiting:
            waiting.tries += 1
        work = partial(self._work, [waiting.brought for waiting in batch.waiting])
        outcomes = await self.in_one_transaction(work, commit=self._commit)
        if self._beside is not None and first:
            parts = [footprint_of(each.brought, outcome) for each, outcome in zip(batch.waiting, outcomes, strict=True)]
            batch.footprints = None if None in parts else [part for part in parts if part is not None]
        return outcomes

    def _commit(self, raw: sqlite3.Connection) -> None:
        """The commit of a batch: its footprints are known, so all else that is ever written here is a disturbance."""
        self._quiet.leave(raw)
        _commit(raw)

    async def in_one_transaction(
        self, work: Callable[[], Work[T]], *, commit: Callable[[sqlite3.Connection], None] | None = None
    ) -> T:
        """Run a piece of work in a transaction of its own that holds the write lock."""
        if self.database.dialect == "sqlite":
            embedded = cast(FencedSqliteClient, self.database.connection)

            async def turns(turn: Turn) -> T:
                self.time_to_read.clear()
                reading_meanwhile = self._reading_meanwhile(turn)
                return await run_on_sqlite(
                    turn, work(), commit or _commit, begin=self._quiet.begin, long=reading_meanwhile
                )

            try:
                return await embedded.in_turns(turns)
            finally:
                self.time_to_read.set()
        client = cast(FencedAsyncpgClient, self.database.connection)
        try:
            async with client._in_transaction() as transaction:
                return await run_on_postgres(cast(Any, transaction)._connection, work(), self.time_to_read)
        finally:
            self.time_to_read.set()

    def _reading_meanwhile(self, turn: Turn) -> Turn:
        """The same turns, during which the next pushes may be read."""

        async def long(work: Callable[[sqlite3.Connection], Any]) -> Any:
            self.time_to_read.set()
            try:
                return await turn(work)
            finally:
                self.time_to_read.clear()

        return long


def _commit(raw: sqlite3.Connection) -> None:
    """The last of a transaction, in SQLite's thread. The simulator puts its own here, to stop the world before or behind it."""
    raw.commit()

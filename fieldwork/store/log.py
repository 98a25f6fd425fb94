"""The log of operations: the truth, of which every table and page is a shadow.

Pushes and central's own writing go through one writer for each process, which takes whatever waits, up to 64 at a time, into one
transaction: a disk is asked to be sure once for all of them (server paper, 4.2). What fails together is tried again one by one, so a bad
push never takes its neighbours with it. Reading goes beside the writer and never waits for it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from tortoise.exceptions import OperationalError

from fieldwork.domain.draft import Draft
from fieldwork.domain.rights import LANES, Lane
from fieldwork.store.asyncpg_backend import FencedAsyncpgClient
from fieldwork.store.database import Database
from fieldwork.store.judging import Brought, enter
from fieldwork.store.keyring import Keyring
from fieldwork.store.own_writing import OwnWriting
from fieldwork.store.retrying import retrying
from fieldwork.store.sqlite_backend import FencedSqliteClient
from fieldwork.store.statements import (
    Ask,
    Row,
    Turn,
    Work,
    for_postgres,
    for_sqlite,
    listed,
    run_on_postgres,
    run_on_sqlite,
)
from sync.central.accept import Outcome, Permit
from sync.central.arrival import open_arrival
from sync.central.header import Stream
from sync.central.line import MOST_OPERATIONS, PAGE_BYTES, PullRow, Push, PushLine, Receipt, StreamMark

T = TypeVar("T")
MOST_TOGETHER = 64
ENOUGH_TOGETHER = 400
"""Operations in one transaction: while it is being written, the next pushes are being read and opened."""
SWEEP_AGAIN_S = 1.0
READ_AT_ONCE_BYTES = 16_384
WORDS_LIE_IN = (
    *(f"operation_{lane}" for lane in LANES),
    *("holding", "aside", "record", "assignment", "visit", "evidence", "coding"),
)
"""Every table in which somebody's words can lie."""
_STORED = " ".join(
    f"WHEN '{lane}' THEN (SELECT COUNT(*) FROM operation_{lane} o WHERE o.stream_id = stream.id AND o.standing = 'stored')"
    for lane in LANES
)
_REDACTED = " UNION ALL ".join(
    f"SELECT s.incarnation, s.person, s.scope, s.lane, o.operation, o.sequence FROM stream s JOIN operation_{lane} o"
    " ON o.stream_id = s.id WHERE s.incarnation IN {list} AND o.redacted_by IS NOT NULL"
    for lane in LANES
)
Clock = Callable[[], datetime]


def instant(moment: datetime) -> str:
    """An instant as the promise writes it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class LogClosed(Exception):
    """The log takes nothing more: the server is stopping. Whoever pushed sends again later."""


@dataclass(slots=True)
class _Waiting:
    brought: Brought | OwnWriting
    answer: asyncio.Future[Outcome]


class Log:
    """The log of one central. Use inside `async with log.open():`, which runs the writer."""

    def __init__(
        self, database: Database, keyring: Keyring, permit: Permit, *, incarnation: str, clock: Clock | None = None
    ) -> None:
        self.database, self.keyring, self.permit, self.incarnation = database, keyring, permit, incarnation
        self._clock = clock or (lambda: datetime.now(UTC))
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._closed = True
        self._to_sweep = asyncio.Event()
        self._time_to_read = asyncio.Event()
        self._time_to_read.set()
        self._reading = asyncio.Lock()
        self.arrived: Callable[[Outcome], None] = lambda outcome: None
        """Called after the commit with what was stored; the live pages listen here."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Log]:
        """Run the writer. On leaving, what was taken is finished and nothing new is taken."""
        self._closed = False
        if self.database.dialect == "sqlite":
            # Whoever was killed between a redaction and its sweep left words in the journal.
            self._to_sweep.set()
        writer = asyncio.create_task(self._write_for_ever(), name="log writer")
        sweeper = asyncio.create_task(self._sweep_for_ever(), name="log sweeper")
        try:
            yield self
        finally:
            self._closed = True
            await self._queue.join()
            writer.cancel()
            sweeper.cancel()
            await asyncio.gather(writer, sweeper, return_exceptions=True)
            if self._to_sweep.is_set():
                await self._swept()

    # Writing

    async def accept(self, push: Push, carrier: str | None) -> tuple[Receipt, ...]:
        """Take in what a carrier brought; the receipts are given after the commit. The second time: the same verdicts."""
        return await self.take_in(self.opened(push, carrier))

    async def take_in(self, brought: Brought) -> tuple[Receipt, ...]:
        """`accept` for a push that is open."""
        outcome = await self._enter(brought)
        return tuple(outcome.receipts)

    def opened(self, push: Push, carrier: str | None) -> Brought:
        """What a carrier brought, opened as far as it can be. Nothing is asked of the database."""
        carry_keys = {key.id: key for key in push.carry_keys}
        opener = self.keyring.opener(carry_keys)
        lines = [open_arrival(line, opener) if isinstance(line, PushLine) else line for line in push.lines]
        return Brought(lines, carrier, carry_keys)

    @asynccontextmanager
    async def time_to_read(self, size_bytes: int) -> AsyncIterator[None]:
        """Read and open a push inside: one at a time, and while the disk is being written, not while what came before is judged.

        Whoever read the moment it arrived made the writer wait, and left the processor idle while the disk was busy: with 8 tablets at
        once 73 µs for a record in place of 45 (SQLite). What is small is read at once.
        """
        if size_bytes < READ_AT_ONCE_BYTES:
            yield
            return
        async with self._reading:
            await self._time_to_read.wait()
            yield

    async def write(self, drafts: Sequence[Draft], person_id: str) -> Outcome:
        """Write as central, in the name of the signed-in person. A draft that was written before changes nothing."""
        return await self._enter(OwnWriting(self.incarnation, person_id, drafts, instant(self._clock())))

    async def import_drafts(self, drafts: Sequence[Draft], incarnation: str) -> Outcome:
        """Write the drafts of one pack, all in one transaction. The same pack again changes nothing."""
        return await self._enter(OwnWriting(incarnation, None, drafts, None))

    async def _enter(self, brought: Brought | OwnWriting) -> Outcome:
        if self._closed:
            raise LogClosed
        waiting = _Waiting(brought, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        # The writing goes on when the asker is gone: a cut connection must not leave half a decision.
        return await asyncio.shield(waiting.answer)

    async def _write_for_ever(self) -> None:
        while True:
            together = [await self._queue.get()]
            size = together[0].brought.size
            while len(together) < MOST_TOGETHER and size < ENOUGH_TOGETHER and not self._queue.empty():
                together.append(self._queue.get_nowait())
                size += together[-1].brought.size
            try:
                await self._write_together(together)
            finally:
                for _ in together:
                    self._queue.task_done()

    async def _write_together(self, together: list[_Waiting]) -> None:
        try:
            outcomes = await retrying(lambda: self._one_transaction([waiting.brought for waiting in together]))
        except Exception as error:  # noqa: BLE001 (handed to whoever asked, below; the writer must live)
            if len(together) == 1:
                if not together[0].answer.cancelled():
                    together[0].answer.set_exception(error)
                return
            for waiting in together:
                await self._write_together([waiting])
            return
        for waiting, outcome in zip(together, outcomes, strict=True):
            if not waiting.answer.cancelled():
                waiting.answer.set_result(outcome)
            if outcome.erased or outcome.redactions:
                self._to_sweep.set()
            # Beside the writer: a listener that fails is reported by the loop and must not end the writing.
            asyncio.get_running_loop().call_soon(self.arrived, outcome)

    async def _sweep_for_ever(self) -> None:
        """Make redacted words leave the disk, not only the tables (PROTOCOL.md, I8). A long read delays it."""
        while True:
            await self._to_sweep.wait()
            if await self._swept():
                self._to_sweep.clear()
            else:
                await asyncio.sleep(SWEEP_AGAIN_S)

    async def _swept(self) -> bool:
        try:
            return await self.database.sweep_deleted(WORDS_LIE_IN)
        except (OperationalError, OSError):
            # Not now: another sweep is under way, or the database is restarting.
            return False

    async def _one_transaction(self, brought: Sequence[Brought | OwnWriting]) -> list[Outcome]:
        received_at = instant(self._clock())
        return await self.in_one_transaction(lambda: enter(brought, self.permit, self.keyring, received_at))

    async def in_one_transaction(self, work: Callable[[], Work[T]]) -> T:
        """Run a piece of work in a transaction of its own that holds the write lock."""
        if self.database.dialect == "sqlite":
            embedded = cast(FencedSqliteClient, self.database.connection)
            self._time_to_read.clear()
            try:
                return await embedded.in_turns(
                    lambda turn: run_on_sqlite(turn, work(), _commit, long=self._reading_meanwhile(turn))
                )
            finally:
                self._time_to_read.set()
        client = cast(FencedAsyncpgClient, self.database.connection)
        async with client._in_transaction() as transaction:
            return await run_on_postgres(cast(Any, transaction)._connection, work())

    def _reading_meanwhile(self, turn: Turn) -> Turn:
        """The same turns, during which the next pushes may be read."""

        async def long(work: Callable[[sqlite3.Connection], Any]) -> Any:
            self._time_to_read.set()
            try:
                return await turn(work)
            finally:
                self._time_to_read.clear()

        return long

    async def can_write(self) -> bool:
        """Whether a transaction with the write lock can begin and end now."""
        if self._closed:
            return False
        try:
            await self.in_one_transaction(_nothing)
        except (OperationalError, OSError):
            return False
        return True

    # Reading

    async def ask(self, sql: str, *parameters: Any) -> Sequence[Row]:
        """Rows of one question, from the reading connection. `?` for parameters, `IN {list}` for a list."""
        reader = self.database.reader
        if self.database.dialect == "sqlite":
            flat = [_as_json(p) if isinstance(p, list) else p for p in parameters]
            async with cast(FencedSqliteClient, reader).acquire_connection() as connection:
                return cast("Sequence[Row]", await connection.execute_fetchall(for_sqlite(sql), flat))
        async with cast(FencedAsyncpgClient, reader).acquire_connection() as connection:
            return cast("Sequence[Row]", await connection.fetch(for_postgres(sql), *parameters))

    async def page(self, scope: str, lane: Lane, after: int) -> tuple[list[PullRow], bool]:
        """Stored operations of a scope and lane after a position, at most 1,000 and about 1 MB; and whether more follow."""
        found = await self.ask(
            f"SELECT o.position, o.received_at, o.header, o.body, o.header_hash FROM operation_{lane} o"
            " JOIN scope s ON s.id = o.scope_id WHERE s.scope = ? AND s.lane = ? AND o.position > ?"
            f" ORDER BY o.position LIMIT {MOST_OPERATIONS + 1}",
            scope,
            lane,
            after,
        )
        rows: list[PullRow] = []
        size_bytes = 0
        for position, received_at, header, body, header_hash in found[:MOST_OPERATIONS]:
            awake = None if body is None else self.keyring.wake(lane, header_hash, bytes(body))
            size_bytes += len(header) + len(awake or b"") + 48
            if rows and size_bytes > PAGE_BYTES:
                break
            rows.append(PullRow(position, received_at, bytes(header), awake))
        return rows, len(rows) < len(found)

    async def marks(self, streams: Sequence[Stream]) -> list[StreamMark]:
        """How far central has each of these streams, in their order.

        The count is of what is stored. Where it is less than the highest number, some of them are held or quarantined: a tablet that
        counted them as safe before a restore offers them again. What was redacted is named: whoever was taken off a visit pulls nothing
        of it any more, and the words must leave their tablet all the same.
        """
        incarnations = listed({stream.incarnation for stream in streams})
        found = await self.ask(
            f"SELECT incarnation, person, scope, lane, CASE lane {_STORED} END, highest, head FROM stream"
            " WHERE incarnation IN {list}",
            incarnations,
        )
        redacted: dict[Stream, list[str]] = {}
        for r in await self.ask(f"{_REDACTED} ORDER BY 6", *(incarnations for _ in LANES)):
            redacted.setdefault(Stream(r[0], r[1] or None, r[2], r[3]), []).append(r[4])
        marks = {}
        for r in found:
            stream = Stream(r[0], r[1] or None, r[2], r[3])
            marks[stream] = StreamMark(r[4], r[5], r[6], tuple(redacted.get(stream, ())))
        return [marks.get(stream, StreamMark(0, 0, None)) for stream in streams]


def _nothing() -> Work[None]:
    yield Ask("SELECT 1")


def _as_json(values: Iterable[str]) -> str:
    return "[" + ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values) + "]"


def _commit(raw: sqlite3.Connection) -> None:
    """The last of a transaction, in SQLite's thread. The simulator puts its own here, to stop the world before or behind it."""
    raw.commit()

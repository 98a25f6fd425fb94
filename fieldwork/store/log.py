"""The log of operations: the truth, of which every table and page is a shadow.

Pushes and central's own writing go through one writer for each process (`writer.py`). Reading goes beside the writer and never waits
for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from tortoise.exceptions import OperationalError

from fieldwork.domain.draft import Draft
from fieldwork.domain.rights import LANES, Lane
from fieldwork.store.asyncpg_backend import FencedAsyncpgClient
from fieldwork.store.database import Database
from fieldwork.store.hindrances import MAY_BE_HINDERED, hindrance_of
from fieldwork.store.judging import Brought, enter
from fieldwork.store.keyring import Keyring
from fieldwork.store.own_writing import OwnWriting
from fieldwork.store.sqlite_backend import FencedSqliteClient
from fieldwork.store.statements import Ask, Row, Work, for_postgres, for_sqlite, listed, with_lists_as_json
from fieldwork.store.writer import Writer
from sync.central.accept import Outcome, Permit
from sync.central.arrival import open_arrival
from sync.central.header import Stream
from sync.central.line import MOST_OPERATIONS, PAGE_BYTES, PullRow, Push, PushLine, Receipt, StreamMark

T = TypeVar("T")
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


class LogDamaged(Exception):
    """The log takes nothing in, because a look through it found damage: a note on top of it could not be called safe."""


class Log:
    """The log of one central. Use inside `async with log.open():`, which runs the writer."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        permit: Permit,
        *,
        incarnation: str,
        clock: Clock | None = None,
        restored: bool = False,
    ) -> None:
        self.database, self.keyring, self.permit, self.incarnation = database, keyring, permit, incarnation
        self._restored = restored
        self.is_damaged = False
        """A look through the log found damage: nothing more is called stored until somebody has seen to it (`soundness.py`)."""
        self._clock = clock or (lambda: datetime.now(UTC))
        self._writer = Writer(database, self._work, self._written)
        self._to_sweep = asyncio.Event()
        self._reading = asyncio.Lock()
        self.arrived: Callable[[Outcome], None] = lambda outcome: None
        """Called after the commit with what was stored; the live pages listen here."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Log]:
        """Run the writer. On leaving, what was taken is finished and nothing new is taken."""
        if self.database.dialect == "sqlite":
            # Whoever was killed between a redaction and its sweep left words in the journal.
            self._to_sweep.set()
        sweeper = asyncio.create_task(self._sweep_for_ever(), name="log sweeper")
        try:
            async with self._writer.open():
                yield self
        finally:
            sweeper.cancel()
            await asyncio.gather(sweeper, return_exceptions=True)
            if self._to_sweep.is_set():
                await self._swept()

    # Writing

    async def accept(self, push: Push, carrier: str | None, whose: str | None = None) -> tuple[Receipt, ...]:
        """Take in what a carrier brought; the receipts are given after the commit. The second time: the same verdicts."""
        return await self.take_in(self.opened(push, carrier, whose))

    async def take_in(self, brought: Brought) -> tuple[Receipt, ...]:
        """`accept` for a push that is open. Raises LogDamaged; nothing is stored then."""
        self._refuse_if_damaged()
        outcome = await self._writer.enter(brought)
        return tuple(outcome.receipts)

    def opened(self, push: Push, carrier: str | None, whose: str | None = None) -> Brought:
        """What a carrier brought, opened as far as it can be. Nothing is asked of the database.

        `whose` is the person whose tablet the carrier is. An office that was restored may have lost the redacts that were made there, so it
        takes an author's own tablet at its word that words of theirs were removed.
        """
        carry_keys = {key.id: key for key in push.carry_keys}
        opener = self.keyring.opener(carry_keys)
        believed = whose if self._restored else None
        lines = [
            open_arrival(line, opener, believed=believed) if isinstance(line, PushLine) else line for line in push.lines
        ]
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
            await self._writer.time_to_read.wait()
            yield

    async def write(self, drafts: Sequence[Draft], person_id: str, rests_on: Collection[str] = ()) -> Outcome:
        """Write as central, in the name of the signed-in person. A draft that was written before changes nothing.

        `rests_on` are operations whose words the drafts repeat: WordsRemoved when one was redacted before this is written.
        """
        self._refuse_if_damaged()
        at = instant(self._clock())
        return await self._writer.enter(
            OwnWriting(self.incarnation, person_id, drafts, at, rests_on=frozenset(rests_on))
        )

    async def import_drafts(self, drafts: Sequence[Draft], incarnation: str) -> Outcome:
        """Write the drafts of one pack, all in one transaction. The same pack again changes nothing."""
        self._refuse_if_damaged()
        return await self._writer.enter(OwnWriting(incarnation, None, drafts, None))

    def _refuse_if_damaged(self) -> None:
        if self.is_damaged:
            raise LogDamaged

    def _work(self, brought: Sequence[Brought | OwnWriting]) -> Work[list[Outcome]]:
        return enter(brought, self.permit, self.keyring, instant(self._clock()))

    def _written(self, outcome: Outcome) -> None:
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

    async def in_one_transaction(self, work: Callable[[], Work[T]]) -> T:
        """Run a piece of work in a transaction of its own that holds the write lock."""
        return await self._writer.in_one_transaction(work)

    async def can_write(self) -> bool:
        """Whether a transaction with the write lock can begin and end now."""
        if self._writer.closed:
            return False
        try:
            await self.in_one_transaction(_nothing)
        except MAY_BE_HINDERED as error:
            if hindrance_of(error) is None:
                raise
            return False
        return True

    # Reading

    async def ask(self, sql: str, *parameters: Any) -> Sequence[Row]:
        """Rows of one question, from the reading connection. `?` for parameters, `IN {list}` for a list."""
        reader = self.database.reader
        if self.database.dialect == "sqlite":
            async with cast(FencedSqliteClient, reader).acquire_connection() as connection:
                return cast(
                    "Sequence[Row]", await connection.execute_fetchall(for_sqlite(sql), with_lists_as_json(parameters))
                )
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

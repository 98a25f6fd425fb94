"""The project's own Tortoise backend for SQLite: what a tablet was told is stored, is stored.

The stock backend cannot carry evidence (tests/store/test_cancellation.py shows it): one cancelled `BEGIN` leaves its
lock taken for ever and the process hangs, and its deferred `BEGIN` fails most writes as soon as a second process has
the file open. Here every write transaction takes the write lock at once (`BEGIN IMMEDIATE`), and every transaction
ends whatever becomes of the task that began it. Tortoise chooses its migration editor by the name of this module, so
the name must contain "sqlite".
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper, translate_exceptions
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError, TransactionManagementError

from fieldwork.store.endings import SavepointContext, begin_ending, finish
from fieldwork.store.statements import Turn

T = TypeVar("T")


def _keep(raw: sqlite3.Connection) -> None:
    """Commit, in the connection's own thread; refuse when there is nothing to commit.

    SQLite takes a transaction back by itself on a full disk and some other faults. A caller that swallowed that error
    would otherwise "commit" nothing, without a word, and tell a tablet that its note is safe.
    """
    if not raw.in_transaction:
        raise TransactionManagementError("The database took the transaction back by itself; nothing of it is stored")
    raw.commit()


def _take_back(raw: sqlite3.Connection) -> None:
    """Undo what a transaction that did not come to its end has written, in the connection's own thread."""
    if raw.in_transaction:
        raw.rollback()


async def in_its_thread(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run a plain function in the connection's own thread. aiosqlite has no public call for this; its version is
    pinned.
    """
    execute: Callable[..., Awaitable[T]] = connection._execute
    return await execute(work, connection._conn)


class FencedSqliteTransaction(SqliteTransactionWrapper):
    """One transaction, or one savepoint in it, on the single connection of an alias."""

    def __init__(self, connection: SqliteClient, begin_statement: str = "BEGIN IMMEDIATE") -> None:
        super().__init__(connection)
        self._begin_statement = begin_statement

    def _in_transaction(self) -> TransactionContext:
        return SavepointContext(FencedSqliteTransaction(self))

    async def begin(self) -> None:
        try:
            cursor = await self._connection.execute(self._begin_statement)
            await cursor.close()
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def commit(self) -> None:
        if self._finalized:
            raise TransactionManagementError("Transaction already finalised")
        try:
            await in_its_thread(self._connection, _keep)
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        self._finalized = True

    @translate_exceptions
    async def execute_script(self, query: str) -> None:
        """Run several statements inside this transaction.

        Python's own `executescript` commits the open transaction first, which would make half a migration permanent.
        """
        async with self.acquire_connection() as connection:
            for statement in statements_of(query):
                await connection.execute_fetchall(statement)


def statements_of(script: str) -> list[str]:
    """Cut a script into its statements; a trigger's body, with its own semicolons, stays whole."""
    statements: list[str] = []
    pending = ""
    for piece in script.split(";"):
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            if pending.strip(" \t\r\n;"):
                statements.append(pending.strip())
            pending = ""
    rest = pending.strip(" \t\r\n;")
    if rest:
        statements.append(rest)
    return statements


class FencedSqliteContext(TransactionContext):
    """Takes the alias's lock, begins, and gives the lock back on every way out."""

    __slots__ = ("_lock", "_token", "connection_name", "transaction")

    def __init__(self, transaction: FencedSqliteTransaction, lock: asyncio.Lock) -> None:
        self.transaction = transaction
        self.connection_name = transaction.connection_name
        self._lock = lock

    async def __aenter__(self) -> TransactionalDBClient:
        await self._lock.acquire()
        try:
            if not self.transaction._connection:
                await self.transaction._parent.create_connection(with_db=True)
                self.transaction._connection = cast(aiosqlite.Connection, self.transaction._parent._connection)
            await self.transaction.begin()
        except BaseException:
            # BEGIN may still wait in the connection's queue, or run at this moment. A rollback queued behind it
            # undoes it, and only then may the next transaction have the lock.
            begin_ending(self._give_back())
            raise
        self._token = get_connections().set(self.connection_name, self.transaction)
        return self.transaction

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self._token)
        await finish(self._keep_or_take_back(keep=exc_type is None))

    async def _give_back(self) -> None:
        try:
            if self.transaction._connection:
                await self.transaction._connection.rollback()
        finally:
            self._lock.release()

    async def _keep_or_take_back(self, *, keep: bool) -> None:
        kept = self.transaction._finalized
        try:
            if keep and not kept:
                await self.transaction.commit()
                kept = True
        finally:
            try:
                if not kept:
                    await self.transaction._connection.rollback()
            finally:
                self._lock.release()


class FencedSqliteClient(SqliteClient):
    """One alias: one connection, one thread, one lock. With `query_only` among its pragmas it reads and never takes
    the write lock.
    """

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self.reads_only = str(self.pragmas.get("query_only", "OFF")).upper() == "ON"

    async def create_connection(self, with_db: bool) -> None:
        try:
            await super().create_connection(with_db)
        except BaseException:
            # A connection whose settings could not all be made must not be used by the next caller without them.
            half_open, self._connection = self._connection, None
            if half_open:
                await finish(half_open.close())
            raise

    def _in_transaction(self) -> TransactionContext:
        # BEGIN IMMEDIATE on the reading connection would take the writers' lock.
        statement = "BEGIN" if self.reads_only else "BEGIN IMMEDIATE"
        return FencedSqliteContext(FencedSqliteTransaction(self, statement), self._lock)

    def in_snapshot(self) -> TransactionContext:
        """A transaction that only reads; everything in it is seen as at its first read."""
        return self._in_transaction()

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for many rows, all or none. The stock method can leave the connection inside its
        transaction when cancelled.
        """
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run one plain function in the connection's own thread, under the lock, with the raw connection.

        For the writer with group commit: one thread hop for a whole batch. The function begins and commits by itself;
        a transaction that it leaves open is taken back. When the asker is cancelled the function still runs to its
        end before the lock is free.
        """
        result: list[T] = []

        def bounded(raw: sqlite3.Connection) -> None:
            try:
                result.append(work(raw))
            finally:
                if raw.in_transaction:
                    raw.rollback()

        async def run() -> None:
            async with self.acquire_connection() as connection:
                await in_its_thread(connection, bounded)

        await finish(run())
        return result[0]

    async def in_turns(self, work: Callable[[Turn], Awaitable[T]]) -> T:
        """Run work that needs the raw connection several times, under the lock: one thread hop for each of its turns.

        For the writer with group commit. The work begins and commits by itself, in its turns; a transaction that it leaves open is
        taken back. When the asker is cancelled the work still runs to its end before the lock is free.
        """
        result: list[T] = []

        async def run() -> None:
            async with self.acquire_connection() as connection:

                def turn(step: Callable[[sqlite3.Connection], T]) -> Awaitable[T]:
                    return in_its_thread(connection, step)

                try:
                    result.append(await work(turn))
                finally:
                    # Queued behind whatever still runs, so that nothing of it is left when the lock is free.
                    await finish(in_its_thread(connection, _take_back))

        await finish(run())
        return result[0]


client_class = FencedSqliteClient

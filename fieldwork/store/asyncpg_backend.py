"""The project's own Tortoise backend for PostgreSQL: a cancelled request never keeps a connection, and a commit that
failed says so.

The stock backend takes a connection from the pool before `BEGIN`; a task cancelled there never gives it back, and
after a few hundred cancellations the pool is empty and the process hangs. It also never looks at what `COMMIT`
answered: PostgreSQL answers the COMMIT of a failed transaction with a quiet ROLLBACK. Tortoise chooses its migration
editor by the name of this module, so the name must contain "asyncpg".
"""

from __future__ import annotations

import asyncio
import contextlib
from itertools import count
from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from fieldwork.store.endings import SavepointContext, begin_ending, finish

#: How long a connection may take to end its transaction after its asker has gone; then it is cut, and the pool makes
#: a new one.
GIVE_BACK_LIMIT_S = 10.0

_savepoint_numbers = count(1)


async def _translated(call: Any, *args: Any, **kwargs: Any) -> Any:
    """Tortoise's two error families for everything that PostgreSQL refuses; deadlocks and lost connections leak from
    the stock one.
    """
    try:
        return await call(*args, **kwargs)
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(error) from error
    except asyncpg.InvalidTransactionStateError as error:
        raise TransactionManagementError(error) from error
    except asyncpg.PostgresError as error:
        raise OperationalError(error) from error


class FencedAsyncpgTransaction(TransactionWrapper):
    """One transaction, or one savepoint in it, on one connection of the pool.

    BEGIN, SAVEPOINT and their endings are written out: asyncpg's own transaction objects cannot be ended by another
    task once their start was cancelled.
    """

    def __init__(self, connection: AsyncpgDBClient, begin_statement: str = "BEGIN") -> None:
        super().__init__(connection)
        self._begin_statement = begin_statement
        self._savepoint_name: str | None = None

    def _in_transaction(self) -> TransactionContext:
        return SavepointContext(FencedAsyncpgTransaction(self))

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        return await _translated(func, self, *args, **kwargs)

    async def begin(self) -> None:
        await _translated(self._connection.execute, self._begin_statement)

    async def commit(self) -> None:
        if self._finalized:
            raise TransactionManagementError("Transaction already finalised")
        answer = await _translated(self._connection.execute, "COMMIT")
        self._finalized = True
        if answer != "COMMIT":
            raise TransactionManagementError(
                "An earlier statement failed, so the database took the transaction back; nothing of it is stored"
            )

    async def rollback(self) -> None:
        if self._finalized:
            raise TransactionManagementError("Transaction already finalised")
        await _translated(self._connection.execute, "ROLLBACK")
        self._finalized = True

    async def savepoint(self) -> None:
        self._savepoint_name = f"fieldwork_{next(_savepoint_numbers)}"
        await _translated(self._connection.execute, f"SAVEPOINT {self._savepoint_name}")

    async def release_savepoint(self) -> None:
        await _translated(self._connection.execute, f"RELEASE SAVEPOINT {self._savepoint_name}")
        self._finalized = True

    async def savepoint_rollback(self) -> None:
        await _translated(self._connection.execute, f"ROLLBACK TO SAVEPOINT {self._savepoint_name}")
        self._finalized = True


class FencedAsyncpgContext(TransactionContext):
    """Takes a connection from the pool, begins, and gives the connection back on every way out."""

    __slots__ = ("_pool", "_token", "connection_name", "transaction")

    def __init__(self, transaction: FencedAsyncpgTransaction) -> None:
        self.transaction = transaction
        self.connection_name = transaction.connection_name

    async def __aenter__(self) -> TransactionalDBClient:
        self._pool = await cast(FencedAsyncpgClient, self.transaction._parent).open_pool()
        self.transaction._connection = await self._pool.acquire()
        try:
            await self.transaction.begin()
        except BaseException:
            begin_ending(self._keep_or_take_back(keep=False))
            raise
        self._token = get_connections().set(self.connection_name, self.transaction)
        return self.transaction

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self._token)
        await finish(self._keep_or_take_back(keep=exc_type is None))

    async def _keep_or_take_back(self, *, keep: bool) -> None:
        connection = self.transaction._connection
        ended = self.transaction._finalized
        try:
            if keep and not ended:
                await self.transaction.commit()
                ended = True
        finally:
            try:
                if not ended and not self.transaction._finalized:
                    await self._take_back(connection)
            finally:
                await self._pool.release(connection, timeout=GIVE_BACK_LIMIT_S)

    @staticmethod
    async def _take_back(connection: Any) -> None:
        try:
            async with asyncio.timeout(GIVE_BACK_LIMIT_S):
                await connection.execute("ROLLBACK")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError):
            # The server ends the transaction of a lost connection by itself; the pool replaces the connection.
            # A connection that the server closed has left the pool already.
            with contextlib.suppress(asyncpg.InterfaceError):
                connection.terminate()


class FencedAsyncpgClient(AsyncpgDBClient):
    """A pool of connections to one database, given as a `postgres://` address that asyncpg reads by itself (TLS
    options included).
    """

    def __init__(self, dsn: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._dsn = dsn

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        for part in ("host", "port", "user", "password", "database"):
            kwargs.pop(part, None)
        return await asyncpg.create_pool(self._dsn, **kwargs)

    async def open_pool(self) -> asyncpg.Pool:
        """The pool, made at the first call; tasks that ask at the same time get the same one."""
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        assert self._pool is not None
        return self._pool

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        return await _translated(func, self, *args, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return FencedAsyncpgContext(FencedAsyncpgTransaction(self))

    def in_snapshot(self) -> TransactionContext:
        """A transaction that only reads; everything in it is seen as at its first read."""
        return FencedAsyncpgContext(FencedAsyncpgTransaction(self, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))

    async def execute_many(self, query: str, values: list[Any]) -> None:
        """Run one statement for many rows, all or none. Cancelled, the stock method leaves its rollback to the pool's
        reset.
        """
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


client_class = FencedAsyncpgClient

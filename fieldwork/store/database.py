"""One database, opened from an address, with its two ways in: `writing()` and `reading()`.

Every note that reaches central passes through here, and so does every page that shows one. SQLite is the default and
lives in one file, with one connection that writes and a second that only reads, so that nobody waits for a page
behind a push. PostgreSQL is for several server processes. The two differ in SQL text only; `dialect` says which one
this is. It holds no rule about evidence.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast
from urllib.parse import unquote, urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient, TransactionContext
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext
from tortoise.exceptions import ConfigurationError, TransactionManagementError

from fieldwork.store import endings
from fieldwork.store.asyncpg_backend import FencedAsyncpgClient
from fieldwork.store.durability import assert_postgres_keeps_words, assert_sqlite_keeps_words
from fieldwork.store.retrying import moment_of, retrying
from fieldwork.store.sqlite_backend import FencedSqliteClient

Dialect = Literal["sqlite", "postgres"]

APP_LABEL = "store"
#: Modules whose Tortoise models are tables of this database.
MODEL_MODULES = ("fieldwork.store.tables",)
MIGRATIONS_MODULE = "fieldwork.store.migrations"

#: In the order in which they are set. busy_timeout comes first so that the others wait for a second process instead
#: of failing.
SQLITE_SETTINGS: dict[str, str] = {
    "busy_timeout": "10000",
    "journal_mode": "WAL",
    "journal_size_limit": str(16 * 1024 * 1024),
    "synchronous": "FULL",
    "fullfsync": "ON",
    "foreign_keys": "ON",
    # A redacted word must leave the file, also the free pages, and must never go to a temporary file.
    "secure_delete": "ON",
    "temp_store": "MEMORY",
}

#: What holds for a connection that only reads, whoever opens it: nothing of what it sorts goes to a temporary file either.
SQLITE_READING: dict[str, str] = {"query_only": "ON", "temp_store": SQLITE_SETTINGS["temp_store"]}

#: How long opening waits for a server that is starting, or for a file that another process is setting up.
CONNECT_LIMIT_S = 5.0

#: At most this many connections for each server process.
POSTGRES_POOL_MAX = 8
POSTGRES_SETTINGS: dict[str, str] = {
    "application_name": "fieldwork",
    "timezone": "UTC",
    # As long as SQLite's busy_timeout; the refusal is one that `retrying` knows.
    "lock_timeout": "10000",
    # All that is asked again and again has an index. While a table is new nobody has counted its rows, and a plan made then walked through
    # the whole of it, for every push, until they were counted: 250 microseconds for each note.
    "enable_seqscan": "off",
    # The price that this puts on a walk that has to be would make every such plan worth compiling.
    "jit": "off",
}


class DatabaseUnreachable(Exception):
    """The database could not be opened; the message says why, without its password."""


@dataclass(frozen=True)
class DatabaseAddress:
    """Where the database is. `url` may hold a password and is kept out of `repr`; `shown` is for people."""

    dialect: Dialect
    shown: str
    path: Path | None
    url: str

    def __repr__(self) -> str:
        return f"DatabaseAddress({self.shown})"


class AddressProblem(ValueError):
    """This is no address of a database; the message says what one looks like."""


def database_address(url: str) -> DatabaseAddress:
    """Read `sqlite:///path/file.sqlite3` or `postgres://user@host:port/name`; AddressProblem says what is wrong with
    anything else.

    With three slashes an SQLite path is absolute; `sqlite://file.sqlite3` is relative to the working directory.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path_text = unquote(parts.netloc + parts.path)
        if not path_text.strip("/") or ":memory:" in path_text:
            raise AddressProblem("An SQLite database needs a file, for example sqlite:///var/fieldwork/central.sqlite3")
        if parts.query or parts.fragment:
            raise AddressProblem(
                "An SQLite address has no options: the settings that keep notes safe are not for choosing"
            )
        path = Path("/" + path_text.lstrip("/") if path_text.startswith("/") else path_text).absolute()
        return DatabaseAddress("sqlite", path.name, path, url)
    if parts.scheme in ("postgres", "postgresql"):
        name = parts.path.strip("/")
        if not name:
            raise AddressProblem(
                "A PostgreSQL address needs the name of a database, for example postgres://fieldwork@db.example/fieldwork"
            )
        return DatabaseAddress("postgres", f"{name} on {parts.hostname or 'the local socket'}", None, url)
    raise AddressProblem("A database address begins with sqlite:// or postgres://")


class Database:
    """An open database. Use as `async with Database(url) as database:`, in a script, a test or the application's
    lifespan.

    One at a time in a process: models find their database through one process-wide place, so that requests, which run
    in other tasks than the lifespan, find it too. After it is closed another may be opened, of either dialect.
    """

    def __init__(self, url: str) -> None:
        self.address = database_address(url)
        self._context: TortoiseContext | None = None

    @property
    def dialect(self) -> Dialect:
        """ "sqlite" or "postgres"; the key to the two SQL texts of a hot query."""
        return self.address.dialect

    @property
    def context(self) -> TortoiseContext:
        if self._context is None:
            raise DatabaseUnreachable("This database is not open")
        return self._context

    @property
    def connection(self) -> BaseDBAsyncClient:
        """The connection that may write: this task's transaction when there is one. Placeholders are `?` on SQLite,
        `$1` on PostgreSQL.

        For answers use `execute_query_dict` (also for RETURNING), for many rows `execute_many`.
        """
        return self.context.connections.get("default")

    @property
    def reader(self) -> BaseDBAsyncClient:
        """The connection for reading: this task's own transaction, so that it sees its own writes, else the one that
        only reads.
        """
        current = self.connection
        if self.dialect == "postgres" or isinstance(current, TransactionalDBClient):
            return current
        return self.context.connections.get("ro")

    def writing(self) -> TransactionContext:
        """A transaction that takes the write lock at its start. Inside another one: a savepoint.

        It is stored when the block ends without an exception, and not before. Never start a task inside: it would
        inherit the connection.
        """
        current = self.reader
        if isinstance(current, TransactionalDBClient) and current is not self.connection:
            raise TransactionManagementError("This task is only reading; end reading() before writing()")
        return self.connection._in_transaction()

    def reading(self) -> TransactionContext:
        """A transaction that only reads and sees one moment throughout. Inside `writing()` it joins that one."""
        current = self.reader
        if isinstance(current, TransactionalDBClient):
            return current._in_transaction()
        return cast(FencedSqliteClient | FencedAsyncpgClient, current).in_snapshot()

    async def open(self) -> Self:
        """Connect, prove that acknowledged words are kept, and become the process's database. Raises
        `DatabaseUnreachable` or `DatabaseUnsafe` with a sentence for the operator; nothing stays open then.
        """
        if self._context is not None:
            raise DatabaseUnreachable("This database is already open")
        # Tortoise remembers INSERT texts by connection name, not by dialect; the last database's texts may be in the
        # other one.
        EXECUTOR_CACHE.clear()
        if self.address.path is not None:
            _make_private_file(self.address.path)
        context = TortoiseContext()
        try:
            # Current in this task only while models are being read; afterwards every task finds it as the process's
            # own.
            with context:
                await context.init(config=tortoise_config(self.address), _enable_global_fallback=True)
        except ConfigurationError as error:
            if "Global context" not in str(error):
                raise
            raise DatabaseUnreachable("Another database is open in this process; close it first") from error
        self._context = context
        try:
            await self._connect()
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """Let transactions that are ending end, then close every connection. The second time it does nothing."""
        context, self._context = self._context, None
        if context is not None:
            await endings.settled()
            await context.close_connections()

    async def sweep_deleted(self, tables: tuple[str, ...]) -> bool:
        """Make deleted or overwritten words leave the disk files now, not some day. Call it after a redaction,
        outside a transaction.

        SQLite wipes them in the file when it deletes them (secure_delete) but keeps old pages in its journal until
        that is emptied: this empties it, and answers False when a long read is still in the way. PostgreSQL keeps old
        rows until VACUUM: this vacuums `tables`. Its write-ahead log and every backup keep them until they are
        recycled.
        """
        if self.dialect == "sqlite":
            rows = await self.connection.execute_query_dict("PRAGMA wal_checkpoint(TRUNCATE)")
            return bool(rows[0]["busy"] == 0)
        for table in tables:
            await self.connection.execute_query('VACUUM "{}"'.format(table.replace('"', '""')))
        return True

    async def _connect(self) -> None:
        try:
            for connection in self.context.connections.all():
                await retrying(partial(connection.create_connection, with_db=True), limit_s=CONNECT_LIMIT_S)
        except Exception as error:
            if moment_of(error) is None and not isinstance(error, (OSError, ValueError, ConfigurationError)):
                raise
            raise DatabaseUnreachable(f"The database {self.address.shown} does not answer: {error}") from error
        if self.dialect == "sqlite":
            for connection in self.context.connections.all():
                await assert_sqlite_keeps_words(connection)
        else:
            await assert_postgres_keeps_words(self.connection)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


def tortoise_config(address: DatabaseAddress) -> dict[str, Any]:
    """The configuration that Tortoise's own tools need as well. Aliases: `default`, and on SQLite `ro`, the same
    file, only reading.
    """
    connections: dict[str, Any]
    if address.dialect == "sqlite":
        engine = "fieldwork.store.sqlite_backend"
        credentials = {"file_path": str(address.path), **SQLITE_SETTINGS}
        connections = {
            "default": {"engine": engine, "credentials": credentials},
            "ro": {"engine": engine, "credentials": {**credentials, **SQLITE_READING}},
        }
    else:
        connections = {
            "default": {
                "engine": "fieldwork.store.asyncpg_backend",
                "credentials": {
                    "dsn": address.url,
                    "minsize": 1,
                    "maxsize": POSTGRES_POOL_MAX,
                    "server_settings": dict(POSTGRES_SETTINGS),
                },
            }
        }
    app = {"models": list(MODEL_MODULES), "default_connection": "default", "migrations": MIGRATIONS_MODULE}
    return {"connections": connections, "apps": {APP_LABEL: app}, "use_tz": True, "timezone": "UTC"}


def _make_private_file(path: Path) -> None:
    """Make the folder and the file readable by this user only; SQLite gives its journal files the same permissions."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseUnreachable(
            f"The database file {path.name} cannot be made or opened: {error.strerror}"
        ) from error

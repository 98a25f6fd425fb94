"""Bring a database to this version's schema, one process at a time, and refuse to serve on any other.

An operator runs `fieldwork migrate` after an update, perhaps on two machines at once; nothing may be half done by
that. Each step and the mark that it was done are one transaction. A database that a newer version has changed is left
alone: an older program would not know what it may drop. Going back is by restoring a backup, never by a step
backwards.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder

from fieldwork.store.asyncpg_backend import FencedAsyncpgClient
from fieldwork.store.database import APP_LABEL, Database, tortoise_config

#: Any number, for ever the same, that no other program on the server uses: "fieldwrk" as bytes.
POSTGRES_LOCK = int.from_bytes(b"fieldwrk", "big")
LOCK_LIMIT_S = 120.0
LOCK_LOOK_AGAIN_S = 0.05


class SchemaUnfit(Exception):
    """The database's schema is not this version's; the message says what to do."""


class MigrationBusy(Exception):
    """Another process has been changing the schema for longer than `LOCK_LIMIT_S`."""


async def migrate(database: Database) -> tuple[str, ...]:
    """Apply every step that the database lacks and return their names; () the second time.

    Several processes may call it at once: one works, the others wait and find nothing left to do. A step that fails
    is taken back whole and raises; the steps before it stay. Raises `SchemaUnfit` for a database of a newer version.
    """
    async with _alone(database):
        executor = _executor(database)
        await executor.loader.build_graph()
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
        applied = await _applied(database)
        _refuse_newer(applied, _known(executor))
        done: list[str] = []
        for step in await executor.plan():
            state = await executor._project_state({MigrationKey(app_label=APP_LABEL, name=name) for name in applied})
            editor = executor._schema_editor(atomic=True)
            # Tortoise writes the mark after the step's transaction; a crash between the two would leave a step that
            # can be neither repeated nor skipped.
            async with database.writing() as transaction:
                editor.client = transaction
                await step.migration.apply(state, schema_editor=editor)
                await MigrationRecorder(transaction).record_applied(APP_LABEL, step.migration.name)
            applied.append(step.migration.name)
            done.append(step.migration.name)
        return tuple(done)


async def check_schema(database: Database) -> None:
    """Return when the database has exactly this version's schema; else raise `SchemaUnfit` with a sentence for the
    operator.
    """
    executor = _executor(database)
    await executor.loader.build_graph()
    known = _known(executor)
    applied = await _applied(database)
    _refuse_newer(applied, known)
    if not applied:
        raise SchemaUnfit(f"The database {database.address.shown} is empty. Run `fieldwork migrate` to set it up.")
    missing = [name for name in known if name not in applied]
    if missing:
        raise SchemaUnfit(
            f"The database {database.address.shown} is of an older version; it lacks {', '.join(missing)}. "
            "Make a backup with `fieldwork backup`, then run `fieldwork migrate`."
        )


async def schema_of(database: Database) -> tuple[str, ...]:
    """The steps that this database has gone, oldest first: this version's, or an older one's. Raises `SchemaUnfit` for a database that
    is empty or of a newer version.
    """
    applied = tuple(await _applied(database))
    await refuse_newer(database, applied)
    if not applied:
        raise SchemaUnfit(f"The database {database.address.shown} is empty.")
    return applied


async def refuse_newer(database: Database, applied: Sequence[str]) -> None:
    """Raise `SchemaUnfit` when one of these steps is not known here."""
    executor = _executor(database)
    await executor.loader.build_graph()
    _refuse_newer(applied, _known(executor))


def _executor(database: Database) -> MigrationExecutor:
    return MigrationExecutor(database.connection, tortoise_config(database.address)["apps"])


def _known(executor: MigrationExecutor) -> list[str]:
    return sorted(key.name for key in executor.loader.graph.nodes)


async def _applied(database: Database) -> list[str]:
    """Names of the steps already done, oldest first. Tortoise's own reader takes any error for an empty answer; this
    one raises.
    """
    if database.dialect == "sqlite":
        found = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'tortoise_migrations'"
    else:
        found = "SELECT 1 AS found WHERE to_regclass('tortoise_migrations') IS NOT NULL"
    if not await database.connection.execute_query_dict(found):
        return []
    rows = await database.connection.execute_query_dict(
        f"SELECT name FROM tortoise_migrations WHERE app = '{APP_LABEL}' ORDER BY name"
    )
    return [row["name"] for row in rows]


def _refuse_newer(applied: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in applied if name not in known]
    if unknown:
        raise SchemaUnfit(
            f"A newer version of fieldwork has changed this database ({', '.join(unknown)} is not known here). "
            "Update fieldwork, or restore the backup that was made before the update."
        )


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """Hold the lock under which the schema may be changed, on this machine (SQLite) or on the server (PostgreSQL)."""
    if database.address.path is not None:
        async with _lock_file(database.address.path.with_name(database.address.path.name + ".migrate-lock")):
            yield
    else:
        async with _advisory_lock(cast(FencedAsyncpgClient, database.connection)):
            yield


@asynccontextmanager
async def _lock_file(path: Path) -> AsyncIterator[None]:
    # The lock ends with the process, however that ends; the file stays, because removing it would let two processes
    # lock two files.
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        give_up_at = time.monotonic() + LOCK_LIMIT_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= give_up_at:
                    raise MigrationBusy(
                        f"Another process holds {path.name}; is a `fieldwork migrate` still running?"
                    ) from None
                await asyncio.sleep(LOCK_LOOK_AGAIN_S)
        yield
    finally:
        os.close(descriptor)


@asynccontextmanager
async def _advisory_lock(client: FencedAsyncpgClient) -> AsyncIterator[None]:
    pool = await client.open_pool()
    async with pool.acquire() as connection:
        give_up_at = time.monotonic() + LOCK_LIMIT_S
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", POSTGRES_LOCK):
            if time.monotonic() >= give_up_at:
                raise MigrationBusy("Another process is changing the schema; is a `fieldwork migrate` still running?")
            await asyncio.sleep(LOCK_LOOK_AGAIN_S)
        # Giving the connection back to the pool unlocks: asyncpg resets it with pg_advisory_unlock_all().
        yield

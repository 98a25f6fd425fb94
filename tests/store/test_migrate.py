"""An operator updates central: the schema changes once and whole, or not at all, and the wrong program does not
start.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tortoise.exceptions import OperationalError
from tortoise.migrations.recorder import MigrationRecorder

from fieldwork.store import migrate as migrate_module
from fieldwork.store.database import Database
from fieldwork.store.migrate import MigrationBusy, SchemaUnfit, check_schema, migrate
from tests.store.test_migration_fence import schema_of, step_names

ROOT = Path(__file__).parents[2]

ONE_MIGRATE = """
import asyncio, sys
from fieldwork.store.database import Database
from fieldwork.store.migrate import check_schema, migrate

async def main(url):
    async with Database(url) as database:
        done = await migrate(database)
        await check_schema(database)
    print(len(done))

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.anyio
async def test_migrating_twice_changes_nothing_the_second_time(empty_database_url: str) -> None:
    async with Database(empty_database_url) as database:
        first = await migrate(database)
        schema = await schema_of(database)
        second = await migrate(database)

        assert list(first) == step_names()
        assert second == ()
        assert await schema_of(database) == schema
        await check_schema(database)


def test_three_migrations_at_once_all_end_well_and_one_of_them_works(empty_database_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ONE_MIGRATE, empty_database_url],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]

    answers = [process.communicate(timeout=60) for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0], answers
    assert sorted(int(out) for out, _ in answers) == [0, 0, len(step_names())]


@pytest.mark.anyio
async def test_a_step_that_fails_is_taken_back_whole(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "failing_steps"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "0001_breaks.py").write_text(
        """
from tortoise import fields, migrations
from tortoise.migrations import operations
from fieldwork.store.schema_operations import StatementsByDialect

BREAKS = "INSERT INTO table_that_is_not_there VALUES (1)"

class Migration(migrations.Migration):
    operations = [
        operations.CreateModel(
            name="Chair",
            fields=[("id", fields.IntField(primary_key=True)), ("colour", fields.TextField(db_index=False))],
            options={"table": "chair"},
        ),
        StatementsByDialect(sqlite=["CREATE TABLE lamp (id INTEGER)"], postgres=["CREATE TABLE lamp (id INTEGER)"]),
        StatementsByDialect(sqlite=[BREAKS], postgres=[BREAKS]),
    ]
"""
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("fieldwork.store.database.MIGRATIONS_MODULE", "failing_steps")

    async with Database(empty_database_url) as database:
        with pytest.raises(OperationalError):
            await migrate(database)

        assert set(await schema_of(database)) == {"tortoise_migrations"}
        with pytest.raises(SchemaUnfit, match="is empty"):
            await check_schema(database)


@pytest.mark.anyio
async def test_a_step_whose_mark_cannot_be_written_is_taken_back_too(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it could be neither done again nor passed over."""

    async def power_cut(recorder: MigrationRecorder, app: str, name: str) -> None:
        raise OSError("power cut")

    async with Database(empty_database_url) as database:
        with monkeypatch.context() as patched:
            patched.setattr(MigrationRecorder, "record_applied", power_cut)
            with pytest.raises(OSError, match="power cut"):
                await migrate(database)

        assert set(await schema_of(database)) == {"tortoise_migrations"}
        assert list(await migrate(database)) == step_names()


@pytest.mark.anyio
async def test_central_refuses_an_empty_database_and_says_what_to_run(empty_database_url: str) -> None:
    async with Database(empty_database_url) as database:
        with pytest.raises(SchemaUnfit, match="Run `fieldwork migrate`"):
            await check_schema(database)


@pytest.mark.anyio
async def test_central_refuses_an_older_database_and_names_the_missing_step(database: Database) -> None:
    last = step_names()[-1]
    await database.connection.execute_query(f"DELETE FROM tortoise_migrations WHERE name = '{last}'")

    with pytest.raises(SchemaUnfit, match=f"older version; it lacks {last}"):
        await check_schema(database)


@pytest.mark.anyio
async def test_central_leaves_a_newer_database_alone(database: Database) -> None:
    await database.connection.execute_query(
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('store', '9999_later', '2031-01-01 00:00:00')"
    )
    schema = await schema_of(database)

    with pytest.raises(SchemaUnfit, match=r"newer version.*9999_later"):
        await check_schema(database)
    with pytest.raises(SchemaUnfit, match="newer version"):
        await migrate(database)

    assert await schema_of(database) == schema


@pytest.mark.anyio
async def test_a_migration_that_waits_too_long_says_who_is_in_the_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate_module, "LOCK_LIMIT_S", 0.0)

    async with migrate_module._alone(database):
        with pytest.raises(MigrationBusy, match="fieldwork migrate"):
            await migrate(database)

    assert await migrate(database) == ()

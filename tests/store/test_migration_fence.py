"""Every step of the schema is one that loses no row on either database, and both databases end with the same schema
as the models.

Tortoise's `AlterField` and `RemoveField` rebuild a table on SQLite without its indexes and constraints, and delete
the rows of every table that refers to it with ON DELETE CASCADE, printing "OK". Such a step must never reach an
office.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from tortoise.migrations import operations
from tortoise.utils import generate_schema_for_client

import fieldwork.store.migrations as steps
from fieldwork.store.database import Database
from fieldwork.store.migrate import migrate
from fieldwork.store.schema_operations import AlterFieldPgOnly, StatementsByDialect

ALLOWED = (
    operations.CreateModel,
    operations.AddField,
    operations.AddIndex,
    operations.RenameField,
    operations.RunPython,
    StatementsByDialect,
    AlterFieldPgOnly,
)


def step_names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(steps.__path__))


def operations_of(step_name: str) -> list[operations.Operation]:
    module = importlib.import_module(f"{steps.__name__}.{step_name}")
    return list(module.Migration.operations)


def why_refused(operation: operations.Operation) -> str | None:
    """Why this operation may not be in a migration; None when it may."""
    # Exactly these classes: a subclass of an allowed one could do anything.
    if type(operation) not in ALLOWED:
        return f"{type(operation).__name__} is not allowed"
    if isinstance(operation, operations.AddField):
        field: Any = operation.field
        if not field.null and not field.has_db_default():
            return f"{operation.model_name}.{operation.name} is neither nullable nor has a db_default"
        if field.unique:
            return f"{operation.model_name}.{operation.name} is unique; SQLite cannot add that later"
    return None


@pytest.mark.parametrize("step_name", step_names())
def test_every_step_does_only_what_loses_no_row_on_either_database(step_name: str) -> None:
    refusals = [why for why in map(why_refused, operations_of(step_name)) if why]

    assert refusals == []


@pytest.mark.parametrize("step_name", step_names())
def test_every_step_runs_in_one_transaction_and_follows_the_one_before(step_name: str) -> None:
    migration = importlib.import_module(f"{steps.__name__}.{step_name}").Migration
    place = step_names().index(step_name)

    assert migration.atomic
    assert migration.dependencies == ([("store", step_names()[place - 1])] if place else [])


@pytest.mark.parametrize("step_name", step_names())
def test_every_step_can_be_read_on_a_machine_that_has_only_our_own_packages(step_name: str) -> None:
    source = Path(next(iter(steps.__path__)), f"{step_name}.py").read_text()
    imported = [
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    ]

    # Generated files import orjson when it happened to be installed.
    assert set(imported) <= {"__future__", "collections", "tortoise", "fieldwork"}


def test_the_fence_refuses_what_would_lose_rows() -> None:
    from tortoise import fields

    dangerous = [
        operations.AlterField("Device", "label", fields.CharField(max_length=5)),
        operations.RemoveField("Device", "label"),
        operations.DeleteModel("Device"),
        operations.RunSQL("DELETE FROM device"),
        operations.AddField("Device", "colour", fields.TextField()),
        operations.AddField("Device", "number", fields.IntField(null=True, unique=True)),
    ]

    assert all(why_refused(operation) for operation in dangerous)
    assert why_refused(operations.AddField("Device", "colour", fields.TextField(null=True))) is None


@pytest.mark.anyio
async def test_a_migrated_database_has_exactly_the_schema_of_the_models(empty_database_url: str) -> None:
    async with Database(empty_database_url) as database:
        await migrate(database)
        migrated = await schema_of(database)
        await remove_everything(database)
        await generate_schema_for_client(database.connection, safe=False)
        generated = await schema_of(database)

    by_hand = made_by_hand(migrated)
    assert {table: shape for table, shape in migrated.items() if table not in by_hand} == generated
    assert set(generated) >= {"account", "device", "session"}


@pytest.mark.anyio
async def test_no_row_refers_to_one_that_is_not_there(database: Database) -> None:
    if database.dialect == "sqlite":
        assert await database.connection.execute_query_dict("PRAGMA foreign_key_check") == []
        assert await database.connection.execute_query_dict("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    else:
        unchecked = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"
        assert await database.connection.execute_query_dict(unchecked) == []


def made_by_hand(migrated: dict[str, Any]) -> set[str]:
    """Tables that no model describes: Tortoise's own list of steps, and those that a step makes by its own
    statements.
    """
    named = {
        table
        for step_name in step_names()
        for operation in operations_of(step_name)
        if isinstance(operation, StatementsByDialect)
        for table in operation.makes
    }
    shadows = {table for table in migrated if any(table.startswith(f"{name}_") for name in named)}
    return {"tortoise_migrations"} | named | shadows


async def schema_of(database: Database) -> dict[str, Any]:
    """Every table with its columns, indexes and references, in a form that can be compared."""
    return await (schema_of_sqlite(database) if database.dialect == "sqlite" else schema_of_postgres(database))


async def schema_of_sqlite(database: Database) -> dict[str, Any]:
    ask = database.connection.execute_query_dict
    tables = await ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    schema = {}
    for row in tables:
        name = row["name"]
        indexes = []
        for index in await ask(f'PRAGMA index_list("{name}")'):
            columns = await ask(f'PRAGMA index_info("{index["name"]}")')
            named = "" if index["name"].startswith("sqlite_autoindex") else index["name"]
            indexes.append((named, index["unique"], index["partial"], [column["name"] for column in columns]))
        shapes = sorted(
            (column["name"], column["type"], column["notnull"], column["dflt_value"], column["pk"])
            for column in await ask(f'PRAGMA table_info("{name}")')
        )
        references = sorted(
            (reference["table"], reference["from"], reference["to"], reference["on_delete"])
            for reference in await ask(f'PRAGMA foreign_key_list("{name}")')
        )
        triggers = await ask(f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{name}'")
        schema[name] = (shapes, sorted(indexes), references, sorted(trigger["name"] for trigger in triggers))
    return schema


async def schema_of_postgres(database: Database) -> dict[str, Any]:
    ask = database.connection.execute_query_dict
    columns = await ask(
        """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
           FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, column_name"""
    )
    indexes = await ask("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2")
    constraints = await ask(
        """SELECT conrelid::regclass::text AS table_name, contype::text AS kind, pg_get_constraintdef(oid) AS text
           FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 3"""
    )
    schema: dict[str, Any] = {}
    for column in columns:
        shape = tuple(str(value) for value in list(column.values())[1:])
        schema.setdefault(column["table_name"], ([], [], []))[0].append(shape)
    for index in indexes:
        schema[index["tablename"]][1].append(index["indexdef"])
    for constraint in constraints:
        schema[constraint["table_name"]][2].append((constraint["kind"], constraint["text"]))
    return schema


async def remove_everything(database: Database) -> None:
    if database.dialect == "postgres":
        await database.connection.execute_query("DROP SCHEMA public CASCADE")
        await database.connection.execute_query("CREATE SCHEMA public")
        return
    await database.connection.execute_query("PRAGMA foreign_keys = OFF")
    ask = database.connection.execute_query_dict
    while True:
        tables = await ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        if not tables:
            break
        # A virtual table takes its own tables with it, so the list is read again each time; virtual ones go first.
        virtual = await ask("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")
        await database.connection.execute_query(f'DROP TABLE "{(virtual or tables)[0]["name"]}"')

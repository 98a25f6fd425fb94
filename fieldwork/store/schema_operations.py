"""The project's own steps for migrations, where Tortoise's would lose rows or cannot say what is meant.

Tables whose SQL is written by hand (the log, full-text search) are made with `StatementsByDialect`: two texts side by
side, run one statement at a time inside the migration's transaction. On SQLite Tortoise's `AlterField` and
`RemoveField` rebuild a table without its constraints and indexes and delete the rows that refer to it, so the fence
(tests/store/test_migration_fence.py) refuses those.
"""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.migrations.operations import AlterField, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class StatementsByDialect(TortoiseOperation):
    """Statements for each database. `makes` names every table they create, so that the drift test knows them.

    A virtual table of SQLite's full-text search makes tables of its own; names that begin with a made table's name
    and "_" belong to it.
    """

    reversible = False

    def __init__(self, *, sqlite: Sequence[str], postgres: Sequence[str], makes: Sequence[str] = ()) -> None:
        self.sqlite = tuple(sqlite)
        self.postgres = tuple(postgres)
        self.makes = tuple(makes)

    def describe(self) -> str:
        return f"Run statements written by hand{' for ' + ', '.join(self.makes) if self.makes else ''}"

    def state_forward(self, app_label: str, state: State) -> None:
        """The models of Tortoise know nothing of these tables."""

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is None:
            return
        statements = self.sqlite if state_editor.client.capabilities.dialect == "sqlite" else self.postgres
        for statement in statements:
            await state_editor.client.execute_query(statement)


class AlterFieldPgOnly(AlterField):
    """Change a column's type on PostgreSQL; on SQLite, which enforces neither lengths nor types, change nothing but
    the state.

    Only for a change that SQLite need not know about, such as a longer VARCHAR.
    """

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is not None and state_editor.client.capabilities.dialect == "postgres":
            await super().database_forward(app_label, old_state, new_state, state_editor)

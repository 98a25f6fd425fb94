"""Settings: named values of this database, such as its own id, its epoch and an organisation's limits.

After a restore the epoch tells every tablet to offer again what central may have lost. Values are text; what a text
means is for the module that owns the setting.
"""

from __future__ import annotations

from uuid import uuid4

from fieldwork.store import tables
from fieldwork.store.database import Database
from fieldwork.store.retrying import retrying

DATABASE_ID = "database_id"


async def setting(database: Database, key: str) -> str | None:
    """The value stored under this key, or None."""
    row = await tables.Setting.get_or_none(key=key, using_db=database.reader)
    return row.value if row else None


async def all_settings(database: Database) -> dict[str, str]:
    """Every setting by its key."""
    rows = await tables.Setting.all().using_db(database.reader).order_by("key")
    return {row.key: row.value for row in rows}


async def set_setting(database: Database, key: str, value: str) -> None:
    """Store a value, in place of the one before."""

    async def store() -> None:
        async with database.writing() as connection:
            if not await tables.Setting.filter(key=key).using_db(connection).update(value=value):
                await tables.Setting.create(using_db=connection, key=key, value=value)

    await retrying(store)


async def set_setting_once(database: Database, key: str, value: str) -> str:
    """Store a value unless there is one, and return the one that stands. Of two that come at once, one wins and both
    hear it.
    """

    async def store() -> str:
        async with database.writing() as connection:
            row = await tables.Setting.get_or_none(key=key, using_db=connection)
            if row is None:
                row = await tables.Setting.create(using_db=connection, key=key, value=value)
            return row.value

    return await retrying(store)


async def database_id(database: Database) -> str:
    """This database's own id, made when it is first asked for and the same for ever after, also in its backups."""
    return await setting(database, DATABASE_ID) or await set_setting_once(database, DATABASE_ID, str(uuid4()))

"""Named values of a database, its own id among them."""

from __future__ import annotations

from uuid import UUID

import pytest

from fieldwork.store import settings
from fieldwork.store.database import Database

pytestmark = pytest.mark.anyio


async def test_a_setting_is_the_last_value_stored(database: Database) -> None:
    assert await settings.setting(database, "epoch") is None

    await settings.set_setting(database, "epoch", "1")
    await settings.set_setting(database, "epoch", "2")
    await settings.set_setting(database, "idle_limit", "15 – fünfzehn")

    assert await settings.setting(database, "epoch") == "2"
    assert await settings.all_settings(database) == {"epoch": "2", "idle_limit": "15 – fünfzehn"}


async def test_what_is_stored_once_stays(database: Database) -> None:
    assert await settings.set_setting_once(database, "word", "first") == "first"
    assert await settings.set_setting_once(database, "word", "second") == "first"


async def test_a_database_keeps_its_own_id(database: Database) -> None:
    first = await settings.database_id(database)

    assert str(UUID(first)) == first
    assert await settings.database_id(database) == first


async def test_a_setting_stored_inside_a_block_is_seen_inside_it(database: Database) -> None:
    async with database.writing():
        await settings.set_setting(database, "word", "inside")
        seen = await settings.setting(database, "word")

    assert seen == "inside"

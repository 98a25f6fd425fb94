"""This central, open: the database, the log and its writer, the keys, the clock. Handlers and commands are given one.

Opening checks that the schema is the one this program knows and never changes it: `fieldwork migrate` does that, alone.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fieldwork.actions.arrivals import permit
from fieldwork.settings import Settings
from fieldwork.store.database import Database
from fieldwork.store.keyring import Keyring, open_keyring
from fieldwork.store.log import Log
from fieldwork.store.migrate import check_schema, migrate
from fieldwork.store.settings import set_setting_once, setting

EPOCH = "epoch"
RESTORING = "restoring"
"""In the data folder for as long as a restore puts something there (`fieldwork/backup/`)."""
RESTORED = "restored/"
"""Settings whose keys begin so tell of a restore; the rest of the key is the epoch that began with it (`restores.py`)."""


class NotRestoredYet(Exception):
    """A restore into this data folder is under way, or was killed half way; the message says what to do."""


def now() -> datetime:
    """Central's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Central:
    """What a handler, an action or a command works with."""

    settings: Settings
    database: Database
    log: Log
    keyring: Keyring
    epoch: str
    clock: Callable[[], datetime]


def refuse_half_restored(settings: Settings) -> None:
    """Raise NotRestoredYet where a restore has begun and has not ended.

    Tablets would bring their notes into an office that has to be emptied again, and an empty one would be backed up as the office.
    """
    if (settings.data / RESTORING).exists():
        raise NotRestoredYet(
            "A backup is being restored into this data folder, or that was killed half way. Wait until it has ended; if nobody"
            " restores any more, empty the folder and the database and restore again."
        )


@asynccontextmanager
async def open_central(
    settings: Settings, *, clock: Callable[[], datetime] = now, migrating: bool = False
) -> AsyncIterator[Central]:
    """Open central for as long as the block lasts; the log's writer runs meanwhile.

    Raises NotRestoredYet, DatabaseUnreachable, DatabaseUnsafe or SchemaUnfit, each with a sentence for whoever starts it.
    """
    refuse_half_restored(settings)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with Database(settings.database_url) as database:
        if migrating:
            await migrate(database)
        await check_schema(database)
        keyring = open_keyring(settings.keys)
        epoch = await set_setting_once(database, EPOCH, str(uuid.uuid4()))
        restored = await setting(database, f"{RESTORED}{epoch}") is not None
        # A new incarnation at each start: central can never use a number twice, whatever was restored beneath it.
        log = Log(database, keyring, permit, incarnation=str(uuid.uuid4()), clock=clock, restored=restored)
        async with log.open():
            yield Central(settings, database, log, keyring, epoch, clock)

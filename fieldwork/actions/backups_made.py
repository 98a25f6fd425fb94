"""When the last good backup of this office was made: one that was restored and found equal before it was called a backup (OPS-05, OPS-09).

It stands in a file of the data folder and not in the database, so that a backup changes nothing of what it was made of, and an office that
was restored has none until it makes one.
"""

from __future__ import annotations

import os
from datetime import datetime

from fieldwork.settings import Settings

FILE = "last-backup"


def last_backup(settings: Settings) -> datetime | None:
    """The moment that it holds; None when no backup was made here, or where the file cannot be read as a moment."""
    try:
        moment = datetime.fromisoformat((settings.data / FILE).read_text("ascii").strip())
    except (OSError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


def note_backup(settings: Settings, made_at: datetime) -> None:
    """A good backup was made, of this moment. Raises OSError; the backup stands all the same."""
    written = settings.data / f"{FILE}.new"
    with open(os.open(written, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="ascii") as out:
        out.write(f"{made_at.isoformat()}\n")
    written.replace(settings.data / FILE)

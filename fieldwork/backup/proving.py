"""Where a backup is proved: its rows are restored into a database there, and everybody's words lie in it unsealed meanwhile.

With SQLite it is the data folder, whose disk has these words anyway. The machine that serves a PostgreSQL office has none on its disk and
is to get none: there the copy lies in memory, or in the folder that an operator names for it. Whatever a killed backup left is gone when
the next one begins. Where there is no room nothing is begun, because a full disk would keep the office from taking notes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldwork.backup.problems import BackupProblem
from fieldwork.export.offering import clear_unfinished, unfinished_beside
from fieldwork.pages.words import size_in_words
from fieldwork.settings import Settings
from fieldwork.store.database import database_address

IN_MEMORY = Path("/dev/shm")
"""Linux keeps what lies here in memory."""
MEMORY = Path("/proc/meminfo")
TIMES_THE_ROWS = 4
"""The database, its log of one transaction over all rows, and what is worked out from them: 2.2 to 3.2 times the rows of a backup were
measured, with thousands of notes of 100, 200 and 4,000 characters."""
SMALLEST_BYTES = 16 * 1024 * 1024
"""The tables themselves, before anything is in them."""
LEFT_FOR_THE_OFFICE_BYTES = 256 * 1024 * 1024
"""The office goes on taking notes on the same disk meanwhile; /readyz says that it is full at 64 MB."""


@dataclass(frozen=True, slots=True)
class _Place:
    folder: Path
    free_bytes: int
    left_bytes: int
    no_room: str


def clear_what_was_left(settings: Settings) -> None:
    """Remove what killed backups left, wherever they were proved; a backup that runs now keeps its own."""
    for folder in {settings.data, IN_MEMORY, *([settings.proving] if settings.proving else [])}:
        clear_unfinished(folder)


@contextmanager
def place_to_prove(settings: Settings, rows_bytes: int) -> Iterator[Path]:
    """A private folder with room to restore rows of so many bytes into, gone at the end. Raises BackupProblem where there is no room."""
    place = _place(settings)
    needed = TIMES_THE_ROWS * rows_bytes + SMALLEST_BYTES
    if place.free_bytes < needed + place.left_bytes:
        raise BackupProblem(
            f"There is no room to prove the backup: about {size_in_words(needed + place.left_bytes)} are needed"
            f" {place.no_room.format(free=size_in_words(place.free_bytes))}"
        )
    with unfinished_beside(place.folder / "proving") as folder:
        yield folder


def _place(settings: Settings) -> _Place:
    if settings.proving is not None:
        free = shutil.disk_usage(settings.proving).free if settings.proving.is_dir() else 0
        return _Place(
            settings.proving,
            free,
            0,
            "in the folder that FIELDWORK_PROVING names, and {free} are free. Make room there.",
        )
    if database_address(settings.database_url).dialect == "sqlite":
        return _Place(
            settings.data,
            shutil.disk_usage(settings.data).free,
            LEFT_FOR_THE_OFFICE_BYTES,
            "on the disk of the data folder, with what the office needs meanwhile, and {free} are free. Make room there,"
            " or set FIELDWORK_PROVING to a folder on an encrypted disk that has room.",
        )
    return _Place(
        IN_MEMORY,
        _free_memory_bytes(),
        0,
        "in memory, and {free} can be used. The words of an office on PostgreSQL are not laid on this machine’s disk. Give it"
        " more memory, or set FIELDWORK_PROVING to a folder on an encrypted disk that has room.",
    )


def _free_memory_bytes() -> int:
    """What a copy in memory may take: half of what is free, and no more than the folder may grow to; 0 where there is none."""
    try:
        available = next(line for line in MEMORY.read_text().splitlines() if line.startswith("MemAvailable:"))
        return min(shutil.disk_usage(IN_MEMORY).free, int(available.split()[1]) * 1024 // 2)
    except (OSError, StopIteration):
        return 0

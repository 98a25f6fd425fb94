"""What the processes that the office starts beside itself have in common: where the office is, and that there is one of a kind.

An export is written, and the log looked through, by a process of its own; several server processes may each want to begin one.
It knows nothing of what such a process does.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fieldwork.settings import Settings


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which a process finds this office and this program."""
    there = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "FIELDWORK_DATA": str(settings.data),
        "DATABASE_URL": settings.database_url,
        "PYTHONPATH": os.pathsep.join([str(settings.root), *([there] if there else [])]),
    }


@contextmanager
def alone(lock: Path) -> Iterator[int | None]:
    """Hold this lock, or get None while somebody else has it. Whoever is given the handle keeps it held for as long as they live."""
    handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield handle
    except BlockingIOError:
        yield None
    finally:
        os.close(handle)

"""A key's file: whole on the disk before anything is sealed or signed with it, readable by its owner alone, and never written over."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from fieldwork.store.names_on_disk import write_once


def write_key_once(path: Path, content: bytes) -> None:
    """Write a new key. Of two who write at once the first one's key stays, and the second reads that.

    The folder is made when there is none. Raises OSError when the disk refuses; then there is no file, or a whole one.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        write_once(path, content)

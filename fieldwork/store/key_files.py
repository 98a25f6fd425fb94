"""A key's file: whole on the disk before anything is sealed or signed with it, readable by its owner alone, and never written over."""

from __future__ import annotations

import os
from pathlib import Path


def write_key_once(path: Path, content: bytes) -> None:
    """Write a new key. Of two who write at once the first one's key stays, and the second reads that.

    The folder is made when there is none. Raises OSError when the disk refuses; then there is no file, or a whole one.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.new")
    handle = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

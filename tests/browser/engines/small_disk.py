"""A disk of its own for one browser, in memory, that a test can fill to the last byte and make larger again."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOMY_BYTES = 1_000_000_000


class CannotMount(Exception):
    """This machine lets nobody mount a file system."""


class SmallDisk:
    """A file system in memory, mounted at a folder. What fills it is its own size: nothing is written for that."""

    def __init__(self, folder: Path) -> None:
        """Mount it with room enough. Raises `CannotMount` where that is not permitted."""
        folder.mkdir(parents=True)
        self.folder = folder
        if not _mounts("-t", "tmpfs", "-o", f"size={ROOMY_BYTES}", "tmpfs", str(folder)):
            raise CannotMount

    def leaves(self, free_bytes: int) -> None:
        """From now on so much is free and no more."""
        facts = os.statvfs(self.folder)
        used = (facts.f_blocks - facts.f_bfree) * facts.f_frsize
        assert self._has(used + free_bytes), "the disk could not be made smaller"

    def has_room(self) -> None:
        """Somebody has deleted photographs."""
        assert self._has(ROOMY_BYTES)

    def ends(self) -> None:
        """Take it away, with all that is on it."""
        subprocess.run(["umount", str(self.folder)], check=True, timeout=20)

    def _has(self, size: int) -> bool:
        return _mounts("-o", f"remount,size={size}", str(self.folder))


def _mounts(*words: str) -> bool:
    try:
        return subprocess.run(["mount", *words], capture_output=True, timeout=20, check=False).returncode == 0
    except FileNotFoundError:
        return False

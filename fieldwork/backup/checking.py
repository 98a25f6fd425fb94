"""A backup read from its first entry to its last, before anything is written: does it hold what it says it holds?

The seals show that every byte is as it was written, in its order; the sums show that what was written is all that there was. A restore
begins with this, so that a damaged backup is refused while the place it was meant for is still empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from fieldwork.backup.contents import About, End, Entry, FileBegins, FilePiece, KeyFile, Rows
from fieldwork.backup.problems import damaged
from fieldwork.store.table_rows import Weighed


def check(path: Path, entries: Iterator[Entry]) -> tuple[About, End]:
    """Read a backup to its end, writing nothing: every seal, every file's hash, every table's sum. Raises BackupProblem."""
    about = next(entries, None)
    if not isinstance(about, About):
        raise damaged(path.name, "it does not begin as a backup does")
    weighed, keys, files, end = Weighed(), 0, _FilesSeen(), None
    for entry in entries:
        if end is not None or isinstance(entry, About):
            raise damaged(path.name, "its entries are not in their order")
        if isinstance(entry, Rows):
            weighed.add(entry.table, entry.rows)
        elif isinstance(entry, KeyFile):
            keys += 1
        elif isinstance(entry, End):
            end = entry
        else:
            files.see(entry)
    if end is None or (end.keys, end.files, files.all_whole) != (keys, files.number, True):
        raise damaged(path.name, "it does not hold what its last entry says")
    for table in end.tables:
        weighed.add(table, ())
    if weighed.as_text() != end.tables:
        raise damaged(path.name, "its rows do not come to the sum in its last entry")
    return about, end


class _FilesSeen:
    """The stored files of a backup as they come by, piece by piece."""

    def __init__(self) -> None:
        self.number = 0
        self._whole = True
        self._begun: FileBegins | None = None
        self._digest, self._size_bytes = hashlib.sha256(), 0

    def see(self, entry: FileBegins | FilePiece) -> None:
        if isinstance(entry, FilePiece):
            self._digest.update(entry.content)
            self._size_bytes += len(entry.content)
            return
        self._weigh()
        self.number, self._begun = self.number + 1, entry
        self._digest, self._size_bytes = hashlib.sha256(), 0

    @property
    def all_whole(self) -> bool:
        self._weigh()
        return self._whole

    def _weigh(self) -> None:
        if self._begun is not None:
            came = FileBegins(self._digest.hexdigest(), self._size_bytes)
            self._whole = self._whole and came == self._begun

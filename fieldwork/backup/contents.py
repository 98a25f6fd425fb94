"""What is in a backup, entry by entry: what it is, the server's keys, the files, the rows of every table, and the sum of it all.

The same for SQLite and PostgreSQL, so that an office can be restored on either. An entry is its length in four bytes and then
MessagePack, inside the seals of `sealed_file.py`. Readers of this version read backups of this format for ever: a column or a table
that is not there any more is refused in words, one that is new stays as a new database has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from fieldwork.backup.problems import BackupProblem, damaged
from fieldwork.backup.sealed_file import SealedReader, SealedWriter, read_head

_LENGTH_BYTES = 4


class About(msgspec.Struct, tag="about", frozen=True):
    """The first entry. Times are UTC as the promise writes them; `schema` names the steps that the database had gone."""

    made_at: str
    dialect: str
    database_id: str | None
    epoch: str | None
    schema: tuple[str, ...]


class KeyFile(msgspec.Struct, tag="key", frozen=True):
    """One file of the server's keys, whole."""

    name: str
    content: bytes


class FileBegins(msgspec.Struct, tag="file", frozen=True):
    """A stored file; its bytes follow in pieces."""

    sha256: str
    size_bytes: int


class FilePiece(msgspec.Struct, tag="piece", frozen=True):
    """The next bytes of the file that began last."""

    content: bytes


class Rows(msgspec.Struct, tag="rows", frozen=True):
    """Some rows of a table, each with its values in the order of `columns`: numbers, text, bytes and nothing."""

    table: str
    columns: tuple[str, ...]
    rows: list[list[Any]]


class End(msgspec.Struct, tag="end", frozen=True):
    """The last entry: the sums over what came before (`Weighed.as_text`), and the stored files that were not as the log names them."""

    tables: dict[str, str]
    keys: int
    files: int
    files_bytes: int
    files_not_whole: list[str]


Entry = About | KeyFile | FileBegins | FilePiece | Rows | End
_decoder = msgspec.msgpack.Decoder(Entry)


def write_entry(out: SealedWriter, entry: Entry) -> None:
    """Add an entry."""
    raw = msgspec.msgpack.encode(entry)
    out.write(len(raw).to_bytes(_LENGTH_BYTES, "big") + raw)


@contextmanager
def entries_of(path: Path, data_key: bytes) -> Iterator[Iterator[Entry]]:
    """The entries of a backup, one after the other. Raises BackupProblem where the file is not as it was written."""
    with path.open("rb") as opened:
        yield _entries(path, SealedReader(path, opened, read_head(path, opened), data_key))


def _entries(path: Path, reader: SealedReader) -> Iterator[Entry]:
    while length := reader.read(_LENGTH_BYTES):
        size = int.from_bytes(length, "big")
        raw = reader.read(size)
        if len(length) < _LENGTH_BYTES or len(raw) < size:
            raise damaged(path.name, "its last entry is not whole")
        try:
            yield _decoder.decode(raw)
        except msgspec.DecodeError as problem:
            raise BackupProblem(
                f"{path.name} holds something that this version of fieldwork does not know. Use the fieldwork that made it."
            ) from problem

"""Making a backup while the office works, and calling it one only when it has been restored.

The rows are read at one moment of the database, so nobody waits and nothing is half in it. The file is sealed as it is written, made safe
on the disk, read from there again and restored into an empty database, which must come to the same; only then does it get its name.
Whatever fails before that leaves no file.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from fieldwork.actions.backups_made import note_backup
from fieldwork.actions.central import EPOCH, refuse_half_restored
from fieldwork.actions.files import path_of
from fieldwork.backup.contents import About, End, FileBegins, FilePiece, KeyFile, Rows, write_entry
from fieldwork.backup.keys import PublicKey, read_public_key
from fieldwork.backup.problems import BackupProblem, said_in_words
from fieldwork.backup.proving import clear_what_was_left, place_to_prove
from fieldwork.backup.restoring import Restored, put_back
from fieldwork.backup.sealed_file import SealedWriter
from fieldwork.export.offering import unfinished_beside
from fieldwork.export.process import reading_log
from fieldwork.settings import Settings
from fieldwork.store.database import Database, DatabaseUnreachable, database_address
from fieldwork.store.log import Log, instant
from fieldwork.store.migrate import schema_of
from fieldwork.store.names_on_disk import name_once
from fieldwork.store.settings import database_id
from fieldwork.store.table_rows import KEPT, Weighed, asked, columns_of, tables_here, walk

PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was restored and found equal. `proof` is what its restored copy came to."""

    key_id: str
    size_bytes: int
    proof: Restored


def back_up(settings: Settings, target: Path, moment: datetime) -> Made:
    """Write a backup to `target`, prove it and give it its name. Raises BackupProblem, and NotRestoredYet where a restore
    has not ended; then there is no file of that name.

    Never writes over a file. It begins event loops of its own, one after the other: a process has one database open at a time.
    """
    refuse_half_restored(settings)
    public = read_public_key(settings.keys)
    if target.exists():
        raise _taken(target)
    path = database_address(settings.database_url).path
    if path is not None and not path.exists():
        raise DatabaseUnreachable("There is no database yet, so there is nothing to back up.")
    clear_what_was_left(settings)
    with said_in_words("The backup could not be written", f"There is no file {target.name}."):
        proof = _written_and_proved(settings, target, public, moment)
    # The backup is good, whether or not there is room for a line about it.
    with suppress(OSError):
        note_backup(settings, moment)
    return Made(public.id, target.stat().st_size, proof)


def _written_and_proved(settings: Settings, target: Path, public: PublicKey, moment: datetime) -> Restored:
    with unfinished_beside(target) as folder:
        written = folder / target.name
        with open(os.open(written, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            data_key, rows_bytes = asyncio.run(_written(settings, out, public, moment))
            out.flush()
            os.fsync(out.fileno())
            # What is proved is what the disk gives back, not what memory remembers.
            os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with place_to_prove(settings, rows_bytes) as proving:
            copy = Settings(data=proving / "data", database_url=f"sqlite://{proving / 'data' / 'central.sqlite3'}")
            proof = asyncio.run(put_back(written, data_key, copy, moment, keep_files=False))
        try:
            name_once(written, target)
        except FileExistsError:
            # It came while this one was made.
            raise _taken(target) from None
    return proof


def _taken(target: Path) -> BackupProblem:
    return BackupProblem(f"{target.name} is there already, and a backup is never written over another file.")


async def _written(settings: Settings, out: BinaryIO, public: PublicKey, moment: datetime) -> tuple[bytes, int]:
    """Write the backup. Returns the key that opens it, and how many bytes of it are not stored files."""
    made_at = instant(moment)
    sealed = SealedWriter(out, public, made_at)
    async with Database(settings.database_url) as database:
        schema = await schema_of(database)
        # Made now if nobody has asked for it yet: what is restored is this database, and says so.
        own_id = await database_id(database)
        log = reading_log(database)
        async with database.reading():
            said = {row[0]: row[1] for row in await log.ask("SELECT key, value FROM setting")}
            write_entry(sealed, About(made_at, database.dialect, own_id, said.get(EPOCH), schema))
            keys = _write_keys(sealed, settings.keys)
            files, files_bytes, not_whole = await _write_files(sealed, settings.files, log)
            tables = await _write_tables(sealed, log)
    write_entry(sealed, End(tables, keys, files, files_bytes, not_whole))
    sealed.finish()
    return sealed.data_key, out.tell() - files_bytes


def _write_keys(sealed: SealedWriter, folder: Path) -> int:
    found = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.endswith(".new"))
    for path in found:
        write_entry(sealed, KeyFile(path.name, path.read_bytes()))
    return len(found)


async def _write_files(sealed: SealedWriter, folder: Path, log: Log) -> tuple[int, int, list[str]]:
    """Every file that the log calls complete. Its bytes were on the disk before it said so, so they must be there."""
    files, files_bytes, not_whole = 0, 0, []
    for sha256, size_bytes in await log.ask("SELECT sha256, size_bytes FROM file_stored ORDER BY sha256"):
        path = path_of(folder, sha256)
        if not path.is_file() or _hash_and_size(path) != (sha256, size_bytes):
            not_whole.append(sha256)
            continue
        write_entry(sealed, FileBegins(sha256, size_bytes))
        _each_piece(path, lambda piece: write_entry(sealed, FilePiece(piece)))
        files, files_bytes = files + 1, files_bytes + size_bytes
    return files, files_bytes, not_whole


def _hash_and_size(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    _each_piece(path, digest.update)
    return digest.hexdigest(), path.stat().st_size


def _each_piece(path: Path, see: Callable[[bytes], Any]) -> None:
    with path.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            see(piece)


async def _write_tables(sealed: SealedWriter, log: Log) -> dict[str, str]:
    dialect = log.database.dialect
    weighed = Weighed()
    here = await asked(log, tables_here(dialect))
    for table in KEPT:
        weighed.add(table, ())
        # A database of an older version may lack a table that came later.
        if table not in here:
            continue
        names = tuple(column.name for column in await asked(log, columns_of(dialect, table)))

        def see(rows: list[list[Any]], table: str = table, names: tuple[str, ...] = names) -> None:
            weighed.add(table, rows)
            write_entry(sealed, Rows(table, names, rows))

        counted = await asked(log, walk(table, names, see))
        if counted != weighed.rows[table]:
            raise BackupProblem(
                f"The database counts {counted} rows in {table} and gave {weighed.rows[table]}. Run `fieldwork verify`."
            )
    return weighed.as_text()

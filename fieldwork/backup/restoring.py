"""Restoring a backup: into an empty place only, all of it or nothing, and under a new epoch.

The whole file is read and checked before anything is written. Then the keys and the files are put in their places, and last the rows, with
all that is worked out from them, in one transaction: whatever fails before its end leaves the place as empty as it was. The new epoch
tells every tablet to compare what it holds and to send again what is missing here (PROTOCOL.md 4, I10).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from uuid import uuid4

from fieldwork.actions.central import EPOCH, RESTORED, RESTORING
from fieldwork.actions.files import path_of
from fieldwork.actions.restores import told_of_restore
from fieldwork.backup.checking import check
from fieldwork.backup.contents import About, End, Entry, FileBegins, FilePiece, KeyFile, Rows, entries_of
from fieldwork.backup.keys import PrivateKey
from fieldwork.backup.problems import BackupProblem, said_in_words
from fieldwork.backup.sealed_file import data_key_of, read_head
from fieldwork.domain.rights import LANES
from fieldwork.export.process import nobody_may, reading_log
from fieldwork.settings import Settings
from fieldwork.store.database import Database, Dialect, database_address
from fieldwork.store.key_files import write_key_once
from fieldwork.store.keyring import open_keyring
from fieldwork.store.log import Log, instant
from fieldwork.store.migrate import migrate, refuse_newer
from fieldwork.store.names_on_disk import sync
from fieldwork.store.projecting import rebuild_everything
from fieldwork.store.statements import Ask, Tell, Work
from fieldwork.store.table_rows import (
    KEPT,
    Column,
    TablesUnknown,
    Weighed,
    columns_of,
    go_on_numbering,
    is_empty,
    put_rows,
    walk,
)
from fieldwork.store.verifying import LogProblem, verify_all

_EXPORT_GONE = "Its file was not in the backup that this office was restored from. Ask again."
_LOOK_AGAIN = "Run `fieldwork verify`."
_MAY_LIE_THERE = frozenset({"lost+found"})


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: rows by table, files, and what `fieldwork verify` says of it.

    `files_not_whole` are hashes of stored files that were missing or damaged when the backup was made.
    """

    made_at: str
    epoch: str
    rows: dict[str, int]
    records: int
    files: int
    files_bytes: int
    files_not_whole: tuple[str, ...]
    took_s: float
    """From the first byte that was read to the last that was looked through: how long people wait for their office."""
    tablets_that_wait: int
    """They send, and read once somebody has said that they are still the office's."""
    problems: tuple[LogProblem, ...]

    @property
    def operations(self) -> int:
        return sum(self.rows[f"operation_{lane}"] for lane in LANES)


def restore(path: Path, private: PrivateKey, settings: Settings, moment: datetime) -> Restored:
    """Restore a backup into the empty data folder and the empty database of `settings`.

    Raises BackupProblem when the file is not whole, not a backup or of other keys, and when the place is not empty; then nothing is
    changed. Only when all was put back and could not be looked through the place is not empty, and the message says so. While it works,
    and where it was killed half way, no office can be opened there (`refuse_half_restored`). The second time it refuses.
    """
    try:
        with path.open("rb") as opened:
            data_key = data_key_of(path, read_head(path, opened), private)
    except OSError as problem:
        raise BackupProblem(f"{path.name} cannot be read: {problem.strerror}.") from problem
    _refuse_unless_empty(settings, _MAY_LIE_THERE)
    with said_in_words("The backup could not be restored", "Nothing was kept of it."):
        return asyncio.run(put_back(path, data_key, settings, moment))


async def put_back(
    path: Path, data_key: bytes, settings: Settings, moment: datetime, *, keep_files: bool = True
) -> Restored:
    """Check the whole of a backup, then put it in its place. Raises BackupProblem; then the place is as it was.

    Without `keep_files` the bytes of the stored files are checked and not written: for proving a backup.
    """
    began_at = time.monotonic()
    with entries_of(path, data_key) as entries:
        about, end = check(path, entries)
    with _alone_and_all_or_nothing(settings) as place:
        async with Database(settings.database_url) as database:
            await _refuse_unless_fit(database, about)
            with ExitStack() as stack:
                entries = stack.enter_context(entries_of(path, data_key))
                first_rows = _put_keys_and_files(entries, settings, keep_files)
                log = Log(database, open_keyring(settings.keys), nobody_may, incarnation="restore")
                epoch = str(uuid4())

                def work() -> Work[int]:
                    yield from _put_tables(path, database.dialect, first_rows, entries, end)
                    yield from _as_a_new_start(about, epoch, moment)
                    return (yield from rebuild_everything())

                records = await log.in_one_transaction(work)
                place.is_taken = True
            with said_in_words("All of the backup was put back, but it could not be looked through", _LOOK_AGAIN):
                problems = await verify_all(log)
                [[waiting]] = await log.ask("SELECT COUNT(*) FROM device WHERE reading_waits")
    return Restored(
        about.made_at,
        epoch,
        {table: int(said.split()[0]) for table, said in end.tables.items()},
        records,
        end.files,
        end.files_bytes,
        tuple(end.files_not_whole),
        time.monotonic() - began_at,
        int(waiting),
        tuple(problems),
    )


def _refuse_unless_empty(settings: Settings, may_lie_there: frozenset[str]) -> None:
    """Before anything is opened: opening an SQLite database would make its file."""
    if settings.data.exists() and {path.name for path in settings.data.iterdir()} - may_lie_there:
        raise BackupProblem(
            "There is something in the data folder already. A backup is restored into an empty folder: move what is there"
            " away, or set FIELDWORK_DATA to another folder. Nothing was changed."
        )
    path = database_address(settings.database_url).path
    if path is not None and path.exists():
        raise BackupProblem(
            f"The database file {path.name} exists already. A backup is restored into a new one. Nothing was changed."
        )


async def _refuse_unless_fit(database: Database, about: About) -> None:
    await refuse_newer(database, about.schema)
    log = reading_log(database)
    try:
        empty = await log.in_one_transaction(lambda: is_empty(database.dialect))
    except TablesUnknown as problem:
        raise BackupProblem(
            f"{problem} A backup is restored into a database of its own. Nothing was changed."
        ) from problem
    if not empty:
        raise BackupProblem(
            f"The database {database.address.shown} is not empty. A backup is restored into an empty one. Nothing was changed."
        )
    await migrate(database)


@dataclass(slots=True)
class _Place:
    """Where a backup is put back."""

    is_taken: bool = False
    """The rows are there for good: whatever fails from here on, the keys that open them stay with them."""


@contextmanager
def _alone_and_all_or_nothing(settings: Settings) -> Iterator[_Place]:
    """Hold the empty data folder; on failure take out again what was put into it, which is all that was not there before."""
    place = _Place()
    was_there = settings.data.exists()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = settings.data / RESTORING
    try:
        os.close(os.open(held, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise BackupProblem(
            "Another restore into this folder is under way, or was killed half way. Empty it first."
        ) from None
    try:
        # The whole backup has been read since the place was found empty: what came there meanwhile is not ours to take out again.
        _refuse_unless_empty(settings, _MAY_LIE_THERE | {held.name})
    except BackupProblem:
        held.unlink()
        raise
    try:
        yield place
    except BaseException:
        if place.is_taken:
            held.unlink()
            raise
        for folder in (settings.keys, settings.files):
            shutil.rmtree(folder, ignore_errors=True)
        path = database_address(settings.database_url).path
        if path is not None:
            for suffix in ("", "-wal", "-shm", "-journal", ".migrate-lock"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        held.unlink()
        if not was_there:
            # Whatever else somebody laid there meanwhile stays, and says so by being there.
            with suppress(OSError):
                settings.data.rmdir()
        raise
    held.unlink()
    sync(settings.data)


def _put_keys_and_files(entries: Iterator[Entry], settings: Settings, keep_files: bool) -> Entry:
    """Put keys and files in their places, safe on the disk. Returns the first entry that is neither."""
    written: _FileInPlace | None = None
    for entry in entries:
        if isinstance(entry, KeyFile):
            # A name that was ever a path would write elsewhere.
            write_key_once(settings.keys / Path(entry.name).name, entry.content)
        elif isinstance(entry, FileBegins):
            if written is not None:
                written.close()
            written = _FileInPlace(settings.files, entry.sha256) if keep_files else None
        elif isinstance(entry, FilePiece):
            if written is not None:
                written.write(entry.content)
        elif not isinstance(entry, About):
            if written is not None:
                written.close()
                sync(settings.files)
            return entry
    raise AssertionError("the backup was checked, and it has an end")


class _FileInPlace:
    """A stored file that is being written where it belongs."""

    def __init__(self, files: Path, sha256: str) -> None:
        self._path = path_of(files, sha256)
        for folder in (files, self._path.parent):
            # One by one: what is made on the way to a folder would be open to all who use the machine.
            folder.mkdir(mode=0o700, exist_ok=True)
        self._handle = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)

    def write(self, piece: bytes) -> None:
        left = memoryview(piece)
        while left:
            left = left[os.write(self._handle, left) :]

    def close(self) -> None:
        os.fsync(self._handle)
        os.close(self._handle)
        sync(self._path.parent)


def _put_tables(path: Path, dialect: Dialect, first: Entry, entries: Iterator[Entry], end: End) -> Work[None]:
    """Write the rows, and read them all again in the same transaction: they must come to the backup's own sums."""
    here: dict[str, dict[str, Column]] = {}
    names: dict[str, Sequence[str]] = {}
    for entry in chain((first,), entries):
        if not isinstance(entry, Rows):
            break
        if entry.table not in here:
            if entry.table not in KEPT:
                raise _from_a_newer(path, entry.table)
            here[entry.table] = {each.name: each for each in (yield from columns_of(dialect, entry.table))}
            names[entry.table] = entry.columns
        unknown = [name for name in entry.columns if name not in here[entry.table]]
        if unknown:
            raise _from_a_newer(path, f"{entry.table}.{unknown[0]}")
        yield put_rows(dialect, entry.table, [here[entry.table][name] for name in entry.columns], entry.rows)
        # Orders wait for the next question, in memory: these are done before more of the file is read.
        yield Ask("SELECT 1")
    yield from go_on_numbering(dialect)
    weighed = Weighed()
    for table in end.tables:
        weighed.add(table, ())
        if table in names:
            yield from walk(table, names[table], lambda rows, table=table: weighed.add(table, rows))  # type: ignore[misc]
    if weighed.as_text() != end.tables:
        raise BackupProblem(f"What was written does not come to what {path.name} holds. Nothing was restored.")


def _from_a_newer(path: Path, what: str) -> BackupProblem:
    return BackupProblem(
        f"{path.name} holds {what}, which this version of fieldwork does not know. Update fieldwork first."
    )


def _as_a_new_start(about: About, epoch: str, moment: datetime) -> Work[None]:
    """The new epoch, a line that says that there was a restore, tablets that wait to read, and a word about exports whose files are not
    here."""
    yield Tell("DELETE FROM setting WHERE key = ?", [(EPOCH,)])
    [[operations]] = yield Ask("SELECT COALESCE(SUM(count), 0) FROM stream")
    told = told_of_restore(
        at=instant(moment), backup_of=about.made_at, epoch_before=about.epoch, operations=int(operations)
    )
    yield Tell("INSERT INTO setting (key, value) VALUES (?, ?)", [(EPOCH, epoch)])
    yield Tell("INSERT INTO setting (key, value) VALUES (?, ?)", [(f"{RESTORED}{epoch}", told)])
    # A tablet that was lost and revoked after the backup is in it as one that may read. Nobody here can know which, so none reads before
    # somebody has looked; all of them send.
    yield Tell("UPDATE device SET reading_waits = TRUE WHERE revoked_at IS NULL", [()])
    yield Tell(
        "UPDATE export_job SET state = 'failed', path = NULL, sha256 = NULL, problem = ? WHERE state = 'done'",
        [(_EXPORT_GONE,)],
    )

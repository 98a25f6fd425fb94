"""A backup is never written over anything, a restore never goes where something is, and what fails half way leaves nothing."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
import typer
from typer.testing import CliRunner, Result

from fieldwork import cli_log
from fieldwork.actions.central import RESTORING, NotRestoredYet, open_central
from fieldwork.backup import making, restoring
from fieldwork.backup.contents import End, Entry, Rows
from fieldwork.backup.keys import share_file
from fieldwork.backup.making import back_up
from fieldwork.backup.problems import BackupProblem
from fieldwork.backup.restoring import restore
from fieldwork.backup.sealed_file import SealedWriter
from fieldwork.cli_backup import register
from fieldwork.export.offering import UNFINISHED
from fieldwork.settings import Settings
from fieldwork.store import table_rows, tables
from fieldwork.store.database import Database
from fieldwork.store.migrate import migrate
from fieldwork.store.statements import Ask, Work
from tests.backup.offices import NOW, SAID, Lost, inventory
from tests.store.log_authors import Author, new_visit
from tests.store.log_office import Office
from tests.store.test_heads import flip

APP = typer.Typer()
register(APP)
cli_log.register(APP)


@APP.callback()
def group() -> None:
    """With a callback, the commands keep their names."""


def command(settings: Settings, monkeypatch: pytest.MonkeyPatch, *words: object) -> Result:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FIELDWORK_DATA", str(settings.data))
    return CliRunner().invoke(APP, list(map(str, words)))


def test_a_backup_is_never_written_over_a_file(on_sqlite: Lost, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("the only copy of something")

    with pytest.raises(BackupProblem, match="is there already"):
        back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert (tmp_path / "backup").read_text() == "the only copy of something"


def test_a_file_that_came_while_a_backup_was_made_is_left_alone_and_said(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = making.put_back

    async def proved_while_another_writes(*of: object, **how: object) -> object:
        (tmp_path / "backup").write_text("the only copy of something")
        return await real(*of, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "put_back", proved_while_another_writes)

    with pytest.raises(BackupProblem, match="backup is there already"):
        back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert (tmp_path / "backup").read_text() == "the only copy of something"


def test_without_a_backup_key_there_is_no_backup(on_sqlite: Lost, tmp_path: Path) -> None:
    (on_sqlite.settings.keys / "backup.json").unlink()

    with pytest.raises(BackupProblem, match="fieldwork backup-keys"):
        back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert not (tmp_path / "backup").exists()


def test_what_does_not_come_to_the_same_when_it_is_restored_is_no_backup(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = restoring.put_rows

    def forgets_one(dialect: table_rows.Dialect, table: str, columns: object, rows: list[object]) -> object:
        return real(dialect, table, columns, rows[:-1] if table == "operation_evidence" else rows)  # type: ignore[arg-type]

    monkeypatch.setattr(restoring, "put_rows", forgets_one)

    with pytest.raises(BackupProblem, match="does not come to what"):
        back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert not (tmp_path / "backup").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "shares"]
    assert not list(on_sqlite.settings.data.glob(".fieldwork*"))


def test_the_copy_that_proves_a_backup_lies_in_the_data_folder_and_never_beside_the_backup(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    real, places = making.put_back, []

    async def looked_at(path: Path, data_key: bytes, copy: Settings, *more: object, **how: object) -> object:
        made = await real(path, data_key, copy, *more, **how)  # type: ignore[arg-type]
        places.append((copy.data.parent, copy.data.parent.stat().st_mode & 0o777))
        assert not [path for path in stick.rglob("*") if path.suffix in (".key", ".sqlite3", ".json")]
        return made

    monkeypatch.setattr(making, "put_back", looked_at)

    back_up(on_sqlite.settings, stick / "backup", NOW)

    [(folder, mode)] = places
    assert (folder.parent, mode) == (on_sqlite.settings.data, 0o700)
    assert [path.name for path in stick.iterdir()] == ["backup"]


def test_what_a_killed_backup_left_of_its_copy_is_cleared_away_by_the_next(on_sqlite: Lost, tmp_path: Path) -> None:
    left = on_sqlite.settings.data / f".fieldwork-export-killed{UNFINISHED}"
    (left / "data").mkdir(parents=True)
    (left / "owner").touch()
    (left / "data" / "central.sqlite3").write_text("words that are removed by now")

    back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert not left.exists()


def test_a_backup_is_safe_on_the_disk_before_it_has_its_name(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe: set[int] = set()
    sync, link = os.fsync, os.link

    def noted(handle: int) -> None:
        sync(handle)
        safe.add(os.fstat(handle).st_ino)

    def named(written: Path, target: Path) -> None:
        if target == tmp_path / "backup":
            assert written.stat().st_ino in safe
        link(written, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "link", named)

    back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert tmp_path.stat().st_ino in safe


def test_rows_that_the_database_counts_and_does_not_give_stop_a_backup(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = making.walk

    def skips(table: str, *rest: object) -> Work[int]:
        return (yield from real(table, *rest)) + (table == "stream")  # type: ignore[arg-type]

    monkeypatch.setattr(making, "walk", skips)

    with pytest.raises(BackupProblem, match="rows in stream"):
        back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert not (tmp_path / "backup").exists()


def test_a_damaged_database_is_said_in_words_and_is_no_backup(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-06."""

    async def what_its_page_says_of_itself(here: Office) -> int:
        [[root]] = await here.log.ask("SELECT rootpage FROM sqlite_master WHERE name = 'operation_evidence'")
        [[page_bytes]] = await here.log.ask("PRAGMA page_size")
        return int((root - 1) * page_bytes + 3)

    flip(on_sqlite.settings.data / "central.sqlite3", on_sqlite.inside(what_its_page_says_of_itself))

    made = command(on_sqlite.settings, monkeypatch, "backup", tmp_path / "backup")
    verified = command(on_sqlite.settings, monkeypatch, "verify")

    assert (made.exit_code, verified.exit_code) == (1, 1)
    assert "The database cannot be read to its end" in made.output
    assert "the database file: " in verified.output
    assert SAID not in made.output + verified.output
    assert not (tmp_path / "backup").exists()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_restore_goes_into_an_empty_place_only(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path, kind: str
) -> None:
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    there = Lost(empty_place(kind), on_sqlite.shares)
    restore(tmp_path / "backup", on_sqlite.private, there.settings, NOW)
    before = there.inside(inventory)
    beside = Settings(data=tmp_path / "new-folder", database_url=there.settings.database_url)

    with pytest.raises(BackupProblem, match="data folder already"):
        restore(tmp_path / "backup", on_sqlite.private, there.settings, NOW)
    with pytest.raises(BackupProblem, match="exists already" if kind == "sqlite" else "is not empty"):
        restore(tmp_path / "backup", on_sqlite.private, beside, NOW)

    assert there.inside(inventory) == before
    assert not beside.data.exists()


def test_a_database_in_which_somebody_only_mistyped_a_password_is_not_empty(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path, postgres: Any
) -> None:
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    place = empty_place("postgres")

    async def mistypes() -> None:
        async with Database(place.database_url) as database:
            await migrate(database)
            await tables.SignInAttempt.create(name_hash="0" * 64, count=1, last_at=NOW)

    asyncio.run(mistypes())

    with pytest.raises(BackupProblem, match="is not empty"):
        restore(tmp_path / "backup", on_sqlite.private, place, NOW)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (asyncpg.DiskFullError("invented"), "no room left on the disk of the database"),
        (asyncpg.CannotConnectNowError("invented"), "the database does not answer"),
    ],
)
def test_a_restore_that_fails_half_way_leaves_nothing_and_can_be_done_again(
    on_sqlite: Lost,
    either_place: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    said: str,
) -> None:
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    def fails() -> Work[int]:
        yield Ask("SELECT 1")
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(restoring, "rebuild_everything", fails)
        with pytest.raises(BackupProblem, match=f"{said}. Nothing was kept of it"):
            restore(tmp_path / "backup", on_sqlite.private, either_place, NOW)
    assert not either_place.data.exists()

    again = restore(tmp_path / "backup", on_sqlite.private, either_place, NOW)

    assert again.problems == ()


def test_two_restores_into_one_folder_do_not_meet(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    place = empty_place("sqlite")
    real, problems = restoring.check, []

    def checked_while_another_restores(path: Path, entries: object) -> object:
        place.data.mkdir(exist_ok=True)
        (place.data / RESTORING).touch()
        problems.append(path)
        return real(path, entries)  # type: ignore[arg-type]

    monkeypatch.setattr(restoring, "check", checked_while_another_restores)

    with pytest.raises(BackupProblem, match="Another restore"):
        restore(tmp_path / "backup", on_sqlite.private, place, NOW)

    assert problems
    assert [path.name for path in place.data.iterdir()] == [RESTORING]


def test_who_stops_a_restore_while_it_is_looked_through_keeps_the_rows_and_the_keys_that_open_them(
    on_sqlite: Lost,
    either_place: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    there = Lost(either_place, on_sqlite.shares)

    async def stopped(log: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(restoring, "verify_all", stopped)
        with pytest.raises(KeyboardInterrupt):
            restore(tmp_path / "backup", on_sqlite.private, there.settings, NOW)

    assert there.inside(inventory).heads == on_sqlite.inside(inventory).heads
    assert there.inside(inventory).problems == []


def test_what_was_put_back_and_could_not_be_looked_through_is_not_called_gone(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    there = Lost(empty_place("sqlite"), on_sqlite.shares)

    async def fails(log: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(restoring, "verify_all", fails)
        with pytest.raises(
            BackupProblem, match=r"All of the backup was put back.*Input/output error.*fieldwork verify"
        ):
            restore(tmp_path / "backup", on_sqlite.private, there.settings, NOW)

    assert there.inside(inventory).heads == on_sqlite.inside(inventory).heads


def test_no_office_is_opened_nor_backed_up_where_a_restore_was_killed_half_way(on_sqlite: Lost, tmp_path: Path) -> None:
    (on_sqlite.settings.data / RESTORING).touch()

    async def opens() -> None:
        async with open_central(on_sqlite.settings):
            raise AssertionError("tablets would bring their notes into an office that is to be emptied")

    with pytest.raises(NotRestoredYet, match="empty the folder and the database and restore again"):
        asyncio.run(opens())
    with pytest.raises(NotRestoredYet):
        back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    assert not (tmp_path / "backup").exists()


def test_while_a_restore_puts_something_back_no_office_can_be_opened_there(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    place = empty_place("sqlite")
    real, marked = restoring.rebuild_everything, []

    def looks() -> Work[int]:
        marked.append((place.data / RESTORING).exists())
        return (yield from real())

    monkeypatch.setattr(restoring, "rebuild_everything", looks)

    restore(tmp_path / "backup", on_sqlite.private, place, NOW)

    assert marked == [True]
    assert not (place.data / RESTORING).exists()


def test_a_restore_that_comes_second_leaves_what_the_first_has_put_back(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    there = Lost(empty_place("sqlite"), on_sqlite.shares)
    real = restoring.check

    def checked_while_another_restores(path: Path, entries: object) -> object:
        monkeypatch.setattr(restoring, "check", real)
        threading.Thread(target=restore, args=(tmp_path / "backup", on_sqlite.private, there.settings, NOW)).start()
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        return real(path, entries)  # type: ignore[arg-type]

    monkeypatch.setattr(restoring, "check", checked_while_another_restores)

    with pytest.raises(BackupProblem, match="data folder already"):
        restore(tmp_path / "backup", on_sqlite.private, there.settings, NOW)

    assert there.inside(inventory).heads == on_sqlite.inside(inventory).heads


def test_a_log_that_is_not_whole_is_backed_up_restored_and_named(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author(new_visit())
    on_sqlite.inside(lambda here: here.push(*(author.writes() for _ in range(3))))
    on_sqlite.inside(
        lambda here: here.log.database.connection.execute_query(
            "DELETE FROM operation_evidence WHERE sequence = 2 AND stream_id ="
            f" (SELECT id FROM stream WHERE incarnation = '{author.incarnation}')"
        )
    )
    for path in on_sqlite.settings.files.glob("*/*"):
        path.write_bytes(b"another timetable")
    place = empty_place("sqlite")
    shares = [word for number in (1, 2) for word in ("--share", share_file(on_sqlite.shares, number))]

    made = command(on_sqlite.settings, monkeypatch, "backup", tmp_path / "backup")
    restored = command(place, monkeypatch, "restore", tmp_path / "backup", *shares)

    assert made.exit_code == restored.exit_code == 1
    for said in (made.output, restored.output):
        assert f"stream {author.incarnation}" in said
        assert "number_missing" in said
        assert "not on the disk as it came" in said
    assert "found equal" in made.output
    assert "All of the backup came back" in restored.output


def test_the_commands_say_in_words_what_came_back_and_what_has_to_be_done(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = [share_file(on_sqlite.shares, number) for number in (1, 2)]
    place = empty_place("sqlite")

    made = command(on_sqlite.settings, monkeypatch, "backup", tmp_path / "backup")
    one = command(place, monkeypatch, "restore", tmp_path / "backup", "--share", shares[0])
    twice = command(place, monkeypatch, "restore", tmp_path / "backup", "--share", shares[0], "--share", shares[0])
    both = command(place, monkeypatch, "restore", tmp_path / "backup", "--share", shares[0], "--share", shares[1])

    assert made.exit_code == 0, made.output
    assert "1 file, 1 account and 1 device" in made.output
    assert (one.exit_code, twice.exit_code) == (2, 1)
    assert both.exit_code == 0, both.output
    assert "operations in" in both.output
    assert "words that were removed at a desk since then are here again" in both.output


@pytest.mark.parametrize("table", ["opinion", "session"])
def test_rows_of_a_table_that_this_version_does_not_keep_are_refused_in_words(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    write = making.write_entry
    weighed = table_rows.Weighed()
    weighed.add(table, [[1]])

    def with_another_table(sealed: SealedWriter, entry: Entry) -> None:
        if isinstance(entry, End):
            write(sealed, Rows(table, ("id",), [[1]]))
            entry = msgspec.structs.replace(entry, tables=entry.tables | weighed.as_text())
        write(sealed, entry)

    monkeypatch.setattr(making, "write_entry", with_another_table)

    with pytest.raises(BackupProblem, match=f"holds {table}, which this version of fieldwork does not know"):
        back_up(on_sqlite.settings, tmp_path / "backup", NOW)

"""OPS-05: the restore drill. A backup made while the office works is restored, on either database, and comes to what was read."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fieldwork.actions.backups_made import last_backup
from fieldwork.actions.files import path_of
from fieldwork.backup.making import back_up
from fieldwork.backup.restoring import restore
from fieldwork.export.process import reading_log
from fieldwork.settings import Settings
from fieldwork.store.database import Database
from fieldwork.store.heads import heads_of, problems_with
from fieldwork.store.migrate import migrate
from fieldwork.store.settings import all_settings
from fieldwork.store.table_rows import KEPT, LEFT_OUT, TablesUnknown, asked, tables_here
from tests.backup.offices import NOW, Lost, inventory
from tests.store.log_authors import Author, new_visit
from tests.store.log_office import Office

LONGEST_BACKUP_S = 90
COMMAND_LINE = (sys.executable, "-c", "from fieldwork.cli import main; main()")


def test_OPS_05_what_is_restored_on_either_database_is_what_was_backed_up(
    lost: Lost, either_place: Settings, tmp_path: Path
) -> None:
    before = lost.inside(inventory)
    made = back_up(lost.settings, tmp_path / "backup", NOW)
    there = Lost(either_place, lost.shares)

    restored = restore(tmp_path / "backup", lost.private, there.settings, NOW)
    after = there.inside(inventory)

    differing = {table for table in KEPT if before.tables[table] != after.tables[table]}
    # Its tablets wait for somebody to say that they are still the office's.
    assert differing == {"setting", "export_job", "device"}
    assert all(int(said.split()[0]) > 0 for said in before.tables.values()), "every table has something in it"
    assert after.heads == before.heads
    assert after.problems == []
    assert made.proof.rows == restored.rows
    assert (last_backup(lost.settings), last_backup(there.settings)) == (NOW, None)
    assert after.shown == before.shown


def test_OPS_05_a_backup_made_under_load_holds_all_that_was_acknowledged_before_it_began(
    lost: Lost, either_place: Settings, tmp_path: Path
) -> None:
    authors = [Author(new_visit()) for _ in range(3)]
    lost.inside(lambda here: _written_before(here, authors))
    before = {author.stream: author.sequence for author in authors}

    meanwhile, said = lost.inside(
        lambda here: _written_during_a_backup(here, lost.settings, authors, tmp_path / "backup")
    )
    live = lost.inside(inventory)
    there = Lost(either_place, lost.shares)
    restored = restore(tmp_path / "backup", lost.private, there.settings, NOW)
    after = there.inside(inventory)

    assert meanwhile > 0, "somebody wrote while the backup was made"
    assert "found equal" in said
    assert after.problems == []
    reached = {head.stream: head.highest for head in after.heads}
    for author in authors:
        assert before[author.stream] <= reached[author.stream] <= author.sequence
    assert len(live.heads) == len(after.heads)
    assert lost.inside(lambda here: problems_with(here.log, after.heads)) == []
    assert restored.operations == sum(head.count for head in after.heads)


async def _written_before(here: Office, authors: list[Author]) -> None:
    for author in authors:
        await here.push(*(author.writes({"text": "before"}) for _ in range(150)))


async def _written_during_a_backup(
    here: Office, settings: Settings, authors: list[Author], target: Path
) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND_LINE,
        "backup",
        str(target),
        env={**os.environ, "FIELDWORK_DATA": str(settings.data), "DATABASE_URL": settings.database_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    ending = asyncio.create_task(process.communicate())
    written = 0
    async with asyncio.timeout(LONGEST_BACKUP_S):
        while not ending.done():
            for author in authors:
                verdicts = await here.push(*(author.writes({"text": "meanwhile"}) for _ in range(5)))
                assert {verdict for verdict, _ in verdicts} == {"stored"}
                written += len(verdicts)
            await asyncio.wait({ending}, timeout=0.01)
    said, _ = await ending
    assert process.returncode == 0, said.decode()
    return written, said.decode()


def test_a_restored_office_has_its_files_its_keys_a_new_epoch_and_its_own_id(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path
) -> None:
    [sha256] = [path.name for path in on_sqlite.settings.files.glob("*/*")]
    before = on_sqlite.inside(lambda here: all_settings(here.log.database))
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    place = empty_place("sqlite")

    restored = restore(tmp_path / "backup", on_sqlite.private, place, datetime(2026, 2, 12, tzinfo=UTC))
    after = Lost(place, on_sqlite.shares).inside(lambda here: all_settings(here.log.database))

    assert path_of(place.files, sha256).read_bytes() == b"a timetable"
    assert path_of(place.files, sha256).stat().st_mode & 0o777 == 0o600
    for folder in (place.data, place.files, path_of(place.files, sha256).parent, place.keys):
        assert folder.stat().st_mode & 0o777 == 0o700, folder.name
    assert (place.data / "central.sqlite3").stat().st_mode & 0o777 == 0o600
    for key in on_sqlite.settings.keys.iterdir():
        assert (place.keys / key.name).read_bytes() == key.read_bytes()
        assert (place.keys / key.name).stat().st_mode & 0o777 == 0o600
    assert after["epoch"] == restored.epoch != before["epoch"]
    assert after["database_id"] == before["database_id"]
    assert '"at": "2026-02-12T00:00:00.000Z"' in after[f"restored/{restored.epoch}"]


def test_a_restored_office_goes_on_writing_and_can_be_backed_up_again(
    lost: Lost, either_place: Settings, tmp_path: Path
) -> None:
    back_up(lost.settings, tmp_path / "backup", NOW)
    there = Lost(either_place, lost.shares)
    restore(tmp_path / "backup", lost.private, there.settings, NOW)
    author = Author(new_visit())

    verdicts = there.inside(lambda here: here.push(author.writes(), author.writes()))
    again = back_up(there.settings, tmp_path / "again", NOW)

    assert verdicts == [("stored", None)] * 2
    assert again.proof.problems == ()
    assert again.proof.rows["stream"] == len(there.inside(lambda here: heads_of(here.log)))


def test_a_database_of_an_older_version_can_be_backed_up_before_it_is_migrated(
    on_sqlite: Lost, empty_place: Callable[[str], Settings], tmp_path: Path
) -> None:
    async def older(here: Office) -> None:
        connection = here.log.database.connection
        await connection.execute_query("DROP TABLE tablet_report")
        await connection.execute_query("DELETE FROM tortoise_migrations WHERE name >= '0004'")

    on_sqlite.inside(older)
    back_up(on_sqlite.settings, tmp_path / "backup", NOW)
    place = empty_place("sqlite")

    restored = restore(tmp_path / "backup", on_sqlite.private, place, NOW)
    after = Lost(place, on_sqlite.shares).inside(inventory)

    assert restored.rows["tablet_report"] == 0
    assert after.problems == []


def test_every_table_is_in_a_backup_or_left_out_for_a_reason(empty_database_url: str) -> None:
    async def look() -> tuple[set[str], str]:
        async with Database(empty_database_url) as database:
            await migrate(database)
            log = reading_log(database)
            here = await asked(log, tables_here(database.dialect))
            await database.connection.execute_query("CREATE TABLE opinion (id INTEGER PRIMARY KEY)")
            try:
                await asked(log, tables_here(database.dialect))
            except TablesUnknown as problem:
                return here, str(problem)
            return here, ""

    here, problem = asyncio.run(look())

    assert here == KEPT.keys() | LEFT_OUT.keys()
    assert "opinion" in problem

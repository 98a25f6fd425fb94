"""While a backup is proved its words lie unsealed: where they lie anyway, or in memory, and nowhere for longer than that."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldwork.backup import making, proving, restoring
from fieldwork.backup.making import back_up
from fieldwork.backup.problems import BackupProblem
from fieldwork.backup.restoring import put_back
from fieldwork.store.log import Log
from fieldwork.store.verifying import LogProblem
from tests.backup.offices import NOW, SAID, Lost
from tests.store.log_authors import Author, new_visit
from tests.store.log_office import Office


@pytest.fixture
def in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the folder in memory."""
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(proving, "IN_MEMORY", folder)
    return folder


@pytest.fixture
def proved_in(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every folder in which a backup was proved; in each, the words were there to be read."""
    folders: list[Path] = []

    async def watched(path: Path, data_key: bytes, settings: object, *rest: object, **more: object) -> object:
        proof = await put_back(path, data_key, settings, *rest, **more)  # type: ignore[arg-type]
        folders.append(settings.data.parent)  # type: ignore[attr-defined]
        assert any(SAID.encode() in each.read_bytes() for each in folders[-1].rglob("central*") if each.is_file())
        assert folders[-1].stat().st_mode & 0o777 == 0o700
        return proof

    monkeypatch.setattr(making, "put_back", watched)
    return folders


def test_a_backup_is_proved_where_the_words_are_anyway_or_in_memory_and_nothing_is_left_of_it(
    lost: Lost, tmp_path: Path, in_memory: Path, proved_in: list[Path]
) -> None:
    """Nobody who finds the disk of a machine that serves an office on PostgreSQL finds its words there."""
    back_up(lost.settings, tmp_path / "backup", NOW)

    place = lost.settings.data if lost.settings.database_url.startswith("sqlite") else in_memory
    assert [folder.parent for folder in proved_in] == [place]
    assert _words_in(in_memory) == []
    assert not list(lost.settings.data.glob(".fieldwork*"))


def test_an_operator_may_say_where_a_backup_is_proved(
    lost: Lost, tmp_path: Path, in_memory: Path, proved_in: list[Path]
) -> None:
    named = tmp_path / "encrypted"
    named.mkdir()

    back_up(replace(lost.settings, proving=named), tmp_path / "backup", NOW)

    assert [folder.parent for folder in proved_in] == [named]
    assert list(named.iterdir()) == []


def test_where_there_is_no_room_nothing_is_begun_and_the_sentence_says_what_to_do(
    lost: Lost, tmp_path: Path, in_memory: Path, proved_in: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=10 * 1024 * 1024))
    where = "on the disk of the data folder" if lost.settings.database_url.startswith("sqlite") else "in memory"

    with pytest.raises(
        BackupProblem,
        match=rf"There is no room to prove the backup: about .* {where}.* 10(\.0)? MB .*FIELDWORK_PROVING",
    ):
        back_up(lost.settings, tmp_path / "backup", NOW)

    assert proved_in == []
    assert not (tmp_path / "backup").exists()
    assert not list(tmp_path.rglob(".fieldwork*"))


def test_room_is_left_for_the_office_that_goes_on_taking_notes(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enough_for_the_proof_alone = proving.SMALLEST_BYTES + 100 * 1024 * 1024
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=enough_for_the_proof_alone))

    with pytest.raises(BackupProblem, match="no room"):
        back_up(on_sqlite.settings, tmp_path / "backup", NOW)


def test_a_disk_that_fills_while_a_backup_is_proved_is_said_in_words(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fills(*given: object, **more: object) -> object:
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise full

    monkeypatch.setattr(making, "put_back", fills)

    with pytest.raises(BackupProblem, match="no room left"):
        back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert not (tmp_path / "backup").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from fieldwork.backup import proving
from fieldwork.settings import Settings
proving.IN_MEMORY = Path(sys.argv[2])
with proving.place_to_prove(Settings(data=Path(sys.argv[1]), database_url=sys.argv[3]), 0) as folder:
    (folder / "central.sqlite3").write_text("My bus never comes before nine")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("url", ["postgres://nobody@nowhere/nothing", "sqlite:///nothing.sqlite3"])
def test_what_a_killed_backup_left_is_gone_when_the_next_one_begins_wherever_that_is_proved(
    on_sqlite: Lost, tmp_path: Path, in_memory: Path, url: str
) -> None:
    subprocess.run(
        [sys.executable, "-c", KILLED, str(on_sqlite.settings.data), str(in_memory), url], check=False, env=os.environ
    )
    left = [*_words_in(in_memory), *_words_in(on_sqlite.settings.data)]

    back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert len(left) == 1
    assert [*_words_in(in_memory), *_words_in(on_sqlite.settings.data)] == []


def test_the_estimate_of_the_room_is_above_what_a_proof_takes(
    on_sqlite: Lost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With thousands of notes. The log of the transaction lies beside the database at that moment."""
    taken: list[int] = []
    asked: list[int] = []
    looked_through, place_to_prove = restoring.verify_all, proving.place_to_prove

    async def thousands_of_notes(here: Office) -> None:
        author = Author(new_visit())
        for _ in range(8):
            await here.push(*(author.writes({"text": "The bus came late. " * 120}) for _ in range(1_000)))

    async def weighed(log: Log) -> list[LogProblem]:
        folder = log.database.address.path.parent  # type: ignore[union-attr]
        taken.append(sum(each.stat().st_size for each in folder.iterdir() if each.is_file()))
        return await looked_through(log)

    monkeypatch.setattr(restoring, "verify_all", weighed)
    monkeypatch.setattr(making, "place_to_prove", lambda where, rows: asked.append(rows) or place_to_prove(where, rows))
    on_sqlite.inside(thousands_of_notes)

    made = back_up(on_sqlite.settings, tmp_path / "backup", NOW)

    assert 0 < asked[0] <= made.size_bytes
    assert asked[0] + proving.SMALLEST_BYTES < taken[0] < proving.TIMES_THE_ROWS * asked[0] + proving.SMALLEST_BYTES


def _words_in(folder: Path) -> list[Path]:
    """Files of proofs that hold words of somebody."""
    return [each for each in folder.glob(".fieldwork*/**/*") if each.is_file() and SAID.encode() in each.read_bytes()]

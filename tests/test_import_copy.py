"""DUR-26 at the server's command line: `fieldwork import-copy`, with a sentence and a code that scripts can tell apart."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fieldwork import cli
from fieldwork.actions.central import open_central
from fieldwork.cli import app
from fieldwork.settings import Settings
from fieldwork.store.log import Log
from sync.central.sealed_copy import write_sealed_copy
from tests.store.log_authors import WRITTEN_AT, Author, Carry, Written, import_incarnation, new_id, team


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A central that the command finds."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("FIELDWORK_DATA", str(tmp_path / "data"))
    return Settings(data=tmp_path / "data", database_url=database_url)


@pytest.fixture
def copy(settings: Settings, tmp_path: Path) -> Path:
    """The copy of a tablet whose inspector wrote three notes."""
    inspector = new_id()
    people = team([(inspector, "inspector", 0)])
    author = Author(people.visits[0], inspector)
    written = [author.writes({"text": f"note {number}"}) for number in range(3)]

    async def prepare() -> bytes:
        async with open_central(settings) as central:
            await central.log.import_drafts(people.drafts, import_incarnation(people))
            return copied(Carry.to(central.keyring.public_keys()), written)

    path = tmp_path / "sealed-copy.fieldwork"
    path.write_bytes(asyncio.run(prepare()))
    return path


def copied(carry: Carry, written: list[Written]) -> bytes:
    return write_sealed_copy(WRITTEN_AT, [carry.sent], [carry.line(one) for one in written])


def command(path: Path) -> Result:
    return CliRunner().invoke(app, ["import-copy", str(path)])


def log_of(settings: Settings) -> list[tuple[str, str, str, int]]:
    async def read() -> list[tuple[str, str, str, int]]:
        async with open_central(settings) as central:
            rows = await central.log.ask(
                "SELECT operation, standing, carrier, position FROM operation_evidence WHERE carrier IS NOT NULL ORDER BY position"
            )
            return [tuple(row) for row in rows]  # type: ignore[misc]

    return asyncio.run(read())


def test_a_copy_is_imported_any_number_of_times_with_the_same_result(copy: Path, settings: Settings) -> None:
    """DUR-26."""
    first = command(copy)
    stored = log_of(settings)
    second = command(copy)

    assert first.exit_code == second.exit_code == 0, (first.output, second.output)
    assert "3 changes were taken in now." in first.output
    assert "3 changes were here already." in second.output
    assert [row[1:] for row in stored] == [("stored", "sealed copy", place) for place in (1, 2, 3)]
    assert log_of(settings) == stored


def test_a_cut_copy_is_said_and_what_is_left_of_it_is_at_the_office(copy: Path, settings: Settings) -> None:
    """DUR-26."""
    whole = copy.read_bytes()
    copy.write_bytes(whole[:-20])

    result = command(copy)

    assert result.exit_code == 1
    assert "it was cut or altered on the way" in result.output
    assert len(log_of(settings)) == 2
    copy.write_bytes(whole)
    assert command(copy).exit_code == 0
    assert [row[1] for row in log_of(settings)] == ["stored"] * 3


def refused(copy: Path, settings: Settings, exit_code: int, words: str) -> None:
    """The command says so in these words, and nothing of the copy is in the log."""
    result = command(copy)

    assert result.exit_code == exit_code
    assert words in result.output
    assert log_of(settings) == []


def test_a_damaged_head_is_refused_and_nothing_is_taken_in(copy: Path, settings: Settings) -> None:
    """DUR-26."""
    copy.write_bytes(b"#" + copy.read_bytes())

    refused(copy, settings, 1, "Nothing was taken in")


def test_a_file_that_is_larger_than_a_copy_can_be_is_refused_unread(
    copy: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "MOST_COPY_BYTES", copy.stat().st_size - 1)

    refused(copy, settings, 2, "larger than a sealed copy can be")


def test_a_copy_that_found_no_room_is_said_in_words_and_goes_in_later(
    copy: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DUR-26, OPS-02."""

    async def refuses(*_: object) -> None:
        raise OSError(errno.ENOSPC, "invented")

    with monkeypatch.context() as full:
        full.setattr(Log, "accept", refuses)
        result = command(copy)

    assert result.exit_code == 1
    assert "Keep the file and bring it again" in result.output
    assert command(copy).exit_code == 0
    assert [row[1] for row in log_of(settings)] == ["stored"] * 3


@pytest.mark.parametrize("name", ["nothing-here.fieldwork", "."])
def test_a_file_that_cannot_be_read_is_said(settings: Settings, tmp_path: Path, name: str) -> None:
    assert command(tmp_path / name).exit_code == 2

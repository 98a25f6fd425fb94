"""`fieldwork export` at the server's command line: a file and 0, or a sentence and a code that scripts can tell apart."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from fieldwork.actions.central import open_central
from fieldwork.actions.packs import import_pack
from fieldwork.cli_export import register
from fieldwork.domain.pack import Pack
from fieldwork.domain.pack_operations import review_id_of
from fieldwork.settings import Settings
from fieldwork.store.database import Database
from fieldwork.store.settings import all_settings
from tests.export.reading import about_of, csv_of, sheets_of

APP = typer.Typer()
register(APP)


@APP.callback()
def group() -> None:
    """With a callback, the one command keeps its name."""


@pytest.fixture
def imported(database_url: str, tmp_path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with the demonstration review; the review's id."""

    async def run() -> None:
        async with open_central(Settings(data=tmp_path / "data", database_url=database_url)) as central:
            await import_pack(central, pack)

    asyncio.run(run())
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("FIELDWORK_DATA", str(tmp_path / "data"))
    return review_id_of(pack.hash)


def command(*words: object) -> Result:
    return CliRunner().invoke(APP, ["export", *map(str, words)])


def test_the_only_review_comes_out_without_being_named(imported: str, database_url: str, tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"

    result = command("--format", "xlsx", "--out", target, "--purpose", "chapter 3")

    assert result.exit_code == 0, result.output
    assert "Exported 356 codings, 28 records, 497 blocks; written, read again and found equal" in result.output
    assert "2 records are not in it" in result.output
    assert len(sheets_of(target)["Codings"]) == 356
    assert about_of(target)["Purpose"] == "chapter 3"

    async def kept() -> list[dict[str, str]]:
        async with Database(database_url) as database:
            settings = await all_settings(database)
        return [json.loads(value) for key, value in settings.items() if key.startswith("export/")]

    [entry] = asyncio.run(kept())
    assert (entry["purpose"], entry["review"], entry["format"]) == ("chapter 3", imported, "xlsx")


def test_a_review_that_is_named_comes_out_as_csv(imported: str, tmp_path: Path) -> None:
    result = command("--review", imported, "--format", "csv", "--out", tmp_path / "out.csv")

    assert result.exit_code == 0, result.output
    assert len(csv_of(tmp_path / "out.csv")) == 356
    assert len(csv_of(tmp_path / "out-records.csv")) == 28


def test_a_wish_that_cannot_be_understood_is_2(imported: str, tmp_path: Path) -> None:
    results = [
        command("--review", "00000000-0000-0000-0000-000000000000", "--out", tmp_path / "out.xlsx"),
        command("--format", "docx", "--out", tmp_path / "out.docx"),
        command("--format", "xlsx", "--out", tmp_path / "out.csv"),
    ]

    assert [result.exit_code for result in results] == [2, 2, 2]
    assert [result.output.strip() for result in results] == [
        "There is no review 00000000-0000-0000-0000-000000000000 in this store.",
        "There is no export as “docx” here. Choose xlsx or csv.",
        "out.csv ends in .csv, but --format is xlsx.",
    ]
    assert not list(tmp_path.glob("out*"))


def test_a_file_that_cannot_be_written_is_1(imported: str, tmp_path: Path) -> None:
    result = command("--out", tmp_path / "nowhere" / "out.xlsx")

    assert result.exit_code == 1
    assert result.output.strip() == "Nothing can be written in the folder nowhere: No such file or directory."


def test_a_store_without_a_database_is_1_and_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite://{tmp_path / 'none.sqlite3'}")

    result = command("--out", tmp_path / "out.xlsx")

    assert (result.exit_code, result.output.strip()) == (1, "There is no database yet. Import a pack first.")
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_store_without_a_review_says_so(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)

    result = command("--out", tmp_path / "out.xlsx")

    assert (result.exit_code, result.output.strip()) == (2, "There is no review in this store. Import a pack first.")

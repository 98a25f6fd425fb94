"""No file is given a name before it was read again and found to say what was meant."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from fieldwork.export.cells import Cell
from fieldwork.export.meaning import ExportProblem, Meant
from fieldwork.export.offering import clear_unfinished, unfinished_beside
from fieldwork.export.rereading import reread_workbook
from fieldwork.export.review import FORMATS, NoSuchReview, export_review, the_review
from fieldwork.export.separated import SeparatedFiles
from fieldwork.export.tables import BLOCKS, CODINGS, Table
from fieldwork.export.workbook import Workbook
from tests.export.conftest import Office

pytestmark = pytest.mark.anyio
WRITERS: dict[str, type[Workbook] | type[SeparatedFiles]] = {"xlsx": Workbook, "csv": SeparatedFiles}


@pytest.mark.parametrize("export_format", FORMATS)
@pytest.mark.parametrize("fault", ["a cell changed", "a row lost", "two rows in each other's place"])
async def test_a_file_that_says_something_else_is_not_offered(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, export_format: str, fault: str
) -> None:
    """EXP-04: the fault is found by its row, nothing of the file is kept, and an older file stands."""
    target = tmp_path / f"review.{export_format}"
    target.write_text("the export of last week")
    writer = WRITERS[export_format]
    write = writer.row
    waiting: list[Sequence[Cell]] = []
    blocks = 0

    def faulty(self: Workbook | SeparatedFiles, table: Table, cells: Sequence[Cell]) -> None:
        nonlocal blocks
        blocks += table is BLOCKS
        if table is not BLOCKS or blocks not in (5, 6):
            write(self, table, cells)  # type: ignore[arg-type]
        elif fault == "a cell changed" and blocks == 5:
            write(self, table, [*cells[:7], f"{cells[7]} ", *cells[8:]])  # type: ignore[arg-type]
        elif fault.startswith("two rows") and blocks == 5:
            waiting.append(cells)
        elif blocks == 6:
            for row in (cells, *waiting):
                write(self, table, row)  # type: ignore[arg-type]

    monkeypatch.setattr(writer, "row", faulty)

    with pytest.raises(ExportProblem, match="Blocks, row 5"):
        await export_review(office.central.log, office.wish(export_format), target)

    assert target.read_text() == "the export of last week"
    assert [name for name in os.listdir(tmp_path) if "export" in name or name.endswith(".json")] == []


async def test_counts_that_do_not_agree_stop_the_export(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-04: the walk over the records and the counting question come to the same."""
    from fieldwork.export import review
    from fieldwork.store.coded_evidence import Visit, coded_evidence

    async def forgetful(log: object, visit: Visit):  # type: ignore[no-untyped-def]
        async for record in coded_evidence(office.central.log, visit):
            yield replace(record, codings=record.codings[1:])

    monkeypatch.setattr(review, "coded_evidence", forgetful)

    with pytest.raises(ExportProblem, match="28 records and 356 codings, the export found 28 and 328"):
        await export_review(office.central.log, office.wish("csv"), tmp_path / "review.csv")


@pytest.mark.parametrize("alive", ["formula", "link", "from outside"])
def test_a_workbook_with_something_alive_in_it_is_refused(tmp_path: Path, alive: str) -> None:
    """EXP-03."""
    path = tmp_path / "alive.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Codings")
    if alive == "formula":
        sheet.write_formula(0, 0, "=1+1")
    elif alive == "link":
        sheet.write_url(0, 0, "https://example.org/")
    book.close()
    if alive == "from outside":
        with zipfile.ZipFile(path, "a") as package:
            package.writestr("xl/worksheets/_rels/sheet1.xml.rels", '<Relationship TargetMode="External"/>')

    with pytest.raises(ExportProblem, match="a formula, a link or a part from outside"):
        reread_workbook(path, Meant())


def test_a_mismatch_names_the_row() -> None:
    meant = Meant()
    for words in ("one", "two", "three"):
        meant.add(CODINGS, [words, 1])

    meant.compare(CODINGS, [["one", "1"], ["two", 1], ["three", 1]])
    with pytest.raises(ExportProblem, match="Codings, row 2"):
        meant.compare(CODINGS, [["one", 1], ["tow", 1], ["three", 1]])
    with pytest.raises(ExportProblem, match="Codings has 2 rows, not 3"):
        meant.compare(CODINGS, [["one", 1], ["two", 1]])


async def test_a_place_where_nothing_can_be_written_is_said(office: Office, tmp_path: Path) -> None:
    with pytest.raises(ExportProblem, match="Nothing can be written in the folder nowhere: No such file"):
        await export_review(office.central.log, office.wish("xlsx"), tmp_path / "nowhere" / "review.xlsx")
    with pytest.raises(ExportProblem, match="is a folder"):
        await export_review(office.central.log, office.wish("xlsx"), tmp_path)
    with pytest.raises(ExportProblem, match=r"no export as “docx” here. Choose xlsx or csv"):
        await export_review(office.central.log, office.wish("docx"), tmp_path / "review.docx")


async def test_the_only_review_needs_no_name(office: Office) -> None:
    assert await the_review(office.central.log, None) == office.review_id
    with pytest.raises(NoSuchReview, match="no review other in this store"):
        await the_review(office.central.log, "other")


def test_what_a_living_export_writes_is_not_cleared_away(tmp_path: Path) -> None:
    """EXP-05."""
    with unfinished_beside(tmp_path / "review.xlsx") as folder:
        assert clear_unfinished(tmp_path) == 0
        assert folder.is_dir()

    assert list(tmp_path.iterdir()) == []

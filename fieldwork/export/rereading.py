"""Reading an export again with other eyes, before anybody is given it.

A workbook is read by another library than wrote it, and must have no formula, no link and nothing from outside (EXP-03); CSV by the
reader of the standard library. Both give back the rows as they were meant: long cells put together, marks taken away.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import openpyxl

from fieldwork.export.cells import Cell, unmarked
from fieldwork.export.meaning import ExportProblem, Meant
from fieldwork.export.separated import IN_CSV, SeparatedFiles, sha256_of
from fieldwork.export.tables import TABLES, Table
from fieldwork.export.workbook import CONTINUED

CHUNK_BYTES = 1024 * 1024
# Words are escaped in XML, so these bytes can only be elements.
_dangerous = re.compile(rb"<(?:\w+:)?(?:f|hyperlinks?|externalReferences?|oleObjects?|ddeLink)[\s>/]")
_from_outside = re.compile(rb"TargetMode\s*=\s*[\"']External|/relationships/(?:hyperlink|externalLink|oleObject)")
_LONGEST_MATCH = 64


def reread_workbook(path: Path, meant: Meant) -> None:
    """Raise ExportProblem unless the workbook says what was meant and nothing in it is alive."""
    _nothing_alive(path)
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True)
        try:
            further = _continued(book)
            for table in TABLES:
                meant.compare(table, _rows_of(book, table, further))
        finally:
            book.close()
    if further:
        raise ExportProblem(
            "The workbook was read again and has continued cells that belong to none. Nothing was kept."
        )


def reread_csv(files: SeparatedFiles, meant: Meant, about: Sequence[Sequence[Cell]]) -> None:
    """Raise ExportProblem unless the CSV files, and what stands beside them, say what was meant."""
    said = json.loads(files.about_path.read_text(encoding="utf-8"))
    if [[each["item"], each["value"]] for each in said["about"]] != [list(each) for each in about]:
        raise ExportProblem(
            "What the export says about itself was read again and is not what was meant. Nothing was kept."
        )
    hashes = {each["table"]: each["sha256"] for each in said["files"].values()}
    for table in IN_CSV:
        path = files.paths[table.title]
        meant.compare(table, _csv_rows(path, table))
        if hashes[table.title] != sha256_of(path):
            raise ExportProblem(f"The file of {table.title} changed while it was read again. Nothing was kept.")


def _nothing_alive(path: Path) -> None:
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                pattern = _from_outside if name.endswith(".rels") else _dangerous
                with package.open(name) as part:
                    if _holds(part, pattern):
                        raise ExportProblem(
                            f"The workbook has a formula, a link or a part from outside ({name}). Nothing was kept."
                        )
            else:
                raise ExportProblem(f"The workbook has a part that was not expected ({name}). Nothing was kept.")


def _holds(part: IO[bytes], pattern: re.Pattern[bytes]) -> bool:
    before = b""
    while chunk := part.read(CHUNK_BYTES):
        if pattern.search(before + chunk):
            return True
        before = chunk[-_LONGEST_MATCH:]
    return False


def _sheets_of(book: Any, title: str) -> list[Any]:
    numbered = re.compile(rf"{re.escape(title)}(?: \d+)?").fullmatch
    return [book[name] for name in book.sheetnames if numbered(name)]


Further = dict[tuple[str, int, str], list[str]]


def _continued(book: Any) -> Further:
    """The second and later parts of long cells, by sheet, row and column."""
    further: Further = {}
    for sheet in _sheets_of(book, CONTINUED.title):
        for title, row, heading, part, words in sheet.iter_rows(min_row=2, max_col=5, values_only=True):
            there = further.setdefault((title, row, heading), [])
            there.append(words)
            if part != len(there) + 1:
                raise ExportProblem("The parts of a continued cell are not in their order. Nothing was kept.")
    return further


def _rows_of(book: Any, table: Table, further: Further) -> Iterator[list[Cell]]:
    many = len(table.columns)
    for sheet in _sheets_of(book, table.title):
        for number, row in enumerate(sheet.iter_rows(min_row=2, max_col=many + 1), 2):
            if any(cell.data_type == "f" for cell in row):
                raise ExportProblem(f"The workbook has a formula in {sheet.title}. Nothing was kept.")
            cells: list[Cell] = ["" if cell.value is None else cell.value for cell in row]
            cells += [""] * (many + 1 - len(cells))
            if cells.pop():
                for place, column in enumerate(table.columns):
                    cells[place] = "".join([str(cells[place]), *further.pop((sheet.title, number, column.heading), [])])
            yield cells


def _csv_rows(path: Path, table: Table) -> Iterator[list[Cell]]:
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, strict=True)
        if next(rows, None) != [column.name for column in table.columns]:
            raise ExportProblem(f"The header of {table.title} is not what was meant. Nothing was kept.")
        for row in rows:
            yield [unmarked(cell) for cell in row]

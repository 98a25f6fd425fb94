"""An export as a workbook (XLSX), written row by row with the memory of one row.

Every cell is written as text or as a number, never as a formula or a link, and the writer's answer is looked at each time: it would cut
long words with nothing but a number to say so. What is longer than a cell goes on in numbered cells of the sheet "Continued" (EXP-01).
Header rows stand still, have names that screen readers know, and repeat on paper; each printed page says who exported it and why (EXP-06).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.utility import xl_col_to_name

from fieldwork.export.cells import Cell, parts
from fieldwork.export.meaning import ExportProblem
from fieldwork.export.tables import TABLES, WIDE, Column, Table

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header row."""
MOST_FOOTER_CP = 200

LONGER = Column("longer_cells", "Longer cells", 22)
CONTINUED = Table(
    "Continued",
    "",
    (
        Column("sheet", "Sheet"),
        Column("row", "Row", 11, whole_number=True),
        Column("column", "Column"),
        Column("part", "Part", 11, whole_number=True),
        Column("words", "Words", WIDE),
    ),
)


@dataclass(slots=True)
class _Sheet:
    title: str
    worksheet: Any
    columns: tuple[Column, ...]
    rows: int = 0


class Workbook:
    """One workbook, under a name of its own in `folder`. Rows of a table must come in their order."""

    def __init__(self, folder: Path, watermark: str, most_rows: int = MOST_ROWS) -> None:
        self.path = folder / "export.xlsx"
        self._watermark, self._most_rows = watermark, most_rows
        self._book = xlsxwriter.Workbook(
            str(self.path),
            {
                "constant_memory": True,
                # The words wait in this folder, which only this user can read, and not in a place shared by everybody.
                "tmpdir": str(folder),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.use_zip64()
        self._book.set_properties({"title": "Evidence of a thematic review", "comments": watermark})
        self._head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2})
        # As text, so that words which begin with = stay words when somebody edits the cell.
        self._text = self._book.add_format({"num_format": "@", "valign": "top"})
        self._wrapped = self._book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self._number = self._book.add_format({"num_format": "0", "valign": "top"})
        self._sheets: dict[str, _Sheet] = {}
        self._full: list[_Sheet] = []
        for table in TABLES:
            self._sheets[table.title] = self._add_sheet(table, table.title)
        self._sheets[TABLES[0].title].worksheet.activate()

    def row(self, table: Table, cells: Sequence[Cell]) -> None:
        """Write one row. Raises ExportProblem when the writer does not take a cell whole."""
        sheet = self._with_room(table)
        sheet.rows += 1
        longer: list[str] = []
        for place, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            if isinstance(cell, int):
                self._write(sheet, place, cell, column)
                continue
            pieces = list(parts(cell))
            self._write(sheet, place, pieces[0], column)
            if len(pieces) > 1:
                longer.append(f"{column.heading}: {len(pieces)} parts")
                self._go_on(sheet, column, pieces)
        self._write(sheet, len(table.columns), "; ".join(longer), LONGER)

    def finish(self) -> Path:
        """Write the workbook out whole. Nothing more can be added."""
        for sheet in (*self._full, *self._sheets.values()):
            if sheet.rows:
                sheet.worksheet.autofilter(0, 0, sheet.rows, len(sheet.columns) - 1)
        try:
            self._book.close()
        except XlsxWriterException as problem:
            raise ExportProblem("The workbook could not be written out: is there room on the disk?") from problem
        return self.path

    def abandon(self) -> None:
        """Let go of every file; for when the export fails half way."""
        self._book.fileclosed = True
        for worksheet in self._book.worksheets():
            if not worksheet.row_data_fh.closed:
                worksheet.row_data_fh.close()

    def _go_on(self, sheet: _Sheet, column: Column, pieces: Sequence[str]) -> None:
        if CONTINUED.title not in self._sheets:
            self._sheets[CONTINUED.title] = self._add_sheet(CONTINUED, CONTINUED.title)
        for part, piece in enumerate(pieces[1:], 2):
            continued = self._with_room(CONTINUED)
            continued.rows += 1
            # The number that a spreadsheet program shows beside the row: its first row is the header.
            told: tuple[Cell, ...] = (sheet.title, sheet.rows + 1, column.heading, part, piece)
            for place, (its_column, cell) in enumerate(zip(CONTINUED.columns, told, strict=True)):
                self._write(continued, place, cell, its_column)

    def _write(self, sheet: _Sheet, place: int, cell: Cell, column: Column) -> None:
        if isinstance(cell, int):
            answer = sheet.worksheet.write_number(sheet.rows, place, cell, self._number)
        elif cell:
            answer = sheet.worksheet.write_string(
                sheet.rows, place, cell, self._wrapped if column.width == WIDE else self._text
            )
        else:
            return
        if answer != 0:
            raise ExportProblem(
                f"The workbook did not take a cell whole ({answer}): {sheet.title}, row {sheet.rows}, {column.heading}."
                " Nothing was kept."
            )

    def _with_room(self, table: Table) -> _Sheet:
        sheet = self._sheets[table.title]
        if sheet.rows >= self._most_rows:
            self._full.append(sheet)
            number = sum(full.title.startswith(table.title) for full in self._full) + 1
            sheet = self._sheets[table.title] = self._add_sheet(table, f"{table.title} {number}")
        return sheet

    def _add_sheet(self, table: Table, title: str) -> _Sheet:
        worksheet = self._book.add_worksheet(title)
        columns = table.columns if table is CONTINUED else (*table.columns, LONGER)
        for place, column in enumerate(columns):
            worksheet.set_column(place, place, column.width)
            worksheet.write_string(0, place, column.heading, self._head)
        worksheet.freeze_panes(1, 0)
        worksheet.repeat_rows(0)
        worksheet.set_landscape()
        worksheet.fit_to_pages(1, 0)
        worksheet.set_footer(f"&L{self._watermark[:MOST_FOOTER_CP].replace('&', '&&')}&R&P / &N")
        last = xl_col_to_name(len(columns) - 1)
        self._book.define_name(f"'{title}'!ColumnTitle", f"='{title}'!$A$1:${last}$1")
        return _Sheet(title, worksheet, columns)

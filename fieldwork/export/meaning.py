"""What an export was meant to say, remembered as hashes while it is written, so that reading it again can be compared row by row.

The hash of a table is over its rows as JSON, one a line, every cell as text: the same for a workbook and for CSV. Eight bytes of each
row are kept as well, so that a difference is found by its row, and a million rows need eight megabytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fieldwork.export.cells import Cell
from fieldwork.export.tables import Table

MARK_BYTES = 8


class ExportProblem(Exception):
    """The export could not be made; the sentence says why, for the person who asked, and holds no words of evidence."""


@dataclass(slots=True)
class _Rows:
    whole: hashlib._Hash = field(default_factory=hashlib.sha256)
    marks: bytearray = field(default_factory=bytearray)

    def add(self, cells: Sequence[Cell]) -> None:
        raw = json.dumps([str(cell) for cell in cells], ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        self.whole.update(raw)
        self.marks += hashlib.sha256(raw).digest()[:MARK_BYTES]

    @property
    def count(self) -> int:
        return len(self.marks) // MARK_BYTES


class Meant:
    """The rows that were given to a writer, table by table."""

    def __init__(self) -> None:
        self._rows: dict[str, _Rows] = {}

    def add(self, table: Table, cells: Sequence[Cell]) -> None:
        """One row, in its order."""
        self._rows.setdefault(table.title, _Rows()).add(cells)

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        return self._rows.get(table.title, _Rows()).count

    def sha256(self, table: Table) -> str:
        """The hash over a table's rows."""
        return self._rows.get(table.title, _Rows()).whole.hexdigest()

    def compare(self, table: Table, read: Iterable[Sequence[Cell]]) -> None:
        """Raise ExportProblem, with the row, unless these are the rows that were meant."""
        meant, found = self._rows.get(table.title, _Rows()), _Rows()
        for number, cells in enumerate(read):
            found.add(cells)
            place = slice(number * MARK_BYTES, (number + 1) * MARK_BYTES)
            if found.marks[place] != meant.marks[place]:
                raise ExportProblem(
                    f"What was written was read again and is not what was meant: {table.title}, row {number + 1}. Nothing was kept."
                )
        if found.count != meant.count or found.whole.digest() != meant.whole.digest():
            raise ExportProblem(
                f"What was written was read again and {table.title} has {found.count} rows, not {meant.count}. Nothing was kept."
            )

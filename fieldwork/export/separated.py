"""An export as CSV: a file for each table, in UTF-8 with a byte order mark and CRLF, as spreadsheet programs expect it.

Words that such a program would calculate are marked with `'` (SEC-15), and `marked` remembers where, so that the original words can be
had again. Cells are whole, whatever their length: nothing is cut, although some programs show only the first 32,767 characters.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fieldwork.export.cells import Cell, marked
from fieldwork.export.tables import BLOCKS, CODINGS, RECORDS, Table

FORMAT = "fieldwork-export-about/1"
IN_CSV = (CODINGS, RECORDS, BLOCKS)


class SeparatedFiles:
    """The CSV files of one export, under names of their own in `folder`. Rows of a table must come in their order."""

    def __init__(self, folder: Path) -> None:
        self.paths = {table.title: folder / f"export{table.stem}.csv" for table in IN_CSV}
        self.about_path = folder / "export-about.json"
        self.marked: dict[str, dict[str, list[int]]] = {table.title: {} for table in IN_CSV}
        self._rows = dict.fromkeys(self.paths, 1)
        self._files = {
            title: path.open("w", encoding="utf-8-sig", newline="", errors="strict")
            for title, path in self.paths.items()
        }
        self._writers = {title: csv.writer(file, lineterminator="\r\n") for title, file in self._files.items()}
        for table in IN_CSV:
            self._writers[table.title].writerow(column.name for column in table.columns)

    def row(self, table: Table, cells: Sequence[Cell]) -> None:
        """Write one row."""
        self._rows[table.title] += 1
        told: list[str] = []
        for column, cell in zip(table.columns, cells, strict=True):
            words = marked(str(cell))
            if words != str(cell):
                self.marked[table.title].setdefault(column.name, []).append(self._rows[table.title])
            told.append(words)
        self._writers[table.title].writerow(told)

    def finish(self, about: Sequence[Sequence[Cell]], names: dict[str, str]) -> Path:
        """Close the files and write what the export says about itself. `names` are the tables' files as they will be offered."""
        self.abandon()
        said: dict[str, Any] = {
            "format": FORMAT,
            "about": [{"item": item, "value": value} for item, value in about],
            "files": {
                names[title]: {"table": title, "rows": self._rows[title] - 1, "sha256": sha256_of(path)}
                for title, path in self.paths.items()
            },
            "marked": {
                "rule": "An apostrophe (') stands before words that a spreadsheet program would calculate. Take it away to have"
                " the words again. These are the cells, by table and column, as numbers of records in the file; the header is 1.",
                "cells": self.marked,
            },
        }
        self.about_path.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return self.about_path

    def abandon(self) -> None:
        """Close every file."""
        for file in self._files.values():
            file.close()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

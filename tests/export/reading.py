"""Reading exports as a stranger would: openpyxl and the csv module, nothing of the program's own."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl


def sheets_of(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The sheets of a workbook by name, each a list of rows by heading."""
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file)
        read = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
        book.close()
    return {title: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for title, rows in read.items()}


def about_of(path: Path) -> dict[str, str]:
    """What a workbook says about itself."""
    return {row["About"]: row["Value"] for row in sheets_of(path)["About this export"]}


def csv_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column name."""
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def about_json_of(path: Path) -> dict[str, Any]:
    """What stands beside a CSV export."""
    read = json.loads(path.with_name(f"{path.stem}-about.json").read_text(encoding="utf-8"))
    whole: dict[str, Any] = read | {"about": {each["item"]: each["value"] for each in read["about"]}}
    return whole


def everything_in(path: Path) -> str:
    """Every part of a workbook as one text."""
    with zipfile.ZipFile(path) as package:
        return "\n".join(package.read(name).decode("utf-8") for name in package.namelist())

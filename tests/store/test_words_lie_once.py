"""The step that lets the words of a record lie in its operation alone keeps every record that was there (migration 0006)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib import import_module

import pytest

from fieldwork.store.states import STATE

STEP = import_module("fieldwork.store.migrations.0006_words_lie_once")
BEFORE = import_module("fieldwork.store.migrations.0002_log")
RECORDS = [
    ("one", 1, "block", "parent", 0, 7, '{"heads":["a"]}'),
    ("two", 2, "evidence", None, 1, 8, '{"heads":["b"]}'),
]


def test_the_records_of_an_older_database_stay_as_they_are_and_new_ones_need_no_state() -> None:
    with closing(sqlite3.connect(":memory:")) as older:
        for statement in BEFORE.STATEMENTS:
            older.execute(statement.format(**BEFORE.SQLITE))
        indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'record' AND sql IS NOT NULL ORDER BY 1"
        before = older.execute(indexes).fetchall()
        older.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", RECORDS)

        for statement in STEP.SQLITE:
            older.execute(statement)

        assert older.execute("SELECT * FROM record ORDER BY record").fetchall() == RECORDS
        assert older.execute(indexes).fetchall() == before
        assert older.execute(f"SELECT {STATE} FROM record_with_words ORDER BY record").fetchall() == [
            (record[6], None, None) for record in RECORDS
        ]
        older.execute("INSERT INTO record VALUES ('three', 1, 'block', NULL, 0, 9, NULL)")
        with pytest.raises(sqlite3.IntegrityError):
            older.execute("INSERT INTO record VALUES ('one', 1, 'block', NULL, 0, 9, NULL)")

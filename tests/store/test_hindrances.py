"""What keeps a database from taking anything in is known by its own words, in both families, and nothing else is."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from tortoise.exceptions import OperationalError

from fieldwork.store.hindrances import MAY_BE_HINDERED, hindrance_of


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A file of SQLite's with a table in it."""
    with closing(sqlite3.connect(tmp_path / "file.sqlite3", timeout=0, isolation_level=None)) as raw:
        raw.execute("CREATE TABLE note (words TEXT)")
        yield raw


def refused(raw: sqlite3.Connection) -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as found:
        raw.execute("INSERT INTO note VALUES (?)", ("x" * 100_000,))
    return found.value


def test_a_file_that_may_not_grow_has_no_room(file: sqlite3.Connection) -> None:
    file.execute("PRAGMA max_page_count = 2")

    error = refused(file)

    assert isinstance(error, MAY_BE_HINDERED)
    assert hindrance_of(error) == hindrance_of(OperationalError(error)) == "no_room"


def test_a_file_that_somebody_else_is_writing_is_not_for_now(file: sqlite3.Connection, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "file.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        assert hindrance_of(refused(file)) == "not_now"


def test_a_file_that_can_only_be_read_is_not_for_now(tmp_path: Path, file: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(f"file:{tmp_path / 'file.sqlite3'}?mode=ro", uri=True)) as reading:
        assert hindrance_of(refused(reading)) == "not_now"


@pytest.mark.parametrize(
    ("error", "hindrance"),
    [
        (asyncpg.DiskFullError("x"), "no_room"),
        (OperationalError(asyncpg.DiskFullError("x")), "no_room"),
        (OSError(errno.ENOSPC, "x"), "no_room"),
        (OSError(errno.EDQUOT, "x"), "no_room"),
        (asyncpg.OutOfMemoryError("x"), "not_now"),
        (asyncpg.TooManyConnectionsError("x"), "not_now"),
        (asyncpg.ReadOnlySQLTransactionError("x"), "not_now"),
        (asyncpg.CannotConnectNowError("x"), "not_now"),
        (asyncpg.LockNotAvailableError("x"), "not_now"),
        (asyncpg.InterfaceError("connection is closed"), "not_now"),
        (ConnectionRefusedError("x"), "not_now"),
        (asyncpg.UniqueViolationError("x"), None),
        (asyncpg.UndefinedTableError("x"), None),
        (sqlite3.OperationalError("no such table: x"), None),
        (sqlite3.DatabaseError("database disk image is malformed"), None),
        (FileNotFoundError("x"), None),
        (TimeoutError("x"), None),
        (ValueError("x"), None),
    ],
)
def test_each_hindrance_is_known_in_both_families(error: Exception, hindrance: str | None) -> None:
    assert hindrance_of(error) == hindrance

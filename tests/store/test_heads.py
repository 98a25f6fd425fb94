"""SYN-17: heads that were written down elsewhere show what the log itself cannot: a tail that is gone, a log that was rolled back."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fieldwork.store.database import Database
from fieldwork.store.heads import heads_of, problems_with
from fieldwork.store.verifying import damage_to_the_file, verify_all
from tests.store.log_authors import Author, new_visit
from tests.store.log_office import Office, office

pytestmark = pytest.mark.anyio

REFIT = (
    "UPDATE stream SET count = 4, highest = 4, head ="
    " (SELECT header_hash FROM operation_evidence o WHERE o.stream_id = stream.id AND o.sequence = 4)",
    "UPDATE scope SET last_position = 4",
    "DELETE FROM record WHERE record NOT IN (SELECT record FROM operation_evidence)",
)
"""What somebody does who knows how a log looks when it is whole."""

TAMPERING = {
    "one byte changed": (
        ["UPDATE operation_evidence SET body = header WHERE sequence = 3"],
        "number 3",
        "body_hash_differs",
    ),
    "one row deleted": (["DELETE FROM operation_evidence WHERE sequence = 3"], "number 3", "number_missing"),
    "two rows swapped": (
        [
            "UPDATE operation_evidence SET sequence = -sequence, position = -position WHERE sequence IN (3, 4)",
            "UPDATE operation_evidence SET sequence = 7 + sequence, position = 7 + position WHERE sequence < 0",
        ],
        "number 3",
        "row_differs_from_header",
    ),
    "the tail cut, with its mark": (
        ["DELETE FROM operation_evidence WHERE sequence > 4", *REFIT],
        "number 5",
        "tail_cut",
    ),
    "all of it gone": (
        ["DELETE FROM operation_evidence", "DELETE FROM stream", "DELETE FROM scope"],
        "number 1",
        "stream_gone",
    ),
}


async def everything_wrong(here: Office, anchored: object) -> list[tuple[str, str]]:
    found = await verify_all(here.log) + await problems_with(here.log, anchored)  # type: ignore[arg-type]
    return [(problem.place.rpartition(", ")[2], problem.code) for problem in found]


@pytest.mark.parametrize("what", TAMPERING)
async def test_whatever_is_done_to_the_log_is_reported_with_its_position(
    database: Database, tmp_path: Path, what: str
) -> None:
    """SYN-17"""
    statements, place, code = TAMPERING[what]
    author = Author(new_visit())

    async with office(database, tmp_path / "keys", lambda header, facts, words_of_others=False: None) as here:
        await here.push(*(author.writes() for _ in range(6)))
        anchored = await heads_of(here.log)
        assert await everything_wrong(here, anchored) == []
        for statement in statements:
            await database.connection.execute_query(statement)

        problems = await everything_wrong(here, anchored)

    assert (place, code) in problems


async def test_a_tail_cut_with_its_mark_shows_nowhere_but_in_the_anchored_heads(
    database: Database, tmp_path: Path
) -> None:
    """SYN-17"""
    author = Author(new_visit())

    async with office(database, tmp_path / "keys", lambda header, facts, words_of_others=False: None) as here:
        await here.push(*(author.writes() for _ in range(6)))
        anchored = await heads_of(here.log)
        for statement in TAMPERING["the tail cut, with its mark"][0]:
            await database.connection.execute_query(statement)

        assert await verify_all(here.log) == []
        problems = await problems_with(here.log, anchored)

    assert [problem.code for problem in problems] == ["tail_cut"]


async def test_a_tail_that_was_written_anew_is_no_longer_the_one_written_down(
    database: Database, tmp_path: Path
) -> None:
    """SYN-17"""
    author, twin = Author(new_visit()), None

    async with office(database, tmp_path / "keys", lambda header, facts, words_of_others=False: None) as here:
        await here.push(*(author.writes() for _ in range(4)))
        twin = Author(author.scope, author.person, author.lane, author.incarnation, author.sequence, author.previous)
        await here.push(author.writes(), author.writes())
        anchored = await heads_of(here.log)
        for statement in TAMPERING["the tail cut, with its mark"][0]:
            await database.connection.execute_query(statement)
        await here.push(*(twin.writes({"text": "something else"}) for _ in range(3)))

        assert await verify_all(here.log) == []
        problems = await problems_with(here.log, anchored)

    assert [(problem.place.rpartition(", ")[2], problem.code) for problem in problems] == [("number 6", "head_differs")]


async def test_what_is_written_after_the_heads_were_written_down_is_no_problem(
    database: Database, tmp_path: Path
) -> None:
    author, later = Author(new_visit()), Author(new_visit(), lane="vault")

    async with office(database, tmp_path / "keys", lambda header, facts, words_of_others=False: None) as here:
        said = author.writes()
        await here.push(said, author.writes())
        anchored = await heads_of(here.log)
        await here.push(author.redacts(said), author.writes(), later.writes(record_type="identity"))

        problems = await problems_with(here.log, anchored)

    assert [(head.count, head.highest) for head in anchored] == [(2, 2)]
    assert problems == []


@pytest.mark.parametrize("place", [3, -1], ids=["in what a page says of itself", "in what a page holds"])
async def test_a_byte_that_flipped_in_the_database_file_is_reported(
    sqlite_file: Path, tmp_path: Path, place: int
) -> None:
    """OPS-06"""
    author = Author(new_visit())
    async with (
        Database(f"sqlite://{sqlite_file}") as database,
        office(database, tmp_path / "keys", lambda header, facts, words_of_others=False: None) as here,
    ):
        for _ in range(20):
            await here.push(*(author.writes({"text": "said " * 50}) for _ in range(20)))
        sound = await damage_to_the_file(here.log)
        [[root]] = await here.log.ask("SELECT rootpage FROM sqlite_master WHERE name = 'operation_evidence_sequence'")
        [[page_bytes]] = await here.log.ask("PRAGMA page_size")
    flip(sqlite_file, (root - 1) * page_bytes + place % page_bytes)

    async with (
        Database(f"sqlite://{sqlite_file}") as database,
        office(database, tmp_path / "keys", lambda header, facts, words_of_others=False: None) as here,
    ):
        problems = await damage_to_the_file(here.log)

    assert sound == []
    assert problems
    assert {problem.place for problem in problems} == {"the database file"}


@pytest.fixture
def sqlite_file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated SQLite database of this test's own."""
    return Path(shutil.copyfile(sqlite_template, tmp_path / "central.sqlite3"))


def flip(path: Path, place: int) -> None:
    """Change every bit of one byte of a database file. Where the log beside it outlived its office, pages are read from there, and a byte
    that flips in the file is nobody's: so what lies there is put into the file first.
    """
    with closing(sqlite3.connect(path)) as database:
        [busy, *_] = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not busy
    raw = bytearray(path.read_bytes())
    raw[place] ^= 0xFF
    path.write_bytes(raw)

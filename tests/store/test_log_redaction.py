"""What was removed for a child's sake is gone everywhere, and the record of its removal stays (I7, I8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldwork.store.database import Database
from fieldwork.store.log import WORDS_LIE_IN
from fieldwork.store.records import history_of, record_of
from fieldwork.store.verifying import verify_all
from tests.store.log_authors import Author, Carry
from tests.store.log_office import Office, a_visit, office, rebuilt_otherwise

pytestmark = pytest.mark.anyio
WORDS = "Marigold-Invented-Name"


async def words_in_tables(here: Office) -> list[str]:
    """The tables in whose rows the words lie, as text or as bytes."""
    found = []
    tables = ("operation_evidence", "operation_vault", "operation_concern", "record", "assignment", "visit", "evidence")
    for table in (*tables, "coding", "holding", "aside", "unreadable_line", "redaction", "alarm"):
        for row in await here.log.ask(f"SELECT * FROM {table}"):
            cells = [bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row]
            if any(WORDS.encode() in cell for cell in cells):
                found.append(table)
    return found


def files_with_words(files: list[Path]) -> list[str]:
    """The database's files in whose bytes the words lie, also where no row does."""
    return [file.name for file in files if WORDS.encode() in file.read_bytes()]


async def test_removed_words_leave_every_table_and_the_chain_still_verifies(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    note = visit.inspector.writes({"text": f"{WORDS} said so", "minute": 3})
    cleaned = visit.inspector.revises(note, {"text": "[child] said so"})
    evidence = visit.inspector.writes({"ref": WORDS}, record_type="evidence")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(note, cleaned, evidence)
        assert "operation_evidence" in await words_in_tables(here)

        assert await here.push(visit.lead.redacts(note, evidence)) == [("stored", None)]

        assert await words_in_tables(here) == []
        record = await record_of(here.log, note.record)
        assert record is not None
        assert record.get("text") == "[child] said so"
        assert record.get("minute") is None
        assert (await history_of(here.log, note.record))[0][1] is None
        assert await verify_all(here.log) == []
        assert [row.body for row in await here.pulled(visit.scope)][:3] == [None, cleaned.body, None]
        [receipt] = await here.receipts(note)
        assert (receipt.verdict, receipt.body_hash, receipt.redacted) == ("duplicate", None, True)
        assert await words_in_tables(here) == []


async def test_removed_words_leave_the_files_of_the_database(database: Database, tmp_path: Path) -> None:
    if database.dialect != "sqlite":
        # PostgreSQL's own files are the server's; that the tables are vacuumed is what can be asked here.
        assert await database.sweep_deleted(WORDS_LIE_IN)
        return
    visit = a_visit()
    notes = [visit.inspector.writes({"text": f"{WORDS} {number}"}) for number in range(200)]
    waiting = Author(visit.scope, visit.inspector.person, sequence=8, previous="0" * 64).writes({"text": WORDS})
    path = database.address.path
    assert path is not None
    files = [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(*notes)
        await here.push(waiting)
        assert files_with_words(files)

        await here.push(visit.lead.redacts(*notes, waiting))

    assert files_with_words(files) == []


async def test_removed_words_that_wait_or_stand_aside_lose_their_seal_and_keep_their_number(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    one, two, three = (visit.inspector.writes({"text": WORDS}) for _ in range(3))
    fork = Author(visit.scope, visit.inspector.person, incarnation=visit.inspector.incarnation).writes({"text": WORDS})
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(one, three, fork)

        await here.push(visit.lead.redacts(three, fork))

        assert [bytes(row[0]) for row in await here.log.ask("SELECT sealed FROM holding")] == [b""]
        assert [bytes(row[0]) for row in await here.log.ask("SELECT sealed FROM aside")] == [b""]
        assert await here.push(two) == [("stored", None)]
        [[redacted_by, body]] = await here.log.ask(
            "SELECT redacted_by, body FROM operation_evidence WHERE operation = ?", three.id
        )
        assert (redacted_by is not None, body) == (True, None)
        assert await verify_all(here.log) == []


async def test_a_redact_without_the_right_takes_nothing_from_anywhere(database: Database, tmp_path: Path) -> None:
    mine, other = a_visit(), a_visit()
    stored, missing, waiting = (mine.inspector.writes({"text": WORDS}) for _ in range(3))
    fork = Author(mine.scope, mine.inspector.person, incarnation=mine.inspector.incarnation).writes({"text": WORDS})
    everything = (stored, missing, waiting, fork)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(mine.people)
        await here.brings(other.people)
        await here.push(stored, waiting, fork)

        await here.push(other.lead.redacts(*everything))  # the lead of another visit
        await here.push(mine.stranger.redacts(*everything))  # nobody here
        colleague = Author(mine.scope, mine.lead.person)
        await here.push(
            Author(mine.scope, mine.inspector.person, "evidence").redacts(colleague.writes(), *(mine.lead.writes(),))
        )
        assert await here.push(missing) == [("stored", None)]

        assert (await here.pulled(mine.scope))[0].body == stored.body
        found = await here.log.ask("SELECT redacted_by FROM operation_evidence WHERE redacted_by IS NOT NULL")
        assert list(found) == []
        assert all(bytes(row[0]) for row in await here.log.ask("SELECT sealed FROM aside"))
        [[body]] = await here.log.ask("SELECT body FROM operation_evidence WHERE operation = ?", waiting.id)
        assert bytes(body) == waiting.body


async def test_words_removed_before_they_came_never_reach_a_table(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    note = visit.inspector.writes({"text": WORDS})
    redact = Author(visit.scope, visit.inspector.person).redacts(note)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(redact)

        [receipt] = await here.receipts(note)

        assert (receipt.verdict, receipt.body_hash, receipt.redacted) == ("stored", None, True)
        assert await words_in_tables(here) == []
        record = await record_of(here.log, note.record)
        assert record is not None
        assert record.state.fields == {}


@pytest.mark.parametrize("lane", ["evidence", "vault", "concern"])
async def test_a_manifest_names_what_was_removed_of_a_stream_and_nothing_of_another(
    database: Database, tmp_path: Path, lane: str
) -> None:
    """PROTOCOL.md 4.3, I8: so the author's tablet lets go of it, also when they pull nothing of this visit any more."""
    visit = a_visit(lane=lane)
    first, kept, second = (visit.inspector.writes() for _ in range(3))
    other = visit.lead.writes()
    async with office(database, tmp_path / "keys") as here:
        here.carry = Carry.to(here.log.keyring.public_keys(), lane)
        await here.brings(visit.people)
        await here.push(first, kept, second, other)
        streams = [visit.lead.stream, visit.inspector.stream]
        assert [mark.redacted for mark in await here.log.marks(streams)] == [(), ()]

        await here.push(visit.inspector.redacts(second, first))

        lead, inspector = await here.log.marks(streams)
        assert (lead.redacted, inspector.redacted) == ((), (first.id, second.id))
        assert (inspector.count, inspector.highest) == (4, 4)


async def test_what_was_removed_before_it_came_keeps_its_number_though_it_can_never_be_opened(
    database: Database, tmp_path: Path
) -> None:
    """One push: a removal, what it removes in bytes that nobody can open, and another operation with the same number."""
    visit = a_visit()
    author = visit.inspector
    removed = author.would_write({"text": WORDS})
    removal = author.redacts(removed)
    late, fork = author.would_write({"text": WORDS}, operation=removed.id), author.would_write({"text": "other words"})
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        header_raw, carry, sealed = here.carry.line(late)
        broken = (header_raw, carry, sealed[:-1] + bytes([sealed[-1] ^ 1]))

        answers = await here.push(removal, broken, fork)

        assert answers == [("stored", None), ("stored", None), ("quarantined", "fork")]
        assert await here.count("aside") == 1
        assert await words_in_tables(here) == []
        assert await verify_all(here.log) == []
        assert await rebuilt_otherwise(here.log) == {}

"""What was written and removed at a desk after a backup: after the restore its tablet has only the header, and no words come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldwork.settings import Settings
from fieldwork.store.verifying import verify_all
from tests.backup.test_tablets_offer_again import carrying, highest, restored_from_yesterday, served
from tests.store.log_authors import Author, Written, import_incarnation, new_id, team
from tests.web.wire import Wire

WORDS = "Dylan lives at number nine"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_note_that_was_written_and_removed_after_the_backup_is_taken_as_removed_from_its_authors_tablet(
    database_url: str, empty_place: Callable[[str], Settings], tmp_path: Path, kind: str
) -> None:
    """I5, I7, I8: nothing waits on the tablet for ever, the chain verifies, and the words are nowhere."""
    inspector, lead = new_id(), new_id()
    people = team([(inspector, "inspector", 0), (lead, "lead", 0)])
    lost = Settings(data=tmp_path / "data", database_url=database_url, allowed_hosts=("central",))
    author, at_the_desk = Author(people.visits[0], inspector), Author(people.visits[0], lead)
    removed, following = author.writes({"text": WORDS}), author.writes({"text": "the next one"})

    async def yesterday(wire: Wire) -> tuple[str, str]:
        await wire.central.log.import_drafts(people.drafts, import_incarnation(people))
        return await carrying(wire, inspector), await carrying(wire, lead)

    async def today(wire: Wire) -> None:
        assert await verdicts(wire, mine, removed, following) == ["stored", "stored"]
        assert await verdicts(wire, others, at_the_desk.redacts(removed)) == ["stored"]

    async def after(wire: Wire) -> None:
        bare = (removed.header_raw, "", b"")
        from_another = await wire.push(wire.carry.push_raw(bare), token=others)
        assert [(each.verdict, each.code) for each in from_another] == [("held", "body_missing")]
        [first, second] = await wire.push(wire.carry.push_raw(bare, following), token=mine)
        assert (first.verdict, first.redacted, first.body_hash, second.verdict) == ("stored", True, None, "stored")
        assert await highest(wire, mine, author) == 2
        # An old copy of the words, and the removal itself, which was made on a tablet after all.
        assert await verdicts(wire, mine, removed) == ["duplicate"]
        assert await verdicts(wire, mine, author.redacts(removed)) == ["stored"]
        rows, _ = await wire.central.log.page(people.visits[0], "evidence", 0)
        assert [row.body is None for row in rows if row.header_raw == removed.header_raw] == [True]
        assert WORDS.encode() not in b"".join(row.body or b"" for row in rows)
        assert await verify_all(wire.central.log) == []

    mine, others = asyncio.run(served(lost, yesterday))
    restored_from_yesterday(lost, empty_place(kind), tmp_path, today, after)


def test_an_office_that_was_never_restored_takes_nobodys_word_for_it(database_url: str, tmp_path: Path) -> None:
    """There the redact is here already or on its way, and a header without words is a loss that must be seen."""
    inspector = new_id()
    people = team([(inspector, "inspector", 0)])
    note = Author(people.visits[0], inspector).writes({"text": WORDS})

    async def work(wire: Wire) -> list[str]:
        await wire.central.log.import_drafts(people.drafts, import_incarnation(people))
        token = await carrying(wire, inspector)
        receipts = await wire.push(wire.carry.push_raw((note.header_raw, "", b"")), token=token)
        return [each.verdict for each in receipts]

    settings = Settings(data=tmp_path / "data", database_url=database_url, allowed_hosts=("central",))

    assert asyncio.run(served(settings, work)) == ["held"]


async def verdicts(wire: Wire, token: str, *notes: Written) -> list[str]:
    receipts = await wire.push(wire.carry.push_raw(*notes), token=token)
    return [each.verdict for each in receipts]

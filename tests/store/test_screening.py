"""Words that nobody has looked through for names never count as looked through, whichever way they came (R12, design 7)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from fieldwork.domain.draft import Draft
from fieldwork.store.database import Database
from fieldwork.store.rebuilding import rebuild_all
from fieldwork.store.records import records_under
from fieldwork.store.statements import Tell, Work
from sync.central.body import read_body
from sync.central.fold import fold, operation_of
from sync.central.header import read_header
from tests.store.log_authors import Author, Written, import_incarnation, new_id
from tests.store.log_office import Office, a_visit, office, projections

pytestmark = pytest.mark.anyio
AT = "2026-02-11T12:00:00.000Z"


def record_of(author: Author, **fields: object) -> Written:
    return author.writes({"ref": "A-1", **fields}, record_type="evidence")


def block_in(author: Author, evidence: Written, text: str = "said") -> Written:
    return author.writes({"evidence": evidence.record, "text": text})


def look(
    author: Author, evidence: Written, *through: Written, base: Sequence[Written] = (), **fields: object
) -> Written:
    named = {"looked_through": [each.id for each in through]} if through else {}
    heads = tuple(each.id for each in base) or (evidence.id,)
    return author.revises(evidence, {"screened_at": AT, **named, **fields}, base=heads)


async def screened(here: Office, evidence: Written) -> bool:
    """Whether it counts as screened; drawn again from the log it must be the same."""
    before = await projections(here.log)
    question = "SELECT screened FROM evidence WHERE record = ?"
    [[counts]] = await here.log.ask(question, evidence.record)
    await rebuild_all(here.log)
    assert await projections(here.log) == before
    return bool(counts)


async def test_a_second_tablets_words_take_the_record_back_until_somebody_looks_again(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    author, colleague = visit.inspector, visit.lead
    evidence = record_of(author)
    words = block_in(author, evidence)
    first = look(author, evidence, words)
    more = block_in(colleague, evidence, "Her name is Xanthippe.")
    second = look(author, evidence, words, more, base=[first])
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, words)
        assert not await screened(here, evidence)
        await here.push(first)
        assert await screened(here, evidence)

        await here.push(more)

        assert not await screened(here, evidence)
        await here.push(second)
        assert await screened(here, evidence)


async def test_words_that_were_at_the_office_before_a_look_that_never_saw_them_are_not_looked_through(
    database: Database, tmp_path: Path
) -> None:
    """The author's tablet had not pulled the colleague's block when its author looked."""
    visit = a_visit()
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    unseen = block_in(visit.lead, evidence, "Her name is Xanthippe.")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, words, unseen)

        await here.push(look(visit.inspector, evidence, words))

        assert not await screened(here, evidence)


async def test_a_look_that_names_nothing_covers_what_stood_before_it_and_nothing_after(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, words, look(visit.inspector, evidence))
        assert await screened(here, evidence)

        await here.push(block_in(visit.lead, evidence))

        assert not await screened(here, evidence)


async def test_words_of_the_same_push_that_come_after_the_look_take_the_record_back(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    evidence = record_of(visit.inspector, screened_at=AT)
    words = block_in(visit.inspector, evidence)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)

        await here.push(evidence, words)

        assert not await screened(here, evidence)


async def test_a_block_that_is_changed_after_the_look_has_to_be_looked_through_again(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, words, look(visit.inspector, evidence, words))

        await here.push(visit.lead.revises(words, {"text": "Her name is Xanthippe."}))

        assert not await screened(here, evidence)


async def test_a_block_moved_into_a_record_is_looked_through_there_and_its_old_record_is_free_of_it(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    author = visit.inspector
    one, other = record_of(author), record_of(author)
    words, stray = block_in(author, one), block_in(author, other, "Her name is Xanthippe.")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(one, words, other, stray, look(author, one, words))
        await here.push(look(author, other))
        assert (await screened(here, one), await screened(here, other)) == (True, True)

        await here.push(author.revises(stray, {"evidence": one.record}))

        assert (await screened(here, one), await screened(here, other)) == (False, True)


@pytest.mark.parametrize("how", ["moved back", "its move removed"])
async def test_a_record_counts_again_once_the_words_that_nobody_looked_through_have_left_it(
    database: Database, tmp_path: Path, how: str
) -> None:
    visit = a_visit()
    author = visit.inspector
    one, other = record_of(author), record_of(author)
    words, stray = block_in(author, one), block_in(author, other, "Her name is Xanthippe.")
    moved = author.revises(stray, {"evidence": one.record})
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(one, words, other, stray, moved, look(author, one, words))
        assert not await screened(here, one)

        out = author.revises(moved, {"evidence": other.record}) if how == "moved back" else author.redacts(moved)
        await here.push(out)

        assert await screened(here, one)


async def test_a_block_that_nobody_looked_through_counts_no_more_once_it_is_withdrawn(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    late = block_in(visit.lead, evidence)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, words, look(visit.inspector, evidence, words), late)
        assert not await screened(here, evidence)

        await here.push(visit.lead.writes({}, kind="withdraw", record=late.record, base=(late.id,)))

        assert await screened(here, evidence)


async def test_when_the_newest_wording_is_removed_the_older_that_nobody_looked_at_does_not_come_out(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    author = visit.inspector
    evidence = record_of(author)
    first = block_in(author, evidence, "Her name is Xanthippe.")
    second = author.revises(first, {"text": "Her name is [girl].", "evidence": evidence.record})
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, first, second, look(author, evidence, second))
        assert await screened(here, evidence)

        await here.push(author.redacts(second))

        assert not await screened(here, evidence)


async def test_words_that_a_lead_lets_in_later_are_looked_through_like_any_other(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    strange = block_in(visit.stranger, evidence, "Her name is Xanthippe.")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, words, look(visit.inspector, evidence, words))
        assert await here.push(strange) == [("quarantined", "not_assigned")]
        assert await screened(here, evidence)

        await here.push(visit.lead.releases(strange))

        assert not await screened(here, evidence)


async def test_a_look_that_comes_before_the_words_it_names_still_counts_for_them(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    author, colleague = visit.inspector, visit.lead
    evidence = record_of(author)
    words = block_in(colleague, evidence)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, look(author, evidence, words))

        await here.push(words)

        assert await screened(here, evidence)


async def test_a_block_of_another_visit_is_no_word_of_this_record(database: Database, tmp_path: Path) -> None:
    """Who may write in one visit must not reach into another: neither its pages nor whether it may be read."""
    visit, neighbour = a_visit(), a_visit()
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.brings(neighbour.people)
        await here.push(evidence, words, look(visit.inspector, evidence, words))

        await here.push(block_in(neighbour.inspector, evidence, "Her name is Xanthippe."))

        assert await screened(here, evidence)
        shown = await records_under(here.log, [evidence.record], "block")
        assert [each.record_id for each in shown] == [words.record]


async def test_what_a_pack_brought_stays_screened_until_the_team_adds_to_it(database: Database, tmp_path: Path) -> None:
    visit = a_visit()
    evidence_id, block_id = new_id(), new_id()
    packed, packed_block = _id_of_a_pack(), _id_of_a_pack()
    brought = {"ref": "A-1", "type": "child_interview"}
    said = {"evidence": evidence_id, "text": "Packed."}
    drafts = [
        Draft(packed, visit.scope, "evidence", "evidence", evidence_id, "create", brought, b"0" * 16),
        Draft(packed_block, visit.scope, "evidence", "block", block_id, "create", said, b"0" * 16),
    ]
    author = visit.inspector
    revised = author.writes({"ref": "A-2"}, kind="revise", record_type="evidence", record=evidence_id, base=(packed,))
    added = block_in(author, revised)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.log.import_drafts(drafts, import_incarnation("a pack"))
        await here.push(revised)
        assert await screened(here, revised)

        await here.push(added)

        assert not await screened(here, revised)
        await here.push(look(author, revised, added))
        assert await screened(here, revised)


async def test_after_an_update_nothing_counts_as_screened_that_an_older_version_may_have_called_so_by_mistake(
    database: Database, tmp_path: Path
) -> None:
    visit = a_visit()
    packed, mistaken = _id_of_a_pack(), record_of(visit.inspector)
    early = look(visit.inspector, mistaken)
    fine = record_of(visit.inspector)
    draft = Draft(packed, visit.scope, "evidence", "evidence", new_id(), "create", {"ref": "A-1"}, b"0" * 16)
    said = {"evidence": draft.record_id, "text": "Packed."}
    packed_block = Draft(_id_of_a_pack(), visit.scope, "evidence", "block", new_id(), "create", said, b"0" * 16)
    words = block_in(visit.inspector, fine)
    late = block_in(visit.lead, mistaken)
    statement = import_module("fieldwork.store.migrations.0003_screening").STATEMENT
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.log.import_drafts([draft, packed_block], import_incarnation("a pack"))
        await here.push(mistaken, early, late, fine, words)
        await here.push(look(visit.inspector, fine, words))
        await here.log.in_one_transaction(lambda: _tell("UPDATE evidence SET screened = 1"))

        await here.log.in_one_transaction(lambda: _tell(statement))

        assert await _all_screened(here) == {draft.record_id}
        await rebuild_all(here.log)
        assert await _all_screened(here) == {draft.record_id, fine.record}


def _tell(statement: str) -> Work[None]:
    yield Tell(statement, [()])


async def _all_screened(here: Office) -> set[str]:
    return {row[0] for row in await here.log.ask("SELECT record FROM evidence WHERE screened = 1")}


def _id_of_a_pack() -> str:
    number = new_id()
    return f"{number[:14]}5{number[15:]}"


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_comes_in_whatever_order_no_unlooked_word_stands_in_a_screened_record(
    database: Database, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    visit = a_visit()
    authors = [visit.inspector, visit.lead, Author(visit.scope, visit.inspector.person)]
    records = [record_of(chance.choice(authors)) for _ in range(3)]
    blocks: list[Written] = []
    written = list(records)
    for _ in range(60):
        author, evidence, what = chance.choice(authors), chance.choice(records), chance.random()
        heads = tuple(each.id for each in written if each.record == evidence.record)[-2:]
        if what < 0.35 or not blocks:
            one = block_in(author, evidence, f"word {len(written)}")
            blocks.append(one)
        elif what < 0.65:
            named = chance.sample(blocks, chance.randint(0, len(blocks)))
            base = [each for each in written if each.id in heads]
            one = look(author, evidence, *named, base=base) if named else author.revises(evidence, {"screened_at": AT})
        else:
            about = chance.choice(blocks)
            fields = chance.choice([{"text": f"word {len(written)}"}, {"evidence": evidence.record}])
            kind = "withdraw" if chance.random() < 0.2 else "revise"
            one = (
                author.redacts(about)
                if what > 0.92
                else author.writes(fields, kind=kind, record=about.record, base=(about.id,))
            )
            if one.header.kind == "revise":
                blocks.append(one)
        written.append(one)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        by_author = {
            author.incarnation: [w for w in written if w.header.incarnation == author.incarnation] for author in authors
        }
        while any(by_author.values()):
            theirs = chance.choice([each for each in by_author.values() if each])
            size = chance.randint(1, 9)
            await here.push(*theirs[:size])
            del theirs[:size]

        for evidence in records:
            if await screened(here, evidence):
                assert await _not_looked_through(here, evidence.record) == set()


async def _not_looked_through(here: Office, evidence_id: str) -> set[str]:
    """Operations whose words stand in the record and that no standing look names, or came before, worked out from the log alone."""
    stored = await here.log.ask(
        "SELECT header, body, position, record_type FROM operation_evidence WHERE standing = 'stored' AND kind <> 'redact'"
    )
    position_of, by_record = {}, {}
    for raw, body, position, record_type in stored:
        header = read_header(bytes(raw))
        fields = None if body is None else read_body(bytes(body), header.kind)
        position_of[header.operation] = position
        by_record.setdefault((record_type, header.record), []).append(operation_of(header, fields))
    states = {name: fold(operations) for name, operations in by_record.items()}
    words = {
        operation
        for (record_type, _), state in states.items()
        if record_type == "block"
        and not state.withdrawn
        and evidence_id in [v for _, v in state.fields.get("evidence", [])][:1]
        for values in state.fields.values()
        for operation, value in values
        if value is not None
    }
    fields = states[("evidence", evidence_id)].fields
    if "looked_through" in fields:
        return words - {one for _, named in fields["looked_through"] for one in named}
    last = max((position_of[look] for look, _ in fields.get("screened_at", [])), default=0)
    return {one for one in words if position_of[one] >= last}

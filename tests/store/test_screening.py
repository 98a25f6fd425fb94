"""Words that nobody has looked through for names never count as looked through, whichever way they came (R12, design 7)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from fieldwork.domain.draft import Draft
from fieldwork.domain.screening import entries_of
from fieldwork.export.words import undecided
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
    named = {"looked_through": entries(evidence, *through)} if through else {}
    heads = tuple(each.id for each in base) or (evidence.id,)
    return author.revises(evidence, {"screened_at": AT, **named, **fields}, base=heads)


def entries(*written: Written) -> list[str]:
    """These operations as a look names them, with every field that they set."""
    said = {each.id: read_body(each.body, each.header.kind) for each in written}
    return entries_of((by, name) for by, fields in said.items() for name, value in fields.items() if value is not None)


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


async def test_a_look_that_names_nothing_or_no_fields_covers_nothing(database: Database, tmp_path: Path) -> None:
    """As looks were before they named fields: what they were about cannot be said, so the record is its team's until somebody looks."""
    visit = a_visit()
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    first = look(visit.inspector, evidence)
    older = {"screened_at": AT, "looked_through": [evidence.id, words.id]}
    second = visit.inspector.revises(evidence, older, base=(first.id,))
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, words, first)
        assert not await screened(here, evidence)

        await here.push(second)

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
        await here.push(look(author, other, stray))
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
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.log.import_drafts(drafts, import_incarnation("a pack"))
        assert await _all_screened(here) == {evidence_id}
        looked = look(author, revised, revised)
        added = block_in(author, revised)

        await here.push(revised)
        assert not await screened(here, revised)
        await here.push(looked)
        assert await screened(here, revised)
        await here.push(added)

        assert not await screened(here, revised)
        await here.push(look(author, revised, added, base=[looked]))
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


async def test_after_an_update_nothing_counts_as_screened_that_no_look_names_field_by_field(
    database: Database, tmp_path: Path
) -> None:
    """Looks of before named operations, or blocks alone: what else may be read was on no page."""
    visit = a_visit()
    author = visit.inspector
    activity, packed_activity = author.writes({"type": "interview"}, record_type="activity"), new_id()
    fine, older, around = record_of(author, activity=activity.record), record_of(author), record_of(author)
    words = block_in(author, fine)
    packs = [_id_of_a_pack() for _ in range(4)]
    about = {"activity": packed_activity}
    pure, with_consent, with_block = (new_id() for _ in range(3))
    drafts = [
        Draft(packs[0], visit.scope, "evidence", "evidence", pure, "create", {"ref": "A-1"}, b"0" * 16),
        Draft(packs[1], visit.scope, "evidence", "evidence", with_consent, "create", about, b"1" * 16),
        Draft(packs[3], visit.scope, "evidence", "activity", packed_activity, "create", {"type": "x"}, b"3" * 16),
        Draft(packs[2], visit.scope, "evidence", "evidence", with_block, "create", {"ref": "A-3"}, b"2" * 16),
    ]
    consent = author.writes({**about, "restriction": "Xanthippe"}, record_type="consent")
    added = author.writes({"evidence": with_block, "text": "Xanthippe"})
    mark = visit.lead.writes({"evidence": pure, "heads": [packs[0]]}, record_type="seen")
    coded = author.writes({"evidence": pure, "block": new_id(), "memo": "Xanthippe"}, record_type="coding")
    old = {"screened_at": AT, "looked_through": [older.id]}
    statement = import_module("fieldwork.store.migrations.0005_looks_name_fields").STATEMENT
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.log.import_drafts(drafts, import_incarnation("a pack"))
        await here.push(activity, fine, older, around, words, consent, added, coded)
        await here.push(look(author, fine, activity, words), author.revises(older, old), mark)
        await here.log.in_one_transaction(lambda: _tell("UPDATE evidence SET screened = 1"))

        await here.log.in_one_transaction(lambda: _tell(statement))

        assert await _all_screened(here) == {pure}
        await rebuild_all(here.log)
        assert await _all_screened(here) == {pure, fine.record}


@pytest.mark.parametrize("what", ["its activity", "a consent", "its own field"])
async def test_what_is_said_around_the_blocks_after_the_look_takes_the_record_back(
    database: Database, tmp_path: Path, what: str
) -> None:
    visit = a_visit()
    author, colleague = visit.inspector, visit.lead
    activity = author.writes({"type": "interview"}, record_type="activity")
    one, other = (record_of(author, activity=activity.record) for _ in range(2))
    alone = record_of(author)
    said = {
        "its activity": lambda: colleague.revises(activity, {"supporter": "Xanthippe"}),
        "a consent": lambda: colleague.writes(
            {"activity": activity.record, "restriction": "Xanthippe"}, record_type="consent"
        ),
        "its own field": lambda: colleague.revises(one, {"document": {"title": "Xanthippe"}}),
    }[what]()
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(activity, one, other, alone)
        await here.push(look(author, one, activity), look(author, other, activity), look(author, alone, alone))
        assert await _all_screened(here) == {one.record, other.record, alone.record}

        await here.push(said)

        # An activity's words are those of every record of it.
        left = {alone.record} | ({other.record} if what == "its own field" else set())
        assert await _all_screened(here) == left
        assert not await screened(here, one)
        if what != "its own field":
            about = {"its activity": (said,), "a consent": (said,)}[what]
            await here.push(colleague.redacts(*about))
            assert await _all_screened(here) == {one.record, other.record, alone.record}
            assert await screened(here, one)


async def test_an_older_wording_under_a_name_that_was_given_for_another_field_is_not_looked_through(
    database: Database, tmp_path: Path
) -> None:
    """The create stands for the kind of the block when somebody looks, and for its first words once the later ones are removed."""
    visit = a_visit()
    author = visit.inspector
    evidence = record_of(author)
    first = author.writes({"evidence": evidence.record, "kind": "verbatim", "text": "Her name is Xanthippe."})
    second = author.revises(first, {"text": "Her name is [girl]."})
    named = [*entries(evidence, second), f"{first.id}:evidence,kind"]
    looked = author.revises(evidence, {"screened_at": AT, "looked_through": named})
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, first, second, looked)
        assert await screened(here, evidence)

        await here.push(author.redacts(second))

        assert not await screened(here, evidence)


async def test_a_consent_of_another_visit_is_no_word_of_this_record(database: Database, tmp_path: Path) -> None:
    visit, neighbour = a_visit(), a_visit()
    activity = visit.inspector.writes({"type": "interview"}, record_type="activity")
    evidence = record_of(visit.inspector, activity=activity.record)
    fields = {"activity": activity.record, "restriction": "Xanthippe"}
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.brings(neighbour.people)
        await here.push(activity, evidence, look(visit.inspector, evidence, activity))

        await here.push(neighbour.inspector.writes(fields, record_type="consent"))

        assert await screened(here, evidence)


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
    activities = [chance.choice(authors).writes({"type": "interview"}, record_type="activity") for _ in range(2)]
    records = [record_of(chance.choice(authors), activity=chance.choice(activities).record) for _ in range(3)]
    around: list[Written] = list(activities)
    blocks: list[Written] = []
    written = [*activities, *records]
    for _ in range(60):
        author, evidence, what = chance.choice(authors), chance.choice(records), chance.random()
        heads = tuple(each.id for each in written if each.record == evidence.record)[-2:]
        if what < 0.25 or not blocks:
            one = block_in(author, evidence, f"word {len(written)}")
            blocks.append(one)
        elif what < 0.35:
            one = _around(chance, author, activities, f"word {len(written)}")
            around.append(one)
        elif what < 0.65:
            named = [each for each in (*around, *blocks) if chance.random() < 0.9]
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


def _around(chance: random.Random, author: Author, activities: list[Written], word: str) -> Written:
    """A consent, or a word of the activity."""
    activity = chance.choice(activities)
    if chance.random() < 0.5:
        return author.writes({"activity": activity.record, "restriction": word}, record_type="consent")
    return author.revises(activity, {"supporter": word})


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
    own = states[("evidence", evidence_id)].fields
    [[activity]] = await here.log.ask("SELECT activity FROM evidence WHERE record = ?", evidence_id)
    standing = [{name: values for name, values in own.items() if name not in ("screened_at", "looked_through")}]
    for (record_type, record), state in states.items():
        field, parent = {"block": ("evidence", evidence_id), "consent": ("activity", activity)}.get(
            record_type, ("", "")
        )
        of = [value for _, value in state.fields.get(field, [])][:1]
        if (record_type, record) == ("activity", activity) or (not state.withdrawn and of == [parent]):
            standing.append(state.fields)
    named = {
        f"{entry.partition(':')[0]} {name}"
        for _, entries in own.get("looked_through", [])
        for entry in entries
        for name in entry.partition(":")[2].split(",")
    }
    return {
        f"{operation} {name}"
        for fields in standing
        for name, values in fields.items()
        for operation, value in values
        if value is not None
    } - named


async def test_consents_of_an_activity_that_never_came_keep_nothing_back_until_it_comes(
    database: Database, tmp_path: Path
) -> None:
    """Nobody could be shown them, so nobody could ever look them through."""
    visit = a_visit()
    author = visit.inspector
    missing = visit.lead.would_write({"type": "interview"}, record_type="activity")
    evidence = record_of(author, activity=missing.record)
    block = block_in(author, evidence)
    consent = author.writes({"activity": missing.record, "status": "given by Xanthippe"}, record_type="consent")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, block, consent, look(author, evidence, block))
        assert await screened(here, evidence)

        arrived = visit.lead.writes({"type": "interview"}, record_type="activity", record=missing.record)
        await here.push(arrived)

        assert not await screened(here, evidence)


async def test_a_field_of_a_block_that_no_look_shows_is_in_no_cell_either(database: Database, tmp_path: Path) -> None:
    """A newer tablet may bring fields that this office shows nobody."""
    visit = a_visit()
    evidence = record_of(visit.inspector)
    block = block_in(visit.inspector, evidence)
    changes = [
        author.revises(block, {"aside": name, "minute": place})
        for place, (author, name) in enumerate(((visit.inspector, "Xanthippe"), (visit.lead, "Tom")))
    ]
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        await here.push(evidence, block, *changes)
        [stands] = await records_under(here.log, [evidence.record], "block")

        assert sorted(stands.state.conflicts) == ["aside", "minute"]
        assert undecided(stands) == "minute: 0 | 1"

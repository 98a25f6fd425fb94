"""Words that nobody has looked through for names never count as looked through, whichever way they came (R12, design 7)."""

from __future__ import annotations

import pytest

from fieldwork.domain.draft import Draft
from fieldwork.export.words import undecided
from fieldwork.store.records import records_under
from tests.store.log_authors import import_incarnation, new_id
from tests.store.log_office import Office, Visit, a_visit
from tests.store.looks import AT, all_screened, block_in, entries, id_of_a_pack, look, record_of, screened

pytestmark = pytest.mark.anyio


async def test_a_second_tablets_words_take_the_record_back_until_somebody_looks_again(
    here: Office, visit: Visit
) -> None:
    author, colleague = visit.inspector, visit.lead
    evidence = record_of(author)
    words = block_in(author, evidence)
    first = look(author, evidence, words)
    more = block_in(colleague, evidence, "Her name is Xanthippe.")
    second = look(author, evidence, words, more, base=[first])
    await here.push(evidence, words)
    assert not await screened(here, evidence)
    await here.push(first)
    assert await screened(here, evidence)

    await here.push(more)

    assert not await screened(here, evidence)
    await here.push(second)
    assert await screened(here, evidence)


async def test_words_that_were_at_the_office_before_a_look_that_never_saw_them_are_not_looked_through(
    here: Office, visit: Visit
) -> None:
    """The author's tablet had not pulled the colleague's block when its author looked."""
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    unseen = block_in(visit.lead, evidence, "Her name is Xanthippe.")
    await here.push(evidence, words, unseen)

    await here.push(look(visit.inspector, evidence, words))

    assert not await screened(here, evidence)


async def test_a_look_that_names_nothing_or_no_fields_covers_nothing(here: Office, visit: Visit) -> None:
    """As looks were before they named fields: what they were about cannot be said, so the record is its team's until somebody looks."""
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    first = look(visit.inspector, evidence)
    older = {"screened_at": AT, "looked_through": [evidence.id, words.id]}
    second = visit.inspector.revises(evidence, older, base=(first.id,))
    await here.push(evidence, words, first)
    assert not await screened(here, evidence)

    await here.push(second)

    assert not await screened(here, evidence)


async def test_words_of_the_same_push_that_come_after_the_look_take_the_record_back(here: Office, visit: Visit) -> None:
    evidence = record_of(visit.inspector, screened_at=AT)
    words = block_in(visit.inspector, evidence)

    await here.push(evidence, words)

    assert not await screened(here, evidence)


async def test_a_block_that_is_changed_after_the_look_has_to_be_looked_through_again(
    here: Office, visit: Visit
) -> None:
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    await here.push(evidence, words, look(visit.inspector, evidence, words))

    await here.push(visit.lead.revises(words, {"text": "Her name is Xanthippe."}))

    assert not await screened(here, evidence)


async def test_a_block_moved_into_a_record_is_looked_through_there_and_its_old_record_is_free_of_it(
    here: Office, visit: Visit
) -> None:
    author = visit.inspector
    one, other = record_of(author), record_of(author)
    words, stray = block_in(author, one), block_in(author, other, "Her name is Xanthippe.")
    await here.push(one, words, other, stray, look(author, one, words))
    await here.push(look(author, other, stray))
    assert (await screened(here, one), await screened(here, other)) == (True, True)

    await here.push(author.revises(stray, {"evidence": one.record}))

    assert (await screened(here, one), await screened(here, other)) == (False, True)


@pytest.mark.parametrize("how", ["moved back", "its move removed"])
async def test_a_record_counts_again_once_the_words_that_nobody_looked_through_have_left_it(
    here: Office, visit: Visit, how: str
) -> None:
    author = visit.inspector
    one, other = record_of(author), record_of(author)
    words, stray = block_in(author, one), block_in(author, other, "Her name is Xanthippe.")
    moved = author.revises(stray, {"evidence": one.record})
    await here.push(one, words, other, stray, moved, look(author, one, words))
    assert not await screened(here, one)

    out = author.revises(moved, {"evidence": other.record}) if how == "moved back" else author.redacts(moved)
    await here.push(out)

    assert await screened(here, one)


async def test_a_block_that_nobody_looked_through_counts_no_more_once_it_is_withdrawn(
    here: Office, visit: Visit
) -> None:
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    late = block_in(visit.lead, evidence)
    await here.push(evidence, words, look(visit.inspector, evidence, words), late)
    assert not await screened(here, evidence)

    await here.push(visit.lead.writes({}, kind="withdraw", record=late.record, base=(late.id,)))

    assert await screened(here, evidence)


async def test_when_the_newest_wording_is_removed_the_older_that_nobody_looked_at_does_not_come_out(
    here: Office, visit: Visit
) -> None:
    author = visit.inspector
    evidence = record_of(author)
    first = block_in(author, evidence, "Her name is Xanthippe.")
    second = author.revises(first, {"text": "Her name is [girl].", "evidence": evidence.record})
    await here.push(evidence, first, second, look(author, evidence, second))
    assert await screened(here, evidence)

    await here.push(author.redacts(second))

    assert not await screened(here, evidence)


async def test_words_that_a_lead_lets_in_later_are_looked_through_like_any_other(here: Office, visit: Visit) -> None:
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    strange = block_in(visit.stranger, evidence, "Her name is Xanthippe.")
    await here.push(evidence, words, look(visit.inspector, evidence, words))
    assert await here.push(strange) == [("quarantined", "not_assigned")]
    assert await screened(here, evidence)

    await here.push(visit.lead.releases(strange))

    assert not await screened(here, evidence)


async def test_a_look_that_comes_before_the_words_it_names_still_counts_for_them(here: Office, visit: Visit) -> None:
    author, colleague = visit.inspector, visit.lead
    evidence = record_of(author)
    words = block_in(colleague, evidence)
    await here.push(evidence, look(author, evidence, words))

    await here.push(words)

    assert await screened(here, evidence)


async def test_a_block_of_another_visit_is_no_word_of_this_record(here: Office, visit: Visit) -> None:
    """Who may write in one visit must not reach into another: neither its pages nor whether it may be read."""
    neighbour = a_visit()
    evidence = record_of(visit.inspector)
    words = block_in(visit.inspector, evidence)
    await here.brings(neighbour.people)
    await here.push(evidence, words, look(visit.inspector, evidence, words))

    await here.push(block_in(neighbour.inspector, evidence, "Her name is Xanthippe."))

    assert await screened(here, evidence)
    shown = await records_under(here.log, [evidence.record], "block")
    assert [each.record_id for each in shown] == [words.record]


async def test_what_a_pack_brought_stays_screened_until_the_team_adds_to_it(here: Office, visit: Visit) -> None:
    evidence_id, block_id = new_id(), new_id()
    packed, packed_block = id_of_a_pack(), id_of_a_pack()
    brought = {"ref": "A-1", "type": "child_interview"}
    said = {"evidence": evidence_id, "text": "Packed."}
    drafts = [
        Draft(packed, visit.scope, "evidence", "evidence", evidence_id, "create", brought, b"0" * 16),
        Draft(packed_block, visit.scope, "evidence", "block", block_id, "create", said, b"0" * 16),
    ]
    author = visit.inspector
    revised = author.writes({"ref": "A-2"}, kind="revise", record_type="evidence", record=evidence_id, base=(packed,))
    await here.log.import_drafts(drafts, import_incarnation("a pack"))
    assert await all_screened(here) == {evidence_id}
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


async def test_an_older_wording_under_a_name_that_was_given_for_another_field_is_not_looked_through(
    here: Office, visit: Visit
) -> None:
    """The create stands for the kind of the block when somebody looks, and for its first words once the later ones are removed."""
    author = visit.inspector
    evidence = record_of(author)
    first = author.writes({"evidence": evidence.record, "kind": "verbatim", "text": "Her name is Xanthippe."})
    second = author.revises(first, {"text": "Her name is [girl]."})
    named = [*entries(evidence, second), f"{first.id}:evidence,kind"]
    looked = author.revises(evidence, {"screened_at": AT, "looked_through": named})
    await here.push(evidence, first, second, looked)
    assert await screened(here, evidence)

    await here.push(author.redacts(second))

    assert not await screened(here, evidence)


async def test_a_field_of_a_block_that_no_look_shows_is_in_no_cell_either(here: Office, visit: Visit) -> None:
    """A newer tablet may bring fields that this office shows nobody."""
    evidence = record_of(visit.inspector)
    block = block_in(visit.inspector, evidence)
    changes = [
        author.revises(block, {"aside": name, "minute": place})
        for place, (author, name) in enumerate(((visit.inspector, "Xanthippe"), (visit.lead, "Tom")))
    ]
    await here.push(evidence, block, *changes)
    [stands] = await records_under(here.log, [evidence.record], "block")

    assert sorted(stands.state.conflicts) == ["aside", "minute"]
    assert undecided(stands) == "minute: 0 | 1"

"""Words that were removed never come back, whichever comes first: step 7 of PROTOCOL.md 4.1."""

from __future__ import annotations

import msgspec
import pytest

from sync.central.arrival import Arrival, open_arrival
from sync.central.facts import Facts
from sync.central.line import PushLine
from tests.store.log_authors import Author, Written, new_id, new_operation_id, new_visit
from tests.sync.judged_pushes import VISIT, brought, everybody_may, nobody_may, only_own_words, verdicts


def test_own_words_that_were_removed_before_they_came_are_stored_without_their_body() -> None:
    author, facts = Author(VISIT), Facts()
    tablet_two = Author(VISIT, person=author.person)
    note = author.writes()
    brought(facts, tablet_two.redacts(note), permit=only_own_words)

    outcome = brought(facts, note, permit=only_own_words)

    assert verdicts(outcome) == [("stored", None)]
    assert outcome.entered[0].body is None
    assert outcome.entered[0].redacted_by is not None
    assert (outcome.receipts[0].body_hash, outcome.receipts[0].redacted) == (None, True)


@pytest.mark.parametrize(("permit", "kept"), [(everybody_may, False), (only_own_words, True)])
def test_words_of_others_are_removed_by_a_lead_and_by_nobody_else(permit, kept: bool) -> None:
    author, facts = Author(VISIT), Facts()
    early, late = author.writes(), author.writes()
    brought(facts, early)

    outcome = brought(facts, Author(VISIT).redacts(early, late), permit=permit)
    after = brought(facts, late)

    assert (early.id in outcome.erased) is not kept
    assert (after.entered[0].body is not None) is kept


def test_a_redact_reaches_its_own_scope_and_lane_alone() -> None:
    facts = Facts()
    elsewhere, vault = Author(new_visit()), Author(VISIT, lane="vault")
    stored = elsewhere.writes(), vault.writes()
    coming = elsewhere.writes(), vault.writes()
    brought(facts, *stored)

    outcome = brought(facts, Author(VISIT).redacts(*stored, *coming))
    after = brought(facts, *coming)

    assert outcome.erased == {}
    assert all(entered.body is not None for entered in after.entered)


def test_a_redact_does_not_remove_a_redact_and_doing_it_twice_changes_nothing() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    first = author.redacts(note)
    brought(facts, note, first)

    outcome = brought(facts, author.redacts(first, note))

    assert outcome.erased == {}
    assert not facts.known[first.id].redacted


def test_words_that_were_removed_are_dropped_on_sight_also_where_they_must_wait_or_stand_aside() -> None:
    author, facts = Author(VISIT), Facts()
    one, two = author.writes(), author.writes()
    other = Author(VISIT, person=author.person).writes(operation=one.id)
    brought(facts, Author(VISIT).redacts(one, two))

    waiting = brought(facts, two)
    aside = brought(facts, one, other)

    assert [arrival.line.sealed for arrival in waiting.held] == [b""]
    assert [kept.line.sealed for kept, _ in aside.aside] == [b""]
    assert [(entered.standing, entered.body) for entered in aside.entered] == [("stored", None), ("stored", None)]


def test_a_redact_that_had_to_wait_still_removes_what_it_names() -> None:
    author, facts = Author(VISIT), Facts()
    note, between = author.writes(), author.writes()
    redact = author.redacts(note)
    brought(facts, note, redact)

    outcome = brought(facts, between)

    assert list(outcome.erased) == [note.id]


def test_a_number_without_its_body_is_held_and_its_successors_apply() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()

    first = brought(facts, note.arrival_without_body(), author.writes())
    healed = brought(facts, note)

    assert verdicts(first) == [("held", "body_missing"), ("stored", None)]
    assert verdicts(healed) == [("stored", None)]
    assert healed.completed[0].position == 2


def test_a_number_without_its_body_is_stored_when_its_redact_is_known() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    redact = author.redacts(note)
    brought(facts, note.arrival_without_body(), redact)

    outcome = brought(facts, note.arrival_without_body())

    assert verdicts(outcome) == [("stored", None)]
    assert outcome.receipts[0].redacted


def said_removed(written: Written) -> Arrival:
    """It without its words, as its author's own tablet brings it to a restored office."""
    return open_arrival(written.arrival_without_body().line, no_opener, believed=written.header.person)


def no_opener(line: PushLine) -> bytes:
    raise AssertionError("there is nothing to open")


def test_what_its_authors_own_tablet_says_was_removed_is_stored_without_words_and_its_successors_follow() -> None:
    author, facts = Author(VISIT), Facts()
    note, following = author.writes(), author.writes()

    outcome = brought(facts, said_removed(note), following)
    again = brought(facts, said_removed(note))

    assert verdicts(outcome) == [("stored", None), ("stored", None)]
    assert (outcome.receipts[0].redacted, outcome.receipts[0].body_hash) == (True, None)
    first = outcome.entered[0]
    assert (first.position, first.body, first.redacted_by) == (1, None, note.id)
    assert (verdicts(again), again.receipts[0].redacted, again.entered) == ([("duplicate", None)], True, [])


def test_what_was_held_without_its_words_is_let_go_by_its_authors_own_tablet() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    brought(facts, note.arrival_without_body())

    outcome = brought(facts, said_removed(note))

    assert verdicts(outcome) == [("stored", None)]
    assert outcome.completed[0].redacted_by == note.id


def test_a_saying_that_words_were_removed_takes_no_words_that_are_here() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    brought(facts, note)

    outcome = brought(facts, said_removed(note))

    assert verdicts(outcome) == [("duplicate", None)]
    assert (outcome.receipts[0].redacted, outcome.receipts[0].body_hash) == (False, note.header.body_hash)
    assert not outcome.erased


def test_a_saying_that_words_were_removed_takes_none_that_wait_for_their_file() -> None:
    author, facts = Author(VISIT), Facts()
    photo = author.writes({"sha256": "cd" * 32, "name": "a drawing"}, record_type="file")
    brought(facts, photo)

    said = brought(facts, said_removed(photo))
    facts.files.add("cd" * 32)
    whole = brought(facts, photo)

    assert verdicts(said) == [("held", "file_missing")]
    assert (said.receipts[0].redacted, said.completed) == (False, [])
    assert verdicts(whole) == [("stored", None)]
    assert whole.completed[0].body is not None


def test_words_that_come_after_the_saying_that_they_were_removed_are_dropped_on_sight() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    brought(facts, said_removed(note))

    outcome = brought(facts, note)

    assert verdicts(outcome) == [("duplicate", None)]
    assert outcome.receipts[0].redacted
    assert (outcome.completed, outcome.aside) == ([], [])


def test_a_redact_that_comes_after_the_saying_changes_nothing_and_one_before_it_is_the_one_that_counts() -> None:
    author, facts = Author(VISIT), Facts()
    early, late = author.writes(), author.writes()
    redact = author.redacts(early, late)
    brought(facts, said_removed(early))

    after = brought(facts, late.arrival_without_body(), redact)
    before = brought(facts, said_removed(late))

    assert list(after.erased) == [late.id]
    assert [(each.standing, each.redacted_by) for each in before.completed] == [("stored", redact.id)]


def test_a_saying_is_no_right_to_write() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()

    outcome = brought(facts, said_removed(note), permit=nobody_may)

    assert verdicts(outcome) == [("quarantined", "not_assigned")]
    assert outcome.receipts[0].redacted


def test_a_saying_that_had_to_wait_for_a_number_is_asked_for_again() -> None:
    """What waits in the holding may have been brought by anybody; the author's tablet offers it again."""
    author, facts = Author(VISIT), Facts()
    first, note = author.writes(), author.writes()
    brought(facts, msgspec.structs.replace(said_removed(note), said_removed=False))

    brought(facts, first)
    outcome = brought(facts, said_removed(note))

    assert verdicts(outcome) == [("stored", None)]


def test_nobody_is_believed_about_the_words_of_others_a_damaged_line_or_a_redact() -> None:
    author = Author(VISIT)
    note, redact = author.writes(), author.redacts(new_operation_id())
    half = msgspec.structs.replace(note.arrival_without_body().line, carry="a key")

    lines = (
        (note.arrival_without_body().line, new_id()),
        (half, author.person),
        (redact.arrival_without_body().line, author.person),
    )

    assert not any(open_arrival(line, no_opener, believed=person).said_removed for line, person in lines)
    assert not open_arrival(note.arrival_without_body().line, no_opener).said_removed

"""What its author had no right to write waits whole until a lead lets it in: step 9 of PROTOCOL.md 4.1."""

from __future__ import annotations

import pytest

from sync.central.facts import Facts
from sync.central.header import hash_of
from tests.store.log_authors import Author, new_visit
from tests.sync.judged_pushes import VISIT, brought, damaged, nobody_may, verdicts


@pytest.mark.parametrize("code", ["not_assigned", "assignment_ended", "not_permitted"])
def test_whoever_may_not_is_quarantined_whole_and_a_decision_lets_it_in_once(code: str) -> None:
    author, lead, facts = Author(VISIT), Author(VISIT), Facts()
    note = author.writes()
    first = brought(facts, note, permit=lambda header, facts, words_of_others=False: code)

    decided = brought(facts, lead.writes(), lead.releases(note))
    again = brought(facts, lead.releases(note))

    assert verdicts(first) == [("quarantined", code)]
    assert first.entered[0].body == note.body
    assert decided.freed == {note.id: 3}
    assert again.freed == {}
    assert verdicts(brought(facts, note)) == [("duplicate", None)]


def test_a_decision_that_had_no_right_lets_nothing_in() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()

    outcome = brought(facts, note, Author(VISIT).releases(note), permit=nobody_may)

    assert outcome.freed == {}


def test_a_decision_lets_nothing_in_of_another_scope_or_lane() -> None:
    facts = Facts()
    notes = Author(new_visit()).writes(), Author(VISIT, lane="vault").writes()
    brought(facts, *notes, permit=nobody_may)

    outcome = brought(facts, *(Author(VISIT).releases(note) for note in notes))

    assert outcome.freed == {}


def test_a_decision_cannot_let_in_words_that_have_not_come() -> None:
    author, facts = Author(VISIT), Facts()
    brought(facts, author.writes())
    stray = author.writes(previous=hash_of(b"another"))
    brought(facts, damaged(stray))
    facts.quarantined[stray.id] = stray.arrival_without_body()  # as the store loads it

    assert brought(facts, Author(VISIT).releases(stray)).freed == {}
    brought(facts, stray)
    assert brought(facts, Author(VISIT).releases(stray)).freed == {stray.id: 4}


def test_a_redact_that_a_decision_lets_in_removes_what_it_names() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    brought(facts, note)
    redact = Author(VISIT).redacts(note)
    brought(facts, redact, permit=nobody_may)

    outcome = brought(facts, Author(VISIT).releases(redact))

    assert list(outcome.freed) == [redact.id]
    assert list(outcome.erased) == [note.id]


def test_a_file_that_a_decision_lets_in_still_waits_for_its_bytes() -> None:
    author, facts = Author(VISIT), Facts()
    photo = author.writes({"sha256": "ab" * 32}, record_type="file")
    brought(facts, photo, permit=nobody_may)

    outcome = brought(facts, Author(VISIT).releases(photo))

    assert outcome.freed == {photo.id: None}
    facts.files.add("ab" * 32)
    assert verdicts(brought(facts, photo)) == [("stored", None)]

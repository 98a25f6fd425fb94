"""What becomes of one line, of its copies, its body and its file: steps 1, 2, 8 and 10 of PROTOCOL.md 4.1."""

from __future__ import annotations

import pytest

from sync.central.accept import Outcome
from sync.central.arrival import open_arrival
from sync.central.facts import Facts, wanted
from sync.central.header import hash_of
from sync.central.line import PushLine, UnreadableLine, read_push_line
from sync.central.seal import NotOpened
from tests.store.log_authors import Author, new_operation_id
from tests.sync.judged_pushes import VISIT, brought, damaged, verdicts

# Step 1


def test_a_line_that_cannot_be_read_is_kept_raw_and_the_others_are_stored() -> None:
    author, facts = Author(VISIT), Facts()
    line = read_push_line(b"not a line", 3)
    assert isinstance(line, UnreadableLine)

    outcome = brought(facts, author.writes(), line, author.writes())

    assert verdicts(outcome) == [("stored", None), ("unreadable", "line_not_three_columns"), ("stored", None)]
    assert outcome.unreadable == [line]
    assert (outcome.receipts[1].line, outcome.receipts[1].line_hash) == (3, hash_of(b"not a line"))


# Step 2


def test_what_was_stored_is_a_duplicate_and_changes_nothing() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    brought(facts, note)

    again = brought(facts, note)

    assert verdicts(again) == [("duplicate", None)]
    assert again == Outcome(receipts=again.receipts)
    assert (again.receipts[0].header_hash, again.receipts[0].body_hash) == (note.header_hash, hash_of(note.body))


@pytest.mark.parametrize("damage", ["not_opened", "body_hash_differs"])
def test_a_body_damaged_on_the_way_is_healed_by_a_good_copy(damage: str) -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    bad = damaged(note) if damage == "not_opened" else note.arrival(body=b"another body")

    first = brought(facts, bad)
    second = brought(facts, note)
    third = brought(facts, note)

    assert verdicts(first) == [("quarantined", damage)]
    assert first.receipts[0].body_hash is None
    assert verdicts(second) == [("stored", None)]
    assert second.receipts[0].body_hash == hash_of(note.body)
    assert second.entered == []
    assert [each.position for each in second.completed] == [1]
    assert facts.marks[author.stream].count == 1
    assert verdicts(third) == [("duplicate", None)]


def test_a_damaged_copy_never_replaces_a_good_one() -> None:
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    brought(facts, note)

    outcome = brought(facts, damaged(note))

    assert verdicts(outcome) == [("duplicate", None)]
    assert outcome.completed == []


def test_a_good_copy_of_what_stands_quarantined_for_its_chain_brings_the_words_and_not_a_new_verdict() -> None:
    author, facts = Author(VISIT), Facts()
    brought(facts, author.writes())
    stray = author.would_write(previous=hash_of(b"another"))
    brought(facts, damaged(stray))

    outcome = brought(facts, stray)

    assert verdicts(outcome) == [("quarantined", "chain_broken")]
    assert outcome.completed[0].body == stray.body
    assert outcome.receipts[0].body_hash == hash_of(stray.body)


def test_a_copy_that_opens_and_is_no_body_takes_the_place_of_one_that_could_not_be_opened() -> None:
    author, facts = Author(VISIT), Facts()
    body = b'{"fields":{},"salt":"00"}'
    note = author.writes(body_hash=hash_of(body), body_bytes=len(body))
    brought(facts, damaged(note))

    outcome = brought(facts, note.arrival(body=body))

    assert verdicts(outcome) == [("quarantined", "body_not_readable")]
    assert outcome.completed[0].body == body


# Step 8


def test_a_body_that_is_none_is_quarantined_with_its_bytes() -> None:
    author = Author(VISIT)
    body = b'{"salt":"00000000000000000000000000000000","fields":{"A":1}}'

    outcome = brought(Facts(), author.writes(body_hash=hash_of(body), body_bytes=len(body)).arrival(body=body))

    assert verdicts(outcome) == [("quarantined", "body_not_readable")]
    assert outcome.entered[0].body == body


def test_a_body_of_another_length_or_hash_is_quarantined() -> None:
    author = Author(VISIT)

    outcome = brought(Facts(), author.writes().arrival(body=b"another body"))

    assert verdicts(outcome) == [("quarantined", "body_hash_differs")]


def test_a_line_that_nobody_can_open_is_quarantined_and_not_an_error() -> None:
    note = Author(VISIT).writes()
    line = PushLine(note.header_raw, note.header, note.header_hash, "unknown", b"sealed")

    def opener(line: PushLine) -> bytes:
        raise NotOpened

    assert verdicts(brought(Facts(), open_arrival(line, opener))) == [("quarantined", "not_opened")]


# Step 10


def test_an_operation_that_names_a_file_is_held_until_the_bytes_are_there() -> None:
    author, facts = Author(VISIT), Facts()
    photo = author.writes({"sha256": "cd" * 32, "name": "a drawing"}, record_type="file")

    first = brought(facts, photo, author.writes())
    waiting = brought(facts, photo)
    facts.files.add("cd" * 32)
    second = brought(facts, photo)

    assert verdicts(first) == [("held", "file_missing"), ("stored", None)]
    assert verdicts(waiting) == [("held", "file_missing")]
    assert verdicts(second) == [("stored", None)]
    assert second.completed[0].position == 2


def test_a_file_whose_words_were_removed_waits_for_nothing() -> None:
    author, facts = Author(VISIT), Facts()
    photo = author.writes({"sha256": "ef" * 32}, record_type="file")
    brought(facts, photo, author.redacts(photo))

    outcome = brought(facts, photo)

    assert verdicts(outcome) == [("stored", None)]
    assert outcome.completed[0].body is None


# Everything that is named is asked for


def test_everything_that_judging_can_ask_about_is_named() -> None:
    author = Author(VISIT)
    note, about = author.writes(), new_operation_id()
    photo = author.writes({"sha256": "ab" * 32}, record_type="file")
    redact, decision = author.redacts(note), author.releases(about)

    needs = wanted(each.arrival() for each in (note, photo, redact, decision))

    assert needs.operations == {note.id, photo.id, redact.id, decision.id, about}
    assert needs.files == {"ab" * 32}
    assert needs.decided == {about}
    assert needs.streams == {author.stream}
    assert needs.persons == {author.person}

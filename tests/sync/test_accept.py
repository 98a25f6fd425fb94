"""Steps 1 to 11 of PROTOCOL.md 4.1, tried with nothing but values: no database, no keys, no clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.accept import Outcome, judge
from sync.central.arrival import Arrival, open_arrival
from sync.central.facts import Facts, wanted
from sync.central.header import Header, hash_of
from sync.central.line import PushLine, UnreadableLine, read_push_line
from sync.central.seal import NotOpened
from tests.store.log_authors import Author, Written, new_operation_id, new_visit

VISIT = new_visit()


def everybody_may(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    return None


def only_own_words(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    return "not_permitted" if words_of_others else None


def nobody_may(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    return "not_assigned"


def brought(facts: Facts, *arrivals: Arrival | Written | UnreadableLine, permit=everybody_may) -> Outcome:
    """One push. `facts` goes on as a database would."""
    return judge([each.arrival() if isinstance(each, Written) else each for each in arrivals], facts, permit)


def verdicts(outcome: Outcome) -> list[tuple[str, str | None]]:
    return [(receipt.verdict, receipt.code) for receipt in outcome.receipts]


def damaged(written: Written) -> Arrival:
    """It came, and could not be opened: bytes were damaged on the way."""
    return written.arrival_not_opened()


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


# Steps 3 and 4


def test_the_same_id_with_other_bytes_is_kept_beside_the_log_with_an_alarm() -> None:
    """SYN-08"""
    author, facts = Author(VISIT), Facts()
    note = author.writes()
    brought(facts, note)
    other = Author(VISIT).writes(operation=note.id)

    outcome = brought(facts, other)

    assert verdicts(outcome) == [("quarantined", "same_id_other_bytes")]
    assert [(kept.line.header_raw, code) for kept, code in outcome.aside] == [(other.header_raw, "same_id_other_bytes")]
    assert outcome.alarms == [("same_id_other_bytes", note.id)]
    assert outcome.entered == []


def test_two_operations_with_one_number_are_a_fork_and_both_are_kept() -> None:
    author, facts = Author(VISIT), Facts()
    other = author.would_write()
    first = author.writes()
    brought(facts, first, author.writes())

    outcome = brought(facts, other)

    assert verdicts(outcome) == [("quarantined", "fork")]
    assert [kept.line.header_raw for kept, _ in outcome.aside] == [other.header_raw]
    assert outcome.alarms == [("fork", other.id)]
    assert facts.marks[author.stream].highest == 2


@pytest.mark.parametrize("successors", [0, 1])
def test_a_fork_that_opens_takes_the_place_of_one_that_never_could_be_opened(successors: int) -> None:
    author, facts = Author(VISIT), Facts()
    forged = author.would_write()
    true = author.writes()
    later = [author.writes() for _ in range(successors)]
    brought(facts, damaged(forged), *later)

    outcome = brought(facts, true)

    assert verdicts(outcome) == [("stored", None)]
    assert [known.operation for known in outcome.displaced] == [forged.id]
    assert outcome.alarms == [("fork", forged.id)]
    mark = facts.marks[author.stream]
    assert (mark.count, mark.highest) == (1 + successors, 1 + successors)
    assert mark.head == (later[-1] if later else true).header_hash
    assert mark.head_opened
    assert facts.taken[(author.stream, 1)] == true.id


def test_a_fork_that_takes_the_place_must_follow_the_header_before_it() -> None:
    author, facts = Author(VISIT), Facts()
    brought(facts, author.writes())
    brought(facts, damaged(author.would_write()))

    outcome = brought(facts, author.would_write(previous=hash_of(b"another")))

    assert verdicts(outcome) == [("quarantined", "chain_broken")]


def test_what_never_opened_proves_nothing_about_its_successors_chain() -> None:
    author, facts = Author(VISIT), Facts()
    forged = author.would_write()
    author.writes()

    outcome = brought(facts, damaged(forged), author.writes())

    assert verdicts(outcome) == [("quarantined", "not_opened"), ("stored", None)]


# Step 5


def test_a_gap_is_held_and_let_go_in_the_transaction_that_closes_it() -> None:
    """SYN-09"""
    author, facts = Author(VISIT), Facts()
    one, two, three, four = (author.writes() for _ in range(4))

    early = brought(facts, three, four)
    assert verdicts(early) == [("held", "gap"), ("held", "gap")]
    assert early.entered == []
    assert author.stream not in facts.marks

    closing = brought(facts, two, one)
    assert verdicts(closing) == [("held", "gap"), ("stored", None)]
    assert [entered.arrival.header.operation for entered in closing.entered] == [one.id, two.id, three.id, four.id]
    assert [entered.position for entered in closing.entered] == [1, 2, 3, 4]
    assert {arrival.line.header_hash for arrival in closing.released} == {e.header_hash for e in (two, three, four)}
    assert verdicts(brought(facts, three, four)) == [("duplicate", None), ("duplicate", None)]


def test_what_waits_is_kept_once_however_often_it_is_sent() -> None:
    author, facts = Author(VISIT), Facts()
    author.writes()
    two = author.writes()

    outcomes = [brought(facts, two, two), brought(facts, two)]

    assert [len(outcome.held) for outcome in outcomes] == [1, 0]


def test_two_operations_that_wait_for_one_number_are_both_kept_and_both_judged() -> None:
    author, facts = Author(VISIT), Facts()
    one = author.writes()
    other, two = author.would_write(), author.writes()
    waiting = brought(facts, two, other)
    assert len(waiting.held) == 2

    outcome = brought(facts, one)

    assert [entered.arrival.header.operation for entered in outcome.entered] == [one.id, two.id]
    assert [(kept.header.operation, code) for kept, code in outcome.aside] == [(other.id, "fork")]
    assert len(outcome.released) == 2


def test_a_better_copy_takes_the_place_of_a_damaged_one_that_waits() -> None:
    author, facts = Author(VISIT), Facts()
    one, two = author.writes(), author.writes()
    brought(facts, damaged(two))

    better = brought(facts, two)
    closing = brought(facts, one)

    assert [arrival.body for arrival in better.held] == [two.body]
    assert [entered.standing for entered in closing.entered] == ["stored", "stored"]


# Step 6


def test_a_header_that_does_not_name_the_one_before_it_is_quarantined_and_occupies_its_number() -> None:
    author, facts = Author(VISIT), Facts()
    brought(facts, author.writes())
    stray = author.writes(previous=hash_of(b"another"))

    outcome = brought(facts, stray, author.writes())

    assert verdicts(outcome) == [("quarantined", "chain_broken"), ("stored", None)]
    assert facts.marks[author.stream].highest == 3
    assert outcome.entered[0].body == stray.body


# Step 7 and redactions


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


# Step 9 and decisions


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


@given(st.permutations(range(8)), st.lists(st.integers(0, 7), max_size=8))
def test_whatever_the_order_and_however_often_a_stream_arrives_whole_and_once(
    order: list[int], more: list[int]
) -> None:
    """I3, I4, I6"""
    author, facts = Author(VISIT), Facts()
    written = [author.writes() for _ in range(8)]
    stored: list[str] = []

    for place in (*order, *more):
        outcome = brought(facts, written[place])
        stored += [entered.arrival.header.operation for entered in outcome.entered]

    assert stored == [each.id for each in written]
    assert facts.positions[(VISIT, "evidence")] == 8
    assert facts.marks[author.stream].head == written[-1].header_hash

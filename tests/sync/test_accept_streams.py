"""Forks, gaps and the chain: in whatever order it comes, a stream is whole and each number there once. Steps 3 to 6 of PROTOCOL.md 4.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.facts import Facts
from sync.central.header import hash_of
from tests.store.log_authors import Author
from tests.sync.judged_pushes import VISIT, brought, damaged, verdicts

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


# All of it


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

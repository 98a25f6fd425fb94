"""Pushes judged with nothing but values: no database, no keys, no clock. Rights are as a test says, and facts go on from push to push."""

from __future__ import annotations

from sync.central.accept import Outcome, judge
from sync.central.arrival import Arrival
from sync.central.facts import Facts
from sync.central.header import Header
from sync.central.line import UnreadableLine
from tests.store.log_authors import Written, new_visit

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

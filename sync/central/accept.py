"""Judges what a carrier brought: steps 1 to 11 of PROTOCOL.md, section 4.1.

A note reaches the office here (step 6 of its life). Nothing in this file talks to a database: the store loads the
`Facts` that `wanted` names, `judge` says what follows, and the store writes the `Outcome` in the same transaction.
So each rule can be tried in a test with nothing but values.

Judging twice is harmless: whatever is known already is answered as it stands, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
from msgspec.structs import replace

from sync.central.arrival import Arrival, file_named, operation_decided, without_words
from sync.central.facts import NO_MARK, Facts, Known, Mark, Redaction, Standing
from sync.central.header import Header, Stream
from sync.central.line import Receipt, UnreadableLine


class Permit(Protocol):
    """Says why the author may not do this here (`not_assigned`, `assignment_ended`, `not_permitted`), or None.

    With `words_of_others` it is asked whether the author of a redact may remove what somebody else wrote.
    """

    def __call__(self, header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None: ...


RELEASABLE = frozenset({"not_assigned", "assignment_ended", "not_permitted", "chain_broken"})
"""Quarantines whose operation is whole, so that a person may let it in."""


class Entered(msgspec.Struct, frozen=True, gc=False):
    """One operation to write in the log."""

    arrival: Arrival
    standing: Standing
    code: str | None
    position: int | None
    body: bytes | None
    redacted_by: str | None = None


@dataclass(slots=True)
class Outcome:
    """What the store writes, and what the carrier is told. `receipts` are in the order of the lines."""

    receipts: list[Receipt] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    completed: list[Entered] = field(default_factory=list)
    """Rows that were there without a usable body and are replaced by a better copy."""
    displaced: list[Known] = field(default_factory=list)
    """Never opened, and now another holds its number: moved from the log to what is kept beside it."""
    aside: list[tuple[Arrival, str]] = field(default_factory=list)
    """Kept whole beside the log, with the code: the same id or the same number with other bytes."""
    held: list[Arrival] = field(default_factory=list)
    released: list[Arrival] = field(default_factory=list)
    """Leave the holding, because they have been judged now."""
    unreadable: list[UnreadableLine] = field(default_factory=list)
    redactions: list[Redaction] = field(default_factory=list)
    erased: dict[str, Redaction] = field(default_factory=dict)
    """Operations already in the log whose bodies go now."""
    marks: dict[Stream, Mark] = field(default_factory=dict)
    positions: dict[tuple[str, str], int] = field(default_factory=dict)
    freed: dict[str, int | None] = field(default_factory=dict)
    """Quarantined operations that a decision lets in, with the position that each takes; None while its file is missing."""
    alarms: list[tuple[str, str]] = field(default_factory=list)

    def add(self, part: Outcome) -> None:
        """Put what a later part of the same push led to together with what the parts before it did."""
        for name in ("receipts", "entered", "completed", "displaced", "aside", "held", "released", "unreadable"):
            getattr(self, name).extend(getattr(part, name))
        self.redactions.extend(part.redactions)
        self.alarms.extend(part.alarms)
        self.erased.update(part.erased)
        self.freed.update(part.freed)
        self.marks.update(part.marks)
        self.positions.update(part.positions)


def judge(lines: Iterable[Arrival | UnreadableLine], facts: Facts, permit: Permit) -> Outcome:
    """Judge each line in turn and then whatever its arrival has let go of in the holding."""
    outcome = Outcome()
    for line in lines:
        if isinstance(line, UnreadableLine):
            outcome.unreadable.append(line)
            outcome.receipts.append(
                Receipt(verdict="unreadable", line=line.line_number, code=line.code, line_hash=line.line_hash)
            )
            continue
        outcome.receipts.append(_judge_one(line, facts, permit, outcome))
        if facts.waiting:
            _let_go(line.stream, facts, permit, outcome)
    outcome.marks = {stream: facts.marks[stream] for stream in outcome.marks}
    outcome.positions = {scope: facts.positions[scope] for scope in outcome.positions}
    return outcome


def _judge_one(arrival: Arrival, facts: Facts, permit: Permit, outcome: Outcome) -> Receipt:
    header = arrival.line.header
    known = facts.known.get(header.operation)
    if known is not None:
        if known.header_hash != arrival.line.header_hash:  # step 3
            return _set_aside(arrival, "same_id_other_bytes", facts, outcome)
        if _completes(arrival, known, facts):  # step 2
            return _enter(arrival, facts, permit, outcome, in_place=known)
        return _receipt_again(known)
    highest = facts.marks.get(arrival.stream, NO_MARK).highest
    if header.sequence <= highest:  # step 4
        in_place = facts.known.get(facts.taken.get((arrival.stream, header.sequence), ""))
        # What has its place in the log keeps it, opened or not.
        if in_place is None or in_place.opened or in_place.standing == "stored" or arrival.body is None:
            return _set_aside(arrival, "fork", facts, outcome)
        outcome.displaced.append(in_place)
        outcome.alarms.append(("fork", in_place.operation))
        del facts.known[in_place.operation]
        return _enter(arrival, facts, permit, outcome, in_place=in_place)
    if header.sequence > highest + 1:  # step 5
        return _hold(arrival, facts, outcome)
    return _enter(arrival, facts, permit, outcome)


def _completes(arrival: Arrival, known: Known, facts: Facts) -> bool:
    """Whether this copy of the same header has what was missing when it came before (step 2)."""
    if known.standing == "held" and _erasure(arrival, facts) is not None:
        return True
    if arrival.said_removed:
        # Words that are here stay, also those that wait for their file: a saying takes none, a redact does.
        return known.code == "body_missing"
    if known.standing == "stored" or known.redacted or arrival.body is None:
        return False
    if known.code == "file_missing":
        return file_named(arrival) in facts.files
    return known.body_hash is None


def _enter(
    arrival: Arrival, facts: Facts, permit: Permit, outcome: Outcome, *, in_place: Known | None = None
) -> Receipt:
    """Steps 6 to 11: the number is occupied, whatever the verdict. `in_place` is what held the number until now."""
    line, stream = arrival.line, arrival.stream
    header = line.header
    erasure = _erasure(arrival, facts) if facts.redactions else None
    standing, code = _weigh(arrival, facts, permit, erasure, in_place)
    if erasure is None and arrival.said_removed and code != "chain_broken":
        erasure = _said_removed(header)
    position = _next_position((header.scope, header.lane), facts, outcome) if standing == "stored" else None
    body = None if erasure is not None else arrival.body
    entered = Entered(arrival, standing, code, position, body, erasure.by if erasure else None)
    opened = arrival.problem != "not_opened"

    mark = facts.marks.get(stream, NO_MARK)
    if in_place is None:
        outcome.entered.append(entered)
        facts.marks[stream] = outcome.marks[stream] = Mark(mark.count + 1, header.sequence, line.header_hash, opened)
    else:
        outcome.completed.append(entered)
        if mark.highest == header.sequence:
            facts.marks[stream] = outcome.marks[stream] = replace(mark, head=line.header_hash, head_opened=opened)
    known = Known(
        header.operation,
        line.header_hash,
        stream,
        header.sequence,
        header.kind,
        standing,
        code,
        # The body was found to have this hash when it was opened.
        header.body_hash if body is not None else None,
        erasure is not None,
        opened,
    )
    facts.known[header.operation] = known
    facts.taken[(stream, header.sequence)] = header.operation
    if standing == "stored":
        _take_effect(arrival, header, facts, permit, outcome)
    elif standing == "quarantined" and arrival.problem is None:
        facts.quarantined[header.operation] = arrival
    return _receipt(known, standing)


def _weigh(
    arrival: Arrival, facts: Facts, permit: Permit, erasure: Redaction | None, in_place: Known | None
) -> tuple[Standing, str | None]:
    if not _follows(arrival, facts, in_place):  # step 6
        return "quarantined", "chain_broken"
    if erasure is not None:  # step 7
        return "stored", None
    if arrival.problem is not None:  # step 8
        return "quarantined", arrival.problem
    if arrival.body is None and not arrival.said_removed:
        return "held", "body_missing"
    refusal = permit(arrival.line.header, facts)  # step 9
    if refusal is not None:
        return "quarantined", refusal
    needed = file_named(arrival)  # step 10
    if needed is not None and needed not in facts.files:
        return "held", "file_missing"
    return "stored", None


def _follows(arrival: Arrival, facts: Facts, in_place: Known | None) -> bool:
    """Whether the header names the one before it. Where that one could never be opened nobody can say, so it does."""
    header = arrival.line.header
    if in_place is None:
        before = facts.marks.get(arrival.stream, NO_MARK)
        return header.previous == before.head or not before.head_opened
    if in_place.operation == header.operation:
        # The same header was weighed when it came first.
        return in_place.code != "chain_broken"
    previous = facts.known.get(facts.taken.get((arrival.stream, header.sequence - 1), ""))
    return previous is None or not previous.opened or previous.header_hash == header.previous


def _next_position(scope: tuple[str, str], facts: Facts, outcome: Outcome) -> int:
    position = facts.positions.get(scope, 0) + 1
    facts.positions[scope] = outcome.positions[scope] = position
    return position


def _erasure(arrival: Arrival, facts: Facts) -> Redaction | None:
    """The redact that removes this operation's body, if one is known that had the right to (step 7)."""
    if arrival.line.header.kind == "redact":
        return None
    for redaction in facts.redactions.get(arrival.line.header.operation, ()):
        if redaction.reaches(arrival.stream):
            return redaction
    return None


def _said_removed(header: Header) -> Redaction:
    """What stands for a redact that no backup holds: the operation names itself, and its author is who says so."""
    return Redaction(header.operation, header.operation, header.person, "", False, header.scope, header.lane)


def _take_effect(arrival: Arrival, by: Header, facts: Facts, permit: Permit, outcome: Outcome) -> None:
    """What a stored operation does to others. `by` is its own header, or that of the decision that let it in."""
    if arrival.line.header.kind == "redact":
        _redact(arrival.line.header, permit(by, facts, words_of_others=True) is None, facts, outcome)
    elif arrival.line.header.record_type == "decision":
        _decide(arrival, facts, permit, outcome)


def _redact(header: Header, anybodys: bool, facts: Facts, outcome: Outcome) -> None:
    for operation in header.redacts or ():
        redaction = Redaction(
            operation, header.operation, header.person, header.reason or "", anybodys, header.scope, header.lane
        )
        facts.redactions.setdefault(operation, []).append(redaction)
        outcome.redactions.append(redaction)
        known = facts.known.get(operation)
        if known is None or known.kind == "redact" or known.redacted or not redaction.reaches(known.stream):
            continue
        facts.known[operation] = replace(known, redacted=True, body_hash=None)
        outcome.erased[operation] = redaction


def _decide(decision: Arrival, facts: Facts, permit: Permit, outcome: Outcome) -> None:
    """A person lets a quarantined operation in (PROTOCOL.md 4.1): it takes the next position and effect, once."""
    known = facts.known.get(operation_decided(decision) or "")
    if known is None or known.standing != "quarantined" or known.code not in RELEASABLE:
        return
    if (known.stream.scope, known.stream.lane) != (decision.stream.scope, decision.stream.lane):
        return
    arrival = facts.quarantined.get(known.operation)
    if arrival is None or (known.body_hash is None and not known.redacted):
        return  # Its words have not come yet: letting it in would look as if they had been removed.
    needed = None if known.redacted else file_named(arrival)
    if needed is not None and needed not in facts.files:
        facts.known[known.operation] = replace(known, standing="held", code="file_missing")
        outcome.freed[known.operation] = None
        return
    scope = (known.stream.scope, known.stream.lane)
    outcome.freed[known.operation] = _next_position(scope, facts, outcome)
    facts.known[known.operation] = replace(known, standing="stored", code=None)
    _take_effect(arrival, decision.line.header, facts, permit, outcome)


def _hold(arrival: Arrival, facts: Facts, outcome: Outcome) -> Receipt:
    """Keep it until the numbers before it have come (step 5): one copy of each header, the best that came."""
    header = arrival.line.header
    if _erasure(arrival, facts) is not None:
        arrival = without_words(arrival)
    waiting = facts.waiting.setdefault(arrival.stream, {}).setdefault(header.sequence, [])
    known = [each for each in waiting if each.line.header_hash == arrival.line.header_hash]
    if not known or (known[0].body is None and arrival.body is not None):
        waiting[:] = [*(each for each in waiting if each not in known), arrival]
        outcome.held.append(arrival)
    return Receipt(
        verdict="held",
        operation=header.operation,
        sequence=header.sequence,
        header_hash=arrival.line.header_hash,
        code="gap",
    )


def _let_go(stream: Stream, facts: Facts, permit: Permit, outcome: Outcome) -> None:
    """Judge what waited in the holding for the number that has now come."""
    waiting = facts.waiting.get(stream)
    while waiting:
        following = facts.marks.get(stream, NO_MARK).highest + 1
        for arrival in waiting.pop(following, ()):
            _judge_one(arrival, facts, permit, outcome)
            outcome.released.append(arrival)
        if facts.marks.get(stream, NO_MARK).highest < following:
            return


def _set_aside(arrival: Arrival, code: str, facts: Facts, outcome: Outcome) -> Receipt:
    erased = _erasure(arrival, facts) is not None
    kept = without_words(arrival) if erased else arrival
    outcome.aside.append((kept, code))
    outcome.alarms.append((code, arrival.header.operation))
    return Receipt(
        verdict="quarantined",
        operation=arrival.header.operation,
        sequence=arrival.header.sequence,
        header_hash=arrival.line.header_hash,
        body_hash=arrival.header.body_hash if kept.body is not None else None,
        code=code,
        redacted=erased,
    )


def _receipt(known: Known, verdict: str) -> Receipt:
    return Receipt(
        verdict=verdict,
        operation=known.operation,
        sequence=known.sequence,
        header_hash=known.header_hash,
        body_hash=known.body_hash,
        code=known.code,
        redacted=known.redacted,
    )


def _receipt_again(known: Known) -> Receipt:
    return _receipt(known, "duplicate" if known.standing == "stored" else known.standing)

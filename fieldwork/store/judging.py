"""One transaction of the log: load what judging needs, judge, write what follows (PROTOCOL.md 4.1).

Operation, effect, position and stream mark are written together or not at all. The generator here is run by `log.py`; it may only
ask and tell. Doing the same push twice writes nothing new and answers the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fieldwork.store.facts import Rights, load, load_rights, note_what_is_said
from fieldwork.store.keyring import Keyring
from fieldwork.store.log_rows import Judged, write
from fieldwork.store.own_writing import OwnWriting, minted, refuse_removed, wanted_by_drafts
from fieldwork.store.statements import Work
from sync.central.accept import Outcome, Permit, judge
from sync.central.arrival import Arrival
from sync.central.facts import Facts, Wanted, wanted
from sync.central.line import CarryKey, UnreadableLine


@dataclass(frozen=True, slots=True)
class Brought:
    """What one carrier brought in one push, opened as far as it could be."""

    lines: Sequence[Arrival | UnreadableLine]
    carrier: str | None
    carry_keys: Mapping[str, CarryKey] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.lines)


def enter(
    brought: Sequence[Brought | OwnWriting], permit: Permit, keyring: Keyring, received_at: str
) -> Work[list[Outcome]]:
    """Judge what several carriers brought, in their order, and write it, in the transaction that is open.

    Everything is written together, except that what may change who may write what is written before the next is judged.
    """
    arrivals = [
        line for push in brought if isinstance(push, Brought) for line in push.lines if isinstance(line, Arrival)
    ]
    needs = _all_wanted(brought, arrivals)
    facts, rows = yield from load(needs, arrivals, keyring)
    outcomes: list[Outcome] = []
    judged: list[Judged] = []
    for push in brought:
        outcomes.append(Outcome())
        carry_keys = push.carry_keys if isinstance(push, Brought) else {}
        for part in _parts(push, facts):
            note_what_is_said(part, facts)
            outcome = judge(part, facts, permit)
            for held in outcome.held:
                if held.line.carry in carry_keys:
                    rows.carry_keys[held.line.header_hash] = carry_keys[held.line.carry]
            judged.append(Judged(outcome, push.carrier, carry_keys))
            outcomes[-1].add(outcome)
            if _changes_rights(outcome, push):
                yield from write(judged, rows, keyring, received_at)
                judged = []
                yield from load_rights(needs, facts, arrivals)
    if judged:
        yield from write(judged, rows, keyring, received_at)
    return outcomes


def _parts(push: Brought | OwnWriting, facts: Facts) -> list[Sequence[Arrival | UnreadableLine]]:
    if isinstance(push, Brought):
        return parts_of(push.lines)
    assert isinstance(facts.rights, Rights)
    refuse_removed(push, facts)
    facts.rights = replace(facts.rights, importing=push.is_import, given={})
    lines = list(minted(push, facts))
    # A pack needs no assignment to be let in, so it is one part.
    return [lines] if push.is_import else parts_of(lines)


GIVES_RIGHTS = frozenset({"assignment", "visit"})


def parts_of(lines: Sequence[Arrival | UnreadableLine]) -> list[Sequence[Arrival | UnreadableLine]]:
    """A push, cut after each run of operations that may change who may write what follows them."""
    parts: list[Sequence[Arrival | UnreadableLine]] = []
    start = 0
    giving = False
    for place, line in enumerate(lines):
        gives = isinstance(line, Arrival) and line.line.header.record_type in GIVES_RIGHTS
        if giving and not gives:
            parts.append(lines[start:place])
            start = place
        giving = gives
    parts.append(lines[start:])
    return parts


def _changes_rights(outcome: Outcome, push: Brought | OwnWriting) -> bool:
    if isinstance(push, OwnWriting) or outcome.freed or outcome.erased:
        return True
    entered = (*outcome.entered, *outcome.completed)
    return any(each.arrival.line.header.record_type in GIVES_RIGHTS for each in entered)


def _all_wanted(brought: Sequence[Brought | OwnWriting], arrivals: Sequence[Arrival]) -> Wanted:
    needs = wanted(arrivals)
    for push in brought:
        if isinstance(push, OwnWriting):
            needs = needs.and_also(wanted_by_drafts(push))
    return needs

"""The invariants of PROTOCOL.md section 6, looked at from outside: the disks of the tablets, the rows of the office, and the oracle.

`check_always` may be asked at any moment of the storm; `check_healed` when the storm is over and everything has drained. Neither asks
the code under test for its opinion of itself.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sync.central.body import read_body
from sync.central.fold import fold, operation_of
from sync.central.header import read_header
from sync.simulator.broken import Broken
from sync.simulator.cast import PEOPLE, may_hold
from sync.simulator.node import Line
from sync.simulator.office import OfficeFacts, OfficeOperation
from sync.simulator.oracle import Saved
from sync.simulator.world import World

EVER = {person: may_hold(person, frozenset()) for person in PEOPLE}


async def check_always(world: World) -> None:
    """I1 to I4, I6, I7, I9, I11 and I12, as far as the office can be looked at now."""
    states = await world.states()
    for person in (person for state in states.values() for person in state["pulled"]):
        _nobody_holds_what_they_may_not(person, states, EVER[person])
    if not world.office.up:
        return
    for tablet, state in states.items():
        world.oracle.reports |= dict.fromkeys(state["reports_due"], tablet)
    facts = await world.office.look()
    check_office(facts)
    _saved_is_somewhere(world, states, facts)
    _safe_is_at_the_office(states, facts, facts.epoch)
    _replicas_are_in_order(states, facts)
    _kept_is_kept(world, facts)
    world.trace.tell("looked", len(facts.operations), *(state["counts"]["waiting"] for state in states.values()))


def check_office(facts: OfficeFacts) -> None:
    """What must be true of the office's rows whatever the tablets say: I3, I4, I6, I7, I9."""
    ids = [each.operation for each in facts.operations]
    if len(ids) != len(set(ids)):
        twice = sorted({each for each in ids if ids.count(each) > 1})
        raise Broken("I3", f"stored more than once: {', '.join(twice)}")
    streams: dict[str, list[OfficeOperation]] = defaultdict(list)
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in facts.operations:
        streams[each.stream].append(each)
        if each.position is not None:
            places[(each.scope, each.lane)].append(each.position)
    for stream, operations in streams.items():
        _stream_is_whole(stream, operations, facts.streams[stream])
    for stream, (count, highest, _) in facts.streams.items():
        if stream not in streams and (count or highest):
            raise Broken("I4", f"{stream} is marked {highest} and has no operation")
    for place, last in facts.last_positions.items():
        if sorted(places.get(place, [])) != list(range(1, last + 1)):
            raise Broken("I6", f"the positions of {place} are {sorted(places.get(place, []))}, the last being {last}")
    for each in facts.operations:
        if each.standing == "stored" and each.has_body and b'"record_type":"file"' in each.header:
            _file_is_there(each, facts)


def _stream_is_whole(stream: str, operations: list[OfficeOperation], mark: tuple[int, int, str | None]) -> None:
    operations.sort(key=lambda each: each.sequence)
    numbers = [each.sequence for each in operations]
    if numbers != list(range(1, len(numbers) + 1)) or mark[:2] != (len(numbers), len(numbers)):
        raise Broken("I4", f"{stream} has the numbers {numbers} and the mark {mark[:2]}")
    previous = None
    for each in operations:
        if hashlib.sha256(each.header).hexdigest() != each.header_hash:
            raise Broken("I7", f"number {each.sequence} of {stream} is not the header that was written")
        if each.code != "chain_broken" and json.loads(each.header)["previous"] != previous:
            raise Broken("I7", f"number {each.sequence} of {stream} does not follow the one before")
        previous = each.header_hash
    if mark[2] != previous:
        raise Broken("I7", f"the head of {stream} is not its last header")


def _file_is_there(operation: OfficeOperation, facts: OfficeFacts) -> None:
    if operation.words is None:
        return
    sha256 = json.loads(operation.words)["fields"].get("sha256")
    if sha256 not in facts.files:
        raise Broken("I9", f"{operation.operation} is stored and its file is not")


def _saved_is_somewhere(world: World, states: Mapping[str, Line], facts: OfficeFacts) -> None:
    """I1: in a live outbox, in the journal or at central; its words too, unless somebody set out to redact them."""
    headers, with_words = _on_tablets(states)
    headers |= facts.beside | {each.operation for each in facts.operations}
    with_words |= facts.beside | {each.operation for each in facts.operations if each.has_body}
    entries = {
        (tablet, entry["operation"]): entry["header_hash"]
        for tablet, state in states.items()
        for entry in state["entries"]
    }
    for name, saved in world.oracle.saved.items():
        gone = name in world.oracle.meant_to_go or saved.meant.kind == "redact"
        if name not in headers or (not gone and name not in with_words):
            raise Broken("I1", f"{name} was shown as saved on {saved.tablet} and is nowhere")
        if entries.get((saved.tablet or "", name), saved.header_hash) != saved.header_hash:
            raise Broken("I1", f"{name} on {saved.tablet} is not what was saved")


def _on_tablets(states: Mapping[str, Line]) -> tuple[set[str], set[str]]:
    """Operations in a live outbox or a journal of some tablet: all of them, and those whose author can open their words there."""
    headers: set[str] = set()
    with_words: set[str] = set()
    for state in states.values():
        live = set(state["outbox"]) | set(state["safe"])
        kept = [entry for entry in state["entries"] if entry["operation"] in live] + state["journal"]
        headers.update(each["operation"] for each in kept)
        with_words.update(each["operation"] for each in kept if each["opens"])
    return headers, with_words


def _safe_is_at_the_office(states: Mapping[str, Line], facts: OfficeFacts, epoch: str) -> None:
    """I2, for tablets that know which office they speak to; one that has not heard of a restore yet is I10's."""
    there = {each.operation: each for each in facts.operations}
    for tablet, state in states.items():
        if state["epoch"] != epoch or state["manifest_due"]:
            continue
        safe = set(state["safe"])
        for entry in state["entries"]:
            if entry["operation"] not in safe:
                continue
            row = there.get(entry["operation"])
            if row is None or row.header_hash != entry["header_hash"] or row.standing != "stored":
                raise Broken("I2", f"{entry['operation']} counts as safe on {tablet} and is not stored at the office")
            if row.has_body and row.body_hash != entry["body_hash"]:
                raise Broken("I2", f"the words of {entry['operation']} at the office are not those of {tablet}")


def _replicas_are_in_order(states: Mapping[str, Line], facts: OfficeFacts) -> None:
    """I6 for whoever pulls: each position once, in order, as the office has them."""
    at: dict[tuple[str, str], dict[int, OfficeOperation]] = defaultdict(dict)
    for each in facts.operations:
        if each.position is not None:
            at[(each.scope, each.lane)][each.position] = each
    for tablet, person, place, pulled, epoch in _pulled(states):
        if epoch != pulled["epoch"]:
            continue
        positions = [position for position, _, _ in pulled["operations"]]
        if positions != list(range(1, pulled["after"] + 1)):
            raise Broken("I6", f"{PEOPLE[person]} on {tablet} has the positions {positions} of {place}")


def _pulled(states: Mapping[str, Line]) -> Iterable[tuple[str, str, tuple[str, str], Any, str]]:
    for tablet, state in states.items():
        for person, places in state["pulled"].items():
            for name, pulled in places.items():
                scope, _, lane = name.partition(" ")
                yield tablet, person, (scope, lane), pulled, state["epoch"]


def _nobody_holds_what_they_may_not(
    person: str, states: Mapping[str, Line], allowed: frozenset[tuple[str, str]]
) -> None:
    for tablet, owner, place, _, _ in _pulled(states):
        if owner == person and place not in allowed:
            raise Broken("I11", f"{PEOPLE[person]} holds {place} on {tablet}")


def _kept_is_kept(world: World, facts: OfficeFacts) -> None:
    there = {each.operation for each in facts.operations} | facts.beside | facts.unreadable
    for name, verdict in world.oracle.kept_at_office.items():
        if name not in there:
            raise Broken("I12", f"{name} was answered {verdict} and is not at the office any more")


# When everything has healed


async def check_healed(world: World) -> None:
    """Everything, at the end: also I5, I8, I10 and I13."""
    states = await world.states(full=True)
    facts = await world.office.look(words=True)
    check_office(facts)
    if facts.problems:
        raise Broken("I7", f"the office's own proof of its log says: {'; '.join(facts.problems)}")
    _kept_is_kept(world, facts)
    _reports_are_at_the_office(world, states, facts)
    _redacted_is_gone(states, facts, world, await world.office.all_bytes())
    _everything_saved_is_at_the_office(world, states, facts)
    _safe_is_at_the_office(states, facts, facts.epoch)
    _replicas_equal_the_office(world, states, facts)
    for person in PEOPLE:
        _nobody_holds_what_they_may_not(person, states, may_hold(person, world.oracle.ended))
    _folded_alike(states, facts, world)


def _everything_saved_is_at_the_office(world: World, states: Mapping[str, Line], facts: OfficeFacts) -> None:
    """I1 at the end: every promise kept, with equal hashes. What only a restored office lacks is I10."""
    there = {each.operation: each for each in facts.operations}
    counted = {name for state in states.values() for name in state["safe"]}
    restored = world.trace.counts["fault office_restored"] > 0
    for name, saved in world.oracle.saved.items():
        row = there.get(name)
        broken = "I10" if restored and name in counted else "I1"
        if row is None or row.header_hash != saved.header_hash:
            raise Broken(broken, f"{name} was shown as saved and is not at the office as it was written")
        if name not in world.oracle.meant_to_go and row.body_hash != saved.body_hash:
            raise Broken(broken, f"the words of {name} are not at the office as they were written")
        if row.standing != "stored":
            raise Broken("I5", f"{name} is still {row.standing} ({row.code})")
        if name not in world.oracle.meant_to_go and not _says(row, saved):
            raise Broken(broken, f"what is at the office as {name} is not what was written")
    for name, meant in world.oracle.drafts.items():
        if name not in there and not any(each in world.oracle.meant_to_go for each in meant.started_from):
            raise Broken("I1", f"the text that was being typed as {name} was kept and is nowhere")


def _says(row: OfficeOperation, saved: Saved) -> bool:
    """Whether the words themselves are there: a hash beside them could be of words that nobody has."""
    if row.words is None or hashlib.sha256(row.words).hexdigest() != saved.body_hash:
        return False
    return all(word is None or word.encode() in row.words for word in (saved.meant.token, saved.meant.locked_words))


def _reports_are_at_the_office(world: World, states: Mapping[str, Line], facts: OfficeFacts) -> None:
    """I13: what tablets found wrong with their own copies is known there, once."""
    for tablet, state in states.items():
        if state["reports"]:
            raise Broken("I13", f"{tablet} still has the reports {', '.join(state['reports'])}")
    at_office = [report for _, report in facts.reports]
    for report in sorted(world.reports_waiting | world.oracle.reports.keys()):
        if report not in at_office:
            raise Broken("I13", f"the report {report} is not at the office")
    # A tablet that is enrolled anew between sending and hearing is another device: it says its report once more.
    for (device, report), times in Counter(facts.reports).items():
        if times > 1:
            raise Broken("I13", f"the report {report} of {device} is at the office {times} times")
    world.trace.count("reports at the end", len(facts.reports))


def _replicas_equal_the_office(world: World, states: Mapping[str, Line], facts: OfficeFacts) -> None:
    by_place: dict[tuple[str, str], list[OfficeOperation]] = defaultdict(list)
    for each in facts.operations:
        if each.position is not None:
            by_place[(each.scope, each.lane)].append(each)
    for tablet in world.tablets.values():
        state = states[tablet.name]
        if state["counts"]["waiting"]:
            raise Broken("I5", f"{tablet.name} still has {state['counts']}")
        for person in tablet.people:
            for place in may_hold(person, world.oracle.ended):
                theirs = sorted(by_place.get(place, []), key=lambda each: each.position or 0)
                pulled = state["pulled"].get(person, {}).get(" ".join(place))
                if pulled is None or not pulled["complete"] or not _is_the_same(world, pulled, theirs):
                    raise Broken("I5", f"{PEOPLE[person]}'s {place} on {tablet.name} is not what the office has")


def _is_the_same(world: World, pulled: Line, theirs: list[OfficeOperation]) -> bool:
    if len(pulled["operations"]) != len(theirs):
        return False
    for (position, header_hash, body_hash), each in zip(pulled["operations"], theirs, strict=True):
        if (position, header_hash) != (each.position, each.header_hash):
            return False
        heard_of_a_removal = body_hash is None and each.operation in world.oracle.removals_lost
        if body_hash != each.body_hash and not heard_of_a_removal:
            return False
    return True


def _redacted_is_gone(states: Mapping[str, Line], facts: OfficeFacts, world: World, office_bytes: bytes) -> None:
    """I8: no body of a redacted operation, and no word of it, in any place that we can open."""
    oracle = world.oracle
    redacted = {each.operation for each in facts.operations if each.standing == "stored" and not each.has_body}
    with_words = {each.operation for each in facts.operations if each.has_body}
    for saved in oracle.saved.values():
        for name in saved.meant.redacts:
            if name in with_words:
                raise Broken("I8", f"{name} was redacted by {saved.meant.operation} and is still at the office")
    tokens = {oracle.meant[name].token for name in redacted if name in oracle.meant} - {None}
    for token in sorted(str(each) for each in tokens):
        if token.encode() in office_bytes:
            raise Broken("I8", f"the redacted word {token} is still in the office's files")
    for tablet, state in states.items():
        _redacted_is_gone_from(tablet, state, redacted, tokens, world)
    for tablet, person, place, pulled, _ in _pulled(states):
        bodies = {header_hash for _, header_hash, body_hash in pulled["operations"] if body_hash is not None}
        for each in facts.operations:
            if each.operation in redacted and each.header_hash in bodies:
                raise Broken("I8", f"{each.operation} is redacted and pulled by {PEOPLE[person]} on {tablet}, {place}")
    world.trace.count("redacted at the end", len(redacted))


def _redacted_is_gone_from(tablet: str, state: Line, redacted: set[str], tokens: set[str | None], world: World) -> None:
    """What lies on one tablet, also of scopes that its people may no longer pull: a manifest tells them what is gone."""
    for where in ("entries", "journal"):
        for entry in state[where]:
            name = entry["operation"]
            if name not in redacted:
                continue
            meant = world.oracle.meant.get(name)
            if meant is not None and (meant.scope, meant.lane) not in may_hold(meant.person, world.oracle.ended):
                world.trace.count("redacted on the tablet of somebody who may pull it no longer")
            if entry["words"]:
                raise Broken("I8", f"{name} is redacted and its words are in {where} of {tablet}")
    folded = json.dumps(state["folded"])
    for token in tokens:
        if str(token) in folded:
            raise Broken("I8", f"the redacted word {token} is still shown on {tablet}")


def _folded_alike(states: Mapping[str, Line], facts: OfficeFacts, world: World) -> None:
    """Both halves show the same records: the office's fold in Python, the tablet's in JavaScript (I5)."""
    by_record: dict[str, list[OfficeOperation]] = defaultdict(list)
    for each in facts.operations:
        header = json.loads(each.header)
        if header["kind"] != "redact" and each.standing == "stored":
            by_record[header["record"]].append(each)
    expected = {record: _folded_here(operations) for record, operations in by_record.items()}
    for tablet in world.tablets.values():
        for person in tablet.people:
            places = may_hold(person, world.oracle.ended)
            shown = {each["record"]: each for each in states[tablet.name]["folded"].get(person, {}).get("states", [])}
            for record, operations in by_record.items():
                if any((each.scope, each.lane) not in places for each in operations):
                    continue
                if any(each.operation in world.oracle.removals_lost for each in operations):
                    continue
                if record not in shown or _shown_as(shown[record]) != expected[record]:
                    raise Broken("I5", f"record {record} is another one for {PEOPLE[person]} on {tablet.name}")


def _folded_here(operations: list[OfficeOperation]) -> tuple[Any, ...]:
    folded = fold(
        operation_of(header, None if each.words is None else read_body(each.words, header.kind))
        for each in operations
        for header in (read_header(each.header),)
    )
    fields = [[name, [list(value) for value in values]] for name, values in sorted(folded.fields.items())]
    return list(folded.heads), folded.withdrawn, json.dumps(fields)


def _shown_as(state: Line) -> tuple[Any, ...]:
    return state["heads"], state["withdrawn"], json.dumps(state["fields"])

"""One transaction of the log: load what judging needs, judge, write what follows (PROTOCOL.md 4.1).

Operation, effect, position and stream mark are written together or not at all. The generator here is run in SQLite's
thread or over PostgreSQL's wire by `log.py`; it may only ask and tell. Doing the same push twice writes nothing new
and answers the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from fieldwork.domain.draft import Draft
from fieldwork.domain.rights import LANES, TEAM, Assignment, Part
from fieldwork.store.keyring import Keyring
from fieldwork.store.projecting import project
from fieldwork.store.statements import Ask, Row, Tell, Work, listed
from sync.central.accept import (
    Arrival,
    Entered,
    Facts,
    Known,
    Mark,
    Outcome,
    Permit,
    Redaction,
    Wanted,
    judge,
    open_arrival,
    wanted,
    weigh_body,
)
from sync.central.body import write_body
from sync.central.header import Header, Stream, hash_of, read_header, write_header
from sync.central.line import CarryKey, PushLine, UnreadableLine


@dataclass(frozen=True, slots=True)
class Brought:
    """What one carrier brought in one push, opened as far as it could be."""

    lines: Sequence[Arrival | UnreadableLine]
    carrier: str | None
    carry_keys: Mapping[str, CarryKey] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class OwnWriting:
    """What central itself writes, in the name of the signed-in person, or of nobody when it imports a pack.

    `device_at` is central's clock, and None in an import, which must give the same bytes each time.
    """

    incarnation: str
    person_id: str | None
    drafts: Sequence[Draft]
    device_at: str | None
    carrier: str | None = None

    @property
    def size(self) -> int:
        return len(self.drafts)

    @property
    def is_import(self) -> bool:
        return self.person_id is None

    def stream_of(self, draft: Draft) -> Stream:
        return Stream(self.incarnation, self.person_id, draft.scope, draft.lane)


@dataclass(frozen=True, slots=True)
class Rights:
    """What the permit looks at: the assignments of the authors, and the review that each visit belongs to."""

    assignments: dict[str, list[Assignment]]
    review_of_visit: dict[str, str]
    importing: bool = False
    """True while central imports a pack: the one stream without an author."""
    given: dict[tuple[str | None, str, str, str, str], str | None] = field(default_factory=dict)
    """What the permit has answered already, for as long as these rights stand."""
    parts: dict[str, Part] = field(default_factory=dict)
    """The parts that stand in the reviews which are written in, by record. The permit moves them on."""
    said: dict[str, Mapping[str, object]] = field(default_factory=dict)
    """What the operations that are judged say of somebody's part, by operation."""
    types: dict[str, str] = field(default_factory=dict)
    """What the records that are named already are, whatever the operation calls them. Only where it can matter to the permit."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """What the writing needs from the loading: numbers of rows of streams and scopes, and carry keys by their lines."""

    streams: dict[Stream, int] = field(default_factory=dict)
    scopes: dict[tuple[str, str], int] = field(default_factory=dict)
    carry_keys: dict[str, CarryKey] = field(default_factory=dict)
    """From the holding, by header hash: another push may use the same key id for another key."""


def stream_name(stream: Stream) -> str:
    """The four of a stream as one text, for the holding."""
    return f"{stream.incarnation}/{stream.person or ''}/{stream.scope}/{stream.lane}"


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
    facts, rows = yield from _load(needs, arrivals, keyring)
    outcomes: list[Outcome] = []
    judged: list[_Judged] = []
    for push in brought:
        outcomes.append(Outcome())
        carry_keys = push.carry_keys if isinstance(push, Brought) else {}
        for part in _parts(push, facts):
            _note_what_is_said(part, facts)
            outcome = judge(part, facts, permit)
            for held in outcome.held:
                if held.line.carry in carry_keys:
                    rows.carry_keys[held.line.header_hash] = carry_keys[held.line.carry]
            judged.append(_Judged(outcome, push.carrier, carry_keys))
            _add(outcome, outcomes[-1])
            if _changes_rights(outcome, push):
                yield from _write(judged, rows, keyring, received_at)
                judged = []
                yield from _load_rights(needs, facts, arrivals)
    if judged:
        yield from _write(judged, rows, keyring, received_at)
    return outcomes


def _parts(push: Brought | OwnWriting, facts: Facts) -> list[Sequence[Arrival | UnreadableLine]]:
    if isinstance(push, Brought):
        return parts_of(push.lines)
    assert isinstance(facts.rights, Rights)
    facts.rights = replace(facts.rights, importing=push.is_import, given={})
    minted = list(_minted(push, facts))
    # A pack needs no assignment to be let in, so it is one part.
    return [minted] if push.is_import else parts_of(minted)


def _note_what_is_said(arrivals: Iterable[Arrival | UnreadableLine], facts: Facts) -> None:
    """Give the permit what it cannot see in a header: in which visit an operation gives somebody which part."""
    assert isinstance(facts.rights, Rights)
    types = facts.rights.types
    for arrival in arrivals:
        if not isinstance(arrival, Arrival) or not arrival.fields:
            continue
        header = arrival.line.header
        if "assignment" in (header.record_type, types.get(header.record)):
            facts.rights.said[header.operation] = arrival.fields


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


def _add(outcome: Outcome, whole: Outcome) -> None:
    """Put what one part led to together with what the parts before it did."""
    for name in ("receipts", "entered", "completed", "displaced", "aside", "held", "released", "unreadable"):
        getattr(whole, name).extend(getattr(outcome, name))
    whole.redactions.extend(outcome.redactions)
    whole.alarms.extend(outcome.alarms)
    whole.erased.update(outcome.erased)
    whole.freed.update(outcome.freed)
    whole.marks.update(outcome.marks)
    whole.positions.update(outcome.positions)


def _all_wanted(brought: Sequence[Brought | OwnWriting], arrivals: Sequence[Arrival]) -> Wanted:
    needs = wanted(arrivals)
    for push in brought:
        if isinstance(push, OwnWriting):
            needs = needs.and_also(_wanted_by_drafts(push))
    return needs


def _wanted_by_drafts(push: OwnWriting) -> Wanted:
    drafts = push.drafts
    named = {name for draft in drafts for name in (draft.operation_id, *(draft.redacts or ()))}
    decided = {str(d.fields["about"]) for d in drafts if d.record_type == "decision" and "about" in d.fields}
    return Wanted(
        frozenset(named | decided),
        frozenset(push.stream_of(draft) for draft in drafts),
        frozenset((draft.scope, draft.lane) for draft in drafts),
        frozenset({push.person_id} if push.person_id else ()),
        frozenset(str(d.fields["sha256"]) for d in drafts if d.record_type == "file" and "sha256" in d.fields),
        frozenset(decided),
    )


def _minted(push: OwnWriting, facts: Facts) -> Iterator[Arrival]:
    """Give each draft its number and its link. A draft that was written before is left out: it changes nothing.

    An id that somebody else's operation holds is minted all the same, so that judging raises the alarm.
    """
    marks: dict[Stream, Mark] = {}
    for draft in push.drafts:
        stream = push.stream_of(draft)
        known = facts.known.get(draft.operation_id)
        if known is not None and known.stream == stream:
            continue
        mark = marks.get(stream) or facts.marks[stream]
        body = write_body(draft.fields, draft.salt)
        header = Header(
            format="fieldwork-operation/1",
            operation=draft.operation_id,
            incarnation=push.incarnation,
            person=push.person_id,
            scope=draft.scope,
            lane=draft.lane,
            sequence=mark.highest + 1,
            previous=mark.head,
            record_type=draft.record_type,
            record=draft.record_id,
            kind=draft.kind,  # type: ignore[arg-type]
            base=draft.base,
            body_hash=hash_of(body),
            body_bytes=len(body),
            device_at=push.device_at,
            redacts=draft.redacts,
            reason=draft.reason,  # type: ignore[arg-type]
        )
        header_raw = write_header(header)
        header_hash = hash_of(header_raw)
        if known is None:
            marks[stream] = Mark(mark.count + 1, header.sequence, header_hash)
        yield Arrival(PushLine(header_raw, header, header_hash, "", b""), body, draft.fields, None, stream)


def _load(needs: Wanted, arrivals: Sequence[Arrival], keyring: Keyring) -> Work[tuple[Facts, LogRow]]:
    facts = Facts()
    rows = LogRow()
    yield from _load_scopes(needs, facts, rows)
    yield from _load_streams(needs, facts, rows)
    waiting = yield from _load_holding(needs, facts, rows, keyring)
    # What waits may be let go by this push and is then judged by everything that it names itself.
    needs = needs.and_also(wanted(waiting)) if waiting else needs
    yield from _load_known(needs, facts)
    yield from _load_behind(arrivals, facts, rows)
    yield from _load_decided(needs, facts, keyring)
    yield from _load_redactions(needs, facts)
    yield from _load_rights(needs, facts, arrivals)
    if needs.files:
        found = yield Ask("SELECT sha256 FROM file_stored WHERE sha256 IN {list}", (listed(needs.files),))
        facts.files = {row[0] for row in found}
    return facts, rows


def _load_scopes(needs: Wanted, facts: Facts, rows: LogRow) -> Work[None]:
    """Lock the scopes, always in the same order, so that two servers never wait for each other crosswise."""
    question = Ask(
        "SELECT id, scope, lane, last_position FROM scope WHERE scope IN {list} ORDER BY id FOR UPDATE",
        (listed({scope for scope, _ in needs.scopes}),),
    )
    found = yield question
    missing = sorted(needs.scopes - {(row[1], row[2]) for row in found})
    if missing:
        yield Tell("INSERT INTO scope (scope, lane) VALUES (?, ?) ON CONFLICT DO NOTHING", missing)
        found = yield question
    for scope_id, scope, lane, last_position in found:
        facts.positions[(scope, lane)] = last_position
        rows.scopes[(scope, lane)] = scope_id


def _load_streams(needs: Wanted, facts: Facts, rows: LogRow) -> Work[None]:
    question = Ask(
        "SELECT id, incarnation, person, scope, lane, count, highest, head, head_opened FROM stream"
        " WHERE incarnation IN {list}",
        (listed({stream.incarnation for stream in needs.streams}),),
    )
    found = yield question
    missing = needs.streams - {_stream_of_row(row) for row in found}
    if missing:
        new = sorted((s.incarnation, s.person or "", s.scope, s.lane) for s in missing)
        yield Tell(
            "INSERT INTO stream (incarnation, person, scope, lane) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", new
        )
        found = yield question
    for row in found:
        stream = _stream_of_row(row)
        if stream in needs.streams:
            rows.streams[stream] = row[0]
            facts.marks[stream] = Mark(row[5], row[6], row[7], bool(row[8]))


def _stream_of_row(row: Row) -> Stream:
    return Stream(row[1], row[2] or None, row[3], row[4])


_KNOWN = (
    "SELECT o.operation, o.header_hash, s.incarnation, s.person, s.scope, s.lane, o.sequence, o.kind, o.standing, o.code,"
    " o.body_hash, o.redacted_by, o.sealed IS NOT NULL FROM operation_{lane} o JOIN stream s ON s.id = o.stream_id"
)
# An id is stored once, whatever lane it comes in, so every lane is asked.
_KNOWN_BY_ID = " UNION ALL ".join(f"{_KNOWN.format(lane=lane)} WHERE o.operation IN {{list}}" for lane in LANES)


def _load_known(needs: Wanted, facts: Facts) -> Work[None]:
    named = listed(needs.operations)
    found = yield Ask(_KNOWN_BY_ID, (named,) * len(LANES))
    _remember(found, facts)


def _load_behind(arrivals: Sequence[Arrival], facts: Facts, rows: LogRow) -> Work[None]:
    """What holds the number of an unknown operation that comes too late for it, and the number before."""
    for arrival in arrivals:
        header = arrival.line.header
        if header.sequence > facts.marks[arrival.stream].highest or header.operation in facts.known:
            continue
        found = yield Ask(
            f"{_KNOWN.format(lane=header.lane)} WHERE o.stream_id = ? AND o.sequence IN (?, ?)",
            (rows.streams[arrival.stream], header.sequence, header.sequence - 1),
        )
        _remember(found, facts)


def _remember(found: Iterable[Row], facts: Facts) -> None:
    for row in found:
        stream = Stream(row[2], row[3] or None, row[4], row[5])
        # What is kept sealed was not opened, except where it was opened and found to be another's.
        opened = not row[12] or row[9] == "body_hash_differs"
        # What a decision let in keeps the code of its quarantine as history.
        code = None if row[8] == "stored" else row[9]
        known = Known(row[0], row[1], stream, row[6], row[7], row[8], code, row[10], bool(row[11]), opened)
        facts.known[known.operation] = known
        facts.taken[(stream, known.sequence)] = known.operation


def _load_decided(needs: Wanted, facts: Facts, keyring: Keyring) -> Work[None]:
    """The quarantined operations that are decided on, whole, with whatever they name and decide in turn."""
    decided = set(needs.decided)
    while decided:
        arrivals: list[Arrival] = []
        for lane in LANES:
            arrivals += yield from _quarantined_in(lane, decided, keyring)
        facts.quarantined.update((arrival.line.header.operation, arrival) for arrival in arrivals)
        more = wanted(arrivals)
        yield from _load_known(more, facts)
        if more.files:
            needs = needs.and_also(more)
        decided = set(more.decided) - facts.quarantined.keys()
    if facts.quarantined and needs.files:
        found = yield Ask("SELECT sha256 FROM file_stored WHERE sha256 IN {list}", (listed(needs.files),))
        facts.files |= {row[0] for row in found}


def _quarantined_in(lane: str, operations: set[str], keyring: Keyring) -> Work[list[Arrival]]:
    found = yield Ask(
        f"SELECT header, header_hash, body FROM operation_{lane} WHERE operation IN {{list}} AND standing = 'quarantined'",
        (listed(operations),),
    )
    return [_arrival_of_row(row, keyring) for row in found]


def _arrival_of_row(row: Row, keyring: Keyring) -> Arrival:
    header_raw = bytes(row[0])
    header = read_header(header_raw)
    line = PushLine(header_raw, header, row[1], "", b"")
    if row[2] is None:
        return Arrival(line, None, None, None, header.stream)
    return weigh_body(line, keyring.wake(header.lane, row[1], bytes(row[2])))


_REDACTION = "SELECT operation, by_operation, person, reason, anybodys FROM redaction WHERE operation IN {list}"
_REDACTED_WHERE = " UNION ALL ".join(
    f"SELECT o.operation, s.scope, s.lane FROM operation_{lane} o JOIN scope s ON s.id = o.scope_id"
    " WHERE o.operation IN {list}"
    for lane in LANES
)


def _load_redactions(needs: Wanted, facts: Facts) -> Work[None]:
    found = yield Ask(_REDACTION, (listed(needs.operations),))
    if not found:
        return
    redacts = listed({row[1] for row in found})
    where = {row[0]: (row[1], row[2]) for row in (yield Ask(_REDACTED_WHERE, (redacts,) * len(LANES)))}
    for operation, by, person, reason, anybodys in found:
        redaction = Redaction(operation, by, person, reason, bool(anybodys), *where[by])
        facts.redactions.setdefault(operation, []).append(redaction)


def _load_holding(needs: Wanted, facts: Facts, rows: LogRow, keyring: Keyring) -> Work[list[Arrival]]:
    found = yield Ask(
        "SELECT header, sealed, carry_key, header_hash FROM holding WHERE stream IN {list} ORDER BY received_at, header_hash",
        (listed({stream_name(stream) for stream in needs.streams}),),
    )
    arrivals: list[Arrival] = []
    for header_raw, sealed, carry_key, header_hash in found:
        header = read_header(bytes(header_raw))
        carried = msgspec.json.decode(carry_key, type=CarryKey) if carry_key else None
        line = PushLine(bytes(header_raw), header, header_hash, carried.id if carried else "", bytes(sealed))
        if carried:
            rows.carry_keys[header_hash] = carried
        arrival = open_arrival(line, keyring.opener({carried.id: carried} if carried else {}))
        facts.waiting.setdefault(arrival.stream, {}).setdefault(header.sequence, []).append(arrival)
        arrivals.append(arrival)
    return arrivals


def _load_rights(needs: Wanted, facts: Facts, arrivals: Sequence[Arrival]) -> Work[None]:
    """The assignments of the authors. One to a visit counts only in the review that the visit belongs to."""
    assignments: dict[str, list[Assignment]] = {}
    found = yield Ask(
        "SELECT a.person, a.review, a.visit, a.role, a.ended_at FROM assignment a LEFT JOIN visit v ON v.record = a.visit"
        " WHERE a.person IN {list} AND (a.visit IS NULL OR v.review = a.review)",
        (listed(needs.persons),),
    )
    for person, review, visit, role, ended_at in found:
        assignments.setdefault(person, []).append(Assignment(person, review, visit, role, ended_at))
    visits = {scope.partition(":")[2] for scope, _ in needs.scopes if scope.startswith("visit:")}
    review_of_visit: dict[str, str] = {}
    if visits:
        found = yield Ask("SELECT record, review FROM visit WHERE record IN {list}", (listed(visits),))
        review_of_visit = {row[0]: row[1] for row in found}
    facts.rights = Rights(assignments, review_of_visit)
    reviews = {scope.partition(":")[2] for scope, _ in needs.scopes if scope.startswith("review:")}
    held = [each for of_stream in facts.waiting.values() for of_number in of_stream.values() for each in of_number]
    if reviews:
        found = yield Ask("SELECT record, visit, role FROM assignment WHERE review IN {list}", (listed(reviews),))
        facts.rights.parts.update((row[0], Part(row[1], row[2])) for row in found)
    # In a visit the team writes records of every type, so nothing is gained by calling one by another's name.
    if reviews or any(part.role not in TEAM for parts in assignments.values() for part in parts):
        records = {each.line.header.record for each in (*arrivals, *held)}
        found = yield Ask("SELECT record, record_type FROM record WHERE record IN {list}", (listed(records),))
        facts.rights.types.update((row[0], row[1]) for row in found)
    _note_what_is_said(held, facts)


_INSERT = (
    "INSERT INTO operation_{lane} (operation, stream_id, sequence, scope_id, position, record_type, record, kind, header,"
    " header_hash, body, body_hash, standing, code, received_at, carrier, redacted_by, reason, sealed, carry_key)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


_ASIDE = (
    "INSERT INTO aside (header_hash, body_hash, code, operation, lane, header, sealed, carry_key, carrier, received_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


def _is_reached(header: Header, redactions: Iterable[Redaction], operation: str) -> bool:
    return header.kind != "redact" and any(
        redaction.operation == operation and redaction.reaches(header.stream) for redaction in redactions
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """What judging one part of a push led to, and who brought it."""

    outcome: Outcome
    carrier: str | None
    carry_keys: Mapping[str, CarryKey]


def _write(judged: Sequence[_Judged], rows: LogRow, keyring: Keyring, received_at: str) -> Work[None]:
    """Write what was judged: the log, what lies beside it, and what it adds up to."""
    whole = Outcome()
    for each in judged:
        _add(each.outcome, whole)
    writing = _Writing(judged, whole, rows, keyring, received_at)
    yield from writing.all()
    yield from project(whole, rows.scopes)


@dataclass(frozen=True, slots=True)
class _Writing:
    """The statements that write one or several outcomes in the log and beside it."""

    judged: Sequence[_Judged]
    outcome: Outcome
    rows: LogRow
    keyring: Keyring
    received_at: str

    def all(self) -> Work[None]:
        by_lane: dict[str, list[tuple[Any, ...]]] = {}
        for each in self.judged:
            for entered in each.outcome.entered:
                by_lane.setdefault(entered.arrival.line.header.lane, []).append(self._log_row(entered, each))
        for lane, log_rows in by_lane.items():
            yield Tell(_INSERT.format(lane=lane), log_rows)
        yield from self._displaced()
        for each in self.judged:
            for entered in each.outcome.completed:
                lane, row = entered.arrival.line.header.lane, self._log_row(entered, each)
                yield Tell(f"DELETE FROM operation_{lane} WHERE stream_id = ? AND sequence = ?", [(row[1], row[2])])
                yield Tell(_INSERT.format(lane=lane), [row])
        yield from self._beside()
        yield from self._redactions()
        yield from self._freed()
        yield from self._marks()

    def _log_row(self, entered: Entered, judged: _Judged) -> tuple[Any, ...]:
        line, header = entered.arrival.line, entered.arrival.header
        kept_sealed = entered.body is None and entered.redacted_by is None and bool(line.sealed)
        body = None
        if entered.body is not None:
            body = self.keyring.rest(header.lane, line.header_hash, entered.body)
        return (
            header.operation,
            self.rows.streams[entered.arrival.stream],
            header.sequence,
            self.rows.scopes[(header.scope, header.lane)],
            entered.position,
            header.record_type,
            header.record,
            header.kind,
            line.header_raw,
            line.header_hash,
            body,
            header.body_hash if body is not None else None,
            entered.standing,
            entered.code,
            self.received_at,
            judged.carrier,
            entered.redacted_by,
            header.reason,
            line.sealed if kept_sealed else None,
            self._carry_key(line, judged) if kept_sealed else None,
        )

    def _carry_key(self, line: PushLine, judged: _Judged) -> str | None:
        carry_key = self.rows.carry_keys.get(line.header_hash) or judged.carry_keys.get(line.carry)
        return None if carry_key is None else msgspec.json.encode(carry_key).decode()

    def _displaced(self) -> Work[None]:
        for known in self.outcome.displaced:
            lane = known.stream.lane
            found = yield Ask(
                "SELECT header, sealed, carry_key, carrier, received_at FROM"
                f" operation_{lane} WHERE operation = ? AND header_hash = ?",
                (known.operation, known.header_hash),
            )
            rows = [
                (known.header_hash, read_header(bytes(row[0])).body_hash, "fork", known.operation, lane, *row)
                for row in found
            ]
            yield Tell(_ASIDE, rows)
            yield Tell(f"DELETE FROM operation_{lane} WHERE operation = ?", [(known.operation,)])

    def _beside(self) -> Work[None]:
        # By header hash: of two copies of one header the better, which came second, is kept.
        held = {
            held.line.header_hash: (
                held.line.header_hash,
                stream_name(held.stream),
                held.header.sequence,
                held.header.operation,
                *self._as_carried(held.line, each),
            )
            for each in self.judged
            for held in each.outcome.held
        }
        yield Tell(
            "INSERT INTO holding (header_hash, stream, sequence, operation, header, sealed, carry_key, carrier,"
            " received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (header_hash) DO UPDATE SET"
            " sealed = excluded.sealed, carry_key = excluded.carry_key, carrier = excluded.carrier",
            list(held.values()),
        )
        released = [(arrival.line.header_hash,) for arrival in self.outcome.released]
        yield Tell("DELETE FROM holding WHERE header_hash = ?", released)
        aside = [
            (
                arrival.line.header_hash,
                arrival.header.body_hash,
                code,
                arrival.header.operation,
                arrival.header.lane,
                *self._as_carried(arrival.line, each),
            )
            for each in self.judged
            for arrival, code in each.outcome.aside
        ]
        yield Tell(_ASIDE, aside)
        yield Tell(
            "INSERT INTO unreadable_line (line_hash, line, code, carrier, received_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [
                (line.line_hash, line.raw, line.code, each.carrier, self.received_at)
                for each in self.judged
                for line in each.outcome.unreadable
            ],
        )
        for code, operation in self.outcome.alarms:
            # The same bytes brought again are no new alarm.
            found = yield Ask("SELECT 1 FROM alarm WHERE code = ? AND operation = ?", (code, operation))
            if not found:
                yield Tell(
                    "INSERT INTO alarm (code, operation, raised_at) VALUES (?, ?, ?)",
                    [(code, operation, self.received_at)],
                )

    def _as_carried(self, line: PushLine, judged: _Judged) -> tuple[Any, ...]:
        return (line.header_raw, line.sealed, self._carry_key(line, judged), judged.carrier, self.received_at)

    def _redactions(self) -> Work[None]:
        outcome = self.outcome
        if not outcome.redactions:
            return
        yield Tell(
            "INSERT INTO redaction (operation, by_operation, person, reason, anybodys) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [(r.operation, r.by, r.person, r.reason, int(r.anybodys)) for r in outcome.redactions],
        )
        erased = [(redaction.by, operation) for operation, redaction in outcome.erased.items()]
        for lane in {redaction.lane for redaction in outcome.erased.values()}:
            yield Tell(
                f"UPDATE operation_{lane} SET body = NULL, body_hash = NULL, sealed = NULL, carry_key = NULL,"
                " redacted_by = ? WHERE operation = ?",
                erased,
            )
        for table in ("holding", "aside"):
            yield from self._words_beside_the_log(table)

    def _words_beside_the_log(self, table: str) -> Work[None]:
        """Redacted words leave the holding and what was set aside, too; the header stays, so the number still arrives."""
        named = {redaction.operation: redaction for redaction in self.outcome.redactions}
        found = yield Ask(
            f"SELECT operation, header_hash, header FROM {table} WHERE operation IN {{list}}", (listed(named),)
        )
        gone = [
            (b"", header_hash)
            for operation, header_hash, header_raw in found
            if _is_reached(read_header(bytes(header_raw)), self.outcome.redactions, operation)
        ]
        yield Tell(f"UPDATE {table} SET sealed = ?, carry_key = NULL WHERE header_hash = ?", gone)

    def _freed(self) -> Work[None]:
        stored = [(position, operation) for operation, position in self.outcome.freed.items() if position is not None]
        waiting = [(operation,) for operation, position in self.outcome.freed.items() if position is None]
        for lane in LANES if stored or waiting else ():
            yield Tell(
                f"UPDATE operation_{lane} SET standing = 'stored', position = ? WHERE operation = ?",
                stored,
            )
            yield Tell(
                f"UPDATE operation_{lane} SET standing = 'held', code = 'file_missing' WHERE operation = ?", waiting
            )

    def _marks(self) -> Work[None]:
        yield Tell(
            "UPDATE stream SET count = ?, highest = ?, head = ?, head_opened = ? WHERE id = ?",
            [
                (mark.count, mark.highest, mark.head, int(mark.head_opened), self.rows.streams[stream])
                for stream, mark in self.outcome.marks.items()
            ],
        )
        yield Tell(
            "UPDATE scope SET last_position = ? WHERE id = ?",
            [(position, self.rows.scopes[scope]) for scope, position in self.outcome.positions.items()],
        )

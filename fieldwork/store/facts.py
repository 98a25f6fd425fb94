"""Loads the facts that judging asks about, with the scopes locked: gapless order begins here (PROTOCOL.md 4.1).

Inside the transaction that will write what follows. It only asks, but for the rows of scopes and streams that are new. What the
holding keeps is opened again, because a push may let it go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from fieldwork.domain.rights import LANES, TEAM, Assignment, Part
from fieldwork.store.keyring import Keyring
from fieldwork.store.statements import Ask, AskAll, Row, Tell, Work, listed
from sync.central.arrival import Arrival, open_arrival, weigh_body
from sync.central.facts import Facts, Known, Mark, Redaction, Wanted, wanted
from sync.central.header import Stream, read_header
from sync.central.line import CarryKey, PushLine, UnreadableLine


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


def load(needs: Wanted, arrivals: Sequence[Arrival], keyring: Keyring) -> Work[tuple[Facts, LogRow]]:
    """Everything that judging these arrivals can ask about. In one bundle of questions, unless something unusual is found."""
    facts = Facts()
    rows = LogRow()
    _, _, holding, known, redactions, assigned, visits = yield from _locked(needs, facts, rows)
    waiting = _remember_holding(holding, facts, rows, keyring)
    if waiting:
        # What waits may be let go by this push and is then judged by everything that it names itself.
        needs = needs.and_also(wanted(waiting))
        known, redactions, assigned, visits = yield AskAll(_questions(needs))
    _remember_known(known, facts)
    yield from _load_behind(arrivals, facts, rows)
    yield from _load_decided(needs, facts, keyring)
    yield from _load_redactions(redactions, facts)
    _remember_rights(assigned, visits, facts)
    yield from _load_parts(needs, facts, arrivals)
    if needs.files:
        found = yield Ask("SELECT sha256 FROM file_stored WHERE sha256 IN {list}", (listed(needs.files),))
        facts.files |= {row[0] for row in found}
    return facts, rows


def load_rights(needs: Wanted, facts: Facts, arrivals: Sequence[Arrival]) -> Work[None]:
    """The rights again, after something was written that may have changed them."""
    assigned, visits = yield AskAll(_rights_asked(needs))
    _remember_rights(assigned, visits, facts)
    yield from _load_parts(needs, facts, arrivals)


def note_what_is_said(arrivals: Iterable[Arrival | UnreadableLine], facts: Facts) -> None:
    """Give the permit what it cannot see in a header: in which visit an operation gives somebody which part."""
    assert isinstance(facts.rights, Rights)
    types = facts.rights.types
    for arrival in arrivals:
        if not isinstance(arrival, Arrival) or not arrival.fields:
            continue
        header = arrival.line.header
        if "assignment" in (header.record_type, types.get(header.record)):
            facts.rights.said[header.operation] = arrival.fields


def _locked(needs: Wanted, facts: Facts, rows: LogRow) -> Work[list[list[Row]]]:
    """Lock the scopes, always in the same order, so that two servers never wait for each other crosswise; then ask the rest.

    Scopes and streams that are new are made first, and everything is asked again.
    """
    bundle = AskAll((_scopes_asked(needs), _streams_asked(needs), _holding_asked(needs), *_questions(needs)))
    answers: list[list[Row]] = yield bundle
    scopes = needs.scopes - {(row[1], row[2]) for row in answers[0]}
    streams = needs.streams - {_stream_of_row(row) for row in answers[1]}
    if scopes or streams:
        yield Tell("INSERT INTO scope (scope, lane) VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(scopes))
        yield Tell(
            "INSERT INTO stream (incarnation, person, scope, lane) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            sorted((s.incarnation, s.person or "", s.scope, s.lane) for s in streams),
        )
        answers = yield bundle
    for scope_id, scope, lane, last_position in answers[0]:
        facts.positions[(scope, lane)] = last_position
        rows.scopes[(scope, lane)] = scope_id
    for row in answers[1]:
        stream = _stream_of_row(row)
        if stream in needs.streams:
            rows.streams[stream] = row[0]
            facts.marks[stream] = Mark(row[5], row[6], row[7], bool(row[8]))
    return answers


def _scopes_asked(needs: Wanted) -> Ask:
    return Ask(
        "SELECT id, scope, lane, last_position FROM scope WHERE scope IN {list} ORDER BY id FOR UPDATE",
        (listed({scope for scope, _ in needs.scopes}),),
    )


def _streams_asked(needs: Wanted) -> Ask:
    return Ask(
        "SELECT id, incarnation, person, scope, lane, count, highest, head, head_opened FROM stream"
        " WHERE incarnation IN {list}",
        (listed({stream.incarnation for stream in needs.streams}),),
    )


def _holding_asked(needs: Wanted) -> Ask:
    return Ask(
        "SELECT header, sealed, carry_key, header_hash FROM holding WHERE stream IN {list} ORDER BY received_at, header_hash",
        (listed({stream_name(stream) for stream in needs.streams}),),
    )


def _questions(needs: Wanted) -> tuple[Ask, Ask, Ask, Ask]:
    """What is known, what was redacted, and the rights."""
    named = listed(needs.operations)
    return Ask(_KNOWN_BY_ID, (named,) * len(LANES)), Ask(_REDACTION, (named,)), *_rights_asked(needs)


def _rights_asked(needs: Wanted) -> tuple[Ask, Ask]:
    """The assignments of the authors. One to a visit counts only in the review that the visit belongs to."""
    visits = {scope.partition(":")[2] for scope, _ in needs.scopes if scope.startswith("visit:")}
    return (
        Ask(
            "SELECT a.person, a.review, a.visit, a.role, a.ended_at FROM assignment a"
            " LEFT JOIN visit v ON v.record = a.visit"
            " WHERE a.person IN {list} AND (a.visit IS NULL OR v.review = a.review)",
            (listed(needs.persons),),
        ),
        Ask("SELECT record, review FROM visit WHERE record IN {list}", (listed(visits),)),
    )


def _remember_rights(assigned: Iterable[Row], visits: Iterable[Row], facts: Facts) -> None:
    assignments: dict[str, list[Assignment]] = {}
    for person, review, visit, role, ended_at in assigned:
        assignments.setdefault(person, []).append(Assignment(person, review, visit, role, ended_at))
    facts.rights = Rights(assignments, {row[0]: row[1] for row in visits})


def _load_parts(needs: Wanted, facts: Facts, arrivals: Sequence[Arrival]) -> Work[None]:
    """The parts of others, and what the named records are, where the permit asks for them."""
    assert isinstance(facts.rights, Rights)
    reviews = {scope.partition(":")[2] for scope, _ in needs.scopes if scope.startswith("review:")}
    held = [each for of_stream in facts.waiting.values() for of_number in of_stream.values() for each in of_number]
    if reviews:
        found = yield Ask("SELECT record, visit, role FROM assignment WHERE review IN {list}", (listed(reviews),))
        facts.rights.parts.update((row[0], Part(row[1], row[2])) for row in found)
    # In a visit the team writes nearly every type, and an operation that calls a record by another changes nothing (`projecting.py`).
    if reviews or any(part.role not in TEAM for parts in facts.rights.assignments.values() for part in parts):
        records = {each.line.header.record for each in (*arrivals, *held)}
        found = yield Ask("SELECT record, record_type FROM record WHERE record IN {list}", (listed(records),))
        facts.rights.types.update((row[0], row[1]) for row in found)
    note_what_is_said(held, facts)


def _stream_of_row(row: Row) -> Stream:
    return Stream(row[1], row[2] or None, row[3], row[4])


_KNOWN = (
    "SELECT o.operation, o.header_hash, s.incarnation, s.person, s.scope, s.lane, o.sequence, o.kind, o.standing, o.code,"
    " o.body_hash, o.redacted_by, o.sealed IS NOT NULL FROM {rows} JOIN stream s ON s.id = o.stream_id"
)
# An id is stored once, whatever lane it comes in, so every lane is asked.
_KNOWN_BY_ID = " UNION ALL ".join(_KNOWN.format(rows=f"{{operation_{lane} o: operation}}") for lane in LANES)


def _load_behind(arrivals: Sequence[Arrival], facts: Facts, rows: LogRow) -> Work[None]:
    """What holds the number of an unknown operation that comes too late for it, and the number before."""
    for arrival in arrivals:
        header = arrival.line.header
        if header.sequence > facts.marks[arrival.stream].highest or header.operation in facts.known:
            continue
        found = yield Ask(
            f"{_KNOWN.format(rows=f'operation_{header.lane} o')} WHERE o.stream_id = ? AND o.sequence IN (?, ?)",
            (rows.streams[arrival.stream], header.sequence, header.sequence - 1),
        )
        _remember_known(found, facts)


def _remember_known(found: Iterable[Row], facts: Facts) -> None:
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
        _remember_known((yield Ask(_KNOWN_BY_ID, (listed(more.operations),) * len(LANES))), facts)
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


_REDACTION = "SELECT operation, by_operation, person, reason, anybodys FROM {redaction r: operation}"
_REDACTED_WHERE = " UNION ALL ".join(
    f"SELECT o.operation, s.scope, s.lane FROM operation_{lane} o JOIN scope s ON s.id = o.scope_id"
    " WHERE o.operation IN {list}"
    for lane in LANES
)


def _load_redactions(found: Sequence[Row], facts: Facts) -> Work[None]:
    if not found:
        return
    redacts = listed({row[1] for row in found})
    where = {row[0]: (row[1], row[2]) for row in (yield Ask(_REDACTED_WHERE, (redacts,) * len(LANES)))}
    for operation, by, person, reason, anybodys in found:
        redaction = Redaction(operation, by, person, reason, bool(anybodys), *where[by])
        facts.redactions.setdefault(operation, []).append(redaction)


def _remember_holding(found: Iterable[Row], facts: Facts, rows: LogRow, keyring: Keyring) -> list[Arrival]:
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

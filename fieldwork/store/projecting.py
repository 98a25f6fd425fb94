"""What the log of the evidence lane adds up to, kept ready for screens: the state of each record, and four tables to ask by.

Written in the same transaction as the operations it comes from, and always workable out again from them (`rebuild`). The vault and
the concerns are never projected: they are opened when somebody with the right and a reason asks, and lie sealed otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from fieldwork.domain.record_types import RECORD_TYPES
from fieldwork.domain.screening import looks_in
from fieldwork.store.screening import Touched, screen, still_to_screen
from fieldwork.store.statements import Ask, Row, Tell, Work, listed
from fieldwork.store.states import STATE, read_state, write_state
from sync.central.accept import Entered, Outcome
from sync.central.body import read_body, shown
from sync.central.fold import Operation, RecordState, extend, fold, operation_of
from sync.central.header import read_header

Scopes = Mapping[tuple[str, str], int]
RECORDS_AT_ONCE = 500
WORDS = "block"
"""The type of record that holds the words of a record of evidence."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored operation of a record, and where it stands in the log."""

    operation: Operation
    scope_id: int
    position: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One record as it adds up, with the scope it belongs to and the position of its last operation."""

    state: RecordState
    scope_id: int
    position: int


@dataclass(frozen=True, slots=True)
class Projected:
    """What an outcome does to the projections, as far as it can be said before any of it is written."""

    scopes: Scopes
    begun: list[tuple[Any, ...]]
    changed: list[Standing]
    known: Set[str]
    """Those of the changed records that were there."""
    again: set[str]
    """Records that only their whole history can tell."""
    touched: Touched


def projected(outcome: Outcome, scopes: Scopes) -> Work[Projected]:
    """Work out what this outcome, which is not yet written, adds up to. It only asks.

    A record belongs to the scope in which it was first made, and is of the type that it was made as. Operations that name it from
    another scope or call it by another type are kept in the log and change nothing: who may write in one visit must not reach into
    another, nor say what is the lead's to say by calling it a "block" (PROTOCOL.md 5).
    """
    fresh = _fresh(outcome)
    again = yield from _told_anew(outcome)
    known = yield from _known_states(fresh.keys() - again)
    begun: list[tuple[Any, ...]] = []
    changed: list[Standing] = []
    for record, entered in fresh.items():
        if record in again:
            continue
        if record not in known and _only_begins(entered):
            begun.append(_begun_row(entered[0], scopes))
            continue
        standing = _moved_on(known.get(record), [_stored(each, scopes) for each in entered])
        if standing is None:
            again.add(record)
        elif standing is not known.get(record):
            changed.append(standing)
    before = [known[record] for record in fresh.keys() & known]
    touched = yield from still_to_screen(_touched(changed, before, begun))
    return Projected(scopes, sorted(begun), changed, known.keys(), again, touched)


def project(projection: Projected) -> Work[None]:
    """Bring `record` and the typed tables up to an outcome that is written now."""
    yield Tell(_BEGIN_RECORDS, projection.begun)
    scope_of = {number: scope for (scope, _), number in projection.scopes.items()}
    yield from _write(projection.changed, scope_of, projection.known)
    yield from screen(projection.touched)
    if projection.again:
        yield from rebuild(projection.again)


def _fresh(outcome: Outcome) -> dict[str, list[Entered]]:
    """What was stored just now, by record."""
    fresh: dict[str, list[Entered]] = {}
    stored: Iterable[Entered] = outcome.entered
    if outcome.completed:
        stored = sorted((*outcome.entered, *outcome.completed), key=lambda each: each.position or 0)
    for entered in stored:
        header = entered.arrival.line.header
        if entered.standing == "stored" and header.lane == "evidence" and header.kind != "redact":
            fresh.setdefault(header.record, []).append(entered)
    return fresh


def _stored(entered: Entered, scopes: Scopes) -> Stored:
    header = entered.arrival.line.header
    fields = entered.arrival.fields if entered.body is not None else None
    return Stored(operation_of(header, fields), scopes[(header.scope, header.lane)], entered.position or 0)


def _only_begins(entered: Sequence[Entered]) -> bool:
    """Whether this is a create and nothing more, of a type that no table but `record` shows: nearly every note."""
    header = entered[0].arrival.line.header
    return len(entered) == 1 and header.kind == "create" and header.record_type not in TYPED


def parent_of(entered: Entered) -> str | None:
    """The record that this operation says its own belongs to."""
    header, fields = entered.arrival.line.header, entered.arrival.fields
    if not fields or entered.body is None:
        return None
    record_type = RECORD_TYPES.get(header.record_type)
    parent = fields.get(record_type.parent) if record_type is not None and record_type.parent is not None else None
    return str(shown(parent)) if isinstance(parent, str) else None


def _begun_row(entered: Entered, scopes: Scopes) -> tuple[Any, ...]:
    """The row of `record` for a create alone: its words are in the operation (`states.py`)."""
    header = entered.arrival.line.header
    return (
        header.record,
        scopes[(header.scope, header.lane)],
        header.record_type,
        parent_of(entered),
        0,
        entered.position,
        None,
    )


def rebuild(record_ids: Iterable[str]) -> Work[int]:
    """Work these records out again from the log. Returns how many there were."""
    records = set(record_ids)
    # Where a block has been taken out of a record, that one is looked at again as well.
    left = yield Ask(
        "SELECT DISTINCT parent FROM record WHERE record IN {list} AND parent IS NOT NULL", (listed(records),)
    )
    changed = yield from _drawn_again(records)
    touched = _touched(changed, (), ())
    parents = {row[0] for row in left}
    yield from screen(Touched(touched.evidence | parents, activities=touched.activities | parents))
    return len(changed)


def _drawn_again(records: set[str]) -> Work[list[Standing]]:
    # Asked first: what another server makes from here on is a refusal, not overlooked.
    known = yield Ask("SELECT record FROM record WHERE record IN {list}", (listed(records),))
    changed = yield from _folded_anew(records)
    found = yield Ask("SELECT id, scope FROM scope WHERE id IN {list}", (sorted({each.scope_id for each in changed}),))
    # A whole history can say that a record is of another type than was thought.
    for record_type in TYPED:
        other = [(each.state.record,) for each in changed if each.state.record_type != record_type]
        yield Tell(f"DELETE FROM {record_type} WHERE record = ?", other)
    yield from _write(changed, {row[0]: row[1] for row in found}, {row[0] for row in known})
    return changed


def rebuild_everything() -> Work[int]:
    """Throw every projection away and work it out again, in the transaction that is open. Returns the number of records.

    Whether evidence counts as screened comes last, when all its words are there.

    Whoever runs it must have stopped the writers of other servers first (`rebuilding.py`).
    """
    for table in ("record", *TYPED):
        yield Tell(f"DELETE FROM {table}", [()])
    count, last = 0, ""
    while found := (yield Ask(f"{_LOGGED} ORDER BY record LIMIT {RECORDS_AT_ONCE}", (last,))):
        count += len((yield from _drawn_again({row[0] for row in found})))
        last = found[-1][0]
    last = ""
    while found := (yield Ask(f"{_EVIDENCE} ORDER BY record LIMIT {RECORDS_AT_ONCE}", (last,))):
        yield from screen(Touched({row[0] for row in found}))
        last = found[-1][0]
    return count


_LOGGED = "SELECT DISTINCT record FROM operation_evidence WHERE standing = 'stored' AND record > ?"
_EVIDENCE = "SELECT record FROM evidence WHERE record > ?"


def _told_anew(outcome: Outcome) -> Work[set[str]]:
    """The records of operations that were erased or let in, whether they had come before or come with it."""
    told_anew = outcome.erased.keys() | outcome.freed.keys()
    if not told_anew:
        return set()
    found = yield Ask("SELECT record FROM operation_evidence WHERE operation IN {list}", (listed(told_anew),))
    with_it = (entered.arrival.line.header for entered in (*outcome.entered, *outcome.completed))
    return {row[0] for row in found} | {header.record for header in with_it if header.operation in told_anew}


def _known_states(records: Set[str]) -> Work[dict[str, Standing]]:
    if not records:
        return {}
    found = yield Ask(
        f"SELECT record, record_type, {STATE}, scope_id, position FROM {{record_with_words r: record}}",
        (listed(records),),
    )
    return {row[0]: Standing(read_state(*row[:5]), row[5], row[6]) for row in found}


def _moved_on(before: Standing | None, operations: Sequence[Stored]) -> Standing | None:
    """The record after these operations, `before` itself where none of them is its own, None when only the whole
    history can say."""
    standing = before
    for stored in operations:
        if standing is None:
            if stored.operation.kind != "create":
                return None
            state: RecordState | None = fold([stored.operation])
        elif stored.scope_id != standing.scope_id:
            continue
        else:
            state = extend(standing.state, stored.operation)
        if state is None:
            return None
        standing = Standing(state, stored.scope_id, stored.position)
    return standing


def _folded_anew(records: set[str]) -> Work[list[Standing]]:
    found = yield Ask(
        "SELECT o.header, o.body, o.scope_id, o.position, COALESCE(r.scope_id, o.scope_id) FROM operation_evidence o"
        " LEFT JOIN record r ON r.record = o.record"
        " WHERE o.record IN {list} AND o.standing = 'stored' AND o.kind <> 'redact' ORDER BY o.id",
        (listed(records),),
    )
    by_record: dict[str, list[Stored]] = {}
    for row in found:
        stored = Stored(_operation_of_row(row), row[2], row[3])
        of_one = by_record.setdefault(stored.operation.record, [])
        if stored.scope_id == (of_one[0].scope_id if of_one else row[4]):
            of_one.append(stored)
    return [
        Standing(fold(stored.operation for stored in own), own[0].scope_id, max(stored.position for stored in own))
        for own in (of_its_type(of_one) for of_one in by_record.values())
        if own
    ]


def of_its_type(of_one: Sequence[Stored]) -> list[Stored]:
    """The operations of one record and scope that call it what it was made as: by the create that was stored first.

    `ofItsType` in `sync/tablet/replica.js` does the same for the tablet, and `sync/vectors/types.json` holds both to the same answers.
    """
    made_as = min(of_one, key=lambda stored: (stored.operation.kind != "create", stored.position), default=None)
    return [s for s in of_one if made_as is not None and s.operation.record_type == made_as.operation.record_type]


def _operation_of_row(row: Row) -> Operation:
    header = read_header(bytes(row[0]))
    fields = read_body(bytes(row[1]), header.kind) if row[1] is not None else None
    return operation_of(header, fields)


# Refused where another server has made the record since it was asked for: it belongs to the scope that did, and all is judged again.
_BEGIN_RECORDS = "INSERT INTO record (record, scope_id, record_type, parent, withdrawn, position, state) VALUES (?, ?, ?, ?, ?, ?, ?)"
_WRITE_RECORDS = (
    f"{_BEGIN_RECORDS} ON CONFLICT (record) DO UPDATE SET record_type = excluded.record_type, parent = excluded.parent,"
    " withdrawn = excluded.withdrawn, position = excluded.position, state = excluded.state"
)


def _write(changed: Sequence[Standing], scope_of: Mapping[int, str], known: Set[str]) -> Work[None]:
    # In the order of their ids, so that two servers that write the same records never wait for each other crosswise.
    changed = sorted(changed, key=lambda each: each.state.record)
    rows = [
        (
            each.state.record,
            each.scope_id,
            each.state.record_type,
            _parent(each.state),
            int(each.state.withdrawn),
            each.position,
            write_state(each.state),
        )
        for each in changed
    ]
    yield Tell(_BEGIN_RECORDS, [row for row in rows if row[0] not in known])
    yield Tell(_WRITE_RECORDS, [row for row in rows if row[0] in known])
    by_type: dict[str, list[tuple[RecordState, str]]] = {}
    for each in changed:
        if each.state.record_type in TYPED:
            by_type.setdefault(each.state.record_type, []).append((each.state, scope_of[each.scope_id]))
    for record_type, states in by_type.items():
        yield from _write_typed(record_type, states)


def _touched(changed: Sequence[Standing], before: Iterable[Standing], begun: Iterable[tuple[Any, ...]]) -> Touched:
    """Which records of evidence may count as screened or not after this: themselves, or through the words in them and around them.

    A record that nobody has looked through and no pack brought was written as not screened, and cannot be otherwise.
    """
    evidence: set[str] = set()
    activities: set[str] = set()
    for each in changed:
        if each.state.record_type == "evidence" and looks_in(each.state.fields).may_count:
            evidence.add(each.state.record)
    for each in (*changed, *before):
        _note(each.state.record_type, each.state.record, _parent(each.state), evidence, activities)
    begun_in: set[str] = set()
    begun_around: set[str] = set()
    for row in begun:
        _note(row[2], row[0], row[3], begun_in, begun_around)
    return Touched(evidence, begun_in, activities, begun_around)


def _note(record_type: str, record: str, parent: str | None, evidence: set[str], activities: set[str]) -> None:
    """Whose words a record of this type holds: those of a record of evidence, or those of an activity."""
    if record_type == WORDS and parent is not None:
        evidence.add(parent)
    elif record_type == "consent" and parent is not None:
        activities.add(parent)
    elif record_type == "activity":
        activities.add(record)


def _parent(state: RecordState) -> str | None:
    record_type = RECORD_TYPES.get(state.record_type)
    if record_type is None or record_type.parent is None:
        return None
    return _text(state, record_type.parent)


def _value(state: RecordState, name: str) -> Any:
    """The field's value for a table to be asked by: the first of several in a conflict. Screens show them all."""
    values = state.fields.get(name)
    return shown(values[0][1]) if values else None


def _text(state: RecordState, name: str) -> str | None:
    value = _value(state, name)
    return value if isinstance(value, str) else None


def _scope_id(scope: str) -> str:
    return scope.partition(":")[2]


def _assignment(state: RecordState, scope: str) -> tuple[Any, ...] | None:
    person, role = _text(state, "person"), _text(state, "role")
    if person is None or role is None:
        return None
    return (
        state.record,
        _scope_id(scope),
        _text(state, "visit"),
        person,
        _text(state, "name"),
        role,
        _text(state, "ended_at"),
    )


def _visit(state: RecordState, scope: str) -> tuple[Any, ...] | None:
    return (state.record, _scope_id(scope), _text(state, "area"), _text(state, "letter"), _text(state, "status"))


def _evidence(state: RecordState, scope: str) -> tuple[Any, ...] | None:
    return (
        state.record,
        _scope_id(scope),
        _text(state, "activity"),
        _text(state, "ref"),
        _text(state, "type"),
        _text(state, "source_role"),
        _text(state, "recorded_when"),
        0,  # Until `screen` has looked at what is said of the looks, and at all the words.
        int(_value(state, "quarantine") is not None),
    )


def _coding(state: RecordState, scope: str) -> tuple[Any, ...] | None:
    return (
        state.record,
        _scope_id(scope),
        _text(state, "evidence"),
        _text(state, "block"),
        _text(state, "code"),
        _text(state, "valence"),
        _text(state, "coder"),
    )


TYPED = {
    "assignment": (_assignment, ("record", "review", "visit", "person", "name", "role", "ended_at")),
    "visit": (_visit, ("record", "review", "area", "letter", "status")),
    "evidence": (
        _evidence,
        (
            "record",
            "visit",
            "activity",
            "ref",
            "type",
            "source_role",
            "recorded_when",
            "screened",
            "quarantined",
        ),
    ),
    "coding": (_coding, ("record", "visit", "evidence", "block", "code", "valence", "coder")),
}


def _write_typed(record_type: str, states: Sequence[tuple[RecordState, str]]) -> Work[None]:
    row_of, columns = TYPED[record_type]
    lives_in = RECORD_TYPES[record_type].scope_kind
    # A record in a scope where its type does not live says nothing: an assignment made inside one visit gives no rights.
    rows = {
        state.record: row_of(state, scope) if not state.withdrawn and scope.startswith(lives_in) else None
        for state, scope in states
    }
    gone = [(record,) for record, row in rows.items() if row is None]
    yield Tell(f"DELETE FROM {record_type} WHERE record = ?", gone)
    marks = ", ".join("?" * len(columns))
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    yield Tell(
        f"INSERT INTO {record_type} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT (record) DO UPDATE SET {updates}",
        [row for row in rows.values() if row is not None],
    )

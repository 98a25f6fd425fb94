"""What the operations of one record add up to: its fields, its conflicts, and whether it is withdrawn.

Both sides fold with the same rules, so that a colleague's tablet and the office show the same record (step 8 of the
life of one note). State is a function of the set of operations: no clock, no position and no order of arrival enters.
Nothing is merged into one voice here; two values stay two until a person decides. Source: PROTOCOL.md 5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync.central.body import same_as_json
from sync.central.header import Header, Kind

Values = list[tuple[str, object]]
"""(operation, value) in the order of operation ids; two or more are a conflict. A value of None was cleared."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What folding needs of an operation. `fields` is None when its body was redacted or is not at hand."""

    operation: str
    record_type: str
    record: str
    kind: Kind
    base: tuple[str, ...]
    fields: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class RecordState:
    """One record. `heads` and `missing` are sorted; `missing` are operations named in a base that have not arrived.

    `tangled` says that operations name each other in a circle, which no honest writer can do; it is reported, and such
    operations count as nobody's ancestor within the circle, so that no word disappears from view.
    """

    record_type: str
    record: str
    heads: tuple[str, ...]
    fields: dict[str, Values]
    withdrawn: bool
    operations: int
    missing: tuple[str, ...] = ()
    tangled: bool = False

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The fields with several values, sorted by name."""
        return tuple(sorted(name for name, values in self.fields.items() if len(values) > 1))


def operation_of(header: Header, fields: Mapping[str, object] | None) -> Operation:
    return Operation(header.operation, header.record_type, header.record, header.kind, header.base, fields)


def fold(operations: Iterable[Operation]) -> RecordState:
    """The state of one record from all its stored operations, in any order.

    An operation that comes twice counts once; a `redact` belongs to no record's state. The record's type is that of its
    create (the smaller id, where two were made), or else of the smallest id. Raises ValueError where there is nothing
    to fold, or where operations of two records came.
    """
    by_id = _one_of_each(operations)
    if not by_id:
        raise ValueError("there is no operation of a record to fold")
    ids = sorted(by_id)
    if len({by_id[each].record for each in ids}) != 1:
        raise ValueError("operations of two records cannot be folded into one")
    ancestors, tangled = _ancestors(ids, by_id)
    place_of = {each: place for place, each in enumerate(ids)}
    not_heads = _union(ancestors)
    missing = {base for each in ids for base in by_id[each].base if base not in by_id}
    first = by_id[next((each for each in ids if by_id[each].kind == "create"), ids[0])]
    return RecordState(
        record_type=first.record_type,
        record=first.record,
        heads=tuple(each for each in ids if not not_heads >> place_of[each] & 1),
        fields=_fields(ids, by_id, ancestors),
        withdrawn=_is_withdrawn(ids, by_id, ancestors),
        operations=len(ids),
        missing=tuple(sorted(missing)),
        tangled=tangled,
    )


def extend(state: RecordState, operation: Operation) -> RecordState | None:
    """The state with one more operation, where its base is exactly the heads, so that it descends from everything.

    None means that only `fold` of the whole set can say: an edit from an older version, a second create, an operation
    that was known or awaited, or a redaction. Agrees with `fold` whenever it is not None.
    """
    if operation.kind == "redact" or operation.record != state.record or state.tangled or not state.heads:
        return None
    if operation.operation in state.missing or operation.record_type != state.record_type:
        return None
    if set(state.heads) != set(operation.base):
        return None
    fields = dict(state.fields)
    for name, value in (operation.fields or {}).items():
        fields[name] = [(operation.operation, value)]
    return RecordState(
        record_type=state.record_type,
        record=state.record,
        heads=(operation.operation,),
        fields=dict(sorted(fields.items())),
        withdrawn=operation.kind == "withdraw" or (state.withdrawn and operation.kind != "revise"),
        operations=state.operations + 1,
        missing=state.missing,
        tangled=False,
    )


def _one_of_each(operations: Iterable[Operation]) -> dict[str, Operation]:
    by_id: dict[str, Operation] = {}
    for operation in operations:
        if operation.kind == "redact":
            continue
        # The same operation may come with its body from one source and without it from another: redacted wins.
        if operation.operation not in by_id or operation.fields is None:
            by_id[operation.operation] = operation
    return by_id


def _ancestors(ids: list[str], by_id: Mapping[str, Operation]) -> tuple[list[int], bool]:
    """For each place in `ids` its ancestors' places, as the bits of an integer; and whether there was a circle.

    1. Take operations whose known bases are all done, until none is left: linear, and all that honest records need.
    2. What is left stands in a circle or after one: sweep until nothing grows.
    3. Take out of each set whoever has it as an ancestor in turn: in a circle nobody comes before anybody.
    """
    place_of = {each: place for place, each in enumerate(ids)}
    bases = [{place_of[base] for base in by_id[each].base if base in place_of} for each in ids]
    ancestors = [0] * len(ids)

    waiting_for = [len(of_one) for of_one in bases]
    followers: list[list[int]] = [[] for _ in ids]
    for place, of_one in enumerate(bases):
        for base in of_one:
            followers[base].append(place)
    ready = [place for place, number in enumerate(waiting_for) if number == 0]
    left = set(range(len(ids)))
    while ready:
        place = ready.pop()
        left.discard(place)
        ancestors[place] = _with_their_own(bases[place], ancestors)
        for follower in followers[place]:
            waiting_for[follower] -= 1
            if waiting_for[follower] == 0:
                ready.append(follower)

    tangled = sorted(left)
    grew = bool(tangled)
    while grew:
        grew = False
        for place in tangled:
            more = ancestors[place] | _with_their_own(bases[place], ancestors)
            grew = grew or more != ancestors[place]
            ancestors[place] = more
    before = {place: ancestors[place] for place in tangled}
    for place in tangled:
        for other in tangled:
            if before[place] >> other & 1 and before[other] >> place & 1:
                ancestors[place] &= ~(1 << other)
    return ancestors, bool(tangled)


def _with_their_own(places: Iterable[int], ancestors: list[int]) -> int:
    result = 0
    for place in places:
        result |= ancestors[place] | 1 << place
    return result


def _union(sets: Iterable[int]) -> int:
    result = 0
    for each in sets:
        result |= each
    return result


def _fields(ids: list[str], by_id: Mapping[str, Operation], ancestors: list[int]) -> dict[str, Values]:
    places_setting: dict[str, list[int]] = {}
    for place, each in enumerate(ids):
        for name in by_id[each].fields or ():
            places_setting.setdefault(name, []).append(place)
    fields: dict[str, Values] = {}
    for name in sorted(places_setting):
        replaced = _union(ancestors[place] for place in places_setting[name])
        values: Values = []
        seen: set[str] = set()
        for place in places_setting[name]:
            value = (by_id[ids[place]].fields or {})[name]
            if replaced >> place & 1 or same_as_json(value) in seen:
                continue
            seen.add(same_as_json(value))
            values.append((ids[place], value))
        fields[name] = values
    return fields


def _is_withdrawn(ids: list[str], by_id: Mapping[str, Operation], ancestors: list[int]) -> bool:
    brought_back = _union(ancestors[place] for place, each in enumerate(ids) if by_id[each].kind == "revise")
    return any(by_id[each].kind == "withdraw" and not brought_back >> place & 1 for place, each in enumerate(ids))

"""Folding beyond the vectors: any set of operations, in any order, adds up to one and the same record."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.fold import Operation, RecordState, extend, fold
from sync.vectors.plain import RECORD, operation_id

names = st.sampled_from(["text", "kind", "note"])
values = st.sampled_from(["a", "b", None, 1, True, {"x": 1}])


@st.composite
def records(draw, honest: bool = False) -> list[Operation]:
    """A set of operations of one record. Honest ones name only what was there before them."""
    shuffled = draw(st.permutations(range(1, draw(st.integers(2, 8)))))
    ids = [operation_id(number) for number in shuffled]
    operations = []
    for place, operation in enumerate(ids):
        known = ids[:place] if honest else [*ids, operation_id(99)]
        base = tuple(draw(st.lists(st.sampled_from(known), max_size=3, unique=True))) if known else ()
        kind = draw(st.sampled_from(["revise", "revise", "withdraw"])) if base else "create"
        fields = draw(st.none() | st.dictionaries(names, values, max_size=3)) if kind != "withdraw" else {}
        operations.append(Operation(operation, "block", RECORD, kind, base, fields))
    return operations


@given(records(), st.data())
def test_the_order_of_arrival_says_nothing(operations, data):
    """Rule R4."""
    assert fold(data.draw(st.permutations(operations))) == fold(operations)


@given(records(), st.data())
def test_what_comes_again_changes_nothing(operations, data):
    again = data.draw(st.lists(st.sampled_from(operations), max_size=5))

    assert fold([*again, *operations, *again]) == fold(operations)


@given(records(), st.data())
def test_going_on_from_a_state_agrees_with_folding_whatever_comes_next(operations, data):
    before = data.draw(st.permutations(operations))
    state = fold(before[:1])

    for place, operation in enumerate(before[1:], start=2):
        whole = fold(before[:place])
        extended = extend(state, operation)
        assert extended is None or extended == whole
        state = whole


@given(st.lists(st.tuples(st.sampled_from(["revise", "withdraw"]), st.dictionaries(names, values)), min_size=1))
def test_one_person_after_another_never_needs_a_refold(edits):
    operations = [Operation(operation_id(1), "block", RECORD, "create", (), {"text": "x"})]
    state: RecordState | None = fold(operations)
    for number, (kind, fields) in enumerate(edits, start=2):
        before = (operations[-1].operation,)
        fields = fields if kind == "revise" else {}
        operations.append(Operation(operation_id(number), "block", RECORD, kind, before, fields))
        state = extend(state, operations[-1])
        assert state is not None

    assert state == fold(operations)


@given(records(honest=True))
def test_no_word_disappears_unless_somebody_replaced_it(operations):
    """The promise's own definition, worked out by walking, one value at a time."""
    by_id = {each.operation: each for each in operations}

    def descends(later: str, earlier: str) -> bool:
        return any(base == earlier or (base in by_id and descends(base, earlier)) for base in by_id[later].base)

    state = fold(operations)

    for each in operations:
        for name, value in (each.fields or {}).items():
            setting = [other.operation for other in operations if name in (other.fields or {})]
            replaced = any(descends(other, each.operation) for other in setting)
            shown = [(told, type(kept), kept) for told, kept in state.fields[name]]
            assert replaced or any((type(value), value) == (kind, kept) for _, kind, kept in shown)
            assert not replaced or each.operation not in [told for told, _, _ in shown]
    heads = [e.operation for e in operations if not any(descends(o.operation, e.operation) for o in operations)]
    assert state.heads == tuple(sorted(heads))
    assert state.withdrawn == any(
        each.kind == "withdraw"
        and not any(o.kind == "revise" and descends(o.operation, each.operation) for o in operations)
        for each in operations
    )
    assert not state.tangled


@given(records())
def test_every_word_is_replaced_by_somebody_or_in_view_even_when_bases_go_in_a_circle(operations):
    state = fold(operations)

    for name in {name for each in operations for name in (each.fields or {})}:
        assert state.fields[name]


def test_a_long_record_is_folded_at_once():
    ids = [operation_id(number) for number in range(1, 2_001)]
    operations = [Operation(ids[0], "block", RECORD, "create", (), {"text": 0})]
    operations += [Operation(b, "block", RECORD, "revise", (a,), {"text": b}) for a, b in pairwise(ids)]
    began = time.process_time()

    state = fold(reversed(operations))

    assert state.fields == {"text": [(ids[-1], ids[-1])]}
    assert time.process_time() - began < 2


@pytest.mark.parametrize("step", [1, 7, -1])
def test_a_circle_of_many_ends(step):
    ids = [operation_id(number) for number in range(1, 401)]
    operations = [
        Operation(each, "block", RECORD, "revise", (ids[(place + step) % 400],), {"text": place})
        for place, each in enumerate(ids)
    ]
    began = time.process_time()

    state = fold(operations)

    assert state.tangled
    assert len(state.fields["text"]) == 400
    assert time.process_time() - began < 2


def test_operations_of_two_records_are_never_folded_into_one():
    one = Operation(operation_id(1), "block", RECORD, "create", (), {})
    other = Operation(
        operation_id(2), "block", "44444444-4444-4444-8444-444444444445", "revise", (operation_id(1),), {}
    )

    with pytest.raises(ValueError, match="two records"):
        fold([one, other])
    assert extend(fold([one]), other) is None


def test_a_redact_alone_is_no_record():
    with pytest.raises(ValueError, match="no operation"):
        fold([Operation(operation_id(1), "block", RECORD, "redact", (), {})])


def test_an_operation_of_another_type_needs_the_whole_set():
    state = fold([Operation(operation_id(2), "block", RECORD, "revise", (), {})])

    assert extend(state, Operation(operation_id(1), "note", RECORD, "revise", (operation_id(2),), {})) is None

"""Sets of operations and what they add up to (PROTOCOL.md 5); and chains of headers that hold or break.

Every state here was worked out by hand from the promise. In the drawings an arrow points from a base to its followers.
"""

from itertools import permutations

from sync.central.chain import verify_chain
from sync.central.fold import Operation, fold
from sync.central.header import hash_of
from sync.vectors.plain import RECORD, Json, header_text, operation_id

_A, _B, _C, _D, _E = (operation_id(number) for number in range(1, 6))
_UNKNOWN = operation_id(99)


def _create(operation: str, fields: Json) -> Json:
    return _operation(operation, "create", [], fields)


def _revise(operation: str, base: list[str], fields: Json) -> Json:
    return _operation(operation, "revise", base, fields)


def _withdraw(operation: str, base: list[str]) -> Json:
    return _operation(operation, "withdraw", base, {})


def _operation(operation: str, kind: str, base: list[str], fields: Json, record_type: str = "block") -> Json:
    return {
        "operation": operation,
        "record_type": record_type,
        "record": RECORD,
        "kind": kind,
        "base": base,
        "fields": fields,
    }


def folds() -> Json:
    return {"cases": [_case(*case) for case in (*_plain(), *_conflicts(), *_withdrawals(), *_redactions(), *_odd())]}


_Case = tuple[str, list[Json], Json]
"""Name, operations, state."""


def _state(heads: list[str], fields: Json, operations: int, withdrawn: bool = False, **more: Json) -> Json:
    conflicts = sorted(name for name, values in fields.items() if len(values) > 1)
    state = {"record_type": "block", "record": RECORD, "heads": heads, "fields": fields, "withdrawn": withdrawn}
    return state | {"operations": operations, "conflicts": conflicts, "missing": [], "tangled": False} | more


def _plain() -> list[_Case]:
    a = _create(_A, {"text": "x", "kind": "verbatim"})
    return [
        ("a create", [a], _state([_A], {"text": [[_A, "x"]], "kind": [[_A, "verbatim"]]}, 1)),
        ("a create without fields", [_create(_A, {})], _state([_A], {}, 1)),
        (
            "a revise changes the named field and no other",
            [a, _revise(_B, [_A], {"text": "y"})],
            _state([_B], {"text": [[_B, "y"]], "kind": [[_A, "verbatim"]]}, 2),
        ),
        (
            "null clears a field, and is a value",
            [a, _revise(_B, [_A], {"text": None})],
            _state([_B], {"text": [[_B, None]], "kind": [[_A, "verbatim"]]}, 2),
        ),
        (
            "a later id can be an earlier version: only bases decide",
            [_create(_C, {"text": "first"}), _revise(_A, [_C], {"text": "second"})],
            _state([_A], {"text": [[_A, "second"]]}, 2),
        ),
        (
            "an ancestor's ancestor is an ancestor: A > B (another field) > C",
            [_create(_A, {"text": "x"}), _revise(_B, [_A], {"kind": "k"}), _revise(_C, [_B], {"text": "z"})],
            _state([_C], {"text": [[_C, "z"]], "kind": [[_B, "k"]]}, 3),
        ),
        (
            "the same operation twice counts once",
            [a, a],
            _state([_A], {"text": [[_A, "x"]], "kind": [[_A, "verbatim"]]}, 1),
        ),
        (
            "names that objects have anyway",
            [_create(_A, {"__proto__": "x", "constructor": 1}), _revise(_B, [_A], {"__proto__": "y"})],
            _state([_B], {"__proto__": [[_B, "y"]], "constructor": [[_A, 1]]}, 2),
        ),
    ]


def _conflicts() -> list[_Case]:
    a = _create(_A, {"text": "x", "kind": "k"})
    b, c = _revise(_B, [_A], {"text": "by b"}), _revise(_C, [_A], {"text": "by c"})
    kind = {"kind": [[_A, "k"]]}
    return [
        (
            "two edits of one field from the same version: both are kept",
            [a, b, c],
            _state([_B, _C], {"text": [[_B, "by b"], [_C, "by c"]]} | kind, 3),
        ),
        (
            "two edits of different fields are no conflict",
            [a, b, _revise(_C, [_A], {"kind": "l"})],
            _state([_B, _C], {"text": [[_B, "by b"]], "kind": [[_C, "l"]]}, 3),
        ),
        (
            "a revise that names both decides",
            [a, b, c, _revise(_D, [_B, _C], {"text": "both"})],
            _state([_D], {"text": [[_D, "both"]]} | kind, 4),
        ),
        (
            "a revise that names both and says nothing of the field leaves the conflict",
            [a, b, c, _revise(_D, [_B, _C], {"kind": "l"})],
            _state([_D], {"text": [[_B, "by b"], [_C, "by c"]], "kind": [[_D, "l"]]}, 4),
        ),
        (
            "a revise that names one leaves the other standing",
            [a, b, c, _revise(_D, [_B], {"text": "again"})],
            _state([_C, _D], {"text": [[_C, "by c"], [_D, "again"]]} | kind, 4),
        ),
        (
            "equal values count once, under the smallest id",
            [a, _revise(_C, [_A], {"text": "same"}), _revise(_B, [_A], {"text": "same"})],
            _state([_B, _C], {"text": [[_B, "same"]]} | kind, 3),
        ),
        (
            "equal as JSON: the order of keys is nothing, 1 is 1.0",
            [_create(_A, {"v": {"a": 1, "b": [2]}}), _create(_B, {"v": {"b": [2.0], "a": 1}})],
            _state([_A, _B], {"v": [[_A, {"a": 1, "b": [2]}]]}, 2),
        ),
        (
            "not equal as JSON: 1, true, text and null; composed and decomposed; lists in another order",
            [
                _create(_A, {"v": 1, "w": "\u00e9", "x": [1, 2]}),
                _create(_B, {"v": True, "w": "e\u0301", "x": [2, 1]}),
                _create(_C, {"v": "1"}),
                _create(_D, {"v": None}),
            ],
            _state(
                [_A, _B, _C, _D],
                {
                    "v": [[_A, 1], [_B, True], [_C, "1"], [_D, None]],
                    "w": [[_A, "\u00e9"], [_B, "e\u0301"]],
                    "x": [[_A, [1, 2]], [_B, [2, 1]]],
                },
                4,
            ),
        ),
        (
            "clearing against writing is a conflict",
            [a, _revise(_B, [_A], {"text": None}), c],
            _state([_B, _C], {"text": [[_B, None], [_C, "by c"]]} | kind, 3),
        ),
        (
            "two creates of one record: both are heads",
            [_create(_A, {"text": "x"}), _create(_B, {"text": "y", "kind": "k"})],
            _state([_A, _B], {"text": [[_A, "x"], [_B, "y"]], "kind": [[_B, "k"]]}, 2),
        ),
    ]


def _withdrawals() -> list[_Case]:
    a, text = _create(_A, {"text": "x"}), {"text": [[_A, "x"]]}
    return [
        ("withdrawn, and the words stay", [a, _withdraw(_B, [_A])], _state([_B], text, 2, True)),
        (
            "a revise that descends from it brings it back",
            [a, _withdraw(_B, [_A]), _revise(_C, [_B], {})],
            _state([_C], text, 3),
        ),
        (
            "a revise beside it does not",
            [a, _withdraw(_B, [_A]), _revise(_C, [_A], {"text": "y"})],
            _state([_B, _C], {"text": [[_C, "y"]]}, 3, True),
        ),
        (
            "two withdraws, one undone",
            [a, _withdraw(_B, [_A]), _withdraw(_C, [_A]), _revise(_D, [_B], {})],
            _state([_C, _D], text, 4, True),
        ),
        (
            "withdrawn again after it was brought back",
            [a, _withdraw(_B, [_A]), _revise(_C, [_B], {"text": "y"}), _withdraw(_D, [_C])],
            _state([_D], {"text": [[_C, "y"]]}, 4, True),
        ),
        (
            "brought back by way of another withdraw",
            [a, _withdraw(_B, [_A]), _withdraw(_C, [_B]), _revise(_D, [_C], {})],
            _state([_D], text, 4),
        ),
    ]


def _redactions() -> list[_Case]:
    a = _create(_A, {"text": "x"})
    redact = _operation(_D, "redact", [_B], {})
    return [
        ("a redacted create sets nothing", [_create(_A, None)], _state([_A], {}, 1)),
        (
            "a redacted revise keeps its place, and the version before it is the field's again",
            [a, _revise(_B, [_A], None)],
            _state([_B], {"text": [[_A, "x"]]}, 2),
        ),
        (
            "a redacted operation still makes ancestors: A > B (redacted) > C",
            [a, _revise(_B, [_A], None), _revise(_C, [_B], {"text": "z"})],
            _state([_C], {"text": [[_C, "z"]]}, 3),
        ),
        (
            "one side of a conflict redacted",
            [a, _revise(_B, [_A], None), _revise(_C, [_A], {"text": "z"})],
            _state([_B, _C], {"text": [[_C, "z"]]}, 3),
        ),
        (
            "a redacted withdraw still withdraws",
            [a, _operation(_B, "withdraw", [_A], None)],
            _state([_B], {"text": [[_A, "x"]]}, 2, True),
        ),
        (
            "a redacted revise still brings back",
            [a, _withdraw(_B, [_A]), _revise(_C, [_B], None)],
            _state([_C], {"text": [[_A, "x"]]}, 3),
        ),
        (
            "the redact itself is no part of the record",
            [_create(_A, {"text": "x"}), _revise(_B, [_A], None), redact],
            _state([_B], {"text": [[_A, "x"]]}, 2),
        ),
        (
            "the same operation with its body and without: without counts",
            [a, _create(_A, None)],
            _state([_A], {}, 1),
        ),
    ]


def _odd() -> list[_Case]:
    return [
        (
            "a base that has not arrived",
            [_revise(_B, [_UNKNOWN], {"text": "y"})],
            _state([_B], {"text": [[_B, "y"]]}, 1, missing=[_UNKNOWN]),
        ),
        (
            "no chain leads through a base that has not arrived",
            [_create(_A, {"text": "x"}), _revise(_B, [_UNKNOWN], {"text": "y"})],
            _state([_A, _B], {"text": [[_A, "x"], [_B, "y"]]}, 2, missing=[_UNKNOWN]),
        ),
        (
            "an operation of another type: the type is the create's",
            [_operation(_A, "revise", [_B], {}, "note"), _create(_B, {"text": "x"})],
            _state([_A], {"text": [[_B, "x"]]}, 2),
        ),
        (
            "an operation that names itself",
            [_revise(_A, [_A], {"text": "x"})],
            _state([_A], {"text": [[_A, "x"]]}, 1, tangled=True),
        ),
        (
            "two that name each other: nobody comes first, no word disappears",
            [_revise(_A, [_B], {"text": "x"}), _revise(_B, [_A], {"text": "y"})],
            _state([_A, _B], {"text": [[_A, "x"], [_B, "y"]]}, 2, tangled=True),
        ),
        (
            "a revise after a circle decides: A <> B > C",
            [
                _revise(_A, [_B], {"text": "x"}),
                _revise(_B, [_A], {"text": "y"}),
                _revise(_C, [_B], {"text": "z"}),
            ],
            _state([_C], {"text": [[_C, "z"]]}, 3, tangled=True),
        ),
        (
            "a circle of three after a create: D > A > B > C > A",
            [
                _create(_D, {"text": "d"}),
                _revise(_A, [_C, _D], {"text": "a"}),
                _revise(_B, [_A], {"text": "b"}),
                _revise(_C, [_B], {"text": "c"}),
            ],
            _state([_A, _B, _C], {"text": [[_A, "a"], [_B, "b"], [_C, "c"]]}, 4, tangled=True),
        ),
    ]


def operations_of(case: Json) -> list[Operation]:
    return [
        Operation(o["operation"], o["record_type"], o["record"], o["kind"], tuple(o["base"]), o["fields"])
        for o in case["operations"]
    ]


def state_of(operations: list[Operation]) -> Json:
    state = fold(operations)
    return {
        "record_type": state.record_type,
        "record": state.record,
        "heads": list(state.heads),
        "fields": {name: [list(value) for value in values] for name, values in state.fields.items()},
        "withdrawn": state.withdrawn,
        "operations": state.operations,
        "conflicts": list(state.conflicts),
        "missing": list(state.missing),
        "tangled": state.tangled,
    }


def _case(name: str, operations: list[Json], state: Json) -> Json:
    case = {"name": name, "operations": operations}
    for order in permutations(operations_of(case)):
        assert state_of(list(order)) == state, (name, state_of(list(order)))
    central_only = {key: state.pop(key) for key in ("missing", "tangled")}
    return case | {"state": state, "central_only": central_only}


def chains() -> Json:
    whole = _chain()
    other = header_text(lane="vault", sequence=2, previous=hash_of(whole[0].encode()))
    changed = whole[1].replace("10:05:00.000Z", "10:05:00.001Z")
    return {
        "cases": [
            _verified("nothing", [], None),
            _verified("four that hold, one of them a redact", whole, None),
            _verified("the second changed: the third says so", [whole[0], changed, *whole[2:]], (3, "chain_broken")),
            _verified("the second missing", [whole[0], *whole[2:]], (2, "chain_gap")),
            _verified("the second and third exchanged", [whole[0], whole[2], whole[1]], (2, "chain_gap")),
            _verified("the first missing", whole[1:], (1, "chain_gap")),
            _verified("one twice", [whole[0], whole[0]], (2, "chain_gap")),
            _verified("one of another stream", [whole[0], other], (2, "chain_other_stream")),
            _verified("one that cannot be read", [whole[0], "{}"], (2, "header_wrong_keys")),
        ]
    }


def _chain() -> list[str]:
    first = header_text()
    second = header_text(operation=_B, kind="revise", base=[_A], sequence=2, previous=hash_of(first.encode()))
    third = header_text(
        operation=_C, kind="redact", sequence=3, previous=hash_of(second.encode()), redacts=[_A], reason="erasure"
    )
    fourth = header_text(operation=_D, kind="withdraw", base=[_B], sequence=4, previous=hash_of(third.encode()))
    return [first, second, third, fourth]


def _verified(name: str, headers: list[str], expected: tuple[int, str] | None) -> Json:
    problem = verify_chain(header.encode() for header in headers)
    assert (problem and (problem.place, problem.code)) == expected, name
    told = None if expected is None else {"place": expected[0], "code": expected[1]}
    return {"name": name, "headers": headers, "problem": told}

"""The quick way to read a plain body lets nothing in that the careful one refuses, and says nothing else than it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.body import BodyProblem, read_body, write_body
from sync.central.plain_body import plain_fields

values = st.one_of(
    st.text(), st.booleans(), st.none(), st.integers(-(2**53), 2**53), st.floats(-1e9, 1e9), st.lists(st.text())
)


@given(
    st.dictionaries(st.from_regex("[a-z0-9_]{1,8}", fullmatch=True), values, max_size=5),
    st.sampled_from(["create", "revise", "withdraw"]),
)
def test_the_quick_way_to_read_a_body_says_nothing_else_than_the_careful_one(
    fields: dict[str, object], kind: str
) -> None:
    raw = write_body(fields, bytes(16))

    assert_same_reading(raw, kind)


@pytest.mark.parametrize(
    "fields",
    [
        '"a":1,"a":1',
        '"a" :1,"a":1',
        '"a":{"b":1,"b":2}',
        '"a":9007199254740993',
        '"a":1e999',
        '"a":1.0',
        '"a":NaN',
        '"A":1',
        '"a b":1',
        '"":1',
        '"a":"\\ud800"',
        '"a":"x":"y"',
        '"a":-0',
        '"a":1}}{',
        '"a":[1',
    ],
)
def test_the_quick_way_never_lets_in_what_the_careful_one_refuses(fields: str) -> None:
    assert_same_reading(f'{{"salt":"{"0" * 32}","fields":{{{fields}}}}}'.encode(), "create")
    assert_same_reading(f'{{"salt":"{"0" * 32}","fields":{{{fields}}},"more":1}}'.encode(), "create")
    assert_same_reading(f'{{"salt":"{"0" * 32}","fields":{{{fields}}},"salt":"x"}}'.encode(), "create")


def assert_same_reading(raw: bytes, kind: str) -> None:
    quick = plain_fields(raw, kind)
    if quick is None:
        return
    try:
        careful = read_body(raw, kind)
    except BodyProblem as problem:
        raise AssertionError(f"the quick way read what is {problem.code}") from problem
    assert list(_typed(quick)) == list(_typed(careful))


def _typed(fields: dict[str, object]) -> Iterable[tuple[str, type, object]]:
    return ((name, type(value), value) for name, value in fields.items())

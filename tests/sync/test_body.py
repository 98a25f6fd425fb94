"""Bodies beyond the vectors: any words at all go through bytes and come back, and no bytes break the reader."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.body import BodyProblem, read_body, same_as_json, shown, write_body

anything_typed = st.text(st.characters(), max_size=40) | st.text(
    '\x00\ud800\udfff\ud83d\ude00\u2028\ufffea"\\', max_size=8
)
names = st.text("abcxyz0189_", min_size=1, max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-(2.0**53), 2.0**53)
    | st.floats(1e21, allow_infinity=False)
    | anything_typed,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything_typed, inner, max_size=3),
    max_leaves=12,
)
fields_of_a_form = st.dictionaries(names, values, max_size=5)
salts = st.binary(min_size=16, max_size=16)


def joined(value):
    """As the bytes hold it: two halves of a pair, side by side, are the one character that they mean."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if isinstance(value, list):
        return [joined(each) for each in value]
    if isinstance(value, dict):
        return {joined(key): joined(each) for key, each in value.items()}
    return value


@given(fields_of_a_form, salts)
def test_any_words_come_back_as_they_were_typed(fields, salt):
    raw = write_body(fields, salt)

    assert read_body(raw) == joined(fields)
    assert raw.startswith(b'{"salt":"' + salt.hex().encode() + b'","fields":{')
    assert not any(byte in raw for byte in b"\t\r\n")


@given(fields_of_a_form, salts)
def test_what_was_read_is_written_in_the_same_bytes(fields, salt):
    raw = write_body(fields, salt)

    assert write_body(read_body(raw), salt) == raw


@given(fields_of_a_form, salts, st.data())
def test_a_damaged_body_is_read_or_named_and_never_breaks_the_reader(fields, salt, data):
    raw = bytearray(write_body(fields, salt))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    with suppress(BodyProblem):
        read_body(bytes(raw))


@given(fields_of_a_form)
def test_what_is_shown_can_be_kept_by_any_database(fields):
    for text in texts_in(shown(fields)):
        assert "\x00" not in text.encode("utf-8").decode("utf-8")


def texts_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


def test_two_keys_that_would_look_the_same_are_both_shown():
    assert shown({"\x00": "a", "\ud800": "b"}) == {"\ufffd": "a", "\ufffd\ufffd": "b"}


@given(values)
def test_a_value_is_the_same_as_itself_whatever_the_order_of_its_keys(value):
    assert same_as_json(value) == same_as_json(turned(value))


def turned(value):
    if isinstance(value, dict):
        return {key: turned(each) for key, each in reversed(value.items())}
    return [turned(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53 + 1, 10**400])
def test_a_number_that_would_come_back_as_another_is_not_written(value):
    with pytest.raises(BodyProblem):
        write_body({"a": [value]}, bytes(16))


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), {1: "a"}])
def test_what_is_not_json_is_a_mistake_of_the_program(value):
    with pytest.raises(TypeError):
        write_body({"a": value}, bytes(16))


def test_a_salt_has_128_bits():
    with pytest.raises(BodyProblem):
        write_body({}, bytes(15))

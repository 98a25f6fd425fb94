"""Sealing beyond the vectors: whoever carries words cannot read them, and the office can."""

from base64 import b64encode

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.central.seal import (
    TO_ONESELF,
    NotOpened,
    carry_key_as_sent,
    make_ingest_key,
    open_carry_key,
    open_from_storage,
    open_sealed,
    seal,
    seal_for_storage,
    unwrap_carry_key,
    wrap_carry_key,
)
from sync.vectors.plain import CARRY

OFFICE = make_ingest_key("evidence")
SOMEBODY = make_ingest_key("evidence")
keys = st.binary(min_size=32, max_size=32)
nonces = st.binary(min_size=12, max_size=12)


@given(keys, nonces, st.binary(max_size=200), st.binary(max_size=200))
def test_words_come_out_as_they_were_sealed(key, nonce, header, body):
    assert open_sealed(key, header, seal(key, nonce, header, body)) == body


@given(keys, nonces, st.binary(min_size=1, max_size=50), st.data())
def test_one_bit_changed_on_the_way_is_noticed(key, nonce, body, data):
    sealed = bytearray(seal(key, nonce, b"header", body))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(NotOpened):
        open_sealed(key, b"header", bytes(sealed))


@settings(max_examples=20)
@given(keys)
def test_the_office_unwraps_a_carry_key_and_nobody_else_does(carry_key):
    wrap = wrap_carry_key(carry_key, CARRY, "evidence", OFFICE.public)
    sent = carry_key_as_sent(CARRY, "evidence", OFFICE.id, wrap)

    assert open_carry_key(sent, OFFICE) == carry_key
    with pytest.raises(NotOpened):
        unwrap_carry_key(wrap, CARRY, "evidence", SOMEBODY.private_pem)
    with pytest.raises(NotOpened):
        unwrap_carry_key(wrap, CARRY, "evidence", OFFICE.private_pem, info=TO_ONESELF)


@pytest.mark.parametrize(
    "damage",
    [
        {"id": "not an id"},
        {"lane": "vault"},
        {"ingest": SOMEBODY.id},
        {"ephemeral": "*"},
        {"ephemeral": ""},
        {"ephemeral": b64encode(b"\x04" + bytes(64)).decode()},
        {"wrapped": "é"},
        {"wrapped": ""},
    ],
)
def test_a_damaged_carry_key_is_not_opened_and_breaks_nothing_else(damage):
    wrap = wrap_carry_key(bytes(32), CARRY, "evidence", OFFICE.public)
    sent = carry_key_as_sent(CARRY, "evidence", OFFICE.id, wrap)

    with pytest.raises(NotOpened):
        open_carry_key(msgspec.structs.replace(sent, **damage), OFFICE)


def test_what_rests_at_the_office_belongs_to_its_header():
    key, sealed = bytes(32), seal_for_storage(bytes(32), "ab" * 32, b"words")

    assert open_from_storage(key, "ab" * 32, sealed) == b"words"
    with pytest.raises(NotOpened):
        open_from_storage(key, "ba" * 32, sealed)
    with pytest.raises(NotOpened):
        open_from_storage(bytes(31) + b"\x01", "ab" * 32, sealed)


def test_two_bodies_at_rest_never_share_a_nonce():
    assert seal_for_storage(bytes(32), "ab" * 32, b"words") != seal_for_storage(bytes(32), "ab" * 32, b"words")


def test_the_same_randomness_makes_the_same_key():
    one, two = (make_ingest_key("vault", random_bytes=lambda length: b"\x07" * length) for _ in range(2))

    assert one == two
    assert len(one.public) == 65
    assert one.as_sent().lane == "vault"


def test_a_private_key_does_not_show_in_a_log():
    assert "PRIVATE" not in repr(OFFICE)


def test_a_carry_key_of_another_length_is_no_carry_key():
    wrap = wrap_carry_key(bytes(16), CARRY, "evidence", OFFICE.public)

    with pytest.raises(NotOpened):
        unwrap_carry_key(wrap, CARRY, "evidence", OFFICE.private_pem)

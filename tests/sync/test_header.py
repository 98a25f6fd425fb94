"""Headers beyond the vectors: what is written can be read, and nothing that is thrown at the reader breaks it."""

import json
import uuid
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.header import (
    FORMAT,
    Header,
    Stream,
    Unreadable,
    _as_tablets_write,
    _read_with_care,
    read_header,
    scope_kind_and_id,
    stream_of,
    write_header,
)
from tests.store.log_authors import Author, new_visit

uuids = st.uuids().map(str)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
moments = st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")


def versioned(version: int):
    return st.binary(min_size=16, max_size=16).map(lambda raw: with_version(raw, version))


def with_version(raw: bytes, version: int) -> str:
    """uuid.UUID knows no version 7 in this Python, so the two marks are set by hand."""
    marked = bytearray(raw)
    marked[6] = marked[6] & 0x0F | version << 4
    marked[8] = marked[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(marked)))


@st.composite
def headers(draw) -> Header:
    imported = draw(st.booleans())
    kind = draw(st.sampled_from(["create", "revise", "withdraw", "redact"]))
    sequence = draw(st.integers(1, 2**53 - 1))
    redact = {"redacts": tuple(draw(st.lists(versioned(7), min_size=1, max_size=5))), "reason": "erasure"}
    return Header(
        format=FORMAT,
        operation=draw(versioned(5 if imported else 7)),
        incarnation="import:" + draw(digests) if imported else draw(versioned(4)),
        person=draw(st.none() | uuids) if imported else draw(uuids),
        scope=draw(st.sampled_from(["visit:", "review:"])) + draw(uuids),
        lane=draw(st.sampled_from(["evidence", "vault", "concern"])),
        sequence=sequence,
        previous=None if sequence == 1 else draw(digests),
        record_type=draw(st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=40)),
        record=draw(uuids),
        kind=kind,
        base=() if kind == "create" else tuple(draw(st.lists(versioned(7), max_size=64))),
        body_hash=draw(digests),
        body_bytes=draw(st.integers(0, 4 * 1024 * 1024)),
        device_at=draw(st.none() | moments) if imported else draw(moments),
        **(redact if kind == "redact" else {}),
    )


@given(headers())
def test_a_header_that_was_written_is_read_as_it_was(header):
    raw = write_header(header)

    assert read_header(raw) == header
    assert list(json.loads(raw)) == [name for name in Header.__struct_fields__ if name in json.loads(raw)]


@given(headers(), st.data())
def test_the_order_of_keys_says_nothing(header, data):
    items = data.draw(st.permutations(list(json.loads(write_header(header)).items())))

    assert read_header(json.dumps(dict(items), separators=(",", ":")).encode()) == header


@given(st.binary(max_size=200))
def test_whatever_arrives_is_read_or_named_unreadable(raw):
    with pytest.raises(Unreadable):
        read_header(raw)


@given(headers(), st.data())
def test_a_header_with_a_damaged_byte_is_read_or_named_and_never_breaks_the_reader(header, data):
    raw = bytearray(write_header(header))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    with suppress(Unreadable):
        read_header(bytes(raw))


@given(headers(), st.sampled_from(["lane", "sequence", "base", "person"]))
def test_a_key_that_comes_twice_is_never_read(header, key):
    raw = write_header(header)
    again = json.dumps(json.loads(raw)[key]).replace(" ", "").encode()

    with pytest.raises(Unreadable) as problem:
        read_header(raw[:-1] + b',"' + key.encode() + b'":' + again + b"}")

    assert problem.value.code == "header_wrong_keys"


@given(headers())
def test_a_writer_cannot_make_a_header_that_nobody_could_read(header):
    with pytest.raises(Unreadable):
        write_header(msgspec.structs.replace(header, record_type="Block"))


@given(headers())
def test_the_stream_of_a_header_is_its_four(header):
    assert stream_of(header) == Stream(header.incarnation, header.person, header.scope, header.lane)
    assert {stream_of(header): 1}[header.stream] == 1


def test_a_scope_is_a_visit_or_a_review():
    scope_id = "33333333-3333-4333-8333-333333333333"

    assert scope_kind_and_id(f"visit:{scope_id}") == ("visit", scope_id)
    assert scope_kind_and_id(f"review:{scope_id}") == ("review", scope_id)
    for wrong in ("visit", "visit:", f"area:{scope_id}", scope_id, f"visit:{scope_id}\n"):
        with pytest.raises(ValueError, match="a scope is a visit or a review"):
            scope_kind_and_id(wrong)


@given(headers(), st.data())
def test_the_quick_reading_of_a_header_says_what_the_careful_one_says_or_nothing(header, data):
    raw = write_header(header)
    place = data.draw(st.integers(0, len(raw) - 1))
    spoiled = raw[:place] + data.draw(st.binary(max_size=2)) + raw[place + data.draw(st.integers(0, 2)) :]

    for each in (raw, spoiled):
        quick = _as_tablets_write(each)
        if quick is not None:
            assert quick == _read_with_care(each)


def test_the_header_of_a_tablet_is_read_the_quick_way():
    author = Author(new_visit())
    first = author.writes()
    second = author.revises(first, {"text": "said again"})

    assert _as_tablets_write(first.header_raw) == first.header
    assert _as_tablets_write(second.header_raw) == second.header


@pytest.mark.parametrize("byte", [b"-", b"A", b"g", b"0", b"\xff", b"\n"])
def test_no_byte_of_a_header_can_be_another_and_pass_the_quick_way_alone(byte):
    author = Author(new_visit())
    raw = author.revises(author.writes(), {"text": "said again"}).header_raw

    for place in range(len(raw)):
        spoiled = raw[:place] + byte + raw[place + 1 :]
        try:
            careful = _read_with_care(spoiled)
        except Unreadable:
            careful = None
        assert _as_tablets_write(spoiled) == careful


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b'"2026-02-11T', b'"2026-02-30T'),
        (b'"sequence":1,"previous":null', b'"sequence":2,"previous":null'),
        (b'"base":[]', b'"base":["01900000-0001-7d78-8b84-c0dd284e5589"]'),
    ],
)
def test_the_quick_way_leaves_what_belongs_not_together_to_the_careful_one(right, wrong):
    raw = Author(new_visit()).writes().header_raw

    assert right in raw
    assert _as_tablets_write(raw.replace(right, wrong)) is None
    with pytest.raises(Unreadable, match="header_wrong_value"):
        read_header(raw.replace(right, wrong))

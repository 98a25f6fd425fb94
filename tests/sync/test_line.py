"""Pushes and pages beyond the vectors: lines go out and come back, and no line spoils another."""

from base64 import b64encode
from binascii import a2b_base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sync.central.header import FORMAT, Header, hash_of, write_header
from sync.central.line import (
    PAGE_BYTES,
    AnswerProblem,
    CarryKey,
    PullHead,
    PullRow,
    PushLine,
    PushProblem,
    Receipt,
    StreamMark,
    UnreadableLine,
    _from_base64,
    read_manifest,
    read_pull,
    read_push,
    read_receipts,
    write_manifest,
    write_pull,
    write_push,
    write_receipts,
)
from sync.vectors.plain import CARRY, EPOCH, VISIT, header_text, operation_id

CARRY_KEY = CarryKey(CARRY, "evidence", "k", "AA==", "AA==")
HEADER = header_text().encode()
any_line = st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b""))


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_what_was_sealed_arrives_as_it_was_sealed(sealed):
    push = read_push(write_push([CARRY_KEY], [(HEADER, CARRY, each) for each in sealed]))

    assert push.carry_keys == (CARRY_KEY,)
    assert [line.sealed for line in push.lines] == sealed
    assert all(line.header_raw == HEADER and line.header_hash == hash_of(HEADER) for line in push.lines)


@given(st.lists(any_line, max_size=6), st.integers(0, 6))
def test_a_good_line_is_read_whatever_stands_around_it(wrong, place):
    head, good, _ = write_push([CARRY_KEY], [(HEADER, CARRY, b"sealed")]).split(b"\n")
    lines = [*wrong[:place], good, *wrong[place:]]

    push = read_push(b"\n".join([head, *lines, b""]))

    assert len(push.lines) == len(lines)
    assert next(line for line in push.lines if isinstance(line, PushLine)).sealed == b"sealed"
    for number, (raw, line) in enumerate(zip(lines, push.lines, strict=True), start=2):
        if isinstance(line, UnreadableLine):
            assert (line.line_number, line.raw, line.line_hash) == (number, raw, hash_of(raw))


@given(st.data())
def test_a_push_cut_anywhere_after_its_head_gives_whole_lines_and_at_most_one_cut(data):
    whole = write_push([CARRY_KEY], [(HEADER, CARRY, b"a"), (HEADER, CARRY, b"b"), (HEADER, "", b"")])
    after = data.draw(st.integers(whole.index(b"\n") + 1, len(whole)))

    push = read_push(whole[:after])

    assert [line.sealed for line in push.lines if isinstance(line, PushLine)] == [b"a", b"b", b""][
        : whole[:after].count(b"\n") - 1
    ]
    assert [line.code for line in push.lines if isinstance(line, UnreadableLine)] in ([], ["line_cut"])


def test_the_carry_column_is_kept_as_text_that_any_database_holds():
    head = write_push([], [])

    push = read_push(head + HEADER + b"\t\x00\xff\tAA==\n")

    assert push.lines[0].carry == "\\x00\\xff"


def test_a_thousand_operations_are_not_too_many():
    push = read_push(write_push([], [(HEADER, "", b"")] * 1_000))

    assert len(push.lines) == 1_000
    with pytest.raises(PushProblem):
        read_push(write_push([], [(HEADER, "", b"")] * 1_001))


def test_one_operation_may_be_larger_than_a_whole_push():
    push = read_push(write_push([CARRY_KEY], [(HEADER, CARRY, b"x" * (4 * PAGE_BYTES))]))

    assert len(push.lines[0].sealed) == 4 * PAGE_BYTES


def test_a_receipt_of_an_operation_always_says_what_body_is_stored():
    receipt = Receipt(verdict="held", operation=operation_id(1), sequence=1, header_hash="a" * 64, code="gap")

    raw = write_receipts(EPOCH, [receipt])

    assert b'"body_hash":null' in raw
    assert b"redacted" not in raw
    assert read_receipts(raw) == (EPOCH, (receipt,))


def test_a_receipt_of_an_unreadable_line_speaks_of_the_line_alone():
    receipt = Receipt(verdict="unreadable", line=3, code="header_not_json", line_hash="c" * 64)

    raw = write_receipts(EPOCH, [receipt])

    assert b"body_hash" not in raw
    assert read_receipts(raw) == (EPOCH, (receipt,))


def page(*bodies):
    head = PullHead("fieldwork-pull/1", EPOCH, VISIT, "evidence", 4, 4 + len(bodies), False)
    at = "2025-02-11T18:30:00.125Z"
    return head, [PullRow(place, at, HEADER, body) for place, body in enumerate(bodies, start=5)]


@given(st.integers(min_value=1))
def test_a_page_cut_anywhere_is_never_taken_for_a_whole_one(places):
    raw = write_pull(*page(b"one", None, b"three"))
    cut = raw[: -(places % len(raw) or 1)]

    with pytest.raises(AnswerProblem):
        read_pull(cut)


@pytest.mark.parametrize("odd", [b"a\tb", b"a\nb", b"a\rb"])
def test_a_body_that_would_break_the_lines_is_never_sent(odd):
    with pytest.raises(ValueError, match="position 5"):
        write_pull(*page(odd))


def test_a_header_read_from_a_line_is_the_one_that_was_written():
    header = Header(
        FORMAT, operation_id(1), "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", VISIT,
        "evidence", 1, None, "block", "44444444-4444-4444-8444-444444444444", "create", (), "a" * 64, 55,
        "2025-02-11T10:05:00.000Z",
    )  # fmt: skip

    push = read_push(write_push([], [(write_header(header), "", b"")]))

    assert push.lines[0].header == header


def test_a_manifest_whose_head_is_no_hash_is_not_believed():
    with pytest.raises(AnswerProblem):
        read_manifest(write_manifest(EPOCH, [StreamMark(1, 1, "a" * 63)]))


@given(st.binary(max_size=60).map(b64encode) | st.binary(max_size=12), st.binary(max_size=3), st.integers(0, 60))
@example(b"QQ==", b"\\u0041", 0)
@example(b"UJD", b"\\u0051", 0)
@example(b"QR==", b"", 0)
@example(b"QUJD", b"=", 4)
@example(b"QUJD", b" ", 2)
def test_a_column_that_is_not_base64_to_the_last_character_stays_as_it_came(column, odd, place):
    spoiled = column[:place] + odd + column[place:]

    for each in (column, spoiled):
        try:
            # Python's strict reading lets padding through that nothing needed.
            strict = a2b_base64(each, strict_mode=True) if len(each) % 4 == 0 else each
        except ValueError:
            strict = each
        assert _from_base64(each) == strict

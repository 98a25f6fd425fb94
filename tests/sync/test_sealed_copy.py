"""A sealed copy is cut into pushes as a tablet would have sent them (DUR-26). What is read of it: `test_vectors.py`."""

from __future__ import annotations

from sync.central.line import MOST_OPERATIONS, PAGE_BYTES, PushLine, read_push, write_push
from sync.central.seal import make_ingest_key
from sync.central.sealed_copy import pushes_of, read_sealed_copy, write_sealed_copy
from tests.store.log_authors import WRITTEN_AT, Author, Carry, Written, new_visit

INGEST = [make_ingest_key("evidence").as_sent()]


def _copied(carries: list[Carry], written: list[Written], body: bytes | None = None) -> bytes:
    lines = [carries[at % len(carries)].line(one, body=body) for at, one in enumerate(written)]
    return write_sealed_copy(WRITTEN_AT, [carry.sent for carry in carries], lines)


def test_each_part_is_a_push_that_a_tablet_may_send() -> None:
    """DUR-26: at most 1,000 operations."""
    author = Author(new_visit())
    written = [author.writes({"text": "x"}) for _ in range(2 * MOST_OPERATIONS + 1)]
    copy = read_sealed_copy(_copied([Carry.to(INGEST)], written))

    parts = list(pushes_of(copy))

    assert [len(part.lines) for part in parts] == [MOST_OPERATIONS, MOST_OPERATIONS, 1]
    for part in parts:
        lines = [(line.header_raw, line.carry, line.sealed) for line in part.lines if isinstance(line, PushLine)]
        assert read_push(write_push(part.carry_keys, lines)).lines
    assert [line.header.sequence for part in parts for line in part.lines if isinstance(line, PushLine)] == list(
        range(1, len(written) + 1)
    )


def test_no_part_is_larger_than_a_push_unless_one_operation_alone_is() -> None:
    """DUR-26."""
    author = Author(new_visit())
    written = [author.writes({"text": "x"}) for _ in range(5)]
    copy = read_sealed_copy(_copied([Carry.to(INGEST)], written, body=b"x" * (PAGE_BYTES // 3)))

    assert [len(part.lines) for part in pushes_of(copy)] == [2, 2, 1]
    alone = read_sealed_copy(_copied([Carry.to(INGEST)], written[:2], body=b"x" * (2 * PAGE_BYTES)))
    assert [len(part.lines) for part in pushes_of(alone)] == [1, 1]


def test_each_part_brings_the_carry_keys_that_its_lines_name_and_no_others() -> None:
    """DUR-26."""
    author = Author(new_visit())
    carries = [Carry.to(INGEST), Carry.to(INGEST)]
    written = [author.writes({"text": "x"}) for _ in range(MOST_OPERATIONS)]
    last = Carry.to(INGEST)
    lines = [carries[at % 2].line(one) for at, one in enumerate(written)] + [last.line(author.writes())]
    copy = read_sealed_copy(write_sealed_copy(WRITTEN_AT, [one.sent for one in (*carries, last)], lines))

    first, second = pushes_of(copy)

    assert [key.id for key in first.carry_keys] == [one.sent.id for one in carries]
    assert [key.id for key in second.carry_keys] == [last.sent.id]


def test_a_line_that_cannot_be_read_is_found_by_its_number_in_the_file() -> None:
    """DUR-26: the head is line 1, also in the second part."""
    author = Author(new_visit())
    written = [author.writes({"text": "x"}) for _ in range(MOST_OPERATIONS + 1)]
    raw = _copied([Carry.to(INGEST)], written)

    parts = list(pushes_of(read_sealed_copy(raw + b"odd\n")))

    assert getattr(parts[1].lines[-1], "line_number", None) == MOST_OPERATIONS + 4
    assert getattr(parts[1].lines[-1], "raw", None) == b"odd"

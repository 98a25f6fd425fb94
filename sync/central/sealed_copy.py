"""A sealed copy: what a tablet's pushes would carry, in one file, for the day when nothing can be sent.

It stands beside step 6 of the life of one note: somebody brings the file to the office instead of a network. Who brings it can read no
word of it. A cut or altered file is seen, and whatever can be read of it is taken all the same: here it is only read and cut into
pushes, and `accept.py` judges them like any other. Nothing is opened, judged or stored here. Source: PROTOCOL.md 8.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from pybase64 import b64encode

from sync.central.header import LARGEST_NUMBER, hash_of, is_hash
from sync.central.line import (
    MOST_OPERATIONS,
    PAGE_BYTES,
    CarryKey,
    Push,
    PushLine,
    UnreadableLine,
    WireProblem,
    read_push_line,
)

MOST_HEAD_BYTES = 1_024
MOST_LINES = 1_000_000
"""Many times what a tablet can hold; a file of nothing but line ends would take more memory than the server has."""

_Count = Annotated[int, Meta(ge=0, le=LARGEST_NUMBER)]
_is_instant = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").fullmatch


class CopyProblem(WireProblem):
    """This is not a sealed copy, or its head is damaged: `copy_head_not_readable`; or no tablet wrote it: `copy_too_many_lines`."""


class CopyHead(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The first line: how much follows it, and its SHA-256. `copied_at` is the tablet's clock: a claim."""

    format: Literal["fieldwork-copy/1"]
    copied_at: str
    carry_keys: _Count
    operations: _Count
    bytes: _Count
    sha256: str


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """A copy as it was read: its carry keys by id, and its other lines unread, each with its number (the head is line 1)."""

    head: CopyHead
    carry_keys: Mapping[str, CarryKey]
    lines: tuple[tuple[int, bytes], ...]
    last_is_cut: bool
    whole: bool
    """Whether length, hash and counts are those of the head: nobody has cut or altered the file."""


_decode_head = msgspec.json.Decoder(CopyHead).decode
_decode_carry_key = msgspec.json.Decoder(CarryKey).decode


def read_sealed_copy(raw: bytes) -> SealedCopy:
    """Read a file. Raises CopyProblem, and nothing else: of a file that is damaged behind its head the rest is read."""
    head_raw, end_of_line, rest = raw.partition(b"\n")
    head = _head(head_raw) if end_of_line else None
    if head is None:
        raise CopyProblem("copy_head_not_readable")
    if rest.count(b"\n") > MOST_LINES:
        raise CopyProblem("copy_too_many_lines")
    *lines, cut = rest.split(b"\n")
    carry_keys: dict[str, CarryKey] = {}
    others: list[tuple[int, bytes]] = []
    key_lines = 0
    for number, line in enumerate(lines, start=2):
        carry_key = _carry_key(line)
        if carry_key is None:
            others.append((number, line))
        else:
            key_lines += 1
            # The first of two with one id: what was added behind cannot keep the tablet's own lines from being opened.
            carry_keys.setdefault(carry_key.id, carry_key)
    if cut:
        others.append((len(lines) + 2, cut))
    told = (head.carry_keys, head.operations, head.bytes, head.sha256)
    whole = told == (key_lines, len(others), len(rest), hash_of(rest)) and not cut
    return SealedCopy(head, carry_keys, tuple(others), bool(cut), whole)


def pushes_of(copy: SealedCopy) -> Iterator[Push]:
    """The copy as pushes of at most 1,000 operations and about 1 MB, in the order of its lines, each with the keys that it names."""
    part: list[tuple[int, bytes]] = []
    size_bytes = 0
    for number, line in copy.lines:
        if part and (len(part) == MOST_OPERATIONS or size_bytes + len(line) > PAGE_BYTES):
            yield _push(copy, part)
            part, size_bytes = [], 0
        part.append((number, line))
        size_bytes += len(line)
    if part:
        yield _push(copy, part)


def write_sealed_copy(
    copied_at: str, carry_keys: Iterable[CarryKey], lines: Iterable[tuple[bytes, str, bytes]]
) -> bytes:
    """A file of carry keys and (header bytes, carry key id, sealed bytes), as a tablet writes it."""
    keys = [msgspec.json.encode(key) for key in carry_keys]
    operations = [header + b"\t" + carry.encode("ascii") + b"\t" + b64encode(sealed) for header, carry, sealed in lines]
    rest = b"".join(line + b"\n" for line in (*keys, *operations))
    digest = hashlib.sha256(rest).hexdigest()
    head = CopyHead("fieldwork-copy/1", copied_at, len(keys), len(operations), len(rest), digest)
    return msgspec.json.encode(head) + b"\n" + rest


def _head(raw: bytes) -> CopyHead | None:
    if len(raw) > MOST_HEAD_BYTES:
        return None
    try:
        head = _decode_head(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return head if _is_instant(head.copied_at) and is_hash(head.sha256) else None


def _carry_key(line: bytes) -> CarryKey | None:
    # A line of an operation has two TABs; a carry key is JSON on one line, and has none.
    if not line.startswith(b"{") or b"\t" in line:
        return None
    try:
        return _decode_carry_key(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _push(copy: SealedCopy, part: Iterable[tuple[int, bytes]]) -> Push:
    last = copy.lines[-1][0] if copy.last_is_cut else None
    lines: list[PushLine | UnreadableLine] = [
        UnreadableLine(number, line, hash_of(line), "line_cut") if number == last else read_push_line(line, number)
        for number, line in part
    ]
    named = dict.fromkeys(line.carry for line in lines if isinstance(line, PushLine))
    return Push(tuple(copy.carry_keys[name] for name in named if name in copy.carry_keys), lines)

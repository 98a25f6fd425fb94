"""What passes between a tablet and central: pushes, receipts, pulls, manifests and keys, as bytes and as values.

Reading a push is step 6 of the life of one note. A line that cannot be read never spoils the lines beside it, and is
handed on raw so that it can be kept; only a push whose head cannot be read is refused as a whole.
Nothing is opened, judged or stored here. Source: PROTOCOL.md 4.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from pybase64 import b64decode, b64encode

from sync.central.header import LARGEST_NUMBER, Header, Lane, Stream, Unreadable, hash_of, is_hash, is_uuid, read_header

MOST_OPERATIONS = 1_000
PAGE_BYTES = 1_000_000
"""A push or a page stops before 1 MB, but never before its first operation."""

LINES_MEDIA_TYPE = "application/fieldwork-lines"

_Count = Annotated[int, Meta(ge=0, le=LARGEST_NUMBER)]
_is_position = re.compile(rb"[1-9][0-9]{0,15}").fullmatch
_is_plain_id = re.compile("[0-9A-Za-z-]*").fullmatch
_is_instant = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").fullmatch


class WireProblem(Exception):
    """What arrived is not as in PROTOCOL 4. `code` is a permanent slug."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PushProblem(WireProblem):
    """The head of a push cannot be read, so nothing can be said about its lines: the one case of a 4xx."""


class AnswerProblem(WireProblem):
    """An answer is not central's, or was cut. It changes nothing."""


class CarryKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A carry key as sent: PROTOCOL 3. Its texts are checked when it is unwrapped, so that one damaged key spoils only
    the operations under it."""

    id: str
    lane: str
    ingest: str
    ephemeral: str
    wrapped: str


class PushLine(msgspec.Struct, frozen=True, gc=False):
    """An operation as it was carried. `sealed` is nonce, ciphertext and tag, or empty where the body had been redacted
    before it could be sent. A column that is not Base64 is kept as it came: it cannot be opened, and is not lost."""

    header_raw: bytes
    header: Header
    header_hash: str
    carry: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line that no header could be read from. `line_number` counts the head of the push as line 1."""

    line_number: int
    raw: bytes
    line_hash: str
    code: str


@dataclass(frozen=True, slots=True)
class Push:
    carry_keys: tuple[CarryKey, ...]
    lines: list[PushLine | UnreadableLine]


class _PushHead(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["fieldwork-push/1"]
    carry_keys: tuple[CarryKey, ...]


_decode_push_head = msgspec.json.Decoder(_PushHead).decode


def read_push(raw: bytes) -> Push:
    """Read a push. Raises PushProblem `push_head_not_readable` or `push_too_many_operations`, and for nothing else."""
    head, end_of_line, rest = raw.partition(b"\n")
    try:
        read = _decode_push_head(head)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise PushProblem("push_head_not_readable") from problem
    if not end_of_line:
        raise PushProblem("push_head_not_readable")
    raw_lines, cut = _cut_into_lines(rest)
    if len(raw_lines) + bool(cut) > MOST_OPERATIONS:
        raise PushProblem("push_too_many_operations")
    lines = [read_push_line(line, line_number) for line_number, line in enumerate(raw_lines, start=2)]
    if cut:
        lines.append(UnreadableLine(len(lines) + 2, cut, hash_of(cut), "line_cut"))
    return Push(read.carry_keys, lines)


def _cut_into_lines(rest: bytes) -> tuple[list[bytes], bytes]:
    """The lines without their LF, and what stands behind the last LF. `split` would look at every byte by itself, `find` looks at many
    at once: it is a fifth of the cost."""
    lines: list[bytes] = []
    start = 0
    while (end := rest.find(b"\n", start)) >= 0:
        lines.append(rest[start:end])
        start = end + 1
    return lines, rest[start:]


def read_push_line(raw: bytes, line_number: int) -> PushLine | UnreadableLine:
    """Read one line without its LF. A readable header makes a PushLine, whatever stands in the other two columns."""
    header_raw, _, behind = raw.partition(b"\t")
    carry, tab, sealed = behind.partition(b"\t")
    if not tab or b"\t" in sealed:
        return UnreadableLine(line_number, raw, hash_of(raw), "line_not_three_columns")
    try:
        header = read_header(header_raw)
    except Unreadable as problem:
        return UnreadableLine(line_number, raw, hash_of(raw), problem.code)
    return PushLine(header_raw, header, hash_of(header_raw), _printable(carry), _from_base64(sealed))


def _from_base64(column: bytes) -> bytes:
    """The bytes behind a column of Base64, or the column itself where it is none."""
    try:
        return b64decode(column, validate=True)
    except ValueError:
        return column


def _printable(column: bytes) -> str:
    """The column as text that any database holds; bytes that are not printable ASCII become escapes."""
    text = column.decode("latin-1")
    return text if _is_plain_id(text) else text.encode("unicode_escape").decode("ascii")


def write_push(carry_keys: Iterable[CarryKey], lines: Iterable[tuple[bytes, str, bytes]]) -> bytes:
    """A push of (header bytes, carry key id, sealed bytes); an empty id and empty bytes for a body redacted unsent."""
    head = msgspec.json.encode(_PushHead("fieldwork-push/1", tuple(carry_keys)))
    rows = [header + b"\t" + carry.encode("ascii") + b"\t" + b64encode(sealed) for header, carry, sealed in lines]
    return b"\n".join([head, *rows, b""])


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What central says of one line. An operation has `operation`, `sequence` and the hashes of what is stored (a
    `body_hash` of None: no body is); an unreadable line has `line` and `line_hash` in their place."""

    verdict: str
    operation: str | None = None
    sequence: int | None = None
    header_hash: str | None = None
    body_hash: str | None = None
    code: str | None = None
    redacted: bool = False
    line: int | None = None
    line_hash: str | None = None


VERDICTS = ("stored", "duplicate", "held", "quarantined", "unreadable")


class _Receipts(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["fieldwork-receipts/1"]
    epoch: str
    receipts: tuple[Receipt, ...]


def write_receipts(epoch: str, receipts: Iterable[Receipt]) -> bytes:
    """The answer to a push, one receipt per line and in the order of the lines."""
    return msgspec.json.encode(
        {"format": "fieldwork-receipts/1", "epoch": epoch, "receipts": list(map(_receipt_as_sent, receipts))}
    )


def _receipt_as_sent(receipt: Receipt) -> dict[str, object]:
    if receipt.verdict == "unreadable":
        return {
            "line": receipt.line,
            "verdict": receipt.verdict,
            "code": receipt.code,
            "line_hash": receipt.line_hash,
        }
    sent: dict[str, object] = {
        "operation": receipt.operation,
        "sequence": receipt.sequence,
        "verdict": receipt.verdict,
        "header_hash": receipt.header_hash,
        "body_hash": receipt.body_hash,
    }
    if receipt.code is not None:
        sent["code"] = receipt.code
    if receipt.redacted:
        sent["redacted"] = True
    return sent


def read_receipts(raw: bytes) -> tuple[str, tuple[Receipt, ...]]:
    """The epoch and the receipts. Raises AnswerProblem `answer_not_readable`."""
    answer = _read_answer(raw, _Receipts)
    for receipt in answer.receipts:
        unreadable = receipt.verdict == "unreadable"
        named = receipt.line_hash if unreadable else receipt.operation
        if receipt.verdict not in VERDICTS or named is None:
            raise AnswerProblem("answer_not_readable")
    return answer.epoch, answer.receipts


class PullHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a page. `last` is the position of its last operation, or `after` when it has none."""

    format: Literal["fieldwork-pull/1"]
    epoch: str
    scope: str
    lane: Lane
    after: _Count
    last: _Count
    more: bool


@dataclass(frozen=True, slots=True)
class PullRow:
    """One stored operation; `body` is None when it has been redacted. `received_at` is central's clock."""

    position: int
    received_at: str
    header_raw: bytes
    body: bytes | None


def write_pull(head: PullHead, rows: Sequence[PullRow]) -> bytes:
    """A page. Raises ValueError when a column would break the lines: such bytes should never have been stored."""
    return b"\n".join([msgspec.json.encode(head), *map(_pull_line, rows), b""])


def _pull_line(row: PullRow) -> bytes:
    line = b"\t".join((b"%d" % row.position, row.received_at.encode("ascii"), row.header_raw, row.body or b""))
    if line.count(b"\t") != 3 or b"\n" in line or b"\r" in line:
        raise ValueError(f"position {row.position} holds a TAB, CR or LF")
    return line


def read_pull(raw: bytes) -> tuple[PullHead, list[PullRow]]:
    """A page. Raises AnswerProblem `answer_not_readable` (not central's), `page_cut` or `page_not_readable` (a position
    that does not follow, or not four columns). Headers and bodies are handed on unread."""
    first, _, rest = raw.partition(b"\n")
    head = _read_answer(first, PullHead)
    if not raw.endswith(b"\n"):
        raise AnswerProblem("page_cut")
    rows = [_read_pull_line(line) for line in rest.split(b"\n")[:-1]]
    if any(row.position != head.after + place for place, row in enumerate(rows, start=1)):
        raise AnswerProblem("page_not_readable")
    if head.last != head.after + len(rows):
        raise AnswerProblem("page_cut")
    return head, rows


def _read_pull_line(line: bytes) -> PullRow:
    columns = line.split(b"\t")
    if len(columns) != 4 or not _is_position(columns[0]) or not _is_instant(columns[1].decode("latin-1")):
        raise AnswerProblem("page_not_readable")
    return PullRow(int(columns[0]), columns[1].decode("ascii"), columns[2], columns[3] or None)


class StreamMark(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """How far central has a stream: operations, highest number, header hash of that number. Unknown: 0, 0, None.

    `redacted` names the operations of the stream whose bodies are gone at central, in the order of their numbers; left out when none are.
    """

    count: _Count
    highest: _Count
    head: str | None
    redacted: tuple[str, ...] = ()


class PublicIngestKey(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The office's key of one lane, as tablets get it; `public` is Base64 of the 65 bytes of the point."""

    id: str
    lane: Lane
    public: str


class ReadableScope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scope, and the lanes of it that the person behind a reading token may hold."""

    scope: str
    lanes: tuple[Lane, ...]


class _Scopes(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["fieldwork-scopes/1"]
    epoch: str
    scopes: tuple[ReadableScope, ...]


class _Streams(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["fieldwork-streams/1"]
    streams: tuple[Stream, ...]


class _Manifest(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["fieldwork-manifest/1"]
    epoch: str
    streams: tuple[StreamMark, ...]


class _Keys(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["fieldwork-keys/1"]
    epoch: str
    ingest: tuple[PublicIngestKey, ...]


def write_streams(streams: Iterable[Stream]) -> bytes:
    return msgspec.json.encode(_Streams("fieldwork-streams/1", tuple(streams)))


def read_streams(raw: bytes) -> tuple[Stream, ...]:
    """The streams that a tablet asks about. Raises PushProblem `streams_not_readable`."""
    try:
        return msgspec.json.decode(raw, type=_Streams).streams
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise PushProblem("streams_not_readable") from problem


def write_manifest(epoch: str, marks: Iterable[StreamMark]) -> bytes:
    return msgspec.json.encode(_Manifest("fieldwork-manifest/1", epoch, tuple(marks)))


def read_manifest(raw: bytes) -> tuple[str, tuple[StreamMark, ...]]:
    """The epoch and one mark per stream asked. Raises AnswerProblem `answer_not_readable`."""
    answer = _read_answer(raw, _Manifest)
    heads = (mark.head for mark in answer.streams if mark.head is not None)
    if not all(map(is_hash, heads)) or not all(is_uuid(one) for mark in answer.streams for one in mark.redacted):
        raise AnswerProblem("answer_not_readable")
    return answer.epoch, answer.streams


def write_scopes(epoch: str, scopes: Iterable[ReadableScope]) -> bytes:
    return msgspec.json.encode(_Scopes("fieldwork-scopes/1", epoch, tuple(scopes)))


def read_scopes(raw: bytes) -> tuple[str, tuple[ReadableScope, ...]]:
    """The epoch and what may be held. Raises AnswerProblem `answer_not_readable`."""
    answer = _read_answer(raw, _Scopes)
    return answer.epoch, answer.scopes


def write_keys(epoch: str, ingest: Iterable[PublicIngestKey]) -> bytes:
    return msgspec.json.encode(_Keys("fieldwork-keys/1", epoch, tuple(ingest)))


def read_keys(raw: bytes) -> tuple[str, tuple[PublicIngestKey, ...]]:
    """The epoch and the office's public keys. Raises AnswerProblem `answer_not_readable`."""
    answer = _read_answer(raw, _Keys)
    return answer.epoch, answer.ingest


def _read_answer(raw: bytes, shape: type[Any]) -> Any:
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise AnswerProblem("answer_not_readable") from problem

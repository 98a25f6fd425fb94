"""The header of an operation: who did what to which record, and where it stands in its stream.

It is read here when a tablet's line arrives (step 6 of the life of one note) and written here when central or an import
is the author. The bytes are the truth: a header is never written again from its parts in order to be hashed.
No words of anybody are in a header, so it outlives a redaction. Source: PROTOCOL.md 1.1, 1.3 and 1.4.
"""

import hashlib
import json
import re
from datetime import datetime
from typing import Annotated, Literal, cast

import msgspec
from msgspec import Meta

FORMAT = "fieldwork-operation/1"
MOST_HEADER_BYTES = 32_768
MOST_BODY_BYTES = 4 * 1024 * 1024
MOST_BASE = 64
MOST_REDACTED = 500
LARGEST_NUMBER = 2**53 - 1
"""JavaScript counts no further without losing a number."""

Lane = Literal["evidence", "vault", "concern"]
Kind = Literal["create", "revise", "withdraw", "redact"]
Reason = Literal["name_replaced", "moved_to_lane", "disclosure", "consent_withdrawn", "erasure", "written_in_error"]
ScopeKind = Literal["visit", "review"]

_PERMITTED = bytes(byte for byte in range(0x21, 0x7F) if byte != 0x5C)

_HEX = "[0-9a-f]"
_UUID = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_UUID_4 = f"{_HEX}{{8}}-{_HEX}{{4}}-4{_HEX}{{3}}-[89ab]{_HEX}{{3}}-{_HEX}{{12}}"
_UUID_5 = f"{_HEX}{{8}}-{_HEX}{{4}}-5{_HEX}{{3}}-[89ab]{_HEX}{{3}}-{_HEX}{{12}}"
_UUID_7 = f"{_HEX}{{8}}-{_HEX}{{4}}-7{_HEX}{{3}}-[89ab]{_HEX}{{3}}-{_HEX}{{12}}"
_HASH = f"{_HEX}{{64}}"
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"

# All text values are matched at once: one match costs less than nine. They are joined by a space, and a null is written
# as a backslash, because no value can hold either.
_REST = rf"(?:visit|review):{_UUID} [a-z_]{{1,40}} {_UUID} {_HASH} (?:{_HASH}|\\)"
_BY_A_PERSON = re.compile(rf"{_UUID_7} {_UUID_4} {_UUID} {_INSTANT} {_REST}")
_BY_AN_IMPORT = re.compile(rf"{_UUID_5} import:{_HASH} (?:{_UUID}|\\) (?:{_INSTANT}|\\) {_REST}")
_OPERATION_ID = re.compile(f"{_UUID_7}|{_UUID_5}")

# The header as tablets write it: keys in the order of the table, at most one base. One match cuts every text out; whatever does not match
# is read with care. Places are counted here and their hexadecimal digits looked at afterwards, all at once: a match that asks of each
# whether it is one takes three times as long.
_ANY_UUID, _ANY_UUID_4, _ANY_UUID_7 = (
    ".{8}-.{4}-.{4}-.{4}-.{12}",
    ".{8}-.{4}-4.{3}-[89ab].{3}-.{12}",
    ".{8}-.{4}-7.{3}-[89ab].{3}-.{12}",
)
_AS_TABLETS_WRITE = re.compile(
    rf'\{{"format":"fieldwork-operation/1","operation":"({_ANY_UUID_7})","incarnation":"({_ANY_UUID_4})","person":"({_ANY_UUID})"'
    rf',"scope":"((?:visit|review):{_ANY_UUID})","lane":"(evidence|vault|concern)","sequence":([1-9][0-9]{{0,14}})'
    rf',"previous":(?:"(.{{64}})"|null),"record_type":"([a-z_]{{1,40}})","record":"({_ANY_UUID})"'
    rf',"kind":"(create|revise|withdraw)","base":\[(?:"({_ANY_UUID_7})")?\],"body_hash":"(.{{64}})"'
    rf',"body_bytes":(0|[1-9][0-9]{{0,5}}),"device_at":"({_INSTANT})"\}}',
    re.DOTALL,
).fullmatch
_HEX_DIGITS = b"0123456789abcdef"

is_uuid = re.compile(_UUID).fullmatch
_is_written_as_an_instant = re.compile(_INSTANT, re.ASCII).fullmatch
is_uuid_4 = re.compile(_UUID_4).fullmatch
is_hash = re.compile(_HASH).fullmatch
is_operation_id = _OPERATION_ID.fullmatch


class Unreadable(Exception):
    """The bytes are no header as in PROTOCOL 1.1. `code` is permanent: it goes into the receipt of the line."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Stream(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One writer's numbered chain of headers: PROTOCOL 1.3. Usable as a key."""

    incarnation: str
    person: str | None
    scope: str
    lane: Lane


class Header(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The keys of PROTOCOL 1.1 in the order of its table. Made by `read_header`, every value is as promised there."""

    format: Literal["fieldwork-operation/1"]
    operation: str
    incarnation: str
    person: str | None
    scope: str
    lane: Lane
    sequence: Annotated[int, Meta(ge=1, le=LARGEST_NUMBER)]
    previous: str | None
    record_type: str
    record: str
    kind: Kind
    base: Annotated[tuple[str, ...], Meta(max_length=MOST_BASE)]
    body_hash: str
    body_bytes: Annotated[int, Meta(ge=0, le=MOST_BODY_BYTES)]
    device_at: str | None
    redacts: Annotated[tuple[str, ...], Meta(min_length=1, max_length=MOST_REDACTED)] | None = None
    reason: Reason | None = None

    @property
    def stream(self) -> Stream:
        return Stream(self.incarnation, self.person, self.scope, self.lane)

    @property
    def is_import(self) -> bool:
        return self.incarnation.startswith("import:")


_REDACT_KEYS = frozenset(Header.__struct_fields__)
_KEYS = _REDACT_KEYS - {"redacts", "reason"}

_decode = msgspec.json.Decoder(Header).decode
_encode = msgspec.json.Encoder().encode


def read_header(raw: bytes) -> Header:
    """Read a header's exact bytes.

    Raises Unreadable with `header_too_long`, `header_not_ascii` (a byte outside 0x21 to 0x7E, or 0x5C),
    `header_not_json` (or not one object), `header_wrong_keys` (missing, unknown, twice) or `header_wrong_value`.
    The first that applies, in this order.
    """
    return _as_tablets_write(raw) or _read_with_care(raw)


def _as_tablets_write(raw: bytes) -> Header | None:
    """A header in the usual form, as `_read_with_care` reads it; None for any other, also for a wrong one."""
    found = _AS_TABLETS_WRITE(raw.decode("latin-1"))
    if found is None:
        return None
    operation, incarnation, person, scope, lane, sequence, previous, record_type, record, kind, base, body, size, at = (
        found.groups()
    )
    if (sequence == "1") != (previous is None) or (kind == "create" and base) or not _is_of_the_calendar(at):
        return None
    digits = f"{operation}{incarnation}{person}{scope[-36:]}{record}{base or ''}{previous or ''}{body}"
    # The match has seen four hyphens in each id; there may be none in between.
    if digits.encode("latin-1").translate(None, _HEX_DIGITS) != (b"-" * 24 if base else b"-" * 20):
        return None
    bases: tuple[str, ...] = (base,) if base else ()
    return Header(
        "fieldwork-operation/1",
        operation,
        incarnation,
        person,
        scope,
        cast(Lane, lane),
        int(sequence),
        previous,
        record_type,
        record,
        cast(Kind, kind),
        bases,
        body,
        int(size),
        at,
    )


def _read_with_care(raw: bytes) -> Header:
    if len(raw) > MOST_HEADER_BYTES:
        raise Unreadable("header_too_long")
    if raw.translate(None, _PERMITTED):
        raise Unreadable("header_not_ascii")
    try:
        header = _decode(raw)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise Unreadable(_why_unreadable(raw)) from problem
    # Without spaces and backslashes the bytes `":` end a key (or begin a value that the shapes below refuse), so their
    # number shows a key that came twice.
    expected_keys = len(_REDACT_KEYS) if header.kind == "redact" else len(_KEYS)
    if raw.count(b'":') != expected_keys or not _is_shaped(header):
        raise Unreadable(_why_unreadable(raw))
    return header


def _is_shaped(header: Header) -> bool:
    """Whether the texts are as promised, and belong together. Kinds, lanes and numbers were decoded as promised."""
    texts = (
        f"{header.operation} {header.incarnation} {_or_null(header.person)} {_or_null(header.device_at)} {header.scope}"
        f" {header.record_type} {header.record} {header.body_hash} {_or_null(header.previous)}"
    )
    if not (_BY_A_PERSON.fullmatch(texts) or _BY_AN_IMPORT.fullmatch(texts)):
        return False
    if (header.sequence == 1) != (header.previous is None):
        return False
    if header.device_at is not None and not _is_of_the_calendar(header.device_at):
        return False
    if header.kind == "create" and header.base:
        return False
    if header.kind == "redact" and (header.redacts is None or header.reason is None):
        return False
    return all(map(is_operation_id, header.base)) and all(map(is_operation_id, header.redacts or ()))


def _or_null(text: str | None) -> str:
    return "\\" if text is None else text


def is_instant(text: str) -> bool:
    """Whether it is a moment of the calendar, as `device_at` of PROTOCOL.md 1 is written."""
    if not _is_written_as_an_instant(text):
        return False
    return _is_of_the_calendar(text)


def _is_of_the_calendar(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _why_unreadable(raw: bytes) -> str:
    """The code for bytes that are known to be wrong. Slow and careful: hardly any line comes here."""
    try:
        pairs = _careful_decoder.decode(raw.decode("ascii"))
    except (ValueError, RecursionError):
        return "header_not_json"
    if not isinstance(pairs, _Pairs):
        return "header_not_json"
    kind = dict(pairs).get("kind")
    expected = _REDACT_KEYS if kind == "redact" else _KEYS
    if len(pairs) != len(expected) or {key for key, _ in pairs} != expected:
        return "header_wrong_keys"
    return "header_wrong_value"


class _Pairs(list[tuple[str, object]]):
    """A JSON object with every key that it had, also twice."""


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


_careful_decoder = json.JSONDecoder(object_pairs_hook=_Pairs, parse_constant=_refuse_constant, parse_int=float)


def hash_of(raw: bytes) -> str:
    """SHA-256 of the bytes that are there, as 64 lower case hexadecimal digits."""
    return hashlib.sha256(raw).hexdigest()


def write_header(header: Header) -> bytes:
    """The header's bytes, keys in the order of PROTOCOL 1.1. Raises Unreadable where nobody could read them again."""
    raw = _encode(header)
    if read_header(raw) != header:
        raise Unreadable("header_wrong_value")
    return raw


def stream_of(header: Header) -> Stream:
    return header.stream


def scope_kind_and_id(scope: str) -> tuple[ScopeKind, str]:
    """`"visit:<uuid>"` to `("visit", "<uuid>")`. Raises ValueError for anything else."""
    kind, _, scope_id = scope.partition(":")
    if not is_uuid(scope_id):
        raise ValueError("a scope is a visit or a review and its UUID")
    if kind == "visit":
        return "visit", scope_id
    if kind == "review":
        return "review", scope_id
    raise ValueError("a scope is a visit or a review and its UUID")

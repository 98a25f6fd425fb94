"""What the cases are written with: ids that say their number, bytes as JSON can hold them, and one complete header."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from sync.central.header import hash_of
from sync.central.line import WireProblem

Json = Any
"""A JSON value that goes into a file of vectors."""

SALT = "000102030405060708090a0b0c0d0e0f"
PERSON = "22222222-2222-4222-8222-222222222222"
VISIT = "visit:33333333-3333-4333-8333-333333333333"
REVIEW = "review:33333333-3333-4333-8333-333333333333"
TABLET = "11111111-1111-4111-8111-111111111111"
RECORD = "44444444-4444-4444-8444-444444444444"
CARRY = "55555555-5555-4555-8555-555555555555"
INGEST = "66666666-6666-4666-8666-666666666666"
EPOCH = "77777777-7777-4777-8777-777777777777"
PACK = "import:" + "9" * 64
EMPTY_BODY = b'{"salt":"000102030405060708090a0b0c0d0e0f","fields":{}}'


def operation_id(number: int) -> str:
    return f"01950000-0000-7000-8000-{number:012d}"


def imported_id(number: int) -> str:
    return f"01950000-0000-5000-8000-{number:012d}"


def bytes_of(spec: Json) -> bytes:
    """The bytes that a `raw` stands for: README.md, "Bytes"."""
    if isinstance(spec, str):
        return spec.encode("utf-8")
    if "base64" in spec:
        return b64decode(spec["base64"], validate=True)
    return b"".join((p if isinstance(p, str) else p["repeat"] * p["times"]).encode("utf-8") for p in spec["parts"])


def base64_of(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")


def parts(*each: str | tuple[str, int]) -> Json:
    return {"parts": [one if isinstance(one, str) else {"repeat": one[0], "times": one[1]} for one in each]}


def header_values(**changes: Json) -> dict[str, Json]:
    """A header that can be read, in the order of the table, with some values changed or added."""
    values: dict[str, Json] = {
        "format": "fieldwork-operation/1",
        "operation": operation_id(1),
        "incarnation": TABLET,
        "person": PERSON,
        "scope": VISIT,
        "lane": "evidence",
        "sequence": 1,
        "previous": None,
        "record_type": "block",
        "record": RECORD,
        "kind": "create",
        "base": [],
        "body_hash": hash_of(EMPTY_BODY),
        "body_bytes": len(EMPTY_BODY),
        "device_at": "2025-02-11T10:05:00.000Z",
    }
    return values | changes


def header_text(**changes: Json) -> str:
    return compact(header_values(**changes))


def compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def code_of(read: Callable[[bytes], object], raw: bytes) -> str | None:
    """Why these bytes are refused; None when they are read."""
    try:
        read(raw)
    except WireProblem as problem:
        return problem.code
    return None

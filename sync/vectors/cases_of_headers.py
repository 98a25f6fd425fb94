"""Headers that can be read, and every way of being wrong, with its code (PROTOCOL.md 1.1)."""

import json

from sync.central.header import Unreadable, hash_of, read_header, write_header
from sync.vectors.plain import (
    PACK,
    REVIEW,
    Json,
    base64_of,
    bytes_of,
    compact,
    header_text,
    header_values,
    imported_id,
    operation_id,
    parts,
)

# Written out once by hand, so that nothing but the promise says what a header looks like.
FIRST = (
    '{"format":"fieldwork-operation/1","operation":"01950000-0000-7000-8000-000000000001",'
    '"incarnation":"11111111-1111-4111-8111-111111111111","person":"22222222-2222-4222-8222-222222222222",'
    '"scope":"visit:33333333-3333-4333-8333-333333333333","lane":"evidence","sequence":1,"previous":null,'
    '"record_type":"block","record":"44444444-4444-4444-8444-444444444444","kind":"create","base":[],'
    '"body_hash":"d8a29cf1cf0c7f33e818907277a432dd37fc9fa33f0bbd401a2ebdd74bfc7f7a","body_bytes":55,'
    '"device_at":"2025-02-11T10:05:00.000Z"}'
)
REDACT = {"kind": "redact", "redacts": [operation_id(1)], "reason": "disclosure", "sequence": 2, "previous": "a" * 64}


def headers() -> Json:
    return {"valid": [_valid(*case) for case in _readable()], "wrong": [_wrong(*case) for case in _unreadable()]}


def _valid(name: str, raw: str, written: bool = True) -> Json:
    header = read_header(raw.encode("ascii"))
    assert (write_header(header) == raw.encode("ascii")) == written, name
    return {
        "name": name,
        "raw": raw,
        "header_hash": hash_of(raw.encode("ascii")),
        "header": json.loads(raw),
        "written": written,
    }


def _readable() -> list[tuple[str, str] | tuple[str, str, bool]]:
    imported = {"incarnation": PACK, "operation": imported_id(1)}
    return [
        ("the first of a stream, written by hand", FIRST),
        ("a revise", header_text(kind="revise", base=[operation_id(1)], sequence=2, previous="a" * 64)),
        ("a revise of a record of which nothing was shown", header_text(kind="revise")),
        ("a withdraw with three heads", header_text(kind="withdraw", base=[operation_id(n) for n in (1, 2, 3)])),
        ("a base of 64", header_text(kind="revise", base=[operation_id(n) for n in range(64)])),
        ("a redact", header_text(**REDACT)),
        ("a redact of 500", header_text(**(REDACT | {"redacts": [operation_id(n) for n in range(500)]}))),
        *((f"a redact for {reason}", header_text(**(REDACT | {"reason": reason}))) for reason in _REASONS),
        *((f"the lane {lane}", header_text(lane=lane)) for lane in ("vault", "concern")),
        ("a review", header_text(scope=REVIEW)),
        ("an import without author and time", header_text(**imported, person=None, device_at=None)),
        ("an import with author and time", header_text(**imported)),
        ("a person's edit of what was imported", header_text(kind="revise", base=[imported_id(1)])),
        ("a record type of 40", header_text(record_type="a_" * 20)),
        ("the largest number", header_text(sequence=2**53 - 1, previous="a" * 64)),
        ("the largest body", header_text(body_bytes=4 * 1024 * 1024)),
        ("a leap day", header_text(device_at="2024-02-29T23:59:59.999Z")),
        ("keys in another order", compact(dict(reversed(header_values().items()))), False),
    ]


_REASONS = ("name_replaced", "moved_to_lane", "consent_withdrawn", "erasure", "written_in_error")


def _wrong(name: str, raw: Json, code: str) -> Json:
    told = None
    try:
        read_header(bytes_of(raw))
    except Unreadable as problem:
        told = problem.code
    assert told == code, (name, told, code)
    return {"name": name, "raw": raw, "code": code}


def _unreadable() -> list[tuple[str, Json, str]]:
    plain = header_text()
    without = {key: compact({k: v for k, v in header_values().items() if k != key}) for key in header_values()}
    redact_without = compact({k: v for k, v in header_values(**REDACT).items() if k != "reason"})
    return [
        ("32,769 bytes", parts(plain[:-1] + ',"x":"', ("x", 32_769 - len(plain) - 7), '"}'), "header_too_long"),
        ("nothing", "", "header_not_json"),
        ("a space", plain.replace(",", ", ", 1), "header_not_ascii"),
        ("a LF at its end", plain + "\n", "header_not_ascii"),
        ("an escape", plain.replace("block", "bloc\\u006b"), "header_not_ascii"),
        ("a DEL", plain.replace("block", "bloc\x7f"), "header_not_ascii"),
        ("a letter that is not ASCII", plain.replace("block", "blöck"), "header_not_ascii"),
        ("bytes that are not UTF-8", {"base64": base64_of(plain.encode() + b"\xff")}, "header_not_ascii"),
        ("a byte order mark", {"base64": base64_of(b"\xef\xbb\xbf" + plain.encode())}, "header_not_ascii"),
        ("cut short", plain[:-1], "header_not_json"),
        ("two objects", plain + plain, "header_not_json"),
        ("a list", "[" + plain + "]", "header_not_json"),
        ("null", "null", "header_not_json"),
        ("NaN", plain.replace('"sequence":1', '"sequence":NaN'), "header_not_json"),
        ("an empty object", "{}", "header_wrong_keys"),
        *((f"without {key}", raw, "header_wrong_keys") for key, raw in without.items()),
        ("an unknown key", header_text(note="x"), "header_wrong_keys"),
        ("a key twice, with equal values", plain[:-1] + ',"sequence":1}', "header_wrong_keys"),
        ("a key twice, with other values", plain.replace('{"format"', '{"lane":"vault","format"'), "header_wrong_keys"),
        ("redacts in a create", header_text(redacts=[operation_id(1)], reason="erasure"), "header_wrong_keys"),
        ("redacts of null in a create", header_text(redacts=None, reason=None), "header_wrong_keys"),
        ("a redact without reason", redact_without, "header_wrong_keys"),
        ("a redact without redacts", header_text(kind="redact", reason="erasure"), "header_wrong_keys"),
        *((name, raw, "header_wrong_value") for name, raw in _wrong_values()),
    ]


def _wrong_values() -> list[tuple[str, str]]:
    base_of_65 = [operation_id(n) for n in range(65)]
    redact_of_501 = [operation_id(n) for n in range(501)]
    number = '"sequence":1'
    return [
        ("another format", header_text(format="fieldwork-operation/2")),
        ("an operation id in capitals", header_text(operation="01950000-0000-7000-8000-00000000000A")),
        ("an operation id of version 4", header_text(operation="01950000-0000-4000-8000-000000000001")),
        ("an operation id of version 5 by a person", header_text(operation=imported_id(1))),
        ("an operation id of version 7 in an import", header_text(incarnation=PACK)),
        ("an operation id without hyphens", header_text(operation=operation_id(1).replace("-", ""))),
        ("an operation id of null", header_text(operation=None)),
        ("an incarnation of version 7", header_text(incarnation=operation_id(1))),
        ("an import of a short hash", header_text(incarnation="import:99", operation=imported_id(1))),
        ("no author, not in an import", header_text(person=None)),
        ("an empty author in an import", header_text(incarnation=PACK, operation=imported_id(1), person="")),
        ("an author that is no UUID", header_text(person="ann")),
        ("a scope of another kind", header_text(scope="area:33333333-3333-4333-8333-333333333333")),
        ("a scope without id", header_text(scope="visit:")),
        ("an unknown lane", header_text(lane="audit")),
        ("the number 0", header_text(sequence=0)),
        ("a negative number", header_text(sequence=-1)),
        ("a number with a point", header_text().replace(number, '"sequence":1.0')),
        ("a number with an exponent", header_text().replace(number, '"sequence":1e0')),
        ("a number in quotes", header_text(sequence="1")),
        ("a number of true", header_text(sequence=True)),
        ("a number that JavaScript cannot hold", header_text(sequence=2**53, previous="a" * 64)),
        ("a number of 400 digits", header_text(previous="a" * 64).replace(number, '"sequence":' + "1" * 400)),
        ("a first with a previous", header_text(previous="a" * 64)),
        ("a second without a previous", header_text(sequence=2)),
        ("a second with an empty previous", header_text(sequence=2, previous="")),
        ("a previous in capitals", header_text(sequence=2, previous="A" * 64)),
        ("an empty record type", header_text(record_type="")),
        ("a record type of 41", header_text(record_type="a" * 41)),
        ("a record type with a digit", header_text(record_type="block2")),
        ("a record type that begins with a colon", header_text(record_type=":block")),
        ("a record that is no UUID", header_text(record="4444")),
        ("an unknown kind", header_text(kind="delete")),
        ("a create with a base", header_text(base=[operation_id(2)])),
        ("a base of null", header_text(kind="revise", base=None)),
        ("a base of 65", header_text(kind="revise", base=base_of_65)),
        ("a base that is no operation id", header_text(kind="revise", base=["x"])),
        ("a base that is text", header_text(kind="revise", base=operation_id(2))),
        ("a short body hash", header_text(body_hash="a" * 63)),
        ("a body hash in capitals", header_text(body_hash="A" * 64)),
        ("a negative length", header_text(body_bytes=-1)),
        ("a length beyond 4 MiB", header_text(body_bytes=4 * 1024 * 1024 + 1)),
        ("no time, not in an import", header_text(device_at=None)),
        ("a time without milliseconds", header_text(device_at="2025-02-11T10:05:00Z")),
        ("a time of another zone", header_text(device_at="2025-02-11T10:05:00.000+01:00")),
        ("a day that does not exist", header_text(device_at="2025-02-30T10:05:00.000Z")),
        ("an hour that does not exist", header_text(device_at="2025-02-11T24:00:00.000Z")),
        ("a redact of nothing", header_text(**(REDACT | {"redacts": []}))),
        ("a redact of 501", header_text(**(REDACT | {"redacts": redact_of_501}))),
        ("a redact of null", header_text(**(REDACT | {"redacts": None}))),
        ("a redact for an unknown reason", header_text(**(REDACT | {"reason": "tidying"}))),
        ("a redact for no reason", header_text(**(REDACT | {"reason": None}))),
    ]

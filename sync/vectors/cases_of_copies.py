"""Sealed copies as a tablet writes them, and as they may arrive: cut, altered, or not copies at all (PROTOCOL.md 8)."""

import msgspec

from sync.central.header import hash_of
from sync.central.line import CarryKey, PushLine
from sync.central.sealed_copy import pushes_of, read_sealed_copy, write_sealed_copy
from sync.vectors.plain import (
    CARRY,
    INGEST,
    Json,
    base64_of,
    bytes_of,
    code_of,
    compact,
    header_text,
    operation_id,
    parts,
)

COPIED_AT = "2026-11-22T16:02:00.000Z"
_FIRST = header_text()
_SECOND = header_text(
    operation=operation_id(2), kind="revise", base=[operation_id(1)], sequence=2, previous=hash_of(_FIRST.encode())
)
_KEY = {
    "id": CARRY,
    "lane": "evidence",
    "ingest": INGEST,
    "ephemeral": base64_of(b"\x04" + bytes(64)),
    "wrapped": base64_of(bytes(60)),
}
_OTHER_KEY = _KEY | {"wrapped": base64_of(bytes(range(60)))}
_SEALED = bytes(range(40))
_FIRST_LINE = f"{_FIRST}\t{CARRY}\t{base64_of(_SEALED)}"
_SECOND_LINE = f"{_SECOND}\t\t"
_GOOD = {"header": _FIRST, "header_hash": hash_of(_FIRST.encode()), "carry": CARRY, "sealed": base64_of(_SEALED)}
_REDACTED = {"header": _SECOND, "header_hash": hash_of(_SECOND.encode()), "carry": "", "sealed": ""}


def head_values(rest: str = "", **changes: Json) -> dict[str, Json]:
    """A head that fits `rest`, in the order of the table, with some values changed or added."""
    lines = rest.split("\n")[:-1]
    keys = sum("\t" not in line for line in lines)
    values: dict[str, Json] = {
        "format": "fieldwork-copy/1",
        "copied_at": COPIED_AT,
        "carry_keys": keys,
        "operations": len(lines) - keys,
        "bytes": len(rest.encode()),
        "sha256": hash_of(rest.encode()),
    }
    return values | changes


def copies() -> Json:
    return {
        "valid": [_copy(*case) for case in _copies()],
        "wrong": [_no_copy(*case) for case in _no_copies()],
    }


def _copies() -> list[tuple[str, dict[str, Json], str, list[Json], list[Json], bool]]:
    key, other_key = compact(_KEY), compact(_OTHER_KEY)
    rest = f"{key}\n{_FIRST_LINE}\n{_SECOND_LINE}\n"
    head = head_values(rest)

    def bad(line: int, raw: str, code: str) -> Json:
        return {"line": line, "line_hash": hash_of(raw.encode()), "code": code}

    half_a_key, half_a_line = key[:90], _SECOND_LINE[:60]
    altered = rest.replace(base64_of(_SEALED), base64_of(b"\xff" + _SEALED[1:]))
    between, twice = (
        f"{_SECOND_LINE}\n{key}\n{_FIRST_LINE}\n",
        f"{key}\n{other_key}\n{_FIRST_LINE}\n",
    )
    return [
        ("a key, an operation, and one redacted before it was copied", head, rest, [_KEY], [_GOOD, _REDACTED], True),
        ("nothing waits", head_values(""), "", [], [], True),
        ("a key behind an operation", head_values(between), between, [_KEY], [_REDACTED, _GOOD], True),
        ("two keys with one id: the first counts", head_values(twice), twice, [_KEY], [_GOOD], True),
        (
            "a damaged line between good ones",
            head,
            rest.replace(_FIRST_LINE, "n0nsense"),
            [_KEY],
            [bad(3, "n0nsense", "line_not_three_columns"), _REDACTED],
            False,
        ),
        (
            "a damaged carry key",
            head,
            rest.replace(key, half_a_key),
            [],
            [bad(2, half_a_key, "line_not_three_columns"), _GOOD, _REDACTED],
            False,
        ),
        (
            "sealed words altered",
            head,
            altered,
            [_KEY],
            [_GOOD | {"sealed": base64_of(b"\xff" + _SEALED[1:])}, _REDACTED],
            False,
        ),
        (
            "cut within a line",
            head,
            f"{key}\n{_FIRST_LINE}\n{half_a_line}",
            [_KEY],
            [_GOOD, bad(4, half_a_line, "line_cut")],
            False,
        ),
        ("cut at the end of a line", head, f"{key}\n{_FIRST_LINE}\n", [_KEY], [_GOOD], False),
        ("cut behind the head", head, "", [], [], False),
        ("an operation added behind", head, f"{rest}{_FIRST_LINE}\n", [_KEY], [_GOOD, _REDACTED, _GOOD], False),
        ("a count that is not so", head | {"operations": 3}, rest, [_KEY], [_GOOD, _REDACTED], False),
    ]


def _copy(
    name: str, head: dict[str, Json], rest: str, carry_keys: list[Json], expected: list[Json], whole: bool
) -> Json:
    raw = f"{compact(head)}\n{rest}"
    copy = read_sealed_copy(raw.encode())
    read = [line for push in pushes_of(copy) for line in push.lines]
    assert msgspec.to_builtins(copy.head) == head, name
    assert [msgspec.to_builtins(key) for key in copy.carry_keys.values()] == carry_keys, name
    assert [_told(line) for line in read] == expected, name
    assert copy.whole is whole, name
    again = write_sealed_copy(
        head["copied_at"],
        [msgspec.convert(key, CarryKey) for key in carry_keys],
        [(line.header_raw, line.carry, line.sealed) for line in read if isinstance(line, PushLine)],
    )
    written = again == raw.encode()
    return {
        "name": name,
        "raw": raw,
        "head": head,
        "carry_keys": carry_keys,
        "lines": expected,
        "whole": whole,
        "written": written,
    }


def _told(line: object) -> Json:
    if isinstance(line, PushLine):
        return {
            "header": line.header_raw.decode("ascii"),
            "header_hash": line.header_hash,
            "carry": line.carry,
            "sealed": base64_of(line.sealed),
        }
    return {"line": line.line_number, "line_hash": line.line_hash, "code": line.code}  # type: ignore[attr-defined]


_TOO_MANY = "more lines than any tablet writes"


def _no_copies() -> list[tuple[str, Json]]:
    head = head_values()
    without = {key: value for key, value in head.items() if key != "sha256"}
    return [
        ("nothing", ""),
        ("a head without its LF", compact(head)),
        ("an empty first line", "\n" + compact(head) + "\n"),
        ("a push", '{"format":"fieldwork-push/1","carry_keys":[]}\n'),
        ("the copy of another day", compact(head | {"format": "fieldwork-copy/2"}) + "\n"),
        ("a sign-in page", "<!doctype html>\n<title>Free wifi</title>\n"),
        ("a byte order mark before it", "\ufeff" + compact(head) + "\n"),
        ("no hash", compact(without) + "\n"),
        ("a hash in capitals", compact(head | {"sha256": "A" * 64}) + "\n"),
        ("a key too many", compact(head | {"person": "Perpetua"}) + "\n"),
        ("a negative count", compact(head | {"bytes": -1}) + "\n"),
        ("a count with a fraction", compact(head | {"operations": 1.5}) + "\n"),
        ("a count in words", compact(head | {"operations": "three"}) + "\n"),
        ("a time that is none", compact(head | {"copied_at": "yesterday"}) + "\n"),
        ("too long", parts(compact(head)[:-1], (" ", 1_024), "}\n")),
        ("nested without end", parts(("[", 1_000), "\n")),
        (_TOO_MANY, parts(compact(head) + "\n", ("\n", 1_000_001))),
    ]


def _no_copy(name: str, raw: Json) -> Json:
    told = code_of(read_sealed_copy, bytes_of(raw))
    assert told == ("copy_too_many_lines" if name == _TOO_MANY else "copy_head_not_readable"), (name, told)
    return {"name": name, "raw": raw, "code": told}

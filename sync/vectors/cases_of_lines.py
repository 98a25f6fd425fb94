"""Pushes, receipts, pages, manifests and keys as they go over the wire, and as they must not (PROTOCOL.md 4)."""

from collections.abc import Callable

import msgspec

from sync.central.header import hash_of
from sync.central.line import (
    AnswerProblem,
    CarryKey,
    PushLine,
    PushProblem,
    UnreadableLine,
    read_keys,
    read_manifest,
    read_pull,
    read_push,
    read_receipts,
    read_streams,
    write_keys,
    write_manifest,
    write_pull,
    write_push,
    write_receipts,
    write_streams,
)
from sync.vectors.plain import (
    CARRY,
    EMPTY_BODY,
    EPOCH,
    INGEST,
    PACK,
    PERSON,
    TABLET,
    VISIT,
    Json,
    base64_of,
    bytes_of,
    compact,
    header_text,
    operation_id,
    parts,
)

_FIRST = header_text()
_SECOND = header_text(
    operation=operation_id(2), kind="revise", base=[operation_id(1)], sequence=2, previous=hash_of(_FIRST.encode())
)
_CARRY_KEY = {
    "id": CARRY,
    "lane": "evidence",
    "ingest": INGEST,
    "ephemeral": base64_of(b"\x04" + bytes(64)),
    "wrapped": base64_of(bytes(60)),
}
_SEALED = bytes(range(40))
_HEAD = '{"format":"fieldwork-push/1","carry_keys":[]}\n'
_NOT_OURS = [
    ("a sign-in page", "<!doctype html><title>Free wifi</title>"),
    ("nothing", ""),
    ("cut short", '{"format":"fieldwork-'),
    ("an object of somebody else", '{"ok":true}'),
    ("null", "null"),
]


def lines() -> Json:
    return {"pushes": [_push(*case) for case in _pushes()], "wrong_pushes": [_no_push(*case) for case in _no_pushes()]}


def _pushes() -> list[tuple[str, str, list[Json], list[Json]]]:
    sealed = base64_of(_SEALED)
    head = compact({"format": "fieldwork-push/1", "carry_keys": [_CARRY_KEY]}) + "\n"
    good = {"header": _FIRST, "header_hash": hash_of(_FIRST.encode()), "carry": CARRY, "sealed": sealed}
    second = {"header": _SECOND, "header_hash": hash_of(_SECOND.encode()), "carry": "", "sealed": ""}

    def bad(line: int, raw: str, code: str) -> Json:
        return {"line": line, "line_hash": hash_of(raw.encode()), "code": code}

    first_line, second_line = f"{_FIRST}\t{CARRY}\t{sealed}", f"{_SECOND}\t\t"
    return [
        ("an empty push", _HEAD, [], []),
        (
            "one operation, and one redacted before it was sent",
            f"{head}{first_line}\n{second_line}\n",
            [_CARRY_KEY],
            [good, second],
        ),
        (
            "wrong lines between good ones",
            f"{head}{first_line}\nnonsense\n\n{{}}\t{CARRY}\t{sealed}\n{_FIRST}\t{CARRY}\n{second_line}\n",
            [_CARRY_KEY],
            [
                good,
                bad(3, "nonsense", "line_not_three_columns"),
                bad(4, "", "line_not_three_columns"),
                bad(5, f"{{}}\t{CARRY}\t{sealed}", "header_wrong_keys"),
                bad(6, f"{_FIRST}\t{CARRY}", "line_not_three_columns"),
                second,
            ],
        ),
        (
            "the last line cut",
            f"{head}{first_line}\n{second_line}",
            [_CARRY_KEY],
            [good, bad(3, second_line, "line_cut")],
        ),
        (
            "a carriage return before the LF",
            f"{head}{second_line}\r\n",
            [_CARRY_KEY],
            [second | {"sealed": base64_of(b"\r")}],
        ),
        (
            "a sealed column that is not Base64 is kept as it came",
            f"{head}{_FIRST}\t{CARRY}\t*not base64*\n",
            [_CARRY_KEY],
            [good | {"sealed": base64_of(b"*not base64*")}],
        ),
    ]


def _push(name: str, raw: str, carry_keys: list[Json], expected: list[Json]) -> Json:
    push = read_push(raw.encode())
    assert [msgspec.to_builtins(key) for key in push.carry_keys] == carry_keys, name
    assert [_line(line) for line in push.lines] == expected, name
    if all(isinstance(line, PushLine) and b"not" not in line.sealed and line.sealed != b"\r" for line in push.lines):
        columns = [(bytes_of(each["header"]), each["carry"], bytes_of({"base64": each["sealed"]})) for each in expected]
        assert write_push([CarryKey(**key) for key in carry_keys], columns) == raw.encode(), name
    return {"name": name, "raw": raw, "carry_keys": carry_keys, "lines": expected}


def _line(line: PushLine | UnreadableLine) -> Json:
    if isinstance(line, UnreadableLine):
        return {"line": line.line_number, "line_hash": line.line_hash, "code": line.code}
    sealed = base64_of(line.sealed)
    return {"header": line.header_raw.decode(), "header_hash": line.header_hash, "carry": line.carry, "sealed": sealed}


def _no_pushes() -> list[tuple[str, Json, str]]:
    line = f"{_SECOND}\t\t\n"
    damaged = compact({"format": "fieldwork-push/1", "carry_keys": [_CARRY_KEY | {"wrapped": None}]}) + "\n"
    return [
        *((name, raw + "\n", "push_head_not_readable") for name, raw in _NOT_OURS),
        ("a head without LF", _HEAD[:-1], "push_head_not_readable"),
        ("another format", _HEAD.replace("push/1", "push/2"), "push_head_not_readable"),
        ("no carry keys", '{"format":"fieldwork-push/1"}\n', "push_head_not_readable"),
        ("a carry key that is not one", damaged, "push_head_not_readable"),
        ("1,001 operations", parts(_HEAD, (line, 1_001)), "push_too_many_operations"),
    ]


def _no_push(name: str, raw: Json, code: str) -> Json:
    told = None
    try:
        read_push(bytes_of(raw))
    except PushProblem as problem:
        told = problem.code
    assert told == code, (name, told, code)
    return {"name": name, "raw": raw, "code": code}


def receipts() -> Json:
    one = {
        "operation": operation_id(1),
        "sequence": 1,
        "verdict": "stored",
        "header_hash": "a" * 64,
        "body_hash": "b" * 64,
    }
    told = [
        one,
        one | {"verdict": "duplicate"},
        one | {"verdict": "held", "body_hash": None, "code": "gap"},
        one | {"verdict": "held", "code": "file_missing"},
        one | {"verdict": "quarantined", "code": "not_assigned"},
        one | {"verdict": "stored", "body_hash": None, "redacted": True},
        {"line": 3, "verdict": "unreadable", "code": "header_not_json", "line_hash": "c" * 64},
    ]
    valid = [("every verdict", told), ("none", [])]
    wrong = [
        *_NOT_OURS,
        ("without epoch", '{"format":"fieldwork-receipts/1","receipts":[]}'),
        ("without format", compact({"epoch": EPOCH, "receipts": []})),
        ("another exchange's answer", compact({"format": "fieldwork-manifest/1", "epoch": EPOCH, "streams": []})),
        ("an unknown verdict", compact(_receipts([one | {"verdict": "lost"}]))),
        ("cut after the first receipt", compact(_receipts([one, one]))[:-90]),
    ]
    for name, raw in wrong:
        _refused(read_receipts, name, raw)
    return {
        "valid": [_receipted(name, each) for name, each in valid],
        "wrong": [{"name": name, "raw": raw} for name, raw in wrong],
    }


def _receipts(each: list[Json]) -> Json:
    return {"format": "fieldwork-receipts/1", "epoch": EPOCH, "receipts": each}


def _receipted(name: str, each: list[Json]) -> Json:
    raw = compact(_receipts(each))
    epoch, read = read_receipts(raw.encode())
    assert epoch == EPOCH
    assert write_receipts(epoch, read) == raw.encode(), name
    return {"name": name, "raw": raw, "epoch": EPOCH, "receipts": each}


def pulls() -> Json:
    head = {"format": "fieldwork-pull/1", "epoch": EPOCH, "scope": VISIT, "lane": "evidence"}
    at = "2025-02-11T18:30:00.125Z"
    body = EMPTY_BODY.decode()
    odd = '{"salt":"000102030405060708090a0b0c0d0e0f","fields":{"text":"caf\u00e9 \u2028 \\ud83d \\u0000 \U0001f600"}}'
    rows = [
        {"position": 13, "received_at": at, "header": _FIRST, "body": body},
        {"position": 14, "received_at": at, "header": _SECOND, "body": None},
        {"position": 15, "received_at": at, "header": _FIRST, "body": odd},
    ]
    full = head | {"after": 12, "last": 15, "more": True}
    page = compact(full) + "\n" + "".join(map(_row_text, rows))
    empty = head | {"after": 15, "last": 15, "more": False}
    wrong = [
        *((name, raw, "answer_not_readable") for name, raw in _NOT_OURS),
        ("without epoch", compact({k: v for k, v in full.items() if k != "epoch"}) + "\n", "answer_not_readable"),
        ("a head without LF", compact(empty), "page_cut"),
        ("cut within a row", page[:-20], "page_cut"),
        ("cut after a row", page[: page.rindex("15\t")], "page_cut"),
        ("cut after the head", compact(full) + "\n", "page_cut"),
        ("a position left out", page.replace("\n14\t", "\n16\t"), "page_not_readable"),
        ("a position twice", page.replace("\n14\t", "\n13\t"), "page_not_readable"),
        ("a position that is no number", page.replace("\n14\t", "\n+14\t"), "page_not_readable"),
        ("three columns", page.replace(f"\t{at}", "", 1), "page_not_readable"),
    ]
    for name, raw, code in wrong:
        _refused(read_pull, name, raw, code)
    return {
        "valid": [
            _page("three operations, one redacted", page, full, rows),
            _page("nothing new", compact(empty) + "\n", empty, []),
        ],
        "wrong": [{"name": name, "raw": raw, "code": code} for name, raw, code in wrong],
    }


def _row_text(row: Json) -> str:
    return f"{row['position']}\t{row['received_at']}\t{row['header']}\t{row['body'] or ''}\n"


def _page(name: str, raw: str, head: Json, rows: list[Json]) -> Json:
    read_head, read_rows = read_pull(raw.encode())
    assert msgspec.to_builtins(read_head) == head, name
    assert [(row.position, row.body) for row in read_rows] == [
        (row["position"], row["body"] and row["body"].encode()) for row in rows
    ], name
    assert write_pull(read_head, read_rows) == raw.encode(), name
    return {"name": name, "raw": raw, "head": head, "rows": rows}


def exchanges() -> Json:
    stream = {"incarnation": TABLET, "person": PERSON, "scope": VISIT, "lane": "evidence"}
    asked = [stream, {"incarnation": PACK, "person": None, "scope": VISIT, "lane": "vault"}]
    gone = [{"count": 9, "highest": 9, "head": "a" * 64, "redacted": [operation_id(1), operation_id(4)]}]
    told = [{"count": 9, "highest": 9, "head": "a" * 64}, {"count": 0, "highest": 0, "head": None}]
    keys = [{"id": INGEST, "lane": "evidence", "public": base64_of(b"\x04" + bytes(64))}]
    streams_raw = compact({"format": "fieldwork-streams/1", "streams": asked})
    manifest_raw = compact({"format": "fieldwork-manifest/1", "epoch": EPOCH, "streams": told})
    gone_raw = compact({"format": "fieldwork-manifest/1", "epoch": EPOCH, "streams": gone})
    keys_raw = compact({"format": "fieldwork-keys/1", "epoch": EPOCH, "ingest": keys})

    assert write_streams(read_streams(streams_raw.encode())) == streams_raw.encode()
    for raw in (manifest_raw, gone_raw):
        assert write_manifest(*read_manifest(raw.encode())) == raw.encode()
    assert write_keys(*read_keys(keys_raw.encode())) == keys_raw.encode()
    negative = manifest_raw.replace('"count":9', '"count":-9')
    no_id = gone_raw.replace(operation_id(4), "these words")
    no_list = manifest_raw.replace('"head":null', '"head":null,"redacted":true')
    wrong_manifests = [
        *_NOT_OURS,
        ("another format", keys_raw),
        ("a negative count", negative),
        ("something redacted that is no operation", no_id),
        ("redacted, but no list", no_list),
    ]
    wrong_keys = [*_NOT_OURS, ("another format", manifest_raw), ("without epoch", keys_raw.replace("epoch", "era"))]
    for name, raw in wrong_manifests:
        _refused(read_manifest, name, raw)
    for name, raw in wrong_keys:
        _refused(read_keys, name, raw)
    return {
        "streams": [{"name": "a tablet's and an import's", "raw": streams_raw, "streams": asked}],
        "manifests": [
            {"name": "one known, one not", "raw": manifest_raw, "epoch": EPOCH, "streams": told},
            {"name": "two operations redacted", "raw": gone_raw, "epoch": EPOCH, "streams": gone},
        ],
        "keys": [{"name": "one lane", "raw": keys_raw, "epoch": EPOCH, "ingest": keys}],
        "wrong_manifests": [{"name": name, "raw": raw} for name, raw in wrong_manifests],
        "wrong_keys": [{"name": name, "raw": raw} for name, raw in wrong_keys],
    }


def _refused(read: Callable[[bytes], object], name: str, raw: str, code: str = "answer_not_readable") -> None:
    told = None
    try:
        read(raw.encode())
    except AnswerProblem as problem:
        told = problem.code
    assert told == code, (name, told, code)

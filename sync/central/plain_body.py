"""The body as nearly every note has it, read several times as fast as `body.py` reads any.

It may answer only what `read_body` answers, and says None to everything else; the words themselves are the same either way.
Step 6 of the life of one note, for each of a thousand lines. Source: PROTOCOL.md 1.2.
"""

from __future__ import annotations

import re

import orjson

_begins_with_salt = re.compile(rb'\{"salt":"[0-9a-f]{32}","fields":\{').match
_are_names = re.compile("[a-z0-9_]*").fullmatch
MOST_PLAIN_NUMBER = 10**15
MOST_KNOWN_NAMES = 256
_known_names: set[tuple[str, ...]] = set()
"""Names that were looked at: a form writes the same ones every time."""
_PLAIN = frozenset({str, int, bool, type(None)})


def plain_fields(body: bytes, kind: str) -> dict[str, object] | None:
    """The fields of a body as nearly all are, as `read_body` gives them and several times as fast; None for any other.

    Texts, booleans, nulls and numbers that are surely whole and in reach, in a body without an escape. Quotation marks
    then stand around keys and texts and nowhere else, so their number shows a key that came twice.
    """
    if b"\\" in body or b"\t" in body or b"\n" in body or b"\r" in body or not _begins_with_salt(body):
        return None
    try:
        whole = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    fields: dict[str, object] = whole["fields"]
    kinds = list(map(type, fields.values()))
    # "salt", its text and "fields" are three more.
    if len(whole) != 2 or body.count(b'"') != 2 * (3 + len(fields) + kinds.count(str)) or not _PLAIN.issuperset(kinds):
        return None
    if int in kinds:
        for value in fields.values():
            if type(value) is int and not -MOST_PLAIN_NUMBER < value < MOST_PLAIN_NUMBER:
                return None
    names = tuple(fields)
    if names not in _known_names:
        if "" in fields or not _are_names("".join(fields)):
            return None
        if len(_known_names) < MOST_KNOWN_NAMES:
            _known_names.add(names)
    return None if fields and kind in ("withdraw", "redact") else fields

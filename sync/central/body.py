"""The body of an operation: the words themselves, as the exact bytes that their author wrote.

It is read here after a sealed body was opened (step 6 of the life of one note), and written here when central or an
import is the author. What was typed stays as typed: a NUL or half of a surrogate pair is an escape in the bytes, comes
back as it was, and only `shown` puts U+FFFD in its place. Nothing here may refuse words for how they look.
Source: PROTOCOL.md 1.2.
"""

import json
import math
import re
from collections.abc import Mapping
from json.encoder import encode_basestring

from sync.central.header import MOST_BODY_BYTES

MOST_DEPTH = 16
LARGEST_WHOLE_NUMBER = 2**53
"""A number in digits beyond it is another number in JavaScript, so nobody may write one."""

_begins_with_salt = re.compile(rb'\{"salt":"[0-9a-f]{32}","fields":\{').match
_is_name = re.compile("[a-z0-9_]+").fullmatch
_unshowable = re.compile("[\x00\ud800-\udfff]")


class BodyProblem(Exception):
    """The bytes are no body as in PROTOCOL 1.2. `code` is permanent; to a carrier they are all `body_not_readable`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_body(raw: bytes, kind: str | None = None) -> dict[str, object]:
    """The fields of a body, in their order, each value as JSON gives it; a lone surrogate is kept in the str.

    With the header's `kind` it also refuses fields in a `withdraw` or `redact`. Raises BodyProblem: `body_too_long`,
    `body_has_line_break` (TAB, CR or LF), `body_not_utf8`, `body_not_json`, `body_duplicate_key`, `body_wrong_number`
    (not finite, or in digits and beyond 2^53), `body_wrong_shape` (not beginning with salt and fields, or holding
    more), `body_wrong_field_name`, `body_too_deep`, `body_has_fields`.
    """
    whole = _parsed(raw)
    fields = whole.get("fields")
    if not _begins_with_salt(raw) or len(whole) != 2 or not isinstance(fields, dict):
        raise BodyProblem("body_wrong_shape")
    if not all(map(_is_name, fields)):
        raise BodyProblem("body_wrong_field_name")
    # Fewer brackets than the limit cannot be nested beyond it; only unusual bodies are walked.
    if raw.count(b"[") + raw.count(b"{") - 2 > MOST_DEPTH and any(_is_too_deep(each, 0) for each in fields.values()):
        raise BodyProblem("body_too_deep")
    if fields and kind in ("withdraw", "redact"):
        raise BodyProblem("body_has_fields")
    return fields


def _parsed(raw: bytes) -> dict[str, object]:
    if len(raw) > MOST_BODY_BYTES:
        raise BodyProblem("body_too_long")
    if b"\n" in raw or b"\r" in raw or b"\t" in raw:
        raise BodyProblem("body_has_line_break")
    try:
        whole = _decode(raw.decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise BodyProblem("body_not_utf8") from problem
    except RecursionError as problem:
        raise BodyProblem("body_too_deep") from problem
    except json.JSONDecodeError as problem:
        raise BodyProblem("body_not_json") from problem
    if not isinstance(whole, dict):
        raise BodyProblem("body_not_json")
    return whole


def write_body(fields: Mapping[str, object], salt: bytes) -> bytes:
    """The bytes that JavaScript's `JSON.stringify({salt, fields})` gives for the same keys in the same order.

    (JavaScript itself puts keys that are whole numbers first; no field is named so.) Values are str, int, float, bool,
    None, and mappings, lists and tuples of them. Raises BodyProblem where `read_body` would, and TypeError for anything
    that is not JSON. `salt` is 16 random bytes: it keeps the hash silent about the words.
    """
    if len(salt) != 16:
        raise BodyProblem("body_wrong_shape")
    text = f'{{"salt":"{salt.hex()}","fields":{_written(fields, -1)}}}'
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError:
        # Two halves side by side are one character to JavaScript; what is left over is written as an escape.
        raw = _joined(text).encode("utf-8", "backslashreplace")
    if len(raw) > MOST_BODY_BYTES:
        raise BodyProblem("body_too_long")
    if not all(map(_is_name, fields)):
        raise BodyProblem("body_wrong_field_name")
    return raw


def shown(value: object) -> object:
    """The value for a screen, an index or a database column: U+0000 and lone surrogates become U+FFFD, at any depth.

    The operation's own bytes keep what was typed. Keys that would fall together are kept apart by further U+FFFD.
    """
    if isinstance(value, str):
        return _unshowable.sub("\ufffd", value)
    if isinstance(value, list | tuple):
        return [shown(each) for each in value]
    if isinstance(value, Mapping):
        result: dict[str, object] = {}
        for key, each in value.items():
            key = _unshowable.sub("\ufffd", key)
            while key in result:
                key += "\ufffd"
            result[key] = shown(each)
        return result
    return value


def same_as_json(value: object) -> str:
    """Equal for values that are equal as JSON: 1 is 1.0 but not true, and the order of keys is nothing."""
    if isinstance(value, Mapping):
        members = sorted((encode_basestring(_joined(key)), same_as_json(each)) for key, each in value.items())
        return "{" + ",".join(f"{key}:{each}" for key, each in members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(same_as_json, value)) + "]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _scalar(_joined(value) if isinstance(value, str) else value)


def _joined(text: str) -> str:
    """Two halves of a surrogate pair that stand side by side become their character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _written(value: object, depth: int) -> str:
    if isinstance(value, Mapping | list | tuple):
        if depth >= MOST_DEPTH:
            raise BodyProblem("body_too_deep")
        if not isinstance(value, Mapping):
            return "[" + ",".join([_written(each, depth + 1) for each in value]) + "]"
        return "{" + ",".join([f"{_text(key)}:{_written(each, depth + 1)}" for key, each in value.items()]) + "}"
    return _scalar(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a key is text, not {type(value).__name__}")
    return encode_basestring(value)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _number(value: int | float) -> str:
    """A number as JavaScript writes it: ECMA-262, Number::toString."""
    if not math.isfinite(value if isinstance(value, float) else 0):
        raise BodyProblem("body_wrong_number")
    if value == int(value) and (isinstance(value, int) or abs(value) < 1e21):
        return str(_in_reach(int(value)))
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    if int(exponent) > 0:
        return f"{mantissa}e{int(exponent):+d}"
    # Fractions below 0.0001: JavaScript writes them out down to 0.000001.
    digits = mantissa.lstrip("-").replace(".", "")
    sign = "-" if value < 0 else ""
    zeros = -int(exponent) - 1
    if zeros < 6:
        return f"{sign}0.{'0' * zeros}{digits}"
    return f"{mantissa}e{int(exponent)}"


def _in_reach(number: int) -> int:
    if abs(number) > LARGEST_WHOLE_NUMBER:
        raise BodyProblem("body_wrong_number")
    return number


def _whole_number(text: str) -> int:
    if len(text) > 17:
        raise BodyProblem("body_wrong_number")
    return _in_reach(int(text))


def _fraction(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise BodyProblem("body_wrong_number")
    return number


def _no_constant(_name: str) -> object:
    raise BodyProblem("body_not_json")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BodyProblem("body_duplicate_key")
    return result


def _is_too_deep(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        return depth >= MOST_DEPTH or any(_is_too_deep(each, depth + 1) for each in value.values())
    if isinstance(value, list):
        return depth >= MOST_DEPTH or any(_is_too_deep(each, depth + 1) for each in value)
    return False


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_whole_number, parse_float=_fraction
).decode

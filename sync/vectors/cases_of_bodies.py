"""Bodies: fields, bytes and hash, odd text first of all; and bytes that are no body (PROTOCOL.md 1.2).

The expected bytes are written by hand (`raw`), not taken from the writer.
"""

from collections.abc import Mapping

from sync.central.body import BodyProblem, read_body, shown, write_body
from sync.central.header import hash_of
from sync.vectors.plain import SALT, Json, base64_of, bytes_of, parts

_OPEN = '{"salt":"' + SALT + '","fields":'


def bodies() -> Json:
    return {
        "valid": [_valid(*case) for case in _written()]
        + _long()
        + [_valid(*case, written=False) for case in _only_read()],
        "wrong": [_wrong(*case) for case in _no_bodies()]
        + [
            _wrong("fields in a " + kind, _OPEN + '{"a":1}}', "body_has_fields", kind)
            for kind in ("withdraw", "redact")
        ],
        "not_written": [_not_written(*case) for case in _refused()],
        "shown": [_shown(*case) for case in _seen()],
    }


def _valid(name: str, fields: Mapping[str, object], fields_text: str, *, written: bool = True) -> Json:
    raw = (_OPEN + fields_text + "}").encode("utf-8")
    assert read_body(raw) == fields, name
    assert list(read_body(raw)) == list(fields), name
    assert not written or write_body(fields, bytes.fromhex(SALT)) == raw, name
    return {
        "name": name,
        "salt": SALT,
        "fields": fields,
        "raw": raw.decode("utf-8"),
        "body_hash": hash_of(raw),
        "body_bytes": len(raw),
        "written": written,
    }


def _written() -> list[tuple[str, dict[str, object], str]]:
    text = "text"
    nested: object = 1
    for _ in range(16):
        nested = [nested]
    return [
        ("nothing", {}, "{}"),
        ("plain words", {text: "He said he felt safe."}, '{"text":"He said he felt safe."}'),
        ("an empty text", {text: ""}, '{"text":""}'),
        ("a field cleared", {text: None}, '{"text":null}'),
        ("true and false", {"a": True, "b": False}, '{"a":true,"b":false}'),
        ("order as given", {"b": 1, "a": 2}, '{"b":1,"a":2}'),
        ("a NUL", {text: "a\x00b"}, '{"text":"a\\u0000b"}'),
        ("a lone high surrogate", {text: "a\ud83d"}, '{"text":"a\\ud83d"}'),
        ("a lone low surrogate", {text: "\ude00b"}, '{"text":"\\ude00b"}'),
        ("two halves in the wrong order", {text: "\ude00\ud83d"}, '{"text":"\\ude00\\ud83d"}'),
        ("a lone surrogate beside a whole emoji", {text: "\ud83d\U0001f600"}, '{"text":"\\ud83d\U0001f600"}'),
        ("control characters", {text: "\b\t\n\f\r\x01\x1f\x7f"}, '{"text":"\\b\\t\\n\\f\\r\\u0001\\u001f\x7f"}'),
        ("quote and backslash", {text: 'a"b\\c/d'}, '{"text":"a\\"b\\\\c/d"}'),
        ("words that look like a key", {text: '":"":'}, '{"text":"\\":\\"\\":"}'),
        ("composed", {text: "caf\u00e9"}, '{"text":"caf\u00e9"}'),
        ("decomposed", {text: "cafe\u0301"}, '{"text":"cafe\u0301"}'),
        (
            "right to left",
            {text: "\u0645\u0631\u062d\u0628\u0627 \u202ex"},
            '{"text":"\u0645\u0631\u062d\u0628\u0627 \u202ex"}',
        ),
        (
            "a family in one emoji",
            {text: "\U0001f468\u200d\U0001f469\u200d\U0001f467"},
            '{"text":"\U0001f468\u200d\U0001f469\u200d\U0001f467"}',
        ),
        ("line and paragraph separators", {text: "a\u2028b\u2029c"}, '{"text":"a\u2028b\u2029c"}'),
        ("U+FFFE, U+FFFF and U+FEFF", {text: "\ufffe\uffff\ufeff"}, '{"text":"\ufffe\uffff\ufeff"}'),
        ("a formula and markup", {text: '=1+1 <b onx="y">&amp;'}, '{"text":"=1+1 <b onx=\\"y\\">&amp;"}'),
        ("odd text in a key within", {"a": {"\x00\ud800": 1}}, '{"a":{"\\u0000\\ud800":1}}'),
        (
            "whole numbers",
            {"a": 0, "b": -1, "c": 2**53, "d": -(2**53)},
            '{"a":0,"b":-1,"c":9007199254740992,"d":-9007199254740992}',
        ),
        ("fractions", {"a": 0.5, "b": -1.25, "c": 0.1, "d": 0.000001}, '{"a":0.5,"b":-1.25,"c":0.1,"d":0.000001}'),
        (
            "small and large",
            {"a": 1e-7, "b": 1.5e-7, "c": 5e-324, "d": 1e21, "e": 1.5e300},
            '{"a":1e-7,"b":1.5e-7,"c":5e-324,"d":1e+21,"e":1.5e+300}',
        ),
        ("lists and objects", {"a": [1, [], {}, {"b": [None]}]}, '{"a":[1,[],{},{"b":[null]}]}'),
        ("16 deep", {"a": nested}, '{"a":' + "[" * 16 + "1" + "]" * 16 + "}"),
        (
            "many brackets, none deep",
            {"a": [[], [], [], [], [], [], [], [], [], []] * 2},
            '{"a":[' + ",".join(["[]"] * 20) + "]}",
        ),
        (
            "names that objects have anyway",
            {"__proto__": 1, "constructor": {"__proto__": "x"}},
            '{"__proto__":1,"constructor":{"__proto__":"x"}}',
        ),
        ("a name of digits", {"7": 1}, '{"7":1}'),
    ]


def _only_read() -> list[tuple[str, dict[str, object], str]]:
    return [
        ("spaces between tokens", {"a": [1, 2]}, '{ "a" : [ 1 , 2 ] } '),
        ("escapes that nobody needs", {"text": "a/é"}, '{"text":"\\u0061\\/\\u00e9"}'),
        ("an emoji as two escapes", {"text": "\U0001f600"}, '{"text":"\\ud83d\\ude00"}'),
        ("an escape in capitals", {"text": "\ud800"}, '{"text":"\\uD800"}'),
        ("a name as an escape", {"text": 1}, '{"\\u0074ext":1}'),
        ("other ways to write a number", {"a": 1, "b": 100, "c": 0}, '{"a":1.0,"b":1E2,"c":-0}'),
        ("large, but not in digits", {"a": 1e20}, '{"a":1e20}'),
    ]


def _long() -> list[Json]:
    cases = []
    for name, character, times in (("40,000 characters", "\u00e4", 40_000), ("a MiB of marks", "\u0301", 524_288)):
        raw = parts(_OPEN + '{"text":"', (character, times), '"}}')
        body = bytes_of(raw)
        assert write_body({"text": character * times}, bytes.fromhex(SALT)) == body
        rule = {"text": {"repeat": character, "times": times}}
        case = {"name": name, "salt": SALT, "fields_by_rule": rule, "raw": raw}
        cases.append(case | {"body_hash": hash_of(body), "body_bytes": len(body), "written": True})
    return cases


def _wrong(name: str, raw: Json, code: str, kind: str | None = None) -> Json:
    told = None
    try:
        read_body(bytes_of(raw), kind)
    except BodyProblem as problem:
        told = problem.code
    assert told == code, (name, told, code)
    return {"name": name, "raw": raw, "code": code} | ({"kind": kind} if kind else {})


def _no_bodies() -> list[tuple[str, Json, str]]:
    plain = _OPEN + '{"text":"x"}}'
    raw = plain.encode()
    return [
        ("nothing", "", "body_not_json"),
        ("cut short", plain[:-1], "body_not_json"),
        ("something after it", plain + "x", "body_not_json"),
        ("NaN", _OPEN + '{"a":NaN}}', "body_not_json"),
        ("Infinity", _OPEN + '{"a":-Infinity}}', "body_not_json"),
        ("a leading zero", _OPEN + '{"a":01}}', "body_not_json"),
        ("a comma at the end", _OPEN + '{"a":1,}}', "body_not_json"),
        ("a raw control character", _OPEN + '{"a":"\x01"}}', "body_not_json"),
        ("a raw NUL", _OPEN + '{"a":"\x00"}}', "body_not_json"),
        ("a byte order mark", {"base64": base64_of(b"\xef\xbb\xbf" + raw)}, "body_not_json"),
        ("a list", "[]", "body_not_json"),
        ("a byte that is not UTF-8", {"base64": base64_of(raw.replace(b"x", b"\xff"))}, "body_not_utf8"),
        ("a surrogate as bytes", {"base64": base64_of(raw.replace(b"x", b"\xed\xa0\x80"))}, "body_not_utf8"),
        ("an overlong slash", {"base64": base64_of(raw.replace(b"x", b"\xc0\xaf"))}, "body_not_utf8"),
        ("a TAB", plain.replace(":{", ":{\t"), "body_has_line_break"),
        ("a CR", plain.replace(":{", ":{\r"), "body_has_line_break"),
        ("a LF at its end", plain + "\n", "body_has_line_break"),
        ("no salt", '{"fields":{}}', "body_wrong_shape"),
        ("no fields", '{"salt":"' + SALT + '"}', "body_wrong_shape"),
        ("fields before the salt", '{"fields":{},"salt":"' + SALT + '"}', "body_wrong_shape"),
        ("a third key", _OPEN + '{},"x":1}', "body_wrong_shape"),
        ("fields that are a list", _OPEN + "[]}", "body_wrong_shape"),
        ("a short salt", '{"salt":"00","fields":{}}', "body_wrong_shape"),
        ("a salt in capitals", plain.replace("0a0b", "0A0B"), "body_wrong_shape"),
        ("a space before the salt", plain.replace('{"salt"', '{ "salt"'), "body_wrong_shape"),
        ("the salt twice", plain[:-1] + ',"salt":"' + SALT + '"}', "body_duplicate_key"),
        ("a field twice", _OPEN + '{"a":1,"a":2}}', "body_duplicate_key"),
        ("a field twice, once as an escape", _OPEN + '{"a":1,"\\u0061":2}}', "body_duplicate_key"),
        ("a key twice, deep inside", _OPEN + '{"a":[{"b":{"c":1,"d":2,"c":1}}]}}', "body_duplicate_key"),
        ("a key twice, with a space", _OPEN + '{"a":{"b" :"\\":","b":2}}}', "body_duplicate_key"),
        ("an empty name", _OPEN + '{"":1}}', "body_wrong_field_name"),
        ("a name with a capital", _OPEN + '{"Text":1}}', "body_wrong_field_name"),
        ("a name with a hyphen", _OPEN + '{"a-b":1}}', "body_wrong_field_name"),
        ("a number beyond 2^53", _OPEN + '{"a":9007199254740993}}', "body_wrong_number"),
        ("a number beyond -2^53, deep inside", _OPEN + '{"a":[{"b":-9007199254740993}]}}', "body_wrong_number"),
        ("5,000 digits", parts(_OPEN + '{"a":', ("9", 5_000), "}}"), "body_wrong_number"),
        ("a number that is infinite", _OPEN + '{"a":1e400}}', "body_wrong_number"),
        ("17 deep", _OPEN + '{"a":' + "[" * 17 + "]" * 17 + "}}", "body_too_deep"),
        ("17 deep, lists and objects", _OPEN + '{"a":' + '[{"b":' * 8 + "[1]" + "}]" * 8 + "}}", "body_too_deep"),
        ("100,000 deep", parts(_OPEN + '{"a":', ("[", 100_000), ("]", 100_000), "}}"), "body_too_deep"),
        (
            "a byte more than 4 MiB",
            parts(_OPEN + '{"a":"', ("x", 4 * 1024 * 1024 + 1 - len(_OPEN) - 9), '"}}'),
            "body_too_long",
        ),
    ]


def _not_written(name: str, fields: dict[str, object]) -> Json:
    try:
        write_body(fields, bytes.fromhex(SALT))
    except BodyProblem:
        return {"name": name, "fields": fields}
    raise AssertionError(f"{name} was written")


def _refused() -> list[tuple[str, dict[str, object]]]:
    deep: object = []
    for _ in range(16):
        deep = {"a": deep}
    return [
        ("a name with a capital", {"Text": 1}),
        ("an empty name", {"": 1}),
        ("a number that JavaScript writes in digits, beyond 2^53", {"a": 1e20}),
        ("17 deep", {"a": deep}),
    ]


def _shown(name: str, value: object, expected: object) -> Json:
    assert shown(value) == expected, name
    return {"name": name, "value": value, "shown": expected}


def _seen() -> list[tuple[str, object, object]]:
    return [
        ("plain words", "caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600"),
        ("a NUL", "a\x00b", "a\ufffdb"),
        ("lone surrogates", "\ud800a\udfff", "\ufffda\ufffd"),
        ("two halves in the wrong order", "\ude00\ud83d", "\ufffd\ufffd"),
        ("other control characters stay", "\x01\t\x7f\ufffe", "\x01\t\x7f\ufffe"),
        (
            "at any depth, keys as well",
            {"a": [{"\x00": "\ud800"}], "n": 1, "x": None},
            {"a": [{"\ufffd": "\ufffd"}], "n": 1, "x": None},
        ),
    ]

"""What a template may use: the names that both renderers know.

The runtime under `static/tablet/rendering/` implements exactly these filters, tests, globals and methods. A test compares the
lists with the runtime's own, so a name cannot be added on one side only. Left out on purpose: `random` (no two renderings
agree), `pprint`, `urlize`, `wordwrap` and `striptags` (their rules need tables or line breaking that Python alone has).
"""

from __future__ import annotations

FILTERS = frozenset(
    [
        "abs",
        "attr",
        "batch",
        "capitalize",
        "center",
        "count",
        "d",
        "default",
        "dictsort",
        "e",
        "escape",
        "filesizeformat",
        "first",
        "float",
        "forceescape",
        "format",
        "groupby",
        "indent",
        "int",
        "items",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "replace",
        "reverse",
        "round",
        "safe",
        "select",
        "selectattr",
        "slice",
        "sort",
        "string",
        "sum",
        "title",
        "tojson",
        "trim",
        "truncate",
        "unique",
        "upper",
        "urlencode",
        "wordcount",
        "xmlattr",
        "nl2br",
        "plural",
        "thousands",
    ]
)

TESTS = frozenset(
    [
        "boolean",
        "callable",
        "defined",
        "divisibleby",
        "escaped",
        "even",
        "false",
        "filter",
        "float",
        "in",
        "integer",
        "iterable",
        "lower",
        "mapping",
        "none",
        "number",
        "odd",
        "sameas",
        "sequence",
        "string",
        "test",
        "true",
        "undefined",
        "upper",
        "==",
        "eq",
        "equalto",
        "!=",
        "ne",
        ">",
        "gt",
        "greaterthan",
        ">=",
        "ge",
        "<",
        "lt",
        "lessthan",
        "<=",
        "le",
    ]
)

GLOBALS = frozenset({"range", "dict", "cycler", "joiner", "namespace"})

# Jinja2 looks for an attribute of the object before it looks for a key, so `row.items` is a method of the dict and never the
# key "items". Without a call that is always a mistake.
DICT_METHODS = frozenset(
    {"clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"}
)

# Filters and tests that name another filter or test in an argument: their names are checked as well.
FILTERS_NAMING_A_FILTER = {"map": 0}
FILTERS_NAMING_A_TEST = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}

LARGEST_SAFE_INTEGER = 2**53 - 1

"""Values that nobody thought of: text, truth, order and printing agree on random JSON, in a few batches through Node."""

from __future__ import annotations

import random
from typing import Any

import jinja2
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fieldwork.templating.environment import make_environment
from tests.templating.both_renderers import Case, differences, render_at_the_office, render_on_the_tablet

# Unassigned code points differ between versions of Unicode; lone surrogates cannot be written as UTF-8 at all.
_WORDS = st.text(
    alphabet=st.one_of(
        st.sampled_from("aA bB\"'&<>\\\n\r\t\x85\u2028\u3000éßẞİσΣǆ😀👨‍👩‍👧\u0301.,-_%{}0123456789"),
        st.characters(exclude_categories=("Cs", "Cn")),
    ),
    max_size=12,
)
_KEYS = _WORDS.filter(lambda key: key != "__proto__" and not (key.isdecimal() and str(int(key)) == key))
_PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: not value.is_integer()),
    _WORDS,
)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=8,
)

_SOURCE = """\
{{ v }}|{{ v|e }}|{{ [v] }}|{{ 'true' if v else 'false' }}|{{ v == w }}|{{ v|string == w|string }}|
{{ [v, w, v]|map('string')|list|sort }}
{{ v|string|upper }}|{{ v|string|lower }}|{{ v|string|title }}|{{ v|string|capitalize }}|{{ v|string|trim }}|{{ v|string|length }}
{{ (v|string).split() }}|{{ (v|string).splitlines() }}|{{ (v|string)[1:4] }}|{{ (v|string)[::-1] }}
{{ (v|string)|truncate(6, true, '', 0) }}
{{ v|tojson }}|{{ v|string|urlencode }}|{{ v|string|nl2br }}|{{ v|string|indent }}|{{ v is mapping }}{{ v is number }}{{ v is string }}
{{ (v|string) < (w|string) }}{{ v|string is upper }}{{ v|string is lower }}|{{ (v|string).isalnum() }}
"""


def _random_pairs(count: int) -> list[tuple[Any, Any]]:
    """Pairs of values, drawn by hypothesis one at a time and gathered, because one Node process renders them all."""
    pairs: list[tuple[Any, Any]] = []

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_VALUES, _VALUES)
    def gather(first: Any, second: Any) -> None:
        pairs.append((first, second))

    gather()
    return pairs


def test_random_values_print_compare_and_hold_true_alike() -> None:
    environment = make_environment("templates", extra_loaders=[jinja2.DictLoader({"random.html": _SOURCE})])
    pairs = _random_pairs(500)
    cases = [Case(repr(pair), "random.html", {"v": pair[0], "w": pair[1]}) for pair in pairs]

    office = render_at_the_office(environment, cases)
    tablet = render_on_the_tablet(environment, cases)

    assert len(cases) >= 300
    assert [answer.message for answer in office if answer.fault] == []
    assert differences(cases, office, tablet)[:3] == []


_NUMBERS = """\
{{ '%.2f|%.0f|%e|%g|%5.1f|%+.3g|%d' % (f, f, f, f, f, f, f) }}|{{ f|round }}|{{ f|round(2) }}|{{ f|round(-1) }}
{{ f|round(1, 'ceil') }}|{{ f|round(2, 'floor') }}|{{ '{:.3f}|{:,.1f}|{:g}|{:>12}|{:%}|{:,}'.format(f, f, f, f, f, f) }}
{{ f // 3 }}|{{ f % 7 }}|{{ f * n }}|{{ n / 7 }}|{{ n // 7 }}|{{ n % -7 }}|{{ f|int }}|{{ n|round(-2) }}|{{ n|filesizeformat }}
{{ '{:08d}|{:x}|{:+,d}|{:^9}'.format(n, n, n, n) }}|{{ '%05d|%-6d|%#x|%o|% d' % (n, n, n, n, n) }}|{{ f < n }}{{ [f, n]|sort }}
{{ f|tojson }}|{{ n|float }}|{{ (n|string)|int }}|{{ (f|string)|float }}|{{ n|thousands }}
"""

_METHODS = """\
{{ s.split(t or 'x') }}|{{ s.split(t or 'x', 1) }}|{{ s.rsplit(t or 'x', 2) }}|{{ s.split(none, 1) }}|{{ s.rsplit(none, 1) }}
{{ s.find(t) }}|{{ s.rfind(t) }}|{{ s.find(t, -4, 9) }}|{{ s.count(t, 1) }}|{{ s.replace(t, '$&') }}|{{ s.replace(t, '<', 1) }}
{{ s.center(w) }}|{{ s.ljust(w) }}|{{ s.rjust(w, '-') }}|{{ s.zfill(w) }}|{{ s.strip(t) }}|{{ s.lstrip(t) }}|{{ s.rstrip(t) }}
{{ s|truncate(8) }}|{{ s|truncate(4, true, '', 0) }}|{{ s|indent(2, true, true) }}|{{ s|wordcount }}|{{ s|title }}|{{ s.title() }}
{{ s.partition(t or 'x') }}|{{ s.rpartition(t or 'x') }}|{{ s.startswith(t) }}|{{ s.removesuffix(t) }}|{{ s.splitlines(true) }}
{{ s[a:b] }}|{{ s[a:b:c] }}|{{ s[a]|default('-') }}|{{ (s|e)[a:b] }}|{{ (s|e).replace(t, '<') }}|{{ (s|e)|truncate(9) }}
{{ s in t }}{{ t in s }}{{ s < t }}{{ s >= t }}|{{ s|list|batch(3, t)|list }}|{{ s|list|slice(3)|list }}|{{ {s: t} }}
{{ '%10s|%-7s|%.3s|%r' % (s, s, s, s) }}|{{ '{:>9}|{:^9}|{:.2}|{!r}'.format(s, s, s, s) }}|{{ ('<b>%s</b>'|safe) % s }}
"""


def test_random_text_and_numbers_go_through_every_method_alike() -> None:
    environment = make_environment(
        "templates", extra_loaders=[jinja2.DictLoader({"numbers.html": _NUMBERS, "methods.html": _METHODS})]
    )
    chance = random.Random(191)
    cases = [
        Case(f"{f!r} {n}", "numbers.html", {"f": f, "n": n})
        for f, n in ((_fraction(chance), chance.randint(-(10**6), 10**6)) for _ in range(400))
    ]
    for _ in range(600):
        context: dict[str, Any] = {"s": _word(chance, 16), "t": _word(chance, 2), "w": chance.randint(0, 20)}
        context |= {"a": chance.randint(-8, 8), "b": chance.randint(-8, 12), "c": chance.choice([-2, -1, 1, 2, 3])}
        cases.append(Case(repr(context), "methods.html", context))

    office = render_at_the_office(environment, cases)
    tablet = render_on_the_tablet(environment, cases)

    assert [answer.message for answer in office if answer.fault] == []
    assert differences(cases, office, tablet)[:3] == []


def _fraction(chance: random.Random) -> float:
    """A fraction, often a tie of rounding; never whole, because JSON would make that an integer on one side."""
    value = chance.choice(
        [
            chance.randint(-10, 10) + 0.5,
            chance.randint(-1000, 1000) / 8,
            chance.randint(-300, 300) / 100,
            chance.gauss(0, 1e5),
        ]
    )
    return value + 0.25 if value.is_integer() else value


def _word(chance: random.Random, longest: int) -> str:
    letters = "aAb  xXß\n\t\"'<&é😀 Σσ-._/\u3000\u0301İ1ﬁ"
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, longest)))

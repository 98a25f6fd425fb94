"""Language probes: one line of template each, for everything the compiler claims to carry to the tablet.

A probe is a source and a context; `LENIENT` ones are rendered as the GOV.UK components are. `FAULTS` are lines that must go
wrong on both sides in the same way. `LIBRARY` holds the templates that the probes extend, include and import.
"""

# ruff: noqa: E501 - one probe is one line.

from __future__ import annotations

from typing import Any

import jinja2

from tests.templating.both_renderers import Case

WORDS: dict[str, Any] = {
    "name": 'Asha & Ben <b>"quoted"</b> it\'s',
    "text": "one two  three\nfour\tfive",
    "family": "👨‍👩‍👧 é e\u0301 ẞ ß İ",
    "n": 3,
    "zero": 0,
    "minus": -7,
    "half": 0.5,
    "big": 26431,
    "yes": True,
    "no": False,
    "none": None,
    "empty": "",
    "xs": [3, 1, 2],
    "names": ["beth", "Adam", "carl", "adam"],
    "nothing": [],
    "d": {"b": 1, "a": 2, "items": "key called items", "C": 3},
    "rows": [
        {"who": "Ann", "area": "B", "n": 2, "tags": ["x", "y"]},
        {"who": "bob", "area": "A", "n": 1, "tags": []},
        {"who": "Cy", "area": "b", "n": 2, "tags": ["z"]},
    ],
    "tree": [{"t": "one", "c": [{"t": "two", "c": [{"t": "three", "c": []}]}]}, {"t": "four", "c": []}],
}

LIBRARY: dict[str, str] = {
    "p/base.html": "<{% block title %}Base {{ n }}{% endblock %}|{% block body %}b{% block inner %}i{% endblock %}{% endblock %}>",
    "p/middle.html": "{% extends 'p/base.html' %}{% block title %}M:{{ super() }}{% endblock %}{% set outside = 9 %}dropped",
    "p/other.html": "other[{% block title %}{% endblock %}]",
    "p/required.html": "{% block must required %}{% endblock %}",
    "p/part.html": "part:{{ n }}{{ local is defined and local or '-' }}",
    "p/loop_part.html": "{{ item }};",
    "p/alone.html": "alone {{ n is defined }}",
    "p/macros.html": (
        "{% macro field(label, value='', kind='text', required=false) %}<{{ kind }} {{ label }}={{ value }}"
        "{{ ' required' if required }}>{% endmacro %}"
        "{% macro box() %}[{{ caller() }}]{% endmacro %}"
        "{% macro each(xs) %}{% for x in xs %}{{ caller(x, loop.index) }}{% endfor %}{% endmacro %}"
        "{% macro all() %}{{ varargs|join(',') }}/{{ kwargs|dictsort|list }}{% endmacro %}"
        "{% macro uses_context() %}{{ n is defined }}{% endmacro %}"
        "{% set exported = 'yes' %}{% set _private = 'no' %}{% macro _hidden() %}{% endmacro %}printed"
    ),
    "p/scoped.html": "{% for x in xs %}{% block item scoped %}{{ x }}{{ loop.index }}{% endblock %},{% endfor %}",
    "p/unscoped.html": "{% for x in xs %}{% block item %}{{ x is defined }}{% endblock %},{% endfor %}",
    "p/self.html": "{% block a %}A{{ n }}{% endblock %}{{ self.a() }}{{ self.a()|upper }}",
}

SOURCES: list[str] = [
    # Printing and escaping
    "{{ name }}", "{{ name|safe }}", "{{ name|e }}", "{{ name|e|e }}", "{{ name|forceescape }}", "{{ (name|safe)|forceescape }}",
    "{{ yes }} {{ no }} {{ none }} {{ n }} {{ minus }} {{ half }}", "{{ 1.0 }} {{ 1e20 }} {{ 1e-5 }} {{ 123456789.123 }} {{ 1e16 }} {{ 1e15 }}",
    "{{ [1, 'a', none, true, 2.0] }}", "{{ (1,) }} {{ (1, 'b') }} {{ () }}", "{{ {'a': 1, 'b': [name]} }}", "{{ {1: 'x', '2': 'y', 0: 'z'} }}",
    "{{ ['it\\'s', '\"', 'both \\' and \"', '\\\\', '\\n\\t', '\\u00e9\\u200b\\x7f'] }}", "{{ d }}", "{{ rows[0] }}", "{{ ['<i>'|safe] }}",
    "{{ family }} {{ [family] }}", "{{ range(3) }} {{ range(1, 9, 2) }} {{ range(3)|list }}", "{{ {} }}{{ [] }}{{ '' }}",
    "{% autoescape false %}{{ name }}{{ name|e }}{% endautoescape %}{{ name }}",
    "{% autoescape false %}{% set x %}{{ name }}{% endset %}{{ x is escaped }}{{ '<'|xmlattr if false else {'a': '<'}|xmlattr }}{% endautoescape %}",
    "a {%- if yes %} b {%- endif %} c", "  {% if yes %}\n  x\n  {% endif %}\ny\n", "{# comment #}{% raw %}{{ raw }}{% endraw %}", "line\n", "{{ '{{' }}",
    # Arithmetic
    "{{ 7 / 2 }} {{ 4 / 2 }} {{ 7 // 2 }} {{ minus // 2 }} {{ minus % 3 }} {{ 7 % minus }}", "{{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2.0 ** 3 }}",
    "{{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 1 + 2.0 }} {{ 3 * 0.5 }} {{ 0.1 + 0.2 }}", "{{ yes + 1 }} {{ -yes }} {{ +n }} {{ -half }} {{ -0.0 }}",
    "{{ 'ab' * 3 }} {{ 2 * 'x' }} {{ [0] * 3 }} {{ (1,) * 2 }} {{ 'a' * -1 }}", "{{ 'a' + 'b' }} {{ [1] + [2] }} {{ (1,) + (2,) }}",
    "{{ name ~ 1 ~ none }} {{ '<' ~ ('<b>'|safe) ~ '>' }}", "{{ ('<b>'|safe) + '<' }} {{ '<' + ('<b>'|safe) }} {{ ('<b>'|safe) * 2 }}",
    "{{ '%s of %d' % ('a', 3) }} {{ '%05.1f|%-4s|%+d' % (2.25, 'x', 4) }}", "{{ ('<i>%s</i>'|safe) % name }} {{ '%(a)s' % {'a': name} }}",
    "{{ '%x %o %X %e %g %c %r %%' % (255, 8, 255, 12345.678, 0.00001, 'z', 'q') }}", "{{ '%.0f %.1f %.2f' % (0.5, 0.25, 2.675) }}",
    # Comparison, logic, membership
    "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 >= 2 == 2 }}", "{{ 1 == 1.0 }} {{ 1 == true }} {{ '1' == 1 }} {{ none == false }} {{ [] == () }}",
    "{{ [1, [2]] == [1, [2]] }} {{ {'a': 1} == {'a': 1.0} }} {{ (1, 2) < (1, 3) }} {{ [1] < [1, 0] }}", "{{ 'a' < 'b' }} {{ 'Z' < 'a' }} {{ '\uffff' < '😀' }}",
    "{{ 1 in xs }} {{ 9 not in xs }} {{ 'a' in d }} {{ 'wo' in text }} {{ 'x' in {} }} {{ '' in 'a' }} {{ 2 in range(3) }}",
    "{{ nothing or 'fallback' }} {{ empty and 'no' }} {{ 0 or none }} {{ 'a' and 'b' }} {{ not nothing }} {{ not 'x' }}",
    "{{ 'y' if xs else 'n' }}{{ 'y' if nothing else 'n' }}{{ 'y' if {} else 'n' }}{{ 'y' if 0.0 else 'n' }}{{ 'y' if ' ' else 'n' }}",
    "{{ 'shown' if no }}|", "{{ (1 if yes) is defined }} {{ ('x' if no) is defined }}", "{{ 1 if none else 2 if empty else 3 }}",
    "{{ true is true }} {{ True }} {{ False }} {{ None }}", "{{ (xs|select) and 1 }} {{ 'stream' if nothing|map('upper') else 'empty' }}",
    # Lookups
    "{{ d.b }} {{ d['b'] }} {{ d['items'] }} {{ d.items()|list }}", "{{ xs[0] }} {{ xs[-1] }} {{ text[2] }} {{ text[-1] }} {{ family[0] }}",
    "{{ xs[1:] }} {{ xs[:-1] }} {{ xs[::-1] }} {{ xs[::2] }} {{ xs[5:] }} {{ xs[-9:9] }} {{ (1, 2, 3)[1:] }}", "{{ text[2:7] }} {{ family[2:6] }} {{ text[::-1] }} {{ family[::-1] }}",
    "{{ rows[0].tags[1] }} {{ rows[0]['tags'][0] }} {{ {1: 'one'}[1] }} {{ {true: 'yes'}[1] }}", "{{ {'a': {'b': {'c': 5}}}.a.b.c }}", "{{ xs.0 }} {{ rows.0.who }}",
    "{{ d.nope is defined }} {{ nope is defined }} {{ d['nope'] is undefined }} {{ xs[9] is undefined }} {{ none.x is undefined }}",
    "{{ d.nope|default('dflt') }} {{ nope|default('x') }} {{ nope|d }} {{ empty|default('e', true) }} {{ none|default('n') }} {{ none|default('n', boolean=true) }}",
    "{{ (name|safe)[0] }} {{ (name|safe)[:3] is escaped }}", "{{ range(10)[3] }} {{ range(0, 10, 3)[-1] }}",
    # Methods
    "{{ text.upper() }} {{ text.title() }} {{ 'hELLO wORLD'.capitalize() }}", "{{ ' x '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ ' x'.lstrip() }}|{{ 'x '.rstrip() }}|",
    "{{ text.split() }} {{ 'a,b,c'.split(',') }} {{ 'a,b,c'.split(',', 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ' a  b c '.split(none, 1) }} {{ ' a  b c '.rsplit(none, 1) }}",
    "{{ 'a\nb\r\nc'.splitlines() }} {{ 'a\n'.splitlines(true) }}", "{{ ', '.join(names) }} {{ ('<br>'|safe).join(['<', '&']) }}",
    "{{ 'aXbXc'.replace('X', '-') }} {{ 'aXbXc'.replace('X', '-', 1) }} {{ 'ab'.replace('', '.') }} {{ 'abc'.find('c') }} {{ family.find('ẞ') }} {{ 'abcabc'.rfind('b') }} {{ 'abc'.index('b') }}",
    "{{ 'abc'.startswith('a') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abab'.count('ab') }} {{ 'aaa'.count('') }} {{ 'abc'.startswith('b', 1) }}",
    "{{ '7'.zfill(3) }} {{ '-7'.zfill(4) }} {{ 'x'.center(6, '*') }} {{ 'x'.ljust(3) }}| {{ 'x'.rjust(3, '.') }} {{ 'ab'.center(5) }}|",
    "{{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('x') }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }}",
    "{{ 'Ab'.isupper() }} {{ 'AB1'.isupper() }} {{ 'ab'.islower() }} {{ 'ab1'.isalnum() }} {{ 'é'.isalpha() }} {{ ' \u3000'.isspace() }} {{ '12'.isdecimal() }} {{ 'é'.isascii() }}",
    "{{ '{} {}'.format('a', name) }} {{ '{1}{0}{x}'.format('a', 'b', x=3) }} {{ ('<i>{}</i>'|safe).format(name) }} {{ '{0[k]}'.format({'k': 'v'}) }}",
    "{{ '{:>5}|{:<5}|{:^5}|{:05d}|{:,}|{:.2f}|{:+d}|{:%}|{:x}'.format('a', 'b', 'c', 42, 1234567, 2.675, 5, 0.25, 255) }}", "{{ '{!r} {{}}'.format('q') }}",
    "{{ d.get('b') }} {{ d.get('zz') }} {{ d.get('zz', 'dflt') }} {{ d.keys()|list }} {{ d.values()|list }} {{ d.copy() == d }} {{ d.keys() }}",
    "{% set l = [1] %}{% do l.append(2) %}{% do l.extend([3, 4]) %}{% do l.insert(0, 0) %}{{ l }}{{ l.pop() }}{{ l.pop(0) }}{{ l.index(2) }}{{ l.count(1) }}{% do l.reverse() %}{{ l }}",
    "{% set m = {'a': 1} %}{% do m.update({'b': 2}) %}{% do m.update(c=3) %}{{ m }}{{ m.pop('a') }}{{ m.setdefault('z', 9) }}{{ m }}", "{% set l = [3, 1] %}{% do l.sort() %}{{ l }}{% do l.clear() %}{{ l }}{{ (1, 2).count(1) }}",
    # Loops
    "{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }};{% endfor %}",
    "{% for x in xs %}{{ loop.previtem|default('-') }}{{ x }}{{ loop.nextitem|default('-') }};{% endfor %}", "{% for x in xs %}{{ loop.cycle('odd', 'even') }}{% endfor %}",
    "{% for r in rows %}{{ loop.changed(r.n) }}{% endfor %}", "{% for x in nothing %}x{% else %}none{% endfor %}", "{% for x in xs if x > 1 %}{{ x }}{{ loop.length }}{% else %}none{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}", "{% for c in 'aé👍' %}[{{ c }}]{% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for n in tree recursive %}<{{ n.t }}{{ loop.depth }}{{ loop.depth0 }}{{ loop(n.c) }}>{% endfor %}", "{% for n in tree recursive %}{{ n.t }}{% if n.c %}({{ loop(n.c) }}){% endif %}{% else %}leaf{% endfor %}",
    "{% for x in xs %}{% if loop.index == 2 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in xs %}{% if loop.index == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% for x in xs %}{% continue %}{% else %}else{% endfor %}",
    "{% for x in xs %}{% for y in xs %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}", "{% for x in xs %}{% set outer = loop %}{% for y in [1] %}{{ outer.index }}{% endfor %}{% endfor %}", "{% for x in xs %}{{ loop }}{% endfor %}", "{% for x in xs|map('string') %}{{ x }}{{ loop.length }}{{ loop.last }}{% endfor %}",
    "{% for x in range(3) %}{{ x }}{% endfor %}{% for x in range(3, 0, -1) %}{{ x }}{% endfor %}", "{% for k, v in d|dictsort %}{{ k }}{{ v }}{% endfor %}", "{% for k, v in d|items %}{{ k }}{% endfor %}",
    # Scoping
    "{% set x = 1 %}{% for i in xs %}{% set x = i %}{{ x }}{% endfor %}{{ x }}", "{% if yes %}{% set x = 5 %}{% endif %}{{ x }}", "{% if no %}{% set n = 5 %}{% endif %}{{ n }}", "{% for i in xs %}{{ n }}{% set n = i %}{{ n }}{% endfor %}{{ n }}",
    "{% set ns = namespace(total=0) %}{% for i in xs %}{% set ns.total = ns.total + i %}{% endfor %}{{ ns.total }}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{% set ns.c %}x{{ n }}{% endset %}{{ ns.c }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set a, b = b, a %}{{ a }}{{ b }}", "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}", "{% with n = n + 1 %}{{ n }}{% with n = n * 2 %}{{ n }}{% endwith %}{% endwith %}{{ n }}",
    "{% set x %}<b>{{ name }}</b>{% endset %}{{ x }}{{ x is escaped }}", "{% set x | upper %}a{{ n }}b{% endset %}{{ x }}", "{% filter upper %}a {{ name }} b{% endfilter %}", "{% filter replace('a', '<')|upper %}banana{% endfilter %}",
    "{% macro m() %}{{ n }}{% endmacro %}{% set n = 8 %}{{ m() }}", "{% for x in xs %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}", "{% set x = 1 %}{% macro m() %}{% set x = 2 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}", "{% do xs.append(4) %}{{ xs }}",
    # Macros and calls
    "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(1, c=9) }}{{ m(b=5, a=4) }}", "{% macro m(a) %}{{ a is defined }}{{ a|default('x') }}{% endmacro %}{{ m() }}{{ m(none) }}",
    "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, a=3) }}", "{% macro m(a) %}{{ a }}{{ varargs|length }}{% endmacro %}{{ m(1, 2, 3) }}", "{% macro m() %}<b>{{ caller() }}</b>{% endmacro %}{% call m() %}{{ name }}{% endcall %}",
    "{% macro m(xs) %}{% for x in xs %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(x) m(xs) %}[{{ x }}]{% endcall %}", "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}", "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m(name) }}{{ m(name)|upper }}{{ m(m('<')) }}",
    "{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "{% macro a() %}{% set outer = caller %}{% call b() %}{{ outer() }}!{% endcall %}{% endmacro %}{% macro b() %}({{ caller() }}){% endmacro %}{% call a() %}x{% endcall %}", "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(5, *[6]) }}{{ m(7, **{'b': 8}) }}",
    "{% macro m(a='x') %}{{ a }}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m }}", "{% macro m(caller=none) %}{{ caller() if caller else 'no' }}{% endmacro %}{{ m() }}{% call m() %}yes{% endcall %}", "{% autoescape false %}{% macro m() %}<{{ name }}>{% endmacro %}{{ m() is escaped }}{% endautoescape %}{{ m() if m is defined }}",
    # Inheritance
    "{% extends 'p/base.html' %}", "{% extends 'p/base.html' %}{% block title %}T{% endblock %}", "{% extends 'p/base.html' %}{% block title %}{{ super() }}!{% endblock %}ignored", "{% extends 'p/middle.html' %}{% block title %}{{ super() }}+{{ super.super() }}{% endblock %}",
    "{% extends 'p/middle.html' %}{% block inner %}{{ outside }}{{ n }}{% endblock %}", "{% extends 'p/base.html' %}{% set n = 7 %}{% block body %}{{ n }}{% endblock %}", "{% extends 'p/other.html' if yes else 'p/base.html' %}{% block title %}{{ self.title is defined }}{% endblock %}", "{% if yes %}{% extends 'p/base.html' %}{% endif %}x{% block title %}c{% endblock %}",
    "{% if no %}{% extends 'p/base.html' %}{% endif %}x{% block title %}c{% endblock %}", "{% extends 'p/scoped.html' %}{% block item %}<{{ x }}{{ super() }}>{% endblock %}", "{% include 'p/unscoped.html' %}", "{% include 'p/self.html' %}", "{% extends 'p/required.html' %}{% block must %}given{% endblock %}",
    "{% extends 'p/base.html' %}{% macro m() %}m{{ n }}{% endmacro %}{% block body %}{{ m() }}{% endblock %}", "{% extends 'p/base.html' %}{% from 'p/macros.html' import field %}{% block body %}{{ field('a') }}{% endblock %}", "{% extends 'p/base.html' %}{% include 'p/part.html' %}", "{% block a %}{% set v = 1 %}{{ v }}{% block b %}{{ v is defined }}{% endblock %}{% endblock %}{{ v is defined }}",
    "{% extends 'p/base.html' %}{% block title %}{% autoescape false %}{{ name }}{{ super() is escaped }}{% endautoescape %}{% endblock %}",
    # Include and import
    "{% include 'p/part.html' %}", "{% set local = 'L' %}{% include 'p/part.html' %}", "{% include 'p/alone.html' without context %}", "{% include 'p/nope.html' ignore missing %}after", "{% include ['p/nope.html', 'p/part.html'] %}", "{% include 'p/part.html' if yes else 'p/alone.html' %}", "{% include ['p/nope.html'] ignore missing with context %}|",
    "{% for item in xs %}{% include 'p/loop_part.html' %}{% endfor %}", "{% with n = 99 %}{% include 'p/part.html' %}{% endwith %}", "{% import 'p/macros.html' as m %}{{ m.field('a', name) }}{{ m.exported }}{{ m._private is defined }}{{ m._hidden is defined }}", "{% from 'p/macros.html' import field, box as b %}{{ field('x', required=true) }}{% call b() %}in{{ n }}{% endcall %}",
    "{% from 'p/macros.html' import each %}{% call(x, i) each(xs) %}{{ i }}:{{ x }} {% endcall %}", "{% from 'p/macros.html' import all %}{{ all(1, 2, z=3, a='<') }}", "{% from 'p/macros.html' import uses_context %}{{ uses_context() }}", "{% from 'p/macros.html' import uses_context with context %}{{ uses_context() }}", "{% import 'p/macros.html' as m %}{{ m }}",
    "{% import 'p/macros.html' as m with context %}{{ m.uses_context() }}", "{% from 'p/macros.html' import nope %}{{ nope is defined }}", "{% macro w() %}{% from 'p/macros.html' import field %}{{ field('in') }}{% endmacro %}{{ w() }}", "{% filter upper %}{% include 'p/part.html' %}{% endfilter %}",
    # Filters over words
    "{{ name|upper }} {{ name|lower }} {{ family|upper }} {{ family|lower }} {{ 'ΑΣ'|lower }}", "{{ 'hello wORLD-foo (bar) ǆ'|title }} {{ 'ǆ ßx'|capitalize }} {{ 'hELLO'|capitalize }} {{ '<b>'|safe|title }}", "{{ ' x '|trim }}|{{ 'xxaxx'|trim('x') }}|{{ '\u3000a\u200b'|trim }}|", "{{ name|length }} {{ family|length }} {{ d|count }} {{ nothing|length }}",
    "{{ text|replace('o', '0') }} {{ name|replace('<', '[') }} {{ name|replace('&', '<i>'|safe) }} {{ 'aaa'|replace('a', 'b', 2) }}", "{{ text|indent }}|{{ text|indent(2, true) }}|{{ 'a\n\nb'|indent(2, blank=true) }}|{{ ('<b>\nx'|safe)|indent('>>') }}", "{{ 'a b c d e f g h'|truncate(7) }}|{{ 'abcdefghijklmnop'|truncate(9, true) }}|{{ 'abcdefghijklm'|truncate(9) }}|{{ 'a b c d e f g h'|truncate(7, end='…', leeway=0) }}",
    "{{ family|truncate(5, true, '', 0) }} {{ ('<b>' ~ text)|truncate(9) }} {{ (name|safe)|truncate(9, leeway=0) }}", "{{ text|wordcount }} {{ \"it's 3 wörds_x\"|wordcount }}", "{{ 'x'|center(9) }}|{{ 'a & b/c?d=é'|urlencode }} {{ {'a b': 'c&d', 'e': 1}|urlencode }} {{ [('x', '/')]|urlencode }} {{ \"!'()*~\"|urlencode }}",
    "{{ {'class': 'a b', 'id': none, 'title': name}|xmlattr }}|{{ {'a': 1}|xmlattr(false) }}|{{ {}|xmlattr }}|", "{{ rows|tojson }} {{ name|tojson }} {{ [1.5, none, true, 'é😀', '\u2028']|tojson }}", "{{ d|tojson(indent=2) }}{{ []|tojson(2) }}{{ {'a': []}|tojson(1) }}", "{{ 1|string ~ 2 }} {{ none|string }} {{ xs|string|length }}", "{{ '%s-%s'|format('a', name) }} {{ '%(x)s'|format(x=1) }} {{ ('<%s>'|safe)|format('<') }} {{ 'plain'|format }}",
    "{{ xs|join }} {{ xs|join(', ') }} {{ rows|join('|', attribute='who') }} {{ ['<', '>'|safe]|join('&') }} {{ ['<', '>']|join('<br>'|safe) }} {{ 'abc'|join('-') }} {{ ['<']|join('&') }}", "{{ name|attr('upper') is defined }} {{ d|attr('b') is defined }}", "{{ 'a\nb\r\n<c>'|nl2br }} {{ ('<b>\n'|safe)|nl2br }} {{ big|thousands }} {{ 1|plural('note', 'notes') }} {{ big|plural('note', 'notes') }} {{ 0|plural('<i>', 'notes') }}",
    # Filters over collections
    "{{ xs|sort }} {{ xs|sort(reverse=true) }} {{ names|sort }} {{ names|sort(case_sensitive=true) }} {{ rows|sort(attribute='n')|map(attribute='who')|list }} {{ rows|sort(attribute='n,who', reverse=true)|map(attribute='who')|list }}", "{{ xs|min }} {{ xs|max }} {{ names|min }} {{ names|max(case_sensitive=true) }} {{ (rows|max(attribute='n')).who }} {{ nothing|max is defined }}", "{{ xs|sum }} {{ rows|sum(attribute='n') }} {{ xs|sum(start=10) }} {{ [0.1, 0.2]|sum }} {{ nothing|sum }}",
    "{{ xs|first }} {{ xs|last }} {{ nothing|first is defined }} {{ 'abc'|first }} {{ 'abc'|last }} {{ d|first }} {{ range(3)|last }} {{ nothing|last is defined }}", "{{ names|unique|list }} {{ names|unique(true)|list }} {{ rows|unique(attribute='n')|map(attribute='who')|list }} {{ [1, 1.0, true, '1']|unique|list }}", "{{ xs|reverse|list }} {{ 'abc'|reverse }} {{ family|reverse }} {{ xs|map('string')|reverse|list }}",
    "{{ xs|batch(2)|list }} {{ xs|batch(2, 'x')|list }} {{ range(7)|slice(3)|list }} {{ range(7)|slice(3, '-')|list }}", "{{ xs|map('string')|list }} {{ names|map('replace', 'a', 'b')|list }} {{ rows|map(attribute='tags.0', default='-')|list }} {{ rows|map(attribute='who')|map('upper')|join }} {{ ['3', 'x']|map('int', default=-1)|list }}",
    "{{ xs|select('gt', 1)|list }} {{ xs|reject('odd')|list }} {{ [0, 1, '', 'a', none]|select|list }} {{ [0, 1]|reject|list }} {{ names|select('in', ['Adam'])|list }}", "{{ rows|selectattr('n', 'eq', 2)|map(attribute='who')|list }} {{ rows|rejectattr('tags')|map(attribute='who')|list }} {{ rows|selectattr('tags')|list|length }} {{ rows|selectattr('who', '==', 'bob')|list }}",
    "{% for g in rows|groupby('area') %}{{ g.grouper }}:{{ g.list|length }} {% endfor %}", "{% for k, items in rows|groupby('n') %}{{ k }}={{ items|map(attribute='who')|join(',') }};{% endfor %}", "{{ rows|groupby('area', case_sensitive=true)|map('first')|list }} {{ rows|groupby('zz', default='none')|length }} {{ ([{'k': 2}, {'k': 10}]|groupby('k'))[0] }}", "{{ d|dictsort }} {{ d|dictsort(true) }} {{ {'a': 2, 'b': 1}|dictsort(by='value') }} {{ {'a': 2, 'b': 1}|dictsort(reverse=true) }}", "{{ d|items|list }} {{ d|list }} {{ 'ab'|list }} {{ (1, 2)|list }}",
    # Filters over numbers
    "{{ minus|abs }} {{ -1.5|abs }} {{ true|abs }}", "{{ 42.55|round }} {{ 42.55|round(1) }} {{ 2.5|round }} {{ 3.5|round|int }} {{ 1234|round(-2) }} {{ 25|round(-1) }} {{ 42.1|round(0, 'ceil') }} {{ 42.9|round(method='floor') }} {{ 0.125|round(2) }}", "{{ '42'|int }} {{ '4.9'|int }} {{ 'x'|int }} {{ 'x'|int(-1) }} {{ '0x1F'|int(base=16) }} {{ 4.9|int }} {{ none|int }} {{ ' 7 '|int }} {{ '1_000'|int }} {{ yes|int }}",
    "{{ '1.5'|float }} {{ 3|float }} {{ 'x'|float }} {{ 'x'|float(2) }} {{ '1e3'|float }} {{ 'inf'|float }} {{ 'nan'|float }}", "{{ 1|filesizeformat }} {{ 999|filesizeformat }} {{ 1500|filesizeformat }} {{ 1048576|filesizeformat(true) }} {{ 2500000000|filesizeformat }} {{ '13000'|filesizeformat }}",
    # Tests
    "{{ 3 is odd }} {{ 4 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ minus is odd }}", "{{ 'a' is string }} {{ ('a'|safe) is string }} {{ 1 is number }} {{ true is number }} {{ 1 is integer }} {{ true is integer }} {{ 1.5 is float }} {{ 1.0 is float }} {{ 1 is float }}", "{{ true is boolean }} {{ 1 is boolean }} {{ true is true }} {{ 1 is true }} {{ false is false }} {{ none is none }} {{ none is not none }}", "{{ d is mapping }} {{ xs is mapping }} {{ xs is sequence }} {{ 'a' is sequence }} {{ d is sequence }} {{ 1 is sequence }} {{ (xs|map('string')) is sequence }}",
    "{{ xs is iterable }} {{ 'a' is iterable }} {{ 1 is iterable }} {{ none is iterable }} {{ d is iterable }} {{ (xs|select) is iterable }}", "{{ 'a' is lower }} {{ 'A1' is upper }} {{ 'aB' is lower }} {{ '1' is lower }} {{ 'ǅ' is upper }}", "{{ name is escaped }} {{ (name|e) is escaped }} {{ 1 is in xs }} {{ 'x' is in 'xyz' }}", "{{ 1 is eq 1 }} {{ 1 is ne 2 }} {{ 2 is gt 1 }} {{ 2 is ge 2 }} {{ 1 is lt 2 }} {{ 1 is le 0 }} {{ 1 is sameas 1 }} {{ true is sameas(true) }} {{ none is sameas none }}",
    "{{ 'upper' is filter }} {{ 'nope' is filter }} {{ 'odd' is test }} {{ 'nope' is test }}", "{{ range is callable }} {{ n is callable }} {{ name.upper is callable }} {{ n is defined and n is not none }}",
    # Globals
    "{{ dict(a=1, b='x') }} {{ dict({'z': 1}, a=2) }} {{ dict([('k', 'v')]) }}", "{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{% do c.reset() %}{{ c.next() }}", "{% set j = joiner('|') %}{% for x in xs %}{{ j() }}{{ x }}{% endfor %}{% set k = joiner() %}{{ k() }}{{ k() }}",
    "{{ range(5)|select('odd')|sum }} {{ range(0)|list }} {{ range(3)|length }} {{ range(2) == range(0, 2) }}",
]  # fmt: skip

LENIENT: list[str] = [
    "{{ nope }}|{{ d.nope }}|{{ nope|upper }}|{{ nope|length }}|{{ nope|list }}", "{% if nope %}y{% else %}n{% endif %}{{ nope or 'x' }}{{ not nope }}", "{% for x in nope %}x{% else %}none{% endfor %}",
    "{{ nope == undefined }} {{ nope in [undefined, null] }} {{ nope != none }} {{ nope ~ 'a' }}", "{{ [nope] }} {{ nope is sequence }} {{ nope is iterable }} {{ nope|default('d') }} {{ nope|e }} {{ nope|safe }}|", "{{ nope|first is defined }} {{ nope|join(',') }}|{{ nope|map('upper')|list }}{{ nope|trim }}{{ nope|string }}|{{ nope|truncate }}|{{ nope|items|list }}{{ nope|reverse|list }}",
    "{{ 'a' in nope }} {{ d.values is callable }} {{ {'class': nope}|xmlattr }} {{ nope|urlencode }} {{ nope|wordcount }} {{ nope|replace('a', 'b') }}|{{ nope|nl2br }}|{{ nope|sum }}{{ nope|sort }}{{ nope|unique|list }}",
    "{% macro m(a) %}{{ a }}|{{ a.b if a else 'no' }}{% endmacro %}{{ m() }}", "{{ '%s|%r' % (nope, nope) }} {{ '{}'.format(nope) }}",
]  # fmt: skip

FAULTS: dict[str, str] = {
    "{{ nope }}": "undefined",
    "{{ d.nope }}": "undefined",
    "{{ d.nope.deeper }}": "undefined",
    "{% if nope %}{% endif %}": "undefined",
    "{% for x in nope %}{% endfor %}": "undefined",
    "{{ nope == 1 }}": "undefined",
    "{{ nope ~ 'a' }}": "undefined",
    "{{ nope + 1 }}": "undefined",
    "{{ nope() }}": "undefined",
    "{{ nope|upper }}": "undefined",
    "{{ nope|length }}": "undefined",
    "{{ nope|join }}": "undefined",
    "{{ nope|int }}": "undefined",
    "{{ nope|abs }}": "type",
    "{{ 1 in nope }}": "undefined",
    "{{ nope in xs }}": "undefined",
    "{{ {nope: 1} }}": "undefined",
    "{{ nothing|first }}": "undefined",
    "{{ none|length }}": "type",
    "{{ 1 + 'a' }}": "type",
    "{{ 'a' + 1 }}": "type",
    "{{ 1 < 'a' }}": "type",
    "{{ none < 1 }}": "type",
    "{{ [2, 'a']|sort }}": "type",
    "{{ n() }}": "type",
    "{{ d.nope() }}": "undefined",
    "{{ 1 in 5 }}": "type",
    "{{ 1 in 'abc' }}": "type",
    "{% for x in 5 %}{% endfor %}": "type",
    "{% for x in none %}{% endfor %}": "type",
    "{% for a, b in [1] %}{% endfor %}": "type",
    "{% for a, b in [(1, 2, 3)] %}{% endfor %}": "value",
    "{{ 1 / 0 }}": "division",
    "{{ 1 // 0 }}": "division",
    "{{ 1 % 0 }}": "division",
    "{% macro m() %}{% endmacro %}{{ m(1) }}": "type",
    "{% macro m() %}{% endmacro %}{{ m(a=1) }}": "type",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}": "undefined",
    "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}": "undefined",
    "{% macro a() %}{% call b() %}{{ caller() }}{% endcall %}{% endmacro %}{% macro b() %}{{ caller() }}{% endmacro %}{% call a() %}x{% endcall %}": "undefined",
    "{% set n.x = 1 %}": "runtime",
    "{% block a %}{{ super() }}{% endblock %}": "undefined",
    "{% include 'p/required.html' %}": "runtime",
    "{% include ['p/nope.html'] %}": "not found",
    "{{ '%d' % 'x' }}": "type",
    "{{ '%s %s' % 'x' }}": "type",
    "{{ '%s' % ('x', 'y') }}": "type",
    "{{ '{}'.format() }}": "index",
    "{{ '{x}'.format() }}": "key",
    "{{ 'a'.index('b') }}": "value",
    "{{ 'a'.split('') }}": "value",
    "{{ ','.join([1]) }}": "type",
    "{{ 'abc'|truncate(1) }}": "assertion",
    "{{ {'a b': 1}|xmlattr }}": "value",
    "{{ 1|round(1, 'up') }}": "runtime",
    "{{ d|dictsort(by='x') }}": "runtime",
    "{{ [d]|unique|list }}": "type",
    "{{ xs|map('string')|last }}": "type",
    "{{ xs|map('string')|length }}": "type",
    "{{ 'x'|replace('a') }}": "type",
    "{{ xs|items|list }}": "type",
    "{{ xs[::0] }}": "value",
    "{{ 1.5|thousands }}": "type",
    "{{ 'abc'.upper(1) }}": "type",
    "{{ d.a.nope }}": "undefined",
    "{{ [].pop() }}": "index",
    "{{ {}.pop('a') }}": "key",
    "{{ nope|tojson }}": "type",
    "{{ range(1, 2, 0) }}": "value",
    "{% from 'p/macros.html' import nope %}{{ nope() }}": "undefined",
    "{% for x in xs %}{{ loop([1]) }}{% endfor %}": "type",
}


def probe_templates() -> jinja2.DictLoader:
    """Every probe as a template, beside the library that they use."""
    templates = dict(LIBRARY)
    templates.update({f"probe/{number}.html": source for number, source in enumerate(SOURCES)})
    templates.update({f"probe/fault/{number}.html": source for number, source in enumerate(FAULTS)})
    templates.update({f"govuk_frontend_jinja/probe/{number}.html": source for number, source in enumerate(LENIENT)})
    return jinja2.DictLoader(templates)


def probe_cases() -> list[Case]:
    """Every probe that must render."""
    strict = [Case(source, f"probe/{number}.html", WORDS) for number, source in enumerate(SOURCES)]
    lenient = [
        Case(source, f"govuk_frontend_jinja/probe/{number}.html", WORDS) for number, source in enumerate(LENIENT)
    ]
    return strict + lenient


def fault_cases() -> list[Case]:
    """Every probe that must go wrong, in the order of `FAULTS`."""
    return [Case(source, f"probe/fault/{number}.html", WORDS) for number, source in enumerate(FAULTS)]

"""What the tablet could not render as the office does never reaches a tablet: the build stops, with file and line."""

from __future__ import annotations

import jinja2
import pytest
from jinja2 import nodes
from jinja2.ext import Extension

from fieldwork.templating.build import compile_templates
from fieldwork.templating.environment import make_environment
from fieldwork.templating.problems import TemplateProblem

PROBLEMS = {
    "\n{{ x|nosuchfilter }}": (2, "no filter named 'nosuchfilter'"),
    "{% if false %}\n\n{{ x|pprint }}{% endif %}": (3, "no filter named 'pprint'"),
    "{{ x|random }}": (1, "random"),
    "{{ xs|map('nosuch')|list }}": (1, "no filter named 'nosuch'"),
    "{{ xs|map(which)|list }}": (1, "written out"),
    "{{ xs|select('nosuch')|list }}": (1, "no test named 'nosuch'"),
    "{{ xs|selectattr('a', 'nosuch')|list }}": (1, "no test named 'nosuch'"),
    "\n\n{{ x is nosuchtest }}": (3, "no test named 'nosuchtest'"),
    "a\n{% include which %}": (2, "not computed"),
    "{% extends 'a' ~ '.html' %}": (1, "not computed"),
    "{% import which as w %}": (1, "not computed"),
    "{% from which import w %}": (1, "not computed"),
    "\n{% include 'not/there.html' %}": (2, "no template named 'not/there.html'"),
    "\n{% extends 'not/there.html' %}": (2, "no template named 'not/there.html'"),
    "\n{{ d.items }}": (2, "['items']"),
    "{{ d.get }}": (1, "method of every dict"),
    "{{ x.__class__ }}": (1, "Python's own"),
    "{{ x['__class__'] }}": (1, "Python's own"),
    "{{ 9007199254740993 }}": (1, "too large"),
    "\n{% unknown_tag %}": (2, "unknown tag"),
    "{% if %}": (1, "Expected an expression"),
    "{% autoescape which %}{% endautoescape %}": (1, "written true or false"),
    "{% block a %}{% endblock %}\n{% block a %}{% endblock %}": (2, "defined twice"),
    "{% for loop in xs %}{% endfor %}": (1, "loop"),
    "{% if x %}{% extends 'one' %}{% else %}\n{% extends 'one' %}{% endif %}": (2, "second extends"),
    "{% for x in xs %}{% extends 'one' %}{% endfor %}": (1, "top level"),
    "{{ f(a=1, a=2) }}": (1, "given twice"),
    "{% set été = 1 %}{{ été }}": (1, "plain letters"),
}


@pytest.mark.parametrize("source", PROBLEMS)
def test_a_template_that_cannot_be_carried_stops_the_build_with_file_and_line(source: str) -> None:
    line, words = PROBLEMS[source]
    loader = jinja2.DictLoader({"rooms/broken.html": source, "one": ""})
    environment = make_environment("templates", extra_loaders=[loader])

    with pytest.raises(TemplateProblem) as stopped:
        compile_templates(environment, ["rooms/broken.html"])

    assert (stopped.value.template, stopped.value.line) == ("rooms/broken.html", line)
    assert words in stopped.value.reason
    assert str(stopped.value).startswith(f"rooms/broken.html, line {line}: ")


class _Surprise(Extension):
    """An extension with a node that no compiler can know."""

    tags = frozenset({"surprise", "insprise"})

    def parse(self, parser: jinja2.parser.Parser) -> nodes.Node:
        token = next(parser.stream)
        if token.value == "surprise":
            return nodes.CallBlock(
                nodes.Call(nodes.ImportedName("os.path", lineno=token.lineno), [], [], None, None, lineno=token.lineno),
                [],
                [],
                [],
                lineno=token.lineno,
            )
        return nodes.OverlayScope(nodes.Dict([]), [], lineno=token.lineno)


@pytest.mark.parametrize(("tag", "named"), [("surprise", "ImportedName"), ("insprise", "OverlayScope")])
def test_a_node_that_the_compiler_does_not_know_stops_the_build(tag: str, named: str) -> None:
    environment = make_environment("templates", extra_loaders=[jinja2.DictLoader({"a.html": f"\n\n{{% {tag} %}}"})])
    environment.add_extension(_Surprise)

    with pytest.raises(TemplateProblem, match=rf"line 3: .*{named}"):
        compile_templates(environment, ["a.html"])


def test_a_page_that_is_not_there_is_named() -> None:
    with pytest.raises(TemplateProblem, match=r"no template named 'no/page.html'"):
        compile_templates(make_environment("templates"), ["no/page.html"])


def test_only_what_the_pages_reach_goes_to_the_tablet() -> None:
    loader = jinja2.DictLoader(
        {
            "page": "{% extends 'base' %}{% include ['absent', 'part'] %}{% include 'gone' ignore missing %}",
            "base": "{% from 'macros' import m %}",
            "part": "",
            "macros": "{% macro m() %}{% endmacro %}",
            "elsewhere": "",
        }
    )

    module = compile_templates(make_environment("templates", extra_loaders=[loader]), ["page"])

    named = [line.split('"')[1] for line in module.splitlines() if "R.template(" in line]
    assert named == ["base", "macros", "page", "part"]

"""Which templates a template needs: the names behind extends, include, import and from-import.

The tablet has no file system to search, so every name must be readable in the source: a string, a choice between strings
(`"a" if x else "b"`), or a list of those for an include. A name that is computed stops the build.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

from fieldwork.templating.problems import TemplateProblem


@dataclass(frozen=True)
class Reference:
    """One template named by another. `required` is false where the reference may name a template that does not exist."""

    name: str
    line: int
    required: bool


def references(template: nodes.Template, template_name: str) -> Iterator[Reference]:
    """Every template that `template` can load, in the order of the source; the same name may come twice."""
    for node in template.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        optional = isinstance(node, nodes.Include) and node.ignore_missing
        target: nodes.Expr = node.template  # type: ignore[attr-defined]
        several = isinstance(target, nodes.List | nodes.Tuple)
        for name in _names(target, template_name):
            yield Reference(name, node.lineno, required=not optional and not several)


def _names(node: nodes.Expr, template_name: str) -> Iterator[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr) and node.expr2 is not None:
        yield from _names(node.expr1, template_name)
        yield from _names(node.expr2, template_name)
    elif isinstance(node, nodes.List | nodes.Tuple):
        for item in node.items:
            yield from _names(item, template_name)
    else:
        raise TemplateProblem(
            template_name,
            node.lineno,
            "the name of a template must be written out, as a string or a choice between strings, not computed",
        )

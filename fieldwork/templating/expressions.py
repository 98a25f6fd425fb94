"""Expressions of a template, written as JavaScript over the runtime `E`.

Each Jinja2 expression node becomes one JavaScript expression with Python's meaning: truth, equality, arithmetic, printing and
lookups all go through the runtime, because JavaScript's own differ (an empty list is true there). Scoping is Jinja2's own
analysis (`jinja2.idtracking`), so a name means the same variable on both sides. Unknown nodes, filters and tests stop the build.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, cast

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.idtracking import VAR_LOAD_PARAMETER

from fieldwork.templating.dialect import (
    DICT_METHODS,
    FILTERS,
    FILTERS_NAMING_A_FILTER,
    FILTERS_NAMING_A_TEST,
    LARGEST_SAFE_INTEGER,
    TESTS,
)
from fieldwork.templating.environment import is_component
from fieldwork.templating.problems import TemplateProblem

_INTEGER_LIKE = re.compile(r"0|[1-9][0-9]*")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_BINARY = {
    nodes.Add: "add",
    nodes.Sub: "sub",
    nodes.Mul: "mul",
    nodes.Div: "div",
    nodes.FloorDiv: "floordiv",
    nodes.Mod: "mod",
    nodes.Pow: "pow",
}
_COMPARISONS = {
    "eq": "eq",
    "ne": "ne",
    "lt": "lt",
    "lteq": "le",
    "gt": "gt",
    "gteq": "ge",
    "in": "isIn",
    "notin": "notIn",
}


def js_string(text: str) -> str:
    """`text` as a JavaScript string literal, ASCII only, so that no line separator or lone surrogate is written raw."""
    return json.dumps(text, ensure_ascii=True)


class ExpressionWriter:
    """Writes expressions for one template. Subclassed by the compiler, which writes the statements around them."""

    def __init__(self, template_name: str) -> None:
        self.template_name = template_name
        self.filters: set[str] = set()
        self.tests: set[str] = set()
        self._undeclared_parameters: list[set[str]] = []

    def stop(self, node: nodes.Node | int, reason: str) -> NoReturn:
        raise self.problem(node, reason)

    def problem(self, node: nodes.Node | int, reason: str) -> TemplateProblem:
        return TemplateProblem(self.template_name, node if isinstance(node, int) else node.lineno, reason)

    def expression(self, node: nodes.Node, frame: Frame) -> str:
        """The JavaScript for one expression; stops the build for a node that the dialect does not have."""
        write: Callable[[Any, Frame], str] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if type(node) in _BINARY:
            return self._binary(node, frame)
        if write is None or not isinstance(node, nodes.Expr):
            self.stop(node, f"templates for the tablet cannot use {type(node).__name__}")
        return write(node, frame)

    def truth(self, node: nodes.Node, frame: Frame) -> str:
        """The JavaScript for an expression of which only the truth is wanted; avoids wrapping what is boolean already."""
        if isinstance(node, nodes.Not):
            return f"!{self.truth(node.node, frame)}"
        if isinstance(node, nodes.And):
            return f"({self.truth(node.left, frame)} && {self.truth(node.right, frame)})"
        if isinstance(node, nodes.Or):
            return f"({self.truth(node.left, frame)} || {self.truth(node.right, frame)})"
        if isinstance(node, nodes.Compare | nodes.Test):
            return self.expression(node, frame)
        return f"E.truth({self.expression(node, frame)})"

    # Names and constants

    def identifier(self, name: str, node: nodes.Node | int) -> str:
        """`name`, checked: it becomes part of a JavaScript name."""
        if not _IDENTIFIER.fullmatch(name) or name.startswith("__"):
            self.stop(node, f"the name {name!r} must be plain letters, digits and single leading underscores")
        return name

    def _name(self, node: nodes.Name, frame: Frame) -> str:
        self.identifier(node.name, node)
        ref = frame.symbols.ref(node.name)
        load = frame.symbols.find_load(ref)
        undeclared = bool(self._undeclared_parameters) and ref in self._undeclared_parameters[-1]
        if load is not None and load[0] == VAR_LOAD_PARAMETER and not undeclared:
            return ref
        return f"({ref} === M ? E.undef({js_string(node.name)}) : {ref})"

    def _const(self, node: nodes.Const, frame: Frame) -> str:
        return self.constant(node.value, node)

    def constant(self, value: Any, node: nodes.Node) -> str:
        """A literal of the template as a JavaScript literal."""
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            if abs(value) > LARGEST_SAFE_INTEGER:
                self.stop(node, f"the whole number {value} is too large for JavaScript to hold exactly")
            return f"({value})" if value < 0 else str(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                self.stop(node, "infinite and not-a-number literals are not part of the dialect")
            return f"E.float({value!r})"
        if isinstance(value, str):
            return js_string(value)
        raise self.problem(node, f"a literal of type {type(value).__name__} is not part of the dialect")

    def _tuple(self, node: nodes.Tuple, frame: Frame) -> str:
        return f"E.tuple([{self._list_of(node.items, frame)}])"

    def _list(self, node: nodes.List, frame: Frame) -> str:
        return f"[{self._list_of(node.items, frame)}]"

    def _list_of(self, items: Sequence[nodes.Expr], frame: Frame) -> str:
        return ", ".join(self.expression(item, frame) for item in items)

    def _dict(self, node: nodes.Dict, frame: Frame) -> str:
        """A plain object where JavaScript keeps the order of the keys; a Map where it would not."""
        plain = all(
            isinstance(pair.key, nodes.Const)
            and isinstance(pair.key.value, str)
            and pair.key.value != "__proto__"
            and not _INTEGER_LIKE.fullmatch(pair.key.value)
            for pair in node.items
        )
        pairs = [(self.expression(pair.key, frame), self.expression(pair.value, frame)) for pair in node.items]
        if plain:
            return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        return "E.dict([" + ", ".join(f"[{key}, {value}]" for key, value in pairs) + "])"

    # Lookups

    def _getattr(self, node: nodes.Getattr, frame: Frame) -> str:
        if node.attr in DICT_METHODS and not is_component(self.template_name):
            self.stop(
                node,
                f".{node.attr} is a method of every dict and would hide a key of that name: write ['{node.attr}'] for the "
                f"key, or .{node.attr}() for the method",
            )
        return self._attribute(node, frame)

    def _attribute(self, node: nodes.Getattr, frame: Frame) -> str:
        if node.attr.startswith("__"):
            self.stop(node, f"{node.attr} is Python's own and is not part of the dialect")
        return f"E.attr({self.expression(node.node, frame)}, {js_string(node.attr)})"

    def _getitem(self, node: nodes.Getitem, frame: Frame) -> str:
        value = self.expression(node.node, frame)
        if isinstance(node.arg, nodes.Slice):
            parts = (node.arg.start, node.arg.stop, node.arg.step)
            written = ", ".join("null" if part is None else self.expression(part, frame) for part in parts)
            return f"E.slice({value}, {written})"
        if isinstance(node.arg, nodes.Const) and str(node.arg.value).startswith("__"):
            self.stop(node, f"{node.arg.value} is Python's own and is not part of the dialect")
        return f"E.item({value}, {self.expression(node.arg, frame)})"

    # Operators

    def _binary(self, node: Any, frame: Frame) -> str:
        operation = _BINARY[type(node)]
        return f"E.{operation}({self.expression(node.left, frame)}, {self.expression(node.right, frame)})"

    def _and(self, node: nodes.And, frame: Frame) -> str:
        return f"E.and({self.expression(node.left, frame)}, () => {self._thunk(node.right, frame)})"

    def _or(self, node: nodes.Or, frame: Frame) -> str:
        return f"E.or({self.expression(node.left, frame)}, () => {self._thunk(node.right, frame)})"

    def _thunk(self, node: nodes.Expr, frame: Frame) -> str:
        return f"({self.expression(node, frame)})"

    def _not(self, node: nodes.Not, frame: Frame) -> str:
        return f"!{self.truth(node.node, frame)}"

    def _neg(self, node: nodes.Neg, frame: Frame) -> str:
        return f"E.neg({self.expression(node.node, frame)})"

    def _pos(self, node: nodes.Pos, frame: Frame) -> str:
        return f"E.pos({self.expression(node.node, frame)})"

    def _concat(self, node: nodes.Concat, frame: Frame) -> str:
        # Jinja2 joins constants while it compiles, and then forgets that one of them was markup. The page must agree.
        try:
            return self.constant(node.as_const(frame.eval_ctx), node)
        except nodes.Impossible:
            pass
        join = "joinMarkup" if frame.eval_ctx.autoescape else "joinText"
        return f"E.{join}([{self._list_of(node.nodes, frame)}])"

    def _compare(self, node: nodes.Compare, frame: Frame) -> str:
        first = self.expression(node.expr, frame)
        if len(node.ops) == 1:
            operand = node.ops[0]
            return f"E.{_COMPARISONS[operand.op]}({first}, {self.expression(operand.expr, frame)})"
        links = ", ".join(
            f"[E.{_COMPARISONS[operand.op]}, () => {self._thunk(operand.expr, frame)}]" for operand in node.ops
        )
        return f"E.chain({first}, [{links}])"

    def _condexpr(self, node: nodes.CondExpr, frame: Frame) -> str:
        inner = frame.soft()
        otherwise = "E.noElse()" if node.expr2 is None else self.expression(node.expr2, inner)
        return f"({self.truth(node.test, inner)} ? {self.expression(node.expr1, inner)} : {otherwise})"

    # Filters, tests and calls

    def _filter(self, node: nodes.Filter, frame: Frame) -> str:
        value = (
            self.expression(node.node, frame)
            if node.node is not None
            else (f"E.markup({frame.buffer})" if frame.eval_ctx.autoescape else str(frame.buffer))
        )
        return self.filter_call(node, value, frame)

    def filter_call(self, node: nodes.Filter, value: str, frame: Frame) -> str:
        """A filter applied to JavaScript that is already written (a filter block gives its buffer)."""
        if node.name not in FILTERS:
            self.stop(node, f"there is no filter named {node.name!r} on the tablet")
        self._check_named(node, FILTERS_NAMING_A_FILTER, FILTERS, "filter")
        self._check_named(node, FILTERS_NAMING_A_TEST, TESTS, "test")
        self.filters.add(node.name)
        return f"f_{node.name}(C, {value}{self._arguments(node, frame)})"

    def _check_named(self, node: nodes.Filter, naming: dict[str, int], known: frozenset[str], kind: str) -> None:
        position = naming.get(node.name)
        if position is None or len(node.args) <= position:
            return
        named = node.args[position]
        if not isinstance(named, nodes.Const):
            self.stop(node, f"the {kind} named in {node.name} must be written out, not computed")
        if named.value not in known:
            self.stop(node, f"there is no {kind} named {named.value!r} on the tablet")

    def _test(self, node: nodes.Test, frame: Frame) -> str:
        if node.name not in TESTS:
            self.stop(node, f"there is no test named {node.name!r} on the tablet")
        self.tests.add(node.name)
        return f"{self.test_variable(node.name)}(C, {self.expression(node.node, frame)}{self._arguments(node, frame)})"

    @staticmethod
    def test_variable(name: str) -> str:
        """The JavaScript variable of a test; `==` and its like get words for names."""
        spelt = {"==": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
        return f"t_is_{spelt.get(name, name)}"

    def _arguments(self, node: nodes.Filter | nodes.Test, frame: Frame) -> str:
        positional, keywords = self._signature(node, frame, [])
        if keywords == "null":
            return "" if positional == "[]" else f", {positional}"
        return f", {positional}, {keywords}"

    def _call(self, node: nodes.Call, frame: Frame) -> str:
        return self.call(node, frame, [])

    def call(self, node: nodes.Call, frame: Frame, extra: list[str]) -> str:
        """A call; `extra` are keyword arguments already written, `caller` of a call block."""
        callee = node.node
        function = (
            self._attribute(callee, frame) if isinstance(callee, nodes.Getattr) else self.expression(callee, frame)
        )
        positional, keywords = self._signature(node, frame, extra)
        return f"E.call(C, {function}, {positional}, {keywords})"

    def _signature(
        self, node: nodes.Call | nodes.Filter | nodes.Test, frame: Frame, extra: list[str]
    ) -> tuple[str, str]:
        positional = self._list_of(node.args, frame)
        if node.dyn_args is not None:
            spread = f"...E.iterate({self.expression(node.dyn_args, frame)})"
            positional = f"{positional}, {spread}" if positional else spread
        # Jinja2 finds a repeated keyword only when Python reads what it wrote; here it has a line.
        keys = [str(keyword.key) for keyword in node.kwargs]
        if len(keys) != len(set(keys)):
            self.stop(node, "a keyword argument is given twice")
        pairs = [
            f"{js_string(self.identifier(key, node))}: {self.expression(keyword.value, frame)}"
            for key, keyword in zip(keys, cast(list[nodes.Keyword], node.kwargs), strict=True)
        ] + extra
        keywords = "{" + ", ".join(pairs) + "}" if pairs else "null"
        if node.dyn_kwargs is not None:
            keywords = f"E.keywords({keywords}, {self.expression(node.dyn_kwargs, frame)})"
        return f"[{positional}]", keywords

    # What autoescape and the parser put in by themselves

    def _templatedata(self, node: nodes.TemplateData, frame: Frame) -> str:
        text = js_string(node.data)
        return f"E.markup({text})" if frame.eval_ctx.autoescape else text

    def _marksafe(self, node: nodes.MarkSafe, frame: Frame) -> str:
        return f"E.markup({self.expression(node.expr, frame)})"

    def _marksafeifautoescape(self, node: nodes.MarkSafeIfAutoescape, frame: Frame) -> str:
        return f"E.markupIf(C, {self.expression(node.expr, frame)})"

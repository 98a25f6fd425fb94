"""The statements of a template, written as JavaScript: output, choices, assignments, captures and scopes.

This follows Jinja2's own code generator (frames, symbols, exported names), so that what the office runs as Python the tablet
runs as JavaScript with the same scopes and the same order of evaluation. Loops, macros and what joins templates together stand
in the files beside it. It may not render, optimise or guess: folding constants in Python would hide a difference in the runtime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.idtracking import VAR_LOAD_ALIAS, VAR_LOAD_PARAMETER, VAR_LOAD_RESOLVE

from fieldwork.templating.expressions import ExpressionWriter, js_string


class StatementWriter(ExpressionWriter):
    """Writes statements for one template, line by line. The compiler adds the functions around them."""

    def __init__(self, template_name: str) -> None:
        super().__init__(template_name)
        self._lines: list[str] = []
        self._indent = 0
        self._counter = 0
        self._assignments: list[set[str]] = []
        self._extends_so_far = 0
        self._has_known_extends = False

    # Writing

    def _write(self, line: str) -> None:
        self._lines.append("  " * self._indent + line)

    @contextmanager
    def _indented(self, opening: str, closing: str = "}") -> Iterator[None]:
        self._write(opening)
        self._indent += 1
        yield
        self._indent -= 1
        self._write(closing)

    def _temporary(self) -> str:
        self._counter += 1
        return f"t_{self._counter}"

    def _enter(self, frame: Frame) -> None:
        """Declares the variables of a frame, as Jinja2's own analysis says they are to be found."""
        for target, (action, parameter) in frame.symbols.loads.items():
            if action == VAR_LOAD_PARAMETER:
                continue
            if action == VAR_LOAD_RESOLVE:
                self._write(f"let {target} = C.resolve({js_string(str(parameter))});")
            elif action == VAR_LOAD_ALIAS:
                self._write(f"let {target} = {parameter};")
            else:
                self._write(f"let {target} = M;")

    def _locals(self, frame: Frame) -> str:
        stores = frame.symbols.dump_stores()
        return "{" + ", ".join(f"{js_string(name)}: {ref}" for name, ref in stores.items()) + "}"

    # Statements

    def _statements(self, body: Iterable[nodes.Node], frame: Frame) -> None:
        for node in body:
            write: Callable[[Any, Frame], None] | None = getattr(self, f"_write_{type(node).__name__.lower()}", None)
            if write is None:
                self.stop(node, f"templates for the tablet cannot use {type(node).__name__}")
            write(node, frame)

    @contextmanager
    def _unless_extended(self, frame: Frame) -> Iterator[None]:
        if frame.require_output_check and self._extends_so_far:
            with self._indented("if (parent === null) {"):
                yield
        else:
            yield

    def _write_output(self, node: nodes.Output, frame: Frame) -> None:
        if frame.require_output_check and self._has_known_extends:
            return
        with self._unless_extended(frame):
            for child in node.nodes:
                if isinstance(child, nodes.TemplateData):
                    self._write(f"{frame.buffer} += {js_string(child.data)};")
                else:
                    printed = "out" if frame.eval_ctx.autoescape else "str"
                    self._write(f"{frame.buffer} += E.{printed}({self.expression(child, frame)});")

    def _write_if(self, node: nodes.If, frame: Frame) -> None:
        inner = frame.soft()
        opening = f"if ({self.truth(node.test, inner)}) {{"
        for branch in (node, *node.elif_):
            if branch is not node:
                opening = f"}} else if ({self.truth(branch.test, inner)}) {{"
            self._write(opening)
            self._indent += 1
            self._statements(branch.body, inner)
            self._indent -= 1
        if node.else_:
            self._write("} else {")
            self._indent += 1
            self._statements(node.else_, inner)
            self._indent -= 1
        self._write("}")

    # Capturing and scopes

    @staticmethod
    def _captured(buffer: str, frame: Frame) -> str:
        return f"E.markup({buffer})" if frame.eval_ctx.autoescape else buffer

    def _write_filterblock(self, node: nodes.FilterBlock, frame: Frame) -> None:
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        with self._indented("{"):
            self._enter(inner)
            inner.buffer = self._temporary()
            self._write(f'let {inner.buffer} = "";')
            self._statements(node.body, inner)
            self._write(f"{frame.buffer} += E.raw({self.expression(node.filter, inner)});")

    def _write_with(self, node: nodes.With, frame: Frame) -> None:
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        with self._indented("{"):
            self._declare_missing_parameters(inner)
            self._enter(inner)
            for target, value in zip(node.targets, node.values, strict=True):
                self._assign(target, self.expression(value, frame), inner)
            self._statements(node.body, inner)

    def _declare_missing_parameters(self, frame: Frame) -> None:
        for target, (action, _) in frame.symbols.loads.items():
            if action == VAR_LOAD_PARAMETER:
                self._write(f"let {target};")

    def _write_scope(self, node: nodes.Scope, frame: Frame) -> None:
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        with self._indented("{"):
            self._enter(inner)
            self._statements(node.body, inner)

    def _write_assign(self, node: nodes.Assign, frame: Frame) -> None:
        self._assignments.append(set())
        self._assign(node.target, self.expression(node.node, frame), frame)
        self._export(frame)

    def _write_assignblock(self, node: nodes.AssignBlock, frame: Frame) -> None:
        self._assignments.append(set())
        inner = frame.inner()
        inner.require_output_check = False
        inner.symbols.analyze_node(node)
        with self._indented("{"):
            self._enter(inner)
            inner.buffer = self._temporary()
            self._write(f'let {inner.buffer} = "";')
            self._statements(node.body, inner)
            value = self.expression(node.filter, inner) if node.filter is not None else str(inner.buffer)
            self._assign(node.target, f"E.markupIf(C, {value})", frame)
        self._export(frame)

    def _assign(self, target: nodes.Node, value: str, frame: Frame) -> None:
        if isinstance(target, nodes.Name):
            if self._assignments and (frame.toplevel or frame.loop_frame or frame.block_frame):
                self._assignments[-1].add(target.name)
            self._write(f"{frame.symbols.ref(self.identifier(target.name, target))} = {value};")
        elif isinstance(target, nodes.NSRef):
            ref = frame.symbols.ref(self.identifier(target.name, target))
            self._write(f"E.assignTo({ref}, {js_string(self.identifier(target.attr, target))}, {value});")
        elif isinstance(target, nodes.Tuple):
            several = self._temporary()
            self._write(f"const {several} = E.unpack({value}, {len(target.items)});")
            for index, item in enumerate(target.items):
                self._assign(item, f"{several}[{index}]", frame)
        else:
            self.stop(target, f"templates for the tablet cannot assign to {type(target).__name__}")

    def _export(self, frame: Frame) -> None:
        """Top-level names are visible to blocks and includes; those without an underscore are exported to importers."""
        names = self._assignments.pop()
        if frame.toplevel:
            for name in sorted(names):
                exported = js_bool(not name.startswith("_"))
                self._write(f"C.set({js_string(name)}, {frame.symbols.ref(name)}, {exported});")

    # The rest

    def _write_exprstmt(self, node: nodes.ExprStmt, frame: Frame) -> None:
        self._write(f"{self.expression(node.node, frame)};")

    def _write_continue(self, node: nodes.Continue, frame: Frame) -> None:
        self._write("continue;")

    def _write_break(self, node: nodes.Break, frame: Frame) -> None:
        self._write("break;")

    def _write_evalcontextmodifier(self, node: nodes.EvalContextModifier, frame: Frame) -> None:
        for option in node.options:
            value = option.value
            if option.key != "autoescape" or not isinstance(value, nodes.Const):
                self.stop(node, "autoescape must be switched with a written true or false")
            frame.eval_ctx.autoescape = bool(value.value)
            self._write(f"C.settings.autoescape = {js_bool(frame.eval_ctx.autoescape)};")

    def _write_scopedevalcontextmodifier(self, node: nodes.ScopedEvalContextModifier, frame: Frame) -> None:
        before = self._temporary()
        saved = frame.eval_ctx.save()
        self._write(f"const {before} = C.settings.autoescape;")
        self._write_evalcontextmodifier(node, frame)
        self._statements(node.body, frame)
        frame.eval_ctx.revert(saved)
        self._write(f"C.settings.autoescape = {before};")


def js_bool(flag: bool) -> str:
    """A flag as a JavaScript literal."""
    return "true" if flag else "false"

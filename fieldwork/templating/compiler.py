"""One template to one JavaScript factory: its root, its blocks, and what joins it to other templates.

The factory `(E) => ({root, blocks})` is what the tablet's renderer loads. Inheritance, includes and imports work as in Jinja2: a
child's blocks come first, an imported template's exported names are its public assignments and macros.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame, find_undeclared
from jinja2.nodes import EvalContext

from fieldwork.templating.expressions import js_string
from fieldwork.templating.macros import MacroWriter
from fieldwork.templating.statements import js_bool


class TemplateCompiler(MacroWriter):
    """Compiles one parsed template. Use once: `TemplateCompiler(environment, name).compile(tree)`."""

    def __init__(self, environment: Any, template_name: str) -> None:
        super().__init__(template_name)
        self._environment = environment
        self._blocks: dict[str, nodes.Block] = {}

    def compile(self, tree: nodes.Template) -> str:
        """A JavaScript function `(E) => ({root, blocks})`; raises `TemplateProblem`."""
        for block in tree.find_all(nodes.Block):
            if block.name in self._blocks:
                self.stop(block, f"the block {block.name!r} is defined twice")
            self._blocks[self.identifier(block.name, block)] = block
        self._indent = 1
        self._root(tree)
        for block in self._blocks.values():
            self._block_function(block)
        body, self._lines = self._lines, []
        self._indent = 0
        self._write("(E) => {")
        self._indent = 1
        self._write("const M = E.missing;")
        for name in sorted(self.filters):
            self._write(f"const f_{name} = E.filter({js_string(name)});")
        for name in sorted(self.tests):
            self._write(f"const {self.test_variable(name)} = E.test({js_string(name)});")
        self._lines += body
        blocks = ", ".join(f"{js_string(name)}: block_{name}" for name in self._blocks)
        self._write(f"return {{root, blocks: {{{blocks}}}}};")
        self._indent = 0
        self._write("}")
        return "\n".join(self._lines)

    # Functions: the template's root and its blocks

    def _root(self, tree: nodes.Template) -> None:
        frame = Frame(EvalContext(self._environment, self.template_name))
        have_extends = tree.find(nodes.Extends) is not None
        with self._indented("function root(C) {"):
            self._write('let o = "";')
            frame.buffer = "o"
            if "self" in find_undeclared(tree.body, ("self",)):
                self._write(f"const {frame.symbols.declare_parameter('self')} = E.self(C);")
            frame.symbols.analyze_node(tree)
            frame.toplevel = frame.rootlevel = True
            frame.require_output_check = have_extends
            if have_extends:
                self._write("let parent = null;")
            self._enter(frame)
            self._statements(tree.body, frame)
            if have_extends:
                self._write("if (parent !== null) o += parent.root(C);")
            self._write("return o;")

    def _block_function(self, block: nodes.Block) -> None:
        frame = Frame(EvalContext(self._environment, self.template_name))
        frame.block_frame = True
        with self._indented(f"function block_{block.name}(C) {{"):
            self._write('let o = "";')
            frame.buffer = "o"
            undeclared = find_undeclared(block.body, ("self", "super"))
            if "self" in undeclared:
                self._write(f"const {frame.symbols.declare_parameter('self')} = E.self(C);")
            if "super" in undeclared:
                ref = frame.symbols.declare_parameter("super")
                self._write(f"const {ref} = E.super(C, {js_string(block.name)}, block_{block.name});")
            frame.symbols.analyze_node(block)
            frame.block = block.name
            self._enter(frame)
            self._statements(block.body, frame)
            self._write("return o;")

    # What joins templates together

    def _write_block(self, node: nodes.Block, frame: Frame) -> None:
        if frame.toplevel and self._has_known_extends:
            return
        context = f"C.derived({self._locals(frame)})" if node.scoped else "C"
        with self._unless_extended(frame) if frame.toplevel else _nothing():
            if node.required:
                self._write(f"E.required(C, {js_string(node.name)});")
            self._write(f"{frame.buffer} += C.block({js_string(node.name)}, {context});")

    def _write_extends(self, node: nodes.Extends, frame: Frame) -> None:
        if not frame.toplevel:
            self.stop(node, "extends must stand at the top level of the template")
        if self._extends_so_far > 0:
            self.stop(node, "a template extends one other template, and this is its second extends")
        self._write(f"parent = E.extend(C, {self.expression(node.template, frame)});")
        if frame.rootlevel:
            self._has_known_extends = True
        self._extends_so_far += 1

    def _write_include(self, node: nodes.Include, frame: Frame) -> None:
        # Jinja2 prints an include that stands outside the blocks of a child template, so this does not ask for a parent.
        chosen = f"E.choose({self.expression(node.template, frame)}, {js_bool(node.ignore_missing)})"
        if node.with_context:
            self._write(f"{frame.buffer} += E.include(C, {chosen}, {self._locals(frame)});")
        else:
            self._write(f"{frame.buffer} += E.includeAlone({chosen});")

    def _module(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> str:
        name = self.expression(node.template, frame)
        if node.with_context:
            return f"E.moduleWith(C, {name}, {self._locals(frame)})"
        return f"E.module({name})"

    def _write_import(self, node: nodes.Import, frame: Frame) -> None:
        target = frame.symbols.ref(self.identifier(node.target, node))
        self._write(f"{target} = {self._module(node, frame)};")
        if frame.toplevel:
            self._write(f"C.set({js_string(node.target)}, {target}, false);")

    def _write_fromimport(self, node: nodes.FromImport, frame: Frame) -> None:
        module = self._temporary()
        self._write(f"const {module} = {self._module(node, frame)};")
        for item in node.names:
            name, alias = item if isinstance(item, tuple) else (item, item)
            target = frame.symbols.ref(self.identifier(alias, node))
            self._write(f"{target} = E.imported({module}, {js_string(name)});")
            if frame.toplevel:
                self._write(f"C.set({js_string(alias)}, {target}, false);")


@contextmanager
def _nothing() -> Iterator[None]:
    yield

"""`for`, with everything that Jinja2 lets it do: filters, `else`, the `loop` variable and recursion."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.compiler import Frame, find_undeclared

from fieldwork.templating.statements import StatementWriter


class LoopWriter(StatementWriter):
    """Adds loops to the statements."""

    def _write_for(self, node: nodes.For, frame: Frame) -> None:
        loop_frame = frame.inner()
        loop_frame.loop_frame = True
        else_frame = frame.inner()
        extended = (
            node.recursive
            or "loop" in find_undeclared(node.iter_child_nodes(only=("body",)), ("loop",))
            or any(block.scoped for block in node.find_all(nodes.Block))
        )
        loop_ref = loop_frame.symbols.declare_parameter("loop") if extended else None
        loop_frame.symbols.analyze_node(node, for_branch="body")
        if node.else_:
            else_frame.symbols.analyze_node(node, for_branch="else")
        for name in node.find_all(nodes.Name):
            if name.ctx == "store" and name.name == "loop":
                self.stop(name, "loop is the loop's own name and cannot be assigned to")
        with self._indented("{"):
            filtered = self._loop_filter(node, frame, loop_frame) if node.test else ""
            if node.recursive:
                buffer = loop_frame.buffer = else_frame.buffer = self._temporary()
                with self._indented("const loop = (reciter, recurse, depth) => {", "};"):
                    self._write(f'let {buffer} = "";')
                    iterable = (
                        f"E.loop({filtered}(reciter), recurse, depth)"
                        if filtered
                        else "E.loop(reciter, recurse, depth)"
                    )
                    self._loop(node, loop_frame, else_frame, iterable, loop_ref)
                    self._write(f"return {self._captured(buffer, loop_frame)};")
                self._write(f"{frame.buffer} += E.raw(loop({self.expression(node.iter, frame)}, loop, 0));")
            else:
                source = (
                    f"{filtered}({self.expression(node.iter, frame)})"
                    if filtered
                    else self.expression(node.iter, frame)
                )
                iterable = f"E.loop({source}, null, 0)" if extended else f"E.iterate({source})"
                self._loop(node, loop_frame, else_frame, iterable, loop_ref)
        if self._assignments:
            self._assignments[-1].difference_update(loop_frame.symbols.stores)

    def _loop_filter(self, node: nodes.For, frame: Frame, loop_frame: Frame) -> str:
        assert node.test is not None
        test_frame = frame.inner()
        test_frame.symbols.analyze_node(node, for_branch="test")
        name, item = self._temporary(), self._temporary()
        with (
            self._indented(f"const {name} = E.filtered(function* (source) {{", "});"),
            self._indented(f"for (const {item} of E.iterate(source)) {{"),
        ):
            self._declare_targets(node.target, test_frame)
            self._assign(node.target, item, test_frame)
            self._enter(test_frame)
            self._write(f"if ({self.truth(node.test, test_frame)}) yield {item};")
        return name

    def _loop(self, node: nodes.For, loop_frame: Frame, else_frame: Frame, iterable: str, loop_ref: str | None) -> None:
        item, nothing_yet = self._temporary(), self._temporary()
        if node.else_:
            self._write(f"let {nothing_yet} = true;")
        if loop_ref is not None:
            # The parameter of the loop is declared inside its body, so that a nested loop's own hides it.
            context = self._temporary()
            self._write(f"const {context} = {iterable};")
            iterable = context
        with self._indented(f"for (const {item} of {iterable}) {{"):
            if loop_ref is not None:
                self._write(f"const {loop_ref} = {iterable};")
            self._declare_targets(node.target, loop_frame)
            self._assign(node.target, item, loop_frame)
            self._enter(loop_frame)
            self._statements(node.body, loop_frame)
            if node.else_:
                self._write(f"{nothing_yet} = false;")
        if node.else_:
            with self._indented(f"if ({nothing_yet}) {{"):
                self._enter(else_frame)
                self._statements(node.else_, else_frame)

    def _declare_targets(self, target: nodes.Node, frame: Frame) -> None:
        names = [target] if isinstance(target, nodes.Name) else list(target.find_all(nodes.Name))
        refs = dict.fromkeys(frame.symbols.ref(self.identifier(name.name, name)) for name in names)
        self._write(f"let {', '.join(refs)};")

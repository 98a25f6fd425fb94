"""`macro` and `call`: a function of the template, its parameters and defaults, and what it is told of its caller."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.compiler import Frame, MacroRef, find_undeclared

from fieldwork.templating.expressions import js_string
from fieldwork.templating.loops import LoopWriter
from fieldwork.templating.statements import js_bool


class MacroWriter(LoopWriter):
    """Adds macros and call blocks to the statements."""

    def _write_macro(self, node: nodes.Macro, frame: Frame) -> None:
        target = frame.symbols.ref(self.identifier(node.name, node))
        self._macro(node, frame, f"{target} = ", js_string(node.name))
        if frame.toplevel:
            self._write(f"C.set({js_string(node.name)}, {target}, {js_bool(not node.name.startswith('_'))});")

    def _write_callblock(self, node: nodes.CallBlock, frame: Frame) -> None:
        with self._indented("{"):
            self._macro(node, frame, "const caller = ", "null")
            called = self.call(node.call, frame, ['"caller": caller'])
            self._write(f"{frame.buffer} += E.raw({called});")

    def _macro(self, node: nodes.Macro | nodes.CallBlock, frame: Frame, opening: str, name: str) -> None:
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        reference = MacroRef(node)
        arguments = self._macro_arguments(node, inner, reference)
        inner.require_output_check = False
        inner.symbols.analyze_node(node)
        inner.buffer = self._temporary()
        given = ", ".join(js_string(argument.name) for argument in node.args)
        accesses = ", ".join(
            js_bool(flag) for flag in (reference.accesses_kwargs, reference.accesses_varargs, reference.accesses_caller)
        )
        closing = f"}}, {name}, [{given}], {accesses}, C);"
        with self._indented(f"{opening}E.macro(({', '.join(arguments)}) => {{", closing):
            self._write(f'let {inner.buffer} = "";')
            self._enter(inner)
            self._undeclared_parameters.append(inner.symbols.dump_param_targets())
            for index, argument in enumerate(node.args):
                ref = inner.symbols.ref(argument.name)
                try:
                    default = self.expression(node.defaults[index - len(node.args)], inner)
                except IndexError:
                    default = f"E.notProvided({js_string(argument.name)})"
                self._write(f"if ({ref} === M) {ref} = {default};")
                self._undeclared_parameters[-1].discard(ref)
            self._undeclared_parameters.pop()
            self._statements(node.body, inner)
            self._write(f"return {inner.buffer};")

    def _macro_arguments(self, node: nodes.Macro | nodes.CallBlock, frame: Frame, reference: MacroRef) -> list[str]:
        names = [self.identifier(argument.name, argument) for argument in node.args]
        arguments = [frame.symbols.ref(name) for name in names]
        undeclared = find_undeclared(node.body, ("caller", "kwargs", "varargs"))
        if "caller" in undeclared:
            if "caller" not in names:
                arguments.append(frame.symbols.declare_parameter("caller"))
            elif len(names) - names.index("caller") > len(node.defaults):
                self.stop(node, 'the special "caller" argument must be left out or be given a default')
            reference.accesses_caller = True
        if "kwargs" in undeclared and "kwargs" not in names:
            arguments.append(frame.symbols.declare_parameter("kwargs"))
            reference.accesses_kwargs = True
        if "varargs" in undeclared and "varargs" not in names:
            arguments.append(frame.symbols.declare_parameter("varargs"))
            reference.accesses_varargs = True
        return arguments

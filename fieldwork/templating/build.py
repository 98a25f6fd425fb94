"""The templates of the tablet, as the text of one JavaScript module.

`fieldwork build` calls this once per release and writes the text to `static/vendor/templates.js`, which the worker loads beside
the runtime. Only what the tablet's own pages reach is written: their names come in, and extends, includes and imports are
followed from there. The text depends on nothing but the templates and the compiler, so building twice gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import jinja2

from fieldwork.templating.compiler import TemplateCompiler
from fieldwork.templating.environment import environment_of, is_component, make_environment
from fieldwork.templating.expressions import js_string
from fieldwork.templating.names import references
from fieldwork.templating.problems import TemplateProblem

TABLET_PAGES = "tablet-pages.txt"

_HEADER = """\
// @ts-nocheck
// Written by `fieldwork build` from templates/. Do not edit: change the template and build again.
/** @type {import("../tablet/rendering/templates_module.js").TemplatesModule} */
export default (R) => ({
"""


def compile_templates(environment: jinja2.Environment, names: Iterable[str]) -> str:
    """An ES module with the templates `names` and everything they extend, include or import, sorted by name.

    Raises `TemplateProblem`, with template and line, for what the tablet could not render exactly as the office does.
    """
    compiled: dict[str, str] = {}
    waiting = [(name, "the list of templates to compile", 1) for name in names]
    while waiting:
        name, named_in, line = waiting.pop()
        if name in compiled:
            continue
        own = environment_of(environment, name)
        tree = _parse(own, name, named_in, line)
        compiled[name] = TemplateCompiler(own, name).compile(tree)
        for reference in references(tree, name):
            if reference.required or _exists(environment, reference.name):
                waiting.append((reference.name, name, reference.line))
    entries = [
        f"{js_string(name)}: R.template({js_string(name)}, {'false' if is_component(name) else 'true'}, {compiled[name]}),\n"
        for name in sorted(compiled)
    ]
    return _HEADER + "".join(entries) + "});\n"


def build_templates(root: Path) -> str:
    """The module for the project at `root`: the pages named in `templates/tablet-pages.txt`, one template name a line."""
    folder = root / "templates"
    listed = folder / TABLET_PAGES
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return compile_templates(make_environment(folder), names)


def _exists(environment: jinja2.Environment, name: str) -> bool:
    loader = environment.loader
    assert loader is not None
    try:
        loader.get_source(environment, name)
    except jinja2.TemplateNotFound:
        return False
    return True


def _parse(environment: jinja2.Environment, name: str, named_in: str, line: int) -> jinja2.nodes.Template:
    loader = environment.loader
    assert loader is not None
    try:
        source, _, _ = loader.get_source(environment, name)
        return environment.parse(source, name)
    except jinja2.TemplateNotFound:
        raise TemplateProblem(named_in, line, f"there is no template named {name!r}") from None
    except jinja2.TemplateSyntaxError as error:
        raise TemplateProblem(name, error.lineno, error.message or "the template cannot be read") from error

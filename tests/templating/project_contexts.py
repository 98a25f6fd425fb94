"""The contexts with which the project's own templates are rendered on both sides.

A room adds its contexts in one of two ways, without touching anyone else's file:
- `contexts/<template name without .html>.json`, or `….<variant>.json` for more than one: plain JSON, as a page shape gives it;
- `contexts/<any name>.py` with a function `cases()` that gives a dict of template name to a list of contexts.
A template that is extended, included or imported by one with a context needs none of its own.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

from fieldwork.templating.environment import FieldworkEnvironment
from fieldwork.templating.names import references
from tests.templating.both_renderers import HERE, ROOT, Case

CONTEXTS = HERE / "contexts"
TEMPLATES = ROOT / "templates"


def project_templates() -> list[str]:
    """Every template under `templates/`, by name."""
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def project_cases() -> list[Case]:
    """Every context that any room has added."""
    cases = []
    for path in sorted(CONTEXTS.rglob("*.json")):
        folder, stem = path.relative_to(CONTEXTS).parent.as_posix(), path.name.split(".")[0]
        template = f"{stem}.html" if folder == "." else f"{folder}/{stem}.html"
        name = path.relative_to(CONTEXTS).as_posix()
        cases.append(Case(name, template, json.loads(path.read_text(encoding="utf-8"))))
    for path in sorted(CONTEXTS.rglob("*.py")):
        for template, contexts in _load(path).cases().items():
            cases += [Case(f"{path.name} {template} {n}", template, context) for n, context in enumerate(contexts)]
    return cases


def _load(path: Path) -> Any:
    specification = importlib.util.spec_from_file_location(f"contexts_{path.stem}", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def reached_from(environment: FieldworkEnvironment, names: set[str]) -> set[str]:
    """`names` and every project template that they extend, include or import."""
    reached: set[str] = set()
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name in reached or not (TEMPLATES / name).is_file():
            continue
        reached.add(name)
        tree = environment.parse((TEMPLATES / name).read_text(encoding="utf-8"), name)
        waiting += [reference.name for reference in references(tree, name)]
    return reached


def oddities(value: Any, where: str = "context") -> list[str]:
    """What a context may not hold, because the two sides would not read it alike: see templates/README.md."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return []
    if isinstance(value, int):
        return [] if abs(value) < 2**53 else [f"{where} is a whole number that JavaScript cannot hold exactly"]
    if isinstance(value, list | tuple):
        return [found for index, item in enumerate(value) for found in oddities(item, f"{where}[{index}]")]
    if isinstance(value, dict):
        found = [
            f"{where} has the key {key!r}: keys are text that is not a number" for key in value if _is_odd_key(key)
        ]
        return found + [more for key, item in value.items() for more in oddities(item, f"{where}.{key}")]
    return [f"{where} is a {type(value).__name__}: only text, whole numbers, true, false, none, lists and dicts"]


def _is_odd_key(key: Any) -> bool:
    return not isinstance(key, str) or key == "__proto__" or (key.isdecimal() and str(int(key)) == key)

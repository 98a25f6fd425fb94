"""The official examples of the GOV.UK components, as cases: each fixture's parameters given to the macro of its component."""

from __future__ import annotations

import json
from collections.abc import Iterator

import jinja2

from tests.templating.both_renderers import ROOT, Case

COMPONENTS = ROOT / "static/node_modules/govuk-frontend/dist/govuk/components"


def _macro_name(component: str) -> str:
    return "govuk" + "".join(part.capitalize() for part in component.split("-"))


def component_names() -> list[str]:
    """Every component that comes with fixtures, in alphabetical order."""
    return sorted(path.parent.name for path in COMPONENTS.glob("*/fixtures.json"))


def fixture_templates() -> jinja2.DictLoader:
    """One template a component, `fixture/<component>.html`, which calls its macro with `params`."""
    return jinja2.DictLoader(
        {
            f"fixture/{name}.html": (
                f"{{% from 'govuk_frontend_jinja/components/{name}/macro.html' import {_macro_name(name)} %}}\n"
                f"{{{{ {_macro_name(name)}(params) }}}}"
            )
            for name in component_names()
        }
    )


def fixture_cases() -> Iterator[Case]:
    """Every fixture of every component."""
    for name in component_names():
        for fixture in json.loads((COMPONENTS / name / "fixtures.json").read_text(encoding="utf-8"))["fixtures"]:
            yield Case(f"{name}: {fixture['name']}", f"fixture/{name}.html", {"params": fixture["options"]})

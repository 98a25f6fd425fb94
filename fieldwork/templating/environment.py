"""The application's one Jinja2 Environment: what the office renders with, and what the tablet's templates are compiled from.

Our own templates are strict: a name or key that is not there is an error on both sides, never an empty space on a record. The
GOV.UK component macros are written for absent values (`{% if params.classes %}`), so they, and only they, are loaded into an
overlay of the same Environment with Jinja2's default undefined and the whitespace settings that their authors test with.
A strict undefined value handed to a component stays strict: an absent name is found even inside a component.
The compiler asks `environment_of` for the same two settings, which is how both renderers come to agree.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from jinja2.loaders import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader

from fieldwork.templating.dialect import GLOBALS
from fieldwork.templating.filters import HOUSE_FILTERS

COMPONENTS_PREFIX = "govuk_frontend_jinja/"


class FieldworkEnvironment(jinja2.Environment):
    """A Jinja2 Environment that also holds the lenient overlay for the GOV.UK components."""

    components: FieldworkEnvironment


class ComponentLoader(BaseLoader):
    """Loads `govuk_frontend_jinja/…` from the installed package, always into the lenient overlay."""

    def __init__(self) -> None:
        self._package = PackageLoader("govuk_frontend_jinja")

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        if not template.startswith(COMPONENTS_PREFIX):
            raise jinja2.TemplateNotFound(template)
        try:
            return self._package.get_source(environment, template.removeprefix(COMPONENTS_PREFIX))
        except jinja2.TemplateNotFound:
            raise jinja2.TemplateNotFound(template) from None

    def list_templates(self) -> list[str]:
        return [COMPONENTS_PREFIX + name for name in self._package.list_templates()]

    def load(
        self,
        environment: jinja2.Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - the name is Jinja2's
    ) -> jinja2.Template:
        return super().load(environment_of(environment, name), name, globals)


def make_environment(templates_folder: Path | str, *, extra_loaders: Sequence[BaseLoader] = ()) -> FieldworkEnvironment:
    """The Environment over `templates_folder`, the GOV.UK components, and `extra_loaders` (asked last, in order).

    Calling it twice gives two independent Environments with their own caches.
    """
    environment = FieldworkEnvironment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        loader=ChoiceLoader([ComponentLoader(), FileSystemLoader(templates_folder), *extra_loaders]),
    )
    for name in set(environment.globals) - GLOBALS:
        del environment.globals[name]
    environment.filters.update(HOUSE_FILTERS)
    overlay = environment.overlay(
        undefined=jinja2.Undefined, trim_blocks=False, lstrip_blocks=False, keep_trailing_newline=False
    )
    environment.components = overlay
    overlay.components = overlay
    return environment


def is_component(name: str) -> bool:
    """Whether a template name belongs to the GOV.UK components package."""
    return name.startswith(COMPONENTS_PREFIX)


def environment_of(environment: jinja2.Environment, name: str) -> jinja2.Environment:
    """The Environment that the template `name` is parsed and rendered with: the lenient overlay for components."""
    if is_component(name) and isinstance(environment, FieldworkEnvironment):
        return environment.components
    return environment

"""Everything that the two renderers are compared with, in one Environment: probes, faults, components, examples, the project."""

from __future__ import annotations

import jinja2

from fieldwork.templating.environment import FieldworkEnvironment, make_environment
from tests.templating.both_renderers import HERE, ROOT, Case
from tests.templating.example_contexts import EXAMPLES
from tests.templating.govuk_fixtures import fixture_cases, fixture_templates
from tests.templating.probes import fault_cases, probe_cases, probe_templates
from tests.templating.project_contexts import project_cases


def whole_environment() -> FieldworkEnvironment:
    """The application's Environment, and behind it the templates that only tests have."""
    examples = jinja2.FileSystemLoader(HERE / "templates")
    return make_environment(ROOT / "templates", extra_loaders=[probe_templates(), fixture_templates(), examples])


def every_case() -> list[Case]:
    """All cases, in a fixed order."""
    examples = [Case(name, name, context) for name, context in EXAMPLES.items()]
    return [*probe_cases(), *fault_cases(), *fixture_cases(), *examples, *project_cases()]

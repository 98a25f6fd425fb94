"""One template, two renderers, byte for byte: the office's Jinja2 and the tablet's compiled runtime.

An inspector who reads a record on the tablet and at the office reads the same page. These tests render every language probe,
every official example of the GOV.UK components and every template of the project on both sides and compare the bytes.
"""

from __future__ import annotations

import json

import jinja2
import pytest

from fieldwork.templating.build import compile_templates
from fieldwork.templating.dialect import FILTERS, GLOBALS, TESTS
from fieldwork.templating.environment import FieldworkEnvironment, make_environment
from tests.templating import project_contexts
from tests.templating.both_renderers import (
    HERE,
    ROOT,
    Case,
    ask_node,
    differences,
    render_at_the_office,
    render_on_the_tablet,
)
from tests.templating.every_case import whole_environment
from tests.templating.example_contexts import EXAMPLES
from tests.templating.govuk_fixtures import component_names, fixture_cases
from tests.templating.probes import FAULTS, fault_cases, probe_cases


@pytest.fixture(scope="module")
def environment() -> FieldworkEnvironment:
    return whole_environment()


def test_every_language_probe_gives_the_same_bytes_on_both_sides(environment: FieldworkEnvironment) -> None:
    cases = probe_cases()

    office = render_at_the_office(environment, cases)
    tablet = render_on_the_tablet(environment, cases)

    print(f"{len(cases)} language probes")
    assert len(cases) >= 200
    assert [case.name for case, answer in zip(cases, office, strict=True) if answer.html is None] == []
    assert differences(cases, office, tablet) == []


def test_what_goes_wrong_at_the_office_goes_wrong_on_the_tablet_in_the_same_way(
    environment: FieldworkEnvironment,
) -> None:
    cases = fault_cases()

    office = render_at_the_office(environment, cases)
    tablet = render_on_the_tablet(environment, cases)

    print(f"{len(cases)} probes of faults")
    assert len(cases) >= 60
    assert [(case.name, answer.fault) for case, answer in zip(cases, office, strict=True)] == list(FAULTS.items())
    assert differences(cases, office, tablet) == []


def test_every_official_example_of_the_govuk_components_gives_the_same_bytes(environment: FieldworkEnvironment) -> None:
    cases = list(fixture_cases())

    office = render_at_the_office(environment, cases)
    tablet = render_on_the_tablet(environment, cases)

    failing_at_the_office = [case.name for case, answer in zip(cases, office, strict=True) if answer.html is None]
    print(f"{len(cases)} fixtures of {len(component_names())} components, {len(failing_at_the_office)} fail in Jinja2")
    assert len(cases) >= 650
    assert len(component_names()) >= 35
    assert failing_at_the_office == []
    assert differences(cases, office, tablet) == []


def test_the_example_pages_give_the_same_bytes(environment: FieldworkEnvironment) -> None:
    cases = [Case(name, name, context) for name, context in EXAMPLES.items()]

    office = render_at_the_office(environment, cases)
    tablet = render_on_the_tablet(environment, cases)

    assert [answer.fault for answer in office] == [None] * 3, [answer.message for answer in office]
    assert (office[1].html or "").count("<tr ") == 300
    assert differences(cases, office, tablet) == []


def test_every_template_of_the_project_gives_the_same_bytes(environment: FieldworkEnvironment) -> None:
    cases = project_contexts.project_cases()

    office = render_at_the_office(environment, cases)
    tablet = render_on_the_tablet(environment, cases)

    print(f"{len(project_contexts.project_templates())} templates of the project, {len(cases)} contexts")
    faults = [f"{case.name}: {answer.message}" for case, answer in zip(cases, office, strict=True) if answer.fault]
    assert faults == []
    assert differences(cases, office, tablet) == []


def test_every_template_of_the_project_has_a_context(environment: FieldworkEnvironment) -> None:
    covered = project_contexts.reached_from(environment, {case.template for case in project_contexts.project_cases()})

    missing = sorted(set(project_contexts.project_templates()) - covered)

    assert missing == [], (
        "These templates are never rendered by the tests. For each add tests/templating/contexts/<name without .html>.json "
        "with a context as its page shape gives it, or a contexts/*.py with cases() (see project_contexts.py): "
        + ", ".join(missing)
    )


def test_every_template_of_the_project_compiles_for_the_tablet(environment: FieldworkEnvironment) -> None:
    compile_templates(environment, project_contexts.project_templates())


def test_contexts_hold_only_what_both_sides_read_alike() -> None:
    found = [
        f"{case.name}: {oddity}"
        for case in project_contexts.project_cases()
        for oddity in project_contexts.oddities(case.context)
    ]

    assert found == []
    assert len(project_contexts.oddities({"1": 1.5, "a": [2**60, None]})) == 3


def test_the_house_filters_keep_their_shared_vectors(environment: FieldworkEnvironment) -> None:
    vectors = json.loads((HERE / "filter_vectors.json").read_text(encoding="utf-8"))
    templates = {f"vector/{number}": "{{ " + vector["expression"] + " }}" for number, vector in enumerate(vectors)}
    own = make_environment(ROOT / "templates", extra_loaders=[jinja2.DictLoader(templates)])
    cases = [Case(vector["expression"], f"vector/{number}", vector["context"]) for number, vector in enumerate(vectors)]

    office = render_at_the_office(own, cases)
    tablet = render_on_the_tablet(own, cases)

    assert [answer.html for answer in office] == [vector["prints"] for vector in vectors]
    assert differences(cases, office, tablet) == []


def test_the_dialect_and_the_runtime_name_the_same_filters_tests_and_globals() -> None:
    [names] = ask_node("export default () => ({});", [{"names": True}])

    assert set(names["filters"]) == FILTERS
    assert set(names["tests"]) == TESTS
    assert set(names["globals"]) == GLOBALS
    assert make_environment(ROOT / "templates").filters.keys() >= FILTERS
    assert make_environment(ROOT / "templates").tests.keys() >= TESTS


def test_a_list_of_300_visits_renders_warm_within_a_frame(environment: FieldworkEnvironment) -> None:
    module = compile_templates(environment, ["examples/visits/list.html"])

    [answer] = ask_node(
        module,
        [{"timed": 40, "template": "examples/visits/list.html", "context": EXAMPLES["examples/visits/list.html"]}],
    )

    print(f"300 rows, warm: median {answer['median_ms']:.1f} ms, fastest {answer['fastest_ms']:.1f} ms")
    # The fastest of many, because the machine may be shared; about 2 ms on a quiet one.
    assert answer["fastest_ms"] < 10


def test_compiling_twice_gives_the_same_text(environment: FieldworkEnvironment) -> None:
    names = ["fixture/button.html", "fixture/radios.html"]

    assert compile_templates(environment, names) == compile_templates(environment, reversed(names))

"""The office and the tablet side by side: render the same cases with Jinja2 and, in one Node process, with the compiled runtime.

A case is a template's name and a context of plain JSON. Both answers are either bytes of HTML or the kind of fault.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from jinja2.exceptions import TemplateNotFound, TemplateRuntimeError, UndefinedError

from fieldwork.templating.build import compile_templates
from fieldwork.templating.environment import environment_of

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
RUNNER = HERE / "render_cases.mjs"

_KINDS: list[tuple[type[BaseException], str]] = [
    (UndefinedError, "undefined"),
    (TemplateNotFound, "not found"),
    (TemplateRuntimeError, "runtime"),
    (ZeroDivisionError, "division"),
    (OverflowError, "overflow"),
    (AssertionError, "assertion"),
    (IndexError, "index"),
    (KeyError, "key"),
    (AttributeError, "attribute"),
    (TypeError, "type"),
    (ValueError, "value"),
]


@dataclass(frozen=True)
class Case:
    """One rendering: `name` is for the person who reads a failure."""

    name: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What a renderer gave: `html`, or the kind of `fault` with its message."""

    html: str | None
    fault: str | None = None
    message: str = ""

    @property
    def seen(self) -> tuple[str | None, str | None]:
        return (self.html, self.fault)


def render_at_the_office(environment: jinja2.Environment, cases: Iterable[Case]) -> list[Answer]:
    """Each case rendered by Jinja2, faults turned into their kind; each from a fresh copy of its context."""
    answers = []
    for case in cases:
        context = json.loads(json.dumps(case.context))
        try:
            own = environment_of(environment, case.template)
            answers.append(Answer(own.get_template(case.template).render(context)))
        except tuple(kind for kind, _ in _KINDS) as error:
            named = next(name for kind, name in _KINDS if isinstance(error, kind))
            answers.append(Answer(None, named, f"{type(error).__name__}: {error}"))
    return answers


def render_on_the_tablet(
    environment: jinja2.Environment, cases: Sequence[Case], names: Iterable[str] | None = None
) -> list[Answer]:
    """Each case rendered by the compiled runtime, all in one Node process."""
    module = compile_templates(environment, sorted(names if names is not None else {case.template for case in cases}))
    return [
        Answer(line.get("html"), line.get("fault"), line.get("message", ""))
        for line in ask_node(module, [{"template": case.template, "context": case.context} for case in cases])
    ]


def ask_node(module: str, questions: Sequence[dict[str, Any]], seconds: float = 120) -> list[dict[str, Any]]:
    """Loads a compiled module in Node and asks it the questions, one answer for each, in order."""
    node = shutil.which("node")
    assert node is not None, "Node is needed for the tablet's renderer; `make test` supplies one"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "templates.mjs"
        path.write_text(module, encoding="utf-8")
        lines = [json.dumps({"module": str(path)})]
        lines += [json.dumps({"id": number, **question}) for number, question in enumerate(questions)]
        done = subprocess.run(
            [node, str(RUNNER)],
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=seconds,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert [answer["id"] for answer in answers] == list(range(len(questions)))
    return answers


def differences(cases: Sequence[Case], office: Sequence[Answer], tablet: Sequence[Answer]) -> list[str]:
    """A readable line for each case on which the two disagree, with the first place where the bytes part."""
    return [
        f"{case.name}: {_parting(theirs, ours)}"
        for case, theirs, ours in zip(cases, office, tablet, strict=True)
        if theirs.seen != ours.seen
    ]


def _parting(office: Answer, tablet: Answer) -> str:
    if office.html is None or tablet.html is None:
        sides = (
            (office.fault or repr(office.html), office.message),
            (tablet.fault or repr(tablet.html), tablet.message),
        )
        return " · tablet ".join(f"{seen} {message[:600]}" for seen, message in sides).join(("office ", ""))
    at = next((i for i, (a, b) in enumerate(zip(office.html, tablet.html, strict=False)) if a != b), None)
    at = min(len(office.html), len(tablet.html)) if at is None else at
    start = max(0, at - 40)
    return f"at character {at}: office {office.html[start : at + 60]!r} · tablet {tablet.html[start : at + 60]!r}"

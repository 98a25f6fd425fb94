"""What a review pack may look like: the shape of each of its files, checked whole, every fault named by file and path.

A pack is a folder: `review.json`, `areas.json`, `findings.json` and `evidence/*.json`. The format is a promise: what is accepted
here is accepted for ever (README, "The pack format"). A shape never stops at the first fault, because somebody has to mend them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Report = Callable[[str, str], None]
"""Told the path inside the file and the fault as a sentence."""
Shape = Callable[[object, str, Report], None]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a pack: where, and what, in words."""

    file: str
    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file} at {self.path or 'the top'}: {self.sentence}"


def _named(value: object) -> str:
    names = {bool: "true or false", str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "nothing (null)" if value is None else names.get(type(value), type(value).__name__)


def text(value: object, path: str, report: Report) -> None:
    if not isinstance(value, str):
        report(path, f"text was expected, this is {_named(value)}")


def filled(value: object, path: str, report: Report) -> None:
    text(value, path, report)
    if isinstance(value, str) and not value.strip():
        report(path, "text was expected, this is empty")


def number(value: object, path: str, report: Report) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        report(path, f"a number was expected, this is {_named(value)}")


def whole(value: object, path: str, report: Report) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        report(path, f"a whole number was expected, this is {_named(value)}")
    elif value < 0:
        report(path, "a whole number of at least 0 was expected")


def truth(value: object, path: str, report: Report) -> None:
    if not isinstance(value, bool):
        report(path, f"true or false was expected, this is {_named(value)}")


def anything(value: object, path: str, report: Report) -> None:
    """Kept as it is; the field belongs to the review, not to the program."""


def nothing_or(shape: Shape) -> Shape:
    def check(value: object, path: str, report: Report) -> None:
        if value is not None:
            shape(value, path, report)

    return check


def list_of(shape: Shape) -> Shape:
    def check(value: object, path: str, report: Report) -> None:
        if not isinstance(value, list):
            report(path, f"a list was expected, this is {_named(value)}")
            return
        for index, item in enumerate(value):
            shape(item, f"{path}[{index}]", report)

    return check


def one_of(*choices: str) -> Shape:
    def check(value: object, path: str, report: Report) -> None:
        if value not in choices:
            shown = value if isinstance(value, str) else _named(value)
            report(path, f"“{shown}” is not one of {', '.join(choices)}")

    return check


def having(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object with these keys. Other keys are kept: a review may carry more than we know."""
    known = {**required, **(optional or {})}

    def check(value: object, path: str, report: Report) -> None:
        if not isinstance(value, dict):
            report(path, f"an object was expected, this is {_named(value)}")
            return
        for key in required:
            if key not in value:
                report(f"{path}.{key}" if path else key, "is missing")
        for key, shape in known.items():
            if key in value:
                shape(value[key], f"{path}.{key}" if path else key, report)

    return check


BLOCK_KINDS = ("question", "verbatim", "paraphrase", "observation", "document_fact", "inspector_thought")
RECORDED_WHEN = ("at_the_time", "within_24h", "later", "from_memory_after_loss")
ORIGINS = ("typed", "dictated", "transcribed_from_paper", "imported")
VALENCES = ("strength", "weakness", "mixed", "neutral")

REVIEW = having(
    {
        "review": having({"title": filled, "year": whole}, {"short_title": text, "theme": text, "series": text}),
        "questions": list_of(
            having(
                {
                    "number": filled,
                    "text": filled,
                    "subquestions": list_of(
                        having({"number": filled, "text": filled}, {"asked_of": list_of(text), "prompts": having({})})
                    ),
                }
            )
        ),
        "codebook": having(
            {
                "version": whole,
                "codes": list_of(having({"ref": filled, "label": filled}, {"definition": text, "active": truth})),
                "families": list_of(having({"ref": filled, "label": filled})),
            }
        ),
    },
    {
        "groups": list_of(having({"code": filled, "label": filled})),
        "activity_types": list_of(having({"ref": filled, "label": filled})),
        "participant_roles": list_of(having({"ref": filled, "label": filled})),
        "told_points": list_of(having({"audience": filled, "text": filled})),
        "consent_layers": list_of(having({"ref": filled, "label": filled})),
        "safeguarding_routes": list_of(having({"ref": filled, "label": filled})),
        "safeguarding_rules": list_of(text),
        "abbreviations": list_of(having({"short": filled, "expansion": filled})),
        "retention_rules": list_of(having({"class": filled, "trigger": filled, "length": filled})),
    },
)

AREAS = having(
    {
        "areas": list_of(
            having(
                {
                    "letter": filled,
                    "pseudonym": filled,
                    "visit": having({"status": filled}),
                    "team": list_of(having({"id": filled, "name": filled, "role": filled})),
                },
                {
                    "name": filled,
                    "organisations": list_of(having({"id": filled, "name": filled, "type": filled})),
                    "settings": list_of(having({"id": filled, "name": filled, "type": filled, "pseudonym": filled})),
                    "safeguarding_contacts": list_of(having({"route": filled, "name": filled, "phone": filled})),
                    "tracked_children": list_of(
                        having(
                            {"pseudonym": filled},
                            {"episodes": list_of(having({"group": filled, "on_roll": filled}))},
                        )
                    ),
                },
            )
        )
    }
)

EVIDENCE = having(
    {
        "id": filled,
        "area": filled,
        "activity": having({"type": filled, "date": filled}, {"present": list_of(having({"role": filled}))}),
        "header": having({"type": filled, "source_role": filled}, {"questions": list_of(text)}),
        "recorded_when": one_of(*RECORDED_WHEN),
        "origin": one_of(*ORIGINS),
        "status": filled,
        "blocks": list_of(
            having(
                {"kind": one_of(*BLOCK_KINDS), "text": text},
                {"speaker_role": nothing_or(text), "minute": nothing_or(number), "question": nothing_or(text)},
            )
        ),
        "codings": list_of(
            having(
                {"block": whole, "start": whole, "end": whole, "quote": filled, "code": filled},
                {"valence": one_of(*VALENCES), "agency": text, "memo": text, "coder": text, "coded_at": text},
            )
        ),
    },
    {"consent": list_of(having({"participant": filled, "layer": filled, "status": filled}, {"agrees": having({})}))},
)

_PLACE = having({"record": filled, "block": whole})
FINDINGS = having(
    {},
    {
        "emerging_findings": list_of(
            having(
                {"id": filled, "area": filled, "question": filled, "statement": filled},
                {"codes": list_of(text), "supporting": list_of(_PLACE), "contradicting": list_of(_PLACE)},
            )
        ),
        "cross_area_findings": list_of(
            having(
                {"id": filled, "question": filled, "statement": filled},
                {"codes": list_of(text), "supporting": list_of(_PLACE), "contradicting": list_of(_PLACE)},
            )
        ),
        "recommendations": list_of(having({"id": filled, "text": filled}, {"findings": list_of(text)})),
    },
)

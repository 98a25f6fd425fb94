"""The page on which a lead looks after the team of a visit: who is on it, who joins, whose part ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldwork.pages.frame import Page, choice, field
from fieldwork.pages.words import ROLE_WORDS, moment_in_words, typeset, words_for

ROLE_HINTS = {
    "inspector": "Writes and reads everything of this visit.",
    "lead": "Also decides what is let in, marks records as seen and looks after the team.",
    "researcher": "Reads what has been checked for names, and codes it.",
}


@dataclass(frozen=True, slots=True)
class PartLine:
    """One person's part in the visit."""

    assignment_id: str
    name: str
    role: str
    discipline: str
    ended_at: str
    is_self: bool


def show(
    *,
    visit_id: str,
    letter: str,
    parts: Sequence[PartLine],
    people: Sequence[tuple[str, str]],
    operation: str,
    given: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
) -> Page:
    """The team, and the form that adds somebody. `people` are (person id, name) of those who can be added."""
    given, faults = given or {}, faults or {}
    return {
        "title": "Team",
        "place": f"Area {letter}",
        "back_href": f"/visits/{visit_id}",
        "action": f"/visits/{visit_id}/team",
        "operation": operation,
        "parts": [_part(part, visit_id) for part in parts],
        "person": field("person", "Who joins the team?", error=faults.get("person", "")),
        "people": [
            choice("", "Choose a person", chosen=not given.get("person")),
            *(choice(person_id, name, chosen=person_id == given.get("person")) for person_id, name in people),
        ],
        "role": field("role", "What will they do?", error=faults.get("role", "")),
        "roles": [
            choice(role, ROLE_WORDS[role], hint=hint, chosen=role == given.get("role"))
            for role, hint in ROLE_HINTS.items()
        ],
    }


def _part(part: PartLine, visit_id: str) -> Page:
    told = [words_for(part.role, ROLE_WORDS)]
    if part.discipline and part.discipline not in ("lead", part.role):
        told.append(typeset(part.discipline))
    return {
        "name": part.name or "Name not stated",
        "more": ", ".join(told),
        "ended": f"Ended on {moment_in_words(part.ended_at)}." if part.ended_at else "",
        "action": "" if part.ended_at or part.is_self else f"/visits/{visit_id}/team/{part.assignment_id}/end",
    }

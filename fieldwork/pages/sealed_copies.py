"""Bringing in a sealed copy of a tablet: the form, and what came of it, in counts and sentences."""

from __future__ import annotations

from collections.abc import Sequence

from fieldwork.domain.sealed_copy import TakenIn
from fieldwork.pages.frame import Page, field
from fieldwork.pages.words import counted, day_in_words

NOT_A_COPY = (
    "This is not a sealed copy, or its first line is damaged. Nothing was taken in. "
    "Keep the file, and save a new copy on the tablet"
)
NOT_WHOLE = (
    "The file is not as the tablet wrote it: it was cut or altered on the way. What could be read was taken in. "
    "Save a new copy on the tablet and bring that as well."
)

WAITS_FOR = "for something that has not come: an earlier change of the same tablet, or a file"
NEEDS = "a person: the lead of the visit decides, under “What could not be taken in”"


def draft(
    *, error: str = "", name: str = "", taken: TakenIn | None = None, visits: Sequence[tuple[str, str]] = ()
) -> Page:
    """The form, and above it what came of the file called `name` that was brought a moment ago.

    `visits`, as (letter, id), are those that the reader leads and in which something of it waits.
    """
    return {
        "title": "A copy from a tablet",
        "action": "/sealed-copies",
        "file": field(
            "file",
            "The file that was saved on the tablet",
            hint="Its name ends in .fieldwork. It can be as large as 64 MB.",
            error=error,
        ),
        "outcome": None if taken is None else _outcome(name, taken, visits),
    }


def _outcome(name: str, taken: TakenIn, visits: Sequence[tuple[str, str]]) -> Page:
    return {
        "lead": f"{name} was saved on {day_in_words(taken.copied_at)} by the clock of the tablet. {lead_words(taken)}",
        "damaged": "" if taken.whole else NOT_WHOLE,
        "lines": sentences(taken),
        "places": [{"href": f"/visits/{visit_id}/held", "words": f"Area {letter}"} for letter, visit_id in visits],
    }


def lead_words(taken: TakenIn) -> str:
    """The one thing to know first."""
    if taken.unreadable:
        return "Not everything in it could be read."
    if not taken.operations:
        return "Nothing was in it." if taken.whole else "Nothing in it could be read."
    return "Everything in it is at the office now." if taken.whole else "What could be read of it is at the office now."


def sentences(taken: TakenIn) -> list[str]:
    """Each count that is not nothing, as a sentence."""
    told = (
        (taken.stored, "change was", "changes were", "taken in now."),
        (taken.already_here, "change was", "changes were", "here already."),
        (taken.held, "change waits", "changes wait", f"{WAITS_FOR}."),
        (taken.attention, "change needs", "changes need", f"{NEEDS}."),
        (taken.unreadable, "line could", "lines could", "not be read. What came is kept."),
    )
    return [f"{counted(count, one, many)} {rest}" for count, one, many, rest in told if count]

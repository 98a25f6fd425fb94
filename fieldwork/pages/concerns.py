"""The safeguarding lead's page: how many concerns there are, and their exact words after a reason was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldwork.pages.frame import Page, field
from fieldwork.pages.words import counted, moment_in_words


@dataclass(frozen=True, slots=True)
class ConcernLine:
    """One concern, opened."""

    letter: str
    exact_words: str
    said_at: str
    about_whom: str
    place: str
    received_at: str


def show(
    *, review_id: str, review_title: str, count: int, concerns: Sequence[ConcernLine], error: str = "", reason: str = ""
) -> Page:
    """The page, with the concerns when they have been opened."""
    told = "No concern has been recorded in this review. Concerns will be listed here."
    if count:
        told = f"{counted(count, 'concern has', 'concerns have')} been recorded in this review."
    return {
        "title": "Concerns",
        "place": review_title,
        "told": told,
        "count": count,
        "action": f"/reviews/{review_id}/concerns",
        "reason": field(
            "reason",
            "Why do you open them?",
            value=reason,
            hint="Your name, the time and this reason are kept.",
            error=error,
        ),
        "opened": bool(concerns),
        "concerns": [_concern(one) for one in concerns],
        "back_href": f"/reviews/{review_id}",
    }


def _concern(one: ConcernLine) -> Page:
    facts = [("Area", f"Area {one.letter}"), ("Reached the office", moment_in_words(one.received_at))]
    if one.said_at:
        facts.append(("Said", moment_in_words(one.said_at)))
    if one.about_whom:
        facts.append(("About", one.about_whom))
    if one.place:
        facts.append(("Where", one.place))
    return {"exact_words": one.exact_words, "facts": [{"key": key, "value": value} for key, value in facts]}

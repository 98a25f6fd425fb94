"""The pages of a review: the reviews one has a part in, and one review with its questions and visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldwork.pages.frame import Page
from fieldwork.pages.words import ROLE_WORDS, counted, day_in_words, listed_in_words, typeset, words_for
from fieldwork.pages.words import VISIT_STATUS_WORDS as STATUS

NO_STATE = {"kind": "", "words": ""}


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit in a list. `records` is None for somebody who may not count them."""

    visit_id: str
    letter: str
    status: str
    on_site_from: str
    on_site_to: str
    roles: Sequence[str]
    records: int | None


def home(reviews: Sequence[tuple[str, str, str, Sequence[str]]], *, is_administrator: bool) -> Page:
    """Reviews as (id, title, series and year, roles)."""
    rows = [
        {"href": f"/reviews/{review_id}", "words": typeset(title), "more": _more(series, roles), "state": NO_STATE}
        for review_id, title, series, roles in reviews
    ]
    empty = "You have no part in a review yet. The lead of a visit can add you to its team."
    if is_administrator:
        empty = "As an administrator you look after people and tablets. You have no part in a review."
    return {"title": "Reviews", "rows": rows, "empty": empty}


def show(
    *,
    review_id: str,
    title: str,
    series: str,
    theme: str,
    questions: Sequence[tuple[str, str]],
    visits: Sequence[VisitLine],
    people: int,
    roles: Sequence[str],
    reads_evidence: bool,
    exports: bool,
    concerns: bool,
) -> Page:
    """One review. Questions as (number, text)."""
    return {
        "title": typeset(title),
        "series": series,
        "theme": typeset(theme),
        "your_part": f"Your part: {listed_in_words(_roles(roles))}." if roles else "",
        "people": f"{counted(people, 'person works', 'people work')} on this review." if reads_evidence else "",
        "questions": [
            {
                "number": number,
                "text": typeset(text),
                "href": f"/reviews/{review_id}/questions/{number}" if reads_evidence else "",
            }
            for number, text in questions
        ],
        "reads_evidence": reads_evidence,
        "visits": [_visit_row(visit) for visit in visits] if reads_evidence else [],
        "exports_href": f"/reviews/{review_id}/exports" if exports else "",
        "concerns_href": f"/reviews/{review_id}/concerns" if concerns else "",
    }


def _visit_row(visit: VisitLine) -> Page:
    dates = on_site_words(visit.on_site_from, visit.on_site_to)
    part = listed_in_words(_roles(visit.roles)).capitalize()
    status = words_for(visit.status, STATUS) if visit.status else ""
    told = [words for words in (dates, status, f"Your part: {part.lower()}" if part else "") if words]
    if visit.records is not None:
        told.append(counted(visit.records, "record", "records"))
    return {
        "href": f"/visits/{visit.visit_id}",
        "words": f"Area {visit.letter}",
        "more": ". ".join(told) + ".",
        "state": NO_STATE,
    }


def on_site_words(on_site_from: str, on_site_to: str) -> str:
    """The days on site in words; "" where they are not stated."""
    if not on_site_from:
        return ""
    if not on_site_to:
        return f"On site from {day_in_words(on_site_from)}"
    return f"On site {day_in_words(on_site_from)} to {day_in_words(on_site_to)}"


def _roles(roles: Sequence[str]) -> list[str]:
    return [ROLE_WORDS[role].lower() for role in ROLE_WORDS if role in roles]


def _more(series: str, roles: Sequence[str]) -> str:
    part = listed_in_words(_roles(roles))
    return f"{series}. Your part: {part}." if series else f"Your part: {part}."


def series_words(fields: Mapping[str, object]) -> str:
    """The series and year of a review, as far as stated."""
    return ", ".join(str(fields[key]) for key in ("series", "year") if fields.get(key))

"""Evidence by review question: the coded passages under one question, page by page, each with its area's letter and its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fieldwork.domain.text import CONTEXT_CP
from fieldwork.pages.frame import Page
from fieldwork.pages.visits import hidden_words
from fieldwork.pages.words import (
    AGENCY_WORDS,
    KIND_WORDS,
    RECORDED_WHEN_WORDS,
    SOURCE_WORDS,
    VALENCE_WORDS,
    counted,
    typeset,
    words_for,
)

CHANGED_SINCE = "These words have been changed since they were coded."


@dataclass(frozen=True, slots=True)
class PassageLine:
    """One coded passage."""

    coding_id: str
    evidence_id: str
    letter: str
    ref: str
    source_role: str
    recorded_when: str
    quote: str
    before: str
    after: str
    code: str
    valence: str
    agency: str
    consent: Sequence[str]
    kind: str
    speaker: str


@dataclass(frozen=True, slots=True)
class After:
    """The place after which the next page begins."""

    letter: str
    ref: str
    coding_id: str


def show(
    *,
    review_id: str,
    review_title: str,
    number: str,
    text: str,
    codes: Mapping[str, str],
    counts: Sequence[tuple[str, str, str, int]],
    passages: Sequence[PassageLine],
    next_after: After | None,
    is_first: bool,
    code: str,
    withdrawn_from_use: int,
    not_screened: int,
) -> Page:
    """One question. `counts` is (code, letter, source role, how many); `code` is the one chosen, or ""."""
    total = sum(count for _, _, _, count in counts)
    letters = sorted({letter for _, letter, _, _ in counts})
    sources = [words_for(source, SOURCE_WORDS).lower() for source in sorted({source for _, _, source, _ in counts})]
    base = f"/reviews/{review_id}/questions/{number}"
    by_code: dict[str, int] = {}
    for ref, _, _, count in counts:
        by_code[ref] = by_code.get(ref, 0) + count
    return {
        "title": f"{number}. {typeset(text)}",
        "place": typeset(review_title),
        "review": {"href": f"/reviews/{review_id}", "words": typeset(review_title)},
        "coverage": _coverage(total, letters, sources),
        "codes": [
            {
                "href": f"{base}?{urlencode({'code': ref})}",
                "words": f"{ref} {typeset(label)}",
                "count": counted(by_code.get(ref, 0), "passage", "passages"),
                "current": ref == code,
            }
            for ref, label in codes.items()
            if by_code.get(ref) or ref == code
        ],
        "every_code_href": base if code else "",
        "passages": [_passage(line, codes) for line in passages],
        "hidden": hidden_words(withdrawn_from_use, not_screened),
        "pages": {
            "label": "Pages of passages",
            "words": _page_words(len(passages), total, code, by_code),
            "earlier_href": "" if is_first else base + (f"?{urlencode({'code': code})}" if code else ""),
            "later_href": _later(base, next_after, code) if next_after else "",
        },
    }


def _coverage(total: int, letters: Sequence[str], sources: Sequence[str]) -> str:
    if not total:
        return "No passage has been coded for this question yet."
    areas = counted(len(letters), "area", "areas")
    return f"{counted(total, 'coded passage', 'coded passages')} from {areas}. Sources: {', '.join(sources)}."


def _passage(line: PassageLine, codes: Mapping[str, str]) -> Page:
    told = [words_for(line.valence, VALENCE_WORDS)] if line.valence else []
    if line.agency:
        told.append(f"about {words_for(line.agency, AGENCY_WORDS)}")
    where = [f"Area {line.letter}"]
    if line.source_role:
        where.append(words_for(line.source_role, SOURCE_WORDS).lower())
    return {
        "id": f"coding-{line.coding_id}",
        "kind": ", ".join(words for words in (KIND_WORDS.get(line.kind, ""), line.speaker) if words),
        "before": line.before,
        "quote": line.quote,
        "after": line.after,
        "cut_before": len(line.before) == CONTEXT_CP,
        "cut_after": len(line.after) == CONTEXT_CP,
        "code": f"{line.code} {typeset(codes.get(line.code, ''))}".strip(),
        "more": ", ".join(told),
        "where": ", ".join(where),
        "href": f"/evidence/{line.evidence_id}#coding-{line.coding_id}",
        "link": f"Record {line.ref}" if line.ref else "The record",
        "labels": (
            [RECORDED_WHEN_WORDS["from_memory_after_loss"]] if line.recorded_when == "from_memory_after_loss" else []
        )
        + list(line.consent),
    }


def _page_words(shown: int, total: int, code: str, by_code: Mapping[str, int]) -> str:
    of = by_code.get(code, 0) if code else total
    return f"{shown:,} of {counted(of, 'passage', 'passages')} on this page" if of else ""


def _later(base: str, after: After, code: str) -> str:
    asked = {"letter": after.letter, "ref": after.ref, "after": after.coding_id}
    return f"{base}?{urlencode(asked | ({'code': code} if code else {}))}"

"""Where a coding stands after its block was edited: kept, moved, changed or orphaned, and it says so (design 7).

A coding points into one immutable revision of a block. Words that look alike are not the words that were coded: a coding follows its
words to another place only when nothing else there could be meant, and where that is in doubt a person has to look. Nothing here writes.
`static/tablet/anchoring.js` is the same rule on the tablet, and `sync/vectors/anchors.json` holds both to the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fieldwork.domain.text import CONTEXT_CP

Standing = Literal["kept", "moved", "changed", "orphaned"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the coded words are in the text of now; for an orphaned coding both positions are 0."""

    standing: Standing
    start_cp: int
    end_cp: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words with what stands around them, as a coding copied them or as they are now."""

    quote: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Place:
    at: int
    sides: int
    """How many of its two sides read as they did: 0, 1 or 2."""


def anchor(text: str, start_cp: int, quote: str, before: str, after: str) -> Anchor:
    """Find the quoted words. Changed means that somebody must look: other words stand between the neighbours, or it is in doubt."""
    length = len(quote)
    places = [_Place(at, _sides_alike(text, at, at + length, before, after)) for at in _places(text, quote)]
    at = _certain(places, start_cp, length)
    if at is not None:
        return Anchor("kept" if at == start_cp else "moved", at, at + length)
    alone = len(places) == 1 and not before and not after
    for place in places:
        if alone or place.at == start_cp:
            return Anchor("changed", place.at, place.at + length)
    return _between(text, before, after) or Anchor("orphaned", 0, 0)


def as_it_stands(texts: Sequence[tuple[str, str]], revision: str, start_cp: int, quoted: Quoted) -> Quoted | None:
    """The coded words as somebody beyond the visit's team may read them, or None where they no longer stand in the block.

    `texts` are the block's texts of now with the operations that set them. A coding is a copy of one revision: what was changed since,
    perhaps to take a name out, was looked through as it is now and not as it was, so neither words nor context come out of the copy.
    Nor does a copy that never was one: what is given back stands in the block, letter for letter.
    """
    end_cp = start_cp + len(quoted.quote)
    for operation, text in texts:
        if operation == revision and start_cp >= 0 and text[start_cp:end_cp] == quoted.quote:
            return _with_context(text, start_cp, end_cp)
    for _, text in texts:
        found = anchor(text, start_cp, quoted.quote, quoted.before, quoted.after)
        if found.standing in ("kept", "moved"):
            return _with_context(text, found.start_cp, found.end_cp)
    return None


def _with_context(text: str, start_cp: int, end_cp: int) -> Quoted:
    before = text[max(0, start_cp - CONTEXT_CP) : start_cp]
    return Quoted(text[start_cp:end_cp], before, text[end_cp : end_cp + CONTEXT_CP])


def _certain(places: list[_Place], start_cp: int, length_cp: int) -> int | None:
    """The one place that must be meant; None where there is none, or a doubt."""
    both = [place.at for place in places if place.sides == 2]
    if start_cp in both:
        return start_cp
    if both:
        return both[0] if len(both) == 1 else None
    alike = [place.at for place in places if place.sides == 1]
    if len(alike) == 1 and (len(places) == 1 or alike[0] == start_cp):
        return alike[0]
    # So many letters do not come together twice by chance: they need no neighbours to be known by.
    return places[0].at if len(places) == 1 and length_cp >= CONTEXT_CP else None


def _places(text: str, quote: str) -> list[int]:
    """Every place where these letters stand."""
    places: list[int] = []
    at = text.find(quote) if quote else -1
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + 1)
    return places


def _sides_alike(text: str, start: int, end: int, before: str, after: str) -> int:
    same_left = text[max(0, start - len(before)) : start] == before if before else start == 0
    same_right = text[end : end + len(after)] == after if after else end == len(text)
    return int(same_left) + int(same_right)


def _between(text: str, before: str, after: str) -> Anchor | None:
    """What stood around the passage is there once, and something else between."""
    if not before and not after:
        return None
    opening = text.find(before) if before else 0
    if opening < 0 or (before and text.find(before, opening + 1) >= 0):
        return None
    start = opening + len(before)
    end = text.find(after, start) if after else len(text)
    return Anchor("changed", start, end) if start < end else None

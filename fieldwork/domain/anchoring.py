"""Where a coding stands after its block was edited: kept, moved, changed or orphaned, and it says so (design 7).

A coding points into one immutable revision of a block. When the words have changed since, its passage is looked for in the words of now:
at its place, then by itself, then by what stood around it. Nothing here writes anything; a person decides what a changed coding means.
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


def anchor(text: str, start_cp: int, end_cp: int, quote: str, before: str, after: str) -> Anchor:
    """Find the quoted words. Changed means: what stood around them is there, and something else between."""
    if quote and 0 <= start_cp < end_cp <= len(text) and text[start_cp:end_cp] == quote:
        return Anchor("kept", start_cp, end_cp)
    if quote:
        found = _nearest(text, quote, start_cp, before, after)
        if found is not None:
            return Anchor("moved", found, found + len(quote))
    opening = text.find(before) if before else 0
    if opening >= 0:
        begins = opening + len(before)
        ends = text.find(after, begins) if after else len(text)
        if begins < ends and (before or after):
            return Anchor("changed", begins, ends)
    return Anchor("orphaned", 0, 0)


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words with what stands around them, as a coding copied them or as they are now."""

    quote: str
    before: str
    after: str


def as_it_stands(texts: Sequence[tuple[str, str]], revision: str, start_cp: int, quoted: Quoted) -> Quoted | None:
    """The coded words as somebody beyond the visit's team may read them, or None where they no longer stand in the block.

    `texts` are the block's texts of now with the operations that set them. A coding is a copy of one revision: what was changed since,
    perhaps to take a name out, was looked through as it is now and not as it was, so neither words nor context come out of the copy.
    """
    if any(operation == revision for operation, _ in texts):
        return quoted
    for _, text in texts:
        found = anchor(text, start_cp, start_cp + len(quoted.quote), quoted.quote, quoted.before, quoted.after)
        if found.standing in ("kept", "moved"):
            before = text[max(0, found.start_cp - CONTEXT_CP) : found.start_cp]
            return Quoted(quoted.quote, before, text[found.end_cp : found.end_cp + CONTEXT_CP])
    return None


def _nearest(text: str, quote: str, start_cp: int, before: str, after: str) -> int | None:
    """The place of the quote that agrees best with what stood around it, and of those the one nearest to where it was."""
    best: tuple[int, int] | None = None
    found_at = -1
    at = text.find(quote)
    while at >= 0:
        agrees = _common_end(text[:at], before) + _common_start(text[at + len(quote) :], after)
        rank = (agrees, -abs(at - start_cp))
        if best is None or rank > best:
            best, found_at = rank, at
        at = text.find(quote, at + 1)
    return None if best is None else found_at


def _common_end(one: str, other: str) -> int:
    return _common_start(one[-len(other) :][::-1], other[::-1]) if other else 0


def _common_start(one: str, other: str) -> int:
    count = 0
    for here, there in zip(one, other, strict=False):
        if here != there:
            break
        count += 1
    return count

"""Blocks of a record as `parts/block.html` prints them: the words cut where a coding begins or ends, and the codings below.

Positions are code points of the block's text (design 7). A coding whose words have changed says so. The tablet makes the same shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fieldwork.domain.anchoring import Anchor, anchor
from fieldwork.domain.evidence import BlockFacts, CodingFacts, Labels
from fieldwork.pages.frame import Page
from fieldwork.pages.words import AGENCY_WORDS, REASON_WORDS, VALENCE_WORDS, moment_in_words, typeset, words_for

MOST_DEPTH = 3
STANDING_WORDS = {
    "kept": "",
    "moved": "Moved with its words",
    "changed": "The words have changed. Somebody needs to look",
    "orphaned": "These words are no longer here, or stand more than once",
}


@dataclass(frozen=True, slots=True)
class _Placed:
    coding: CodingFacts
    at: Anchor
    number: str


def block_as_read(block: BlockFacts, labels: Labels, *, first_number: int, decides: bool = False) -> Page:
    """One block with every version of its words. The first carries the codings, which point into it. `decides`: the reader may."""
    shown = [_version(block, labels, index, first_number) for index in range(max(1, len(block.versions)))]
    return {
        "id": block.block_id,
        "versions": shown,
        "conflict": _conflict_words(block),
        "conflict_href": f"/conflicts/{block.block_id}" if decides and _conflict_words(block) else "",
        "version_words": [f"{version.written_by or 'Somebody'} wrote:" for version in block.versions],
    }


def _version(block: BlockFacts, labels: Labels, index: int, first_number: int) -> Page:
    suffix = "" if index == 0 else f"-{index + 1}"
    text = block.versions[index].text if block.versions else ""
    placed = _placed(block.codings, text, first_number) if index == 0 else []
    return {
        "id": f"block-{block.block_id}{suffix}",
        "kind": block.kind or "observation",
        "speaker": words_for(block.speaker_role, labels.roles) or "Somebody",
        "when": _when(block),
        "removed": "" if block.versions else _removed_words(block),
        "segments": segments(text, placed, block.block_id + suffix),
        "codings": [_coding(one, labels) for one in placed],
    }


def segments(text: str, placed: Sequence[_Placed], block_id: str) -> list[Page]:
    """The text cut where a coding begins or ends; together they are the text, every letter of it."""
    inside = [one for one in placed if one.at.start_cp < one.at.end_cp]
    cuts = sorted({0, len(text)} | {cut for one in inside for cut in (one.at.start_cp, one.at.end_cp)})
    cut_text = []
    for start, end in pairwise(cuts):
        over = [one for one in inside if one.at.start_cp <= start and end <= one.at.end_cp]
        ends = [one.number for one in over if one.at.end_cp == end]
        cut_text.append(
            {
                "id": f"words-{block_id}-{start}",
                "text": text[start:end],
                "depth": min(len(over), MOST_DEPTH),
                "changed": any(one.at.standing == "changed" for one in over),
                "ends": ", ".join(ends),
            }
        )
    return cut_text


def _placed(codings: Sequence[CodingFacts], text: str, first_number: int) -> list[_Placed]:
    found = [(coding, anchor(text, coding.start_cp, coding.quote, coding.before, coding.after)) for coding in codings]
    found.sort(key=lambda one: (one[1].standing == "orphaned", one[1].start_cp, one[1].end_cp, one[0].coding_id))
    return [_Placed(coding, at, str(first_number + index)) for index, (coding, at) in enumerate(found)]


def _coding(one: _Placed, labels: Labels) -> Page:
    coding = one.coding
    told = [words_for(coding.valence, VALENCE_WORDS)] if coding.valence else []
    if coding.agency:
        told.append(f"about {words_for(coding.agency, AGENCY_WORDS)}")
    told.append(f"coded by {coding.coder}" if coding.coder else "coder not stated in the pack")
    return {
        "id": f"coding-{coding.coding_id}",
        "number": one.number,
        "href": f"#coding-{coding.coding_id}",
        "ref": coding.code,
        "label": typeset(labels.codes.get(coding.code, "")),
        "by": ", ".join(told),
        "standing": STANDING_WORDS[one.at.standing],
    }


def _when(block: BlockFacts) -> str:
    told = []
    if block.minute is not None:
        told.append("At the start" if block.minute == 0 else f"{block.minute} minutes in")
    if block.question:
        told.append(f"question {block.question}" if told else f"Question {block.question}")
    return ", ".join(told)


def _conflict_words(block: BlockFacts) -> str:
    if len(block.versions) > 1:
        by = {version.written_by for version in block.versions}
        if len(by) == 1 and (name := by.pop()):
            return f"{name} wrote here in two places at the same time. Both versions are kept until somebody decides."
        return "Two people wrote here at the same time. Both versions are kept until somebody decides."
    if block.differences:
        return "This part was described differently at the same time. The first description is shown until somebody decides."
    return ""


def _removed_words(block: BlockFacts) -> str:
    if block.removal is None:
        return "These words have not arrived at the office."
    reason = words_for(block.removal.reason, REASON_WORDS)
    by = block.removal.name or "Somebody"
    return f"{by} removed these words on {moment_in_words(block.removal.at)}. {reason}."


def numbered(blocks: Sequence[BlockFacts], labels: Labels, *, decides: bool = False) -> list[Page]:
    """Every block, the codings numbered through the whole record."""
    shown, number = [], 1
    for block in blocks:
        shown.append(block_as_read(block, labels, first_number=number, decides=decides))
        number += len(block.codings)
    return shown


def plain_text(block: BlockFacts) -> str:
    """The words of a block as they stand, the first version of several."""
    return block.versions[0].text if block.versions else ""

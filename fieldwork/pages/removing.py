"""The pages on which words are removed for good: choose the part, name the words and the reason, look once more, and do it."""

from __future__ import annotations

from collections.abc import Sequence

from fieldwork.domain.evidence import BlockFacts
from fieldwork.domain.removing import STANDS_INSTEAD
from fieldwork.pages.blocks import plain_text
from fieldwork.pages.frame import Page, choice, field
from fieldwork.pages.words import KIND_WORDS, REASON_WORDS, counted

REASON_HINTS = {
    "disclosure": "Keep the exact words as a concern first. They will be gone from here.",
    "erasure": "A person asked for their words to be removed.",
}


def choose(evidence_id: str, blocks: Sequence[BlockFacts]) -> Page:
    """Which part of the record."""
    return {
        "title": "Remove words",
        "parts": [
            {
                "href": f"/evidence/{evidence_id}/removal?block={block.block_id}",
                "kind": KIND_WORDS.get(block.kind, "Part of the record"),
                "text": plain_text(block),
            }
            for block in blocks
            if block.versions
        ],
        "back_href": f"/evidence/{evidence_id}",
    }


def name_words(
    *,
    evidence_id: str,
    block: BlockFacts,
    operation: str,
    words: str,
    instead: str,
    reason: str,
    reasons: Sequence[str],
    faults: dict[str, str] | None = None,
) -> Page:
    """Which words, what stands instead, and why."""
    faults = faults or {}
    return {
        "title": "Remove words",
        "action": f"/evidence/{evidence_id}/removal",
        "block_id": block.block_id,
        "operation": operation,
        "kind": KIND_WORDS.get(block.kind, "Part of the record"),
        "text": plain_text(block),
        "words": field(
            "words",
            "Words to remove",
            value=words,
            hint="Copy them exactly as they stand above. Remove a whole sentence rather than a name when the sentence gives it away.",
            error=faults.get("words", ""),
        ),
        "instead": field(
            "instead", "What stands instead", value=instead or STANDS_INSTEAD, error=faults.get("instead", "")
        ),
        "reason": field("reason", "Why are they removed?", error=faults.get("reason", "")),
        "reasons": [
            choice(one, REASON_WORDS[one], hint=REASON_HINTS.get(one, ""), chosen=one == reason) for one in reasons
        ],
        "back_href": f"/evidence/{evidence_id}",
    }


def confirm(
    *,
    evidence_id: str,
    block_id: str,
    operation: str,
    words: str,
    instead: str,
    reason: str,
    text_after: str,
    operations: int,
    codings: int,
    swallowed: int,
) -> Page:
    """What will be gone, before it is gone (A11Y-13)."""
    told = [
        f"{counted(operations, 'entry', 'entries')} in the history will lose the words. Who wrote them, and when, stays."
    ]
    if codings:
        told.append(f"{counted(codings, 'code', 'codes')} on this part will be carried over to what is left.")
    if swallowed:
        told.append(f"{counted(swallowed, 'code', 'codes')} on nothing but these words will be withdrawn.")
    told.append("Every tablet that holds the words will remove them when it next connects.")
    return {
        "title": "Remove these words for good?",
        "action": f"/evidence/{evidence_id}/removal",
        "block_id": block_id,
        "operation": operation,
        "words": words,
        "instead": instead,
        "reason": reason,
        "reason_words": REASON_WORDS[reason],
        "text_after": text_after,
        "told": told,
        "back_href": f"/evidence/{evidence_id}",
    }


def removed(*, evidence_id: str, operations: int, elsewhere: Sequence[tuple[str, str]]) -> Page:
    """What was done, and where the same words still stand. `elsewhere` is (address, words)."""
    return {
        "title": "The words are removed",
        "told": [
            f"The words are gone from {counted(operations, 'entry', 'entries')}. The history says that you removed them."
        ],
        "elsewhere": [{"href": href, "words": words} for href, words in elsewhere],
        "record_href": f"/evidence/{evidence_id}",
    }

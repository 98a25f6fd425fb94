"""Whether a coding says nothing of its own: then people beyond the visit's team may see it without a look at it (R12, design 7).

A code is given long after a record was looked through, so a coding cannot take its record back each time. It need not: its quote is read
from the block, its note is kept back until somebody has looked (`screening.py`), and the rest are terms of the review. Where anything
else stands in it, which none of our forms writes, the whole coding is left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from fieldwork.domain.screening import Values, from_pack, is_instant

VALENCES = frozenset({"strength", "weakness", "mixed", "neutral"})
AGENCIES = frozenset({"education", "school", "health", "social_care", "family", "national"})
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CodebookTerms:
    """The review's codes, by reference or id, and the versions of its codebooks."""

    codes: Collection[str]
    versions: Collection[object]


def is_plain(fields: Values, terms: CodebookTerms) -> bool:
    """Whether every value of the coding that is ever shown is a term, a number, a time or an id. What a pack brought is as it is."""
    return all(
        value is None or from_pack(operation) or is_shaped(value, terms)
        for name, is_shaped in _SHAPES.items()
        for operation, value in fields.get(name, ())
    )


def _id(value: object, terms: CodebookTerms) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _whole(value: object, terms: CodebookTerms) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_SHAPES: Mapping[str, Callable[[object, CodebookTerms], bool]] = {
    "evidence": _id,
    "block": _id,
    "revision": lambda value, terms: value == "" or _id(value, terms),
    "start_cp": _whole,
    "end_cp": _whole,
    "code": lambda value, terms: isinstance(value, str) and value in terms.codes,
    "codebook_version": lambda value, terms: isinstance(value, str | int) and value in terms.versions,
    "valence": lambda value, terms: isinstance(value, str) and value in VALENCES,
    "agency": lambda value, terms: isinstance(value, str) and value in AGENCIES,
    "coder": _id,
    "coded_at": lambda value, terms: is_instant(value),
}
TERMS_OF_A_CODING = frozenset(_SHAPES)
"""The fields that `is_plain` answers for."""

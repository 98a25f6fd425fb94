"""A conflict: values of one field that stand beside each other until a person decides (rule R5, PROTOCOL.md 5).

Nothing is merged into one voice by a machine, and deciding removes nothing: it is a revision that follows every version it was made from.
The tablet gathers the same shape from its own store (`static/tablet/conflicts.js`), and the same template prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fieldwork.domain.evidence import Labels
from fieldwork.domain.screening import OF_A_LOOK

Where = Literal["tablet", "sealed_copy", "office", "pack"]

NOT_DECIDED = OF_A_LOOK | {"quarantine"}
"""Looks for names add up by themselves; and what a family withdrew is not put back by choosing a version."""
FREE_WORDS = frozenset({"text", "memo", "note", "title", "supporter"})
"""Fields in which people write as they like, so that a third version can be written as well."""


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One of the versions: what it says, and who wrote it, when and where. Times are RFC 3339 UTC; `written_at` is the author's clock."""

    operation: str
    value: object
    by: str
    written_at: str
    received_at: str
    where: Where


@dataclass(frozen=True, slots=True)
class ConflictFacts:
    """One record with the fields in conflict, each with its versions in the order of their operations."""

    record_id: str
    record_type: str
    evidence_id: str
    """The record of evidence that it is read in; "" where there is none."""
    visit_id: str
    letter: str
    heads: Sequence[str]
    fields: Mapping[str, Sequence[VersionFacts]]
    labels: Labels


def to_decide(conflicts: Iterable[str]) -> list[str]:
    """The fields among these that a person decides."""
    return [name for name in conflicts if name not in NOT_DECIDED]

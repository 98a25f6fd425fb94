"""One evidence record with all that is read with it: what a page needs in order to show it, gathered and not yet put into words.

Step 9 of the life of one note. The tablet gathers the same shape from its own store, and the same template prints it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Fields = Mapping[str, Any]
"""The fields of a record as shown; absent where not stated."""


@dataclass(frozen=True, slots=True)
class CodingFacts:
    """One code given to a passage of a block."""

    coding_id: str
    start_cp: int
    end_cp: int
    quote: str
    before: str
    after: str
    code: str
    valence: str
    agency: str
    coder: str


@dataclass(frozen=True, slots=True)
class Version:
    """One of several wordings that stand beside each other until a person decides."""

    text: str
    written_by: str


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """One block. No version at all means that its words were removed; `removal` is then who, when and why."""

    block_id: str
    kind: str
    speaker_role: str
    minute: int | None
    question: str
    versions: Sequence[Version]
    codings: Sequence[CodingFacts]
    differences: Sequence[str] = ()
    removal: Happened | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that somebody did to the record. `name` is "" for an import, which states no author; `at` is RFC 3339 UTC."""

    name: str
    at: str
    kind: str
    record_type: str
    reason: str = ""
    imported: bool = False


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A document that goes with the record."""

    file_id: str
    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """The whole of one evidence record as read. Kept back is what nobody has looked through, from readers beyond the visit's team."""

    evidence_id: str
    letter: str
    fields: Fields
    activity: Fields
    consents: Sequence[Fields]
    blocks: Sequence[BlockFacts]
    files: Sequence[FileFacts]
    history: Sequence[Happened]
    seen_standing: str
    seen_name: str
    seen_at: str
    screened: bool
    differences: Sequence[tuple[str, str]] = ()
    """Fields of the record and of its activity on which people's words stand beside each other, each with its record's id."""
    decides: bool = False
    """Whether the reader may decide between versions."""
    files_kept_back: int = 0
    codings_kept_back: int = 0
    labels: Labels = field(default_factory=lambda: Labels())


@dataclass(frozen=True, slots=True)
class Labels:
    """What the review calls things: activity types, participants' roles, groups and codes, by their references."""

    activity_types: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)

"""A receipt for one record of evidence: which entries it is made of, and whether the office holds each as it was written (R2, R3).

An inspector keeps it: "this record, these hashes, 2 of 2 files, verified at 4:02pm". It holds no word of what was said. One hash stands for
all of the record's entries, and a tablet that holds the same entries comes to the same one (`static/tablet/pages/record_receipts.js`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Standing = Literal["whole", "words_removed", "differs"]


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One operation of the record. `header_hash` was computed now; `by` is "" for an import; `at` is when it reached the office."""

    header_hash: str
    record_type: str
    kind: str
    by: str
    at: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """The record with all its entries, in the order of the log. `waiting` are entries on it that were not taken in."""

    evidence_id: str
    letter: str
    ref: str
    title: str
    entries: Sequence[EntryFacts]
    waiting: int
    files: int
    files_whole: int
    verified_at: str


def hash_of_all(header_hashes: Iterable[str]) -> str:
    """One hash for a record: SHA-256 of its entries' header hashes, each once, in ascending order, each with an LF.

    A header holds the hash of its body, so this changes with any word, and with nothing else: not with the order in which entries came.
    """
    lines = "".join(f"{one}\n" for one in sorted(set(header_hashes)))
    return hashlib.sha256(lines.encode("ascii")).hexdigest()

"""What a tablet found wrong with its own two copies at a start, as counts: so that a tablet that loses notes is not the only one to know.

It holds no word of anybody and no id of a record. It is not the national report: that is written by people and cites findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TabletReport:
    """One report (PROTOCOL.md 4.8). `received_at` is central's clock; `found_at` is the tablet's claim, as it came."""

    device_id: UUID
    report: UUID
    received_at: datetime
    found_at: str
    found_empty: bool
    restored: int
    repaired: int
    copied: int
    lost: int
    lost_streams: int
    damaged: int
    certain: bool
    journal_damaged_bytes: int
    drafts_unopened: int
    persisted: bool | None

    @property
    def came_back(self) -> int:
        """Entries of the main store that the second copy gave back."""
        return self.restored + self.repaired

    @property
    def missing(self) -> int:
        """Entries of which nothing good is left on the tablet; whether that is all is said by `certain`."""
        return self.lost + self.damaged

    @property
    def needs_a_look(self) -> bool:
        """Whether something is missing, or may be."""
        return self.missing > 0 or not self.certain

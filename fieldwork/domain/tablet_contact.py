"""What a tablet said last of what is on it alone, as counts: so that a lead sees each evening whose notes are not safe yet.

It holds no word of anybody, no author and no id of a record. It is not a report of damage: that is `tablet_report.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

CONTACT_NOTED_EVERY = timedelta(minutes=5)
"""A sign of life is written down no more often: a tablet that sends each note must not cost a second commit for each."""

CLOCKS_DIFFER_BY = timedelta(minutes=15)
"""A time that lies further ahead was written while central's clock was wrong. Two processes of one office, and two requests that overtook
each other, differ by far less."""

ALARM_AFTER_HOURS = 24
LONGEST_ALARM_AFTER_HOURS = 720
"""How long something may wait on a tablet before the office is warned, until an administrator says otherwise; and at most."""


@dataclass(frozen=True, slots=True)
class HeldOfVisit:
    """What waits of one visit. The age is by the tablet's own clock, at the moment when it told."""

    visit_id: UUID
    waiting: int
    oldest_age_s: int


@dataclass(frozen=True, slots=True)
class TabletContact:
    """What one tablet said last (PROTOCOL.md 4.9). `told_at` is central's clock; `oldest_at` is the tablet's claim, as it came."""

    device_id: UUID
    told_at: datetime
    app_version: str
    waiting: int
    oldest_at: str | None
    oldest_age_s: int | None
    attention: int
    drafts: int
    persisted: bool | None
    visits: tuple[HeldOfVisit, ...] = ()

    def of_visit(self, visit_id: UUID) -> HeldOfVisit | None:
        """What waits of this visit; None when the tablet named nothing of it."""
        return next((held for held in self.visits if held.visit_id == visit_id), None)


def waited_s(oldest_age_s: int, told_at: datetime, now: datetime) -> int:
    """How long the oldest has waited by now: as old as the tablet said, and as long again as central's clock has gone on since.

    A tablet's clock may be years out; how much time passed on it, and how much passed here, can both be believed.
    """
    return oldest_age_s + max(0, int((now - told_at).total_seconds()))

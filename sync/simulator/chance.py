"""All chance and all time of one seed: one generator, one clock that moves only when told to.

The same seed gives the same ids, the same faults and the same order of things on every machine (SYN-02). Nothing here asks the
machine for the time or for randomness.
"""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta

BEGINS_AT = datetime(2025, 2, 11, 8, 0, tzinfo=UTC)


class Chance(random.Random):
    """One seed's chance."""

    def happens(self, probability: float) -> bool:
        return self.random() < probability

    def uuid4(self) -> str:
        return str(uuid.UUID(int=self.getrandbits(128), version=4))

    def uuid7(self, at: datetime) -> str:
        """An operation's id of this moment."""
        made = int(at.timestamp() * 1000) << 80 | self.getrandbits(80)
        made = made & ~(0xF << 76) | 7 << 76
        made = made & ~(0x3 << 62) | 2 << 62
        return str(uuid.UUID(int=made))


class VirtualClock:
    """The true time of one seed. Tablets believe their own."""

    def __init__(self) -> None:
        self.now = BEGINS_AT

    def __call__(self) -> datetime:
        return self.now

    def moves(self, milliseconds: int) -> None:
        self.now += timedelta(milliseconds=milliseconds)


def written(moment: datetime) -> str:
    """An instant as the promise writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

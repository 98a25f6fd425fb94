"""What an office knows of its own restore: when it was, from a backup of which time, and what has arrived since.

After a restore somebody at the office waits for tablets to bring back what the backup lacked. Nothing here restores: that is done at the
server's command line, while no office is open (`fieldwork/backup/`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from fieldwork.actions.central import RESTORED, Central
from fieldwork.store.settings import setting


@dataclass(frozen=True, slots=True)
class Restoration:
    """The last restore of this office."""

    at: datetime
    backup_of: datetime
    arrived_since: int
    """Operations that were written here or brought since then: those that came back, and new ones."""


def told_of_restore(*, at: str, backup_of: str, epoch_before: str | None, operations: int) -> str:
    """What the setting says."""
    return json.dumps({"at": at, "backup_of": backup_of, "epoch_before": epoch_before, "operations": operations})


async def last_restore(central: Central) -> Restoration | None:
    """The restore that this office's epoch began with; None when it began with an empty office."""
    told = await setting(central.database, f"{RESTORED}{central.epoch}")
    if told is None:
        return None
    said = json.loads(told)
    [[now]] = await central.log.ask("SELECT COALESCE(SUM(count), 0) FROM stream")
    return Restoration(
        datetime.fromisoformat(said["at"]),
        datetime.fromisoformat(said["backup_of"]),
        max(0, int(now) - int(said["operations"])),
    )

"""Why a backup could not be made or restored: a sentence for the person at the server, who can do something about it."""

from __future__ import annotations


class BackupProblem(Exception):
    """Nothing was made, or nothing was restored; the message says why and what to do."""


DAMAGED = (
    "The backup {name} is damaged or cut: {what}. Nothing was restored. Take another copy of it, or an older backup."
)


def damaged(name: str, what: str) -> BackupProblem:
    """The file is not what was written."""
    return BackupProblem(DAMAGED.format(name=name, what=what))

"""Why a backup could not be made or restored: a sentence for the person at the server, who can do something about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fieldwork.store.hindrances import MAY_BE_HINDERED, Hindrance, hindrance_of

_WHY: dict[Hindrance, str] = {
    "no_room": "there is no room left on the disk of the database",
    "not_now": "the database does not answer",
}


class BackupProblem(Exception):
    """Nothing was made, or nothing was restored; the message says why and what to do."""


DAMAGED = (
    "The backup {name} is damaged or cut: {what}. Nothing was restored. Take another copy of it, or an older backup."
)


def damaged(name: str, what: str) -> BackupProblem:
    """The file is not what was written."""
    return BackupProblem(DAMAGED.format(name=name, what=what))


@contextmanager
def said_in_words(what: str, and_now: str) -> Iterator[None]:
    """What a disk or a database refuses within the block becomes a BackupProblem: what, why, and how it stands now.

    A mistake of ours stays what it is.
    """
    try:
        yield
    except MAY_BE_HINDERED as problem:
        if isinstance(problem, OSError):
            why = problem.strerror or str(problem)
        else:
            hindrance = hindrance_of(problem)
            if hindrance is None:
                raise
            why = _WHY[hindrance]
        raise BackupProblem(f"{what}: {why}. {and_now}") from problem

"""What was last found of the log's soundness, and whether the office may take notes in on top of it (OPS-06).

A note that is stored in a damaged database, and then called safe at the office, is a note that somebody deletes from their tablet. So what
a look finds stands in a small file beside the database, for every process of the office and through a restart, until a later look finds
nothing or an operator has said to go on. The file holds places and codes, never a word. Nothing here looks and nothing repairs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

FILE = "soundness"
MOST_KEPT = 1_000
MENDED_BY_REBUILD = "record "
"""Places that begin so are worked out from the log: they are told, and no reason to turn notes away."""


class Soundness(msgspec.Struct, frozen=True):
    """When the log was last looked through, what was found, and what an operator has seen and goes on with."""

    looked_at: datetime
    problems: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether nothing more may be taken in: something of the log is damaged that nobody has said to go on with."""
        found = set(self.problems) - set(self.accepted)
        return any(not problem.startswith(MENDED_BY_REBUILD) for problem in found)


def soundness_in(data: Path) -> Soundness | None:
    """What was found last; None when nobody has looked yet, or where the file cannot be read as one: then it is time to look."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Soundness)
    except (OSError, msgspec.DecodeError):
        return None


def note_soundness(data: Path, problems: Iterable[object], now: datetime, *, go_on: bool = False) -> Soundness:
    """Write down what a look found. With `go_on` an operator takes it as it is; what is found beyond that stops the office again."""
    told = tuple(str(problem) for problem in problems)[:MOST_KEPT]
    before = soundness_in(data)
    accepted = told if go_on else tuple(before.accepted if before else ())
    found = Soundness(now, told, accepted)
    written = data / f"{FILE}.new"
    with open(os.open(written, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
        out.write(msgspec.json.encode(found))
        out.flush()
        os.fsync(out.fileno())
    written.replace(data / FILE)
    return found

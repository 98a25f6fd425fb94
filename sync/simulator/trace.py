"""What happened in one seed, line by line, and the hash of it all: two runs of one seed must have the same (SYN-02).

Ids, header hashes, verdicts and faults are told; sealed bytes never are, because keys of the office differ from machine to machine.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque

KEPT_FOR_FAILURES = 50


class Trace:
    """The events of one seed, and how often each kind of thing came about."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.last: deque[str] = deque(maxlen=KEPT_FOR_FAILURES)
        self.schedule: list[str] = []
        self.counts: Counter[str] = Counter()

    def tell(self, *parts: object) -> None:
        line = " ".join(str(part) for part in parts)
        self._hash.update(line.encode("utf-8", "surrogatepass") + b"\n")
        self.last.append(line)

    def plans(self, *parts: object) -> None:
        """A line that also belongs to the schedule: what people did and what went wrong, without its results."""
        self.schedule.append(" ".join(str(part) for part in parts))
        self.tell(*parts)

    def count(self, name: str, times: int = 1) -> None:
        self.counts[name] += times

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

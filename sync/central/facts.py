"""What judging must know, and what it is told: facts about streams, numbers, ids and redactions, as values.

`wanted` names what a push can ask about; the store loads those facts in a handful of questions; `accept.judge` moves them on, line by
line. Nothing here talks to a database (step 6 of the life of one note).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from sync.central.arrival import Arrival, file_named, operation_decided
from sync.central.header import Stream

Standing = Literal["stored", "held", "quarantined"]


class Mark(msgspec.Struct, frozen=True, gc=False):
    """How far a stream has come: operations counted, highest number, header hash of that number.

    `head_opened` is False when that last operation could never be opened: its header proves nothing then.
    """

    count: int = 0
    highest: int = 0
    head: str | None = None
    head_opened: bool = True


NO_MARK = Mark()


class Known(msgspec.Struct, frozen=True, gc=False):
    """An operation that the store has, whatever its standing."""

    operation: str
    header_hash: str
    stream: Stream
    sequence: int
    kind: str
    standing: Standing
    code: str | None
    body_hash: str | None
    """Hash of the body as stored; None when it was redacted or never opened."""
    redacted: bool = False
    opened: bool = True
    """False when it came with a body that could not be opened: nothing proves then that the header is its author's."""

    @property
    def person(self) -> str | None:
        return self.stream.person


class Redaction(msgspec.Struct, frozen=True, gc=False):
    """A redact that names an operation, perhaps before that operation has arrived. It reaches its own scope and lane."""

    operation: str
    by: str
    person: str | None
    reason: str
    anybodys: bool
    """True when the redact's author may remove the words of others (a lead)."""
    scope: str
    lane: str

    def reaches(self, stream: Stream) -> bool:
        """Whether it had the right to remove the words of this stream."""
        mine = self.anybodys or self.person == stream.person
        return mine and self.scope == stream.scope and self.lane == stream.lane


@dataclass(slots=True)
class Facts:
    """What the store knows about everything that the arrivals name. Judging moves it on, line by line."""

    marks: dict[Stream, Mark] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    taken: dict[tuple[Stream, int], str] = field(default_factory=dict)
    redactions: dict[str, list[Redaction]] = field(default_factory=dict)
    waiting: dict[Stream, dict[int, list[Arrival]]] = field(default_factory=dict)
    quarantined: dict[str, Arrival] = field(default_factory=dict)
    """Whole operations in quarantine that a decision could let in."""
    files: set[str] = field(default_factory=set)
    positions: dict[tuple[str, str], int] = field(default_factory=dict)
    rights: object = None
    """Whatever the permit needs; this module never looks inside."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `judge` must know; the store turns it into a handful of questions."""

    operations: frozenset[str]
    streams: frozenset[Stream]
    scopes: frozenset[tuple[str, str]]
    persons: frozenset[str]
    files: frozenset[str]
    decided: frozenset[str]

    def and_also(self, other: Wanted) -> Wanted:
        """What both want."""
        return Wanted(
            self.operations | other.operations,
            self.streams | other.streams,
            self.scopes | other.scopes,
            self.persons | other.persons,
            self.files | other.files,
            self.decided | other.decided,
        )


def wanted(arrivals: Iterable[Arrival]) -> Wanted:
    """Name everything that judging these arrivals can ask about."""
    operations: set[str] = set()
    streams: set[Stream] = set()
    scopes: set[tuple[str, str]] = set()
    files: set[str] = set()
    every_decided: set[str] = set()
    for arrival in arrivals:
        header = arrival.line.header
        operations.add(header.operation)
        streams.add(arrival.stream)
        scopes.add((header.scope, header.lane))
        if header.redacts:
            operations.update(header.redacts)
        if header.record_type == "decision":
            decided = operation_decided(arrival)
            if decided is not None:
                operations.add(decided)
                every_decided.add(decided)
        elif header.record_type == "file":
            needed = file_named(arrival)
            if needed is not None:
                files.add(needed)
    persons = frozenset(stream.person for stream in streams if stream.person is not None)
    return Wanted(
        frozenset(operations),
        frozenset(streams),
        frozenset(scopes),
        persons,
        frozenset(files),
        frozenset(every_decided),
    )

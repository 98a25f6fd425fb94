"""One line that a carrier brought, opened as far as it could be (PROTOCOL.md 4.1, step 8).

A note has reached the office here and nobody has judged it yet (step 6 of its life). Opening needs a key and no database, so it is
done before the writer's turn. A body that cannot be opened or read is a value here, not an error: its number still counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from sync.central.body import BodyProblem, read_body
from sync.central.header import Header, Stream, hash_of, stream_of
from sync.central.line import PushLine
from sync.central.plain_body import plain_fields
from sync.central.seal import NotOpened

Opener = Callable[[PushLine], bytes]
"""Opens the sealed body of a line, or raises NotOpened. Central's keyring is behind it."""


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """One line, opened as far as it could be before any question to the store."""

    line: PushLine
    body: bytes | None
    fields: Mapping[str, object] | None
    problem: str | None
    """Why the body is not usable (step 8), or None. A line without a body has neither body nor problem."""
    stream: Stream
    said_removed: bool = False
    """It came without words, in a restored office, from its own author's tablet: that the words were removed is taken from there."""

    @property
    def header(self) -> Header:
        return self.line.header

    @property
    def without_body(self) -> bool:
        return self.body is None and not self.line.sealed


def open_arrival(line: PushLine, opener: Opener, *, believed: str | None = None) -> Arrival:
    """Open one line (step 8), before the store is asked anything. A problem is a value here, not an error.

    `believed` is the person whose word is taken for it that words of their own were removed (step 7); None: nobody's.
    """
    if not line.sealed:
        # Columns that are half there were damaged on the way: whoever removed words left both empty.
        removed = (
            believed is not None and line.header.person == believed and not line.carry and line.header.kind != "redact"
        )
        return Arrival(line, None, None, None, stream_of(line.header), removed)
    try:
        body = opener(line)
    except NotOpened:
        return Arrival(line, None, None, "not_opened", stream_of(line.header))
    return weigh_body(line, body)


def weigh_body(line: PushLine, body: bytes) -> Arrival:
    """Check an opened body against its header and the form of PROTOCOL.md 1.2."""
    stream = stream_of(line.header)
    if len(body) != line.header.body_bytes or hash_of(body) != line.header.body_hash:
        return Arrival(line, None, None, "body_hash_differs", stream)
    plain = plain_fields(body, line.header.kind)
    if plain is not None:
        return Arrival(line, body, plain, None, stream)
    try:
        return Arrival(line, body, read_body(body, line.header.kind), None, stream)
    except BodyProblem:
        return Arrival(line, body, None, "body_not_readable", stream)


def file_named(arrival: Arrival) -> str | None:
    """The SHA-256 of the file that this operation speaks of, if it speaks of one (step 10)."""
    if arrival.line.header.record_type != "file" or not arrival.fields:
        return None
    named = arrival.fields.get("sha256")
    return named if isinstance(named, str) else None


def operation_decided(arrival: Arrival) -> str | None:
    """The quarantined operation that this one releases, if it is a decision to release one."""
    if arrival.line.header.record_type != "decision" or not arrival.fields:
        return None
    about = arrival.fields.get("about")
    return about if isinstance(about, str) and arrival.fields.get("decision") == "release" else None


def without_words(arrival: Arrival) -> Arrival:
    """The same arrival with its body dropped: it was removed before it came (PROTOCOL.md 2)."""
    line = arrival.line
    bare = PushLine(line.header_raw, line.header, line.header_hash, "", b"")
    return Arrival(bare, None, None, None, arrival.stream)

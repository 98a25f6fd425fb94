"""Authors for tests: people who write operations as a tablet does, with numbers, chains, carry keys and seals.

What they write is made by the same functions that central reads with, byte for byte as PROTOCOL.md says; a test can spoil any part of
it. Everything is invented.
"""

from __future__ import annotations

import os
import uuid
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from fieldwork.domain.draft import Draft
from sync.central.arrival import Arrival, weigh_body
from sync.central.body import write_body
from sync.central.header import Header, Stream, hash_of, write_header
from sync.central.line import CarryKey, PublicIngestKey, Push, PushLine, read_push, write_push
from sync.central.seal import carry_key_as_sent, seal, wrap_carry_key

WRITTEN_AT = "2026-02-11T10:05:00.000Z"
_numbers = count(0x0190_0000_0000)


def new_operation_id() -> str:
    """A UUIDv7; each is greater than those before it."""
    chance = uuid.uuid4().hex
    head = f"{next(_numbers):012x}"
    return f"{head[:8]}-{head[8:]}-7{chance[:3]}-8{chance[3:6]}-{chance[6:18]}"


def new_id() -> str:
    return str(uuid.uuid4())


def new_visit() -> str:
    """The scope of a new visit."""
    return f"visit:{new_id()}"


@dataclass(frozen=True, slots=True)
class Carry:
    """A carry key of one tablet's start, wrapped to the office."""

    key: bytes
    sent: CarryKey

    @classmethod
    def to(cls, ingest: Iterable[PublicIngestKey], lane: str = "evidence") -> Carry:
        office = next(key for key in ingest if key.lane == lane)
        key, carry_id = os.urandom(32), new_id()
        return cls(
            key,
            carry_key_as_sent(carry_id, lane, office.id, wrap_carry_key(key, carry_id, lane, b64decode(office.public))),
        )

    def seals(self, written: Written) -> bytes:
        return seal(self.key, os.urandom(12), written.header_raw, written.body)

    def line(self, written: Written, *, body: bytes | None = None) -> tuple[bytes, str, bytes]:
        """One line of a push. Another `body` than the written one is sealed in its place; b"" stands for none."""
        if body == b"":
            return written.header_raw, "", b""
        sealed = seal(self.key, os.urandom(12), written.header_raw, written.body if body is None else body)
        return written.header_raw, self.sent.id, sealed

    def push(self, *lines: Written | tuple[bytes, str, bytes]) -> Push:
        """A push as central reads it."""
        return read_push(self.push_raw(*lines))

    def push_raw(self, *lines: Written | tuple[bytes, str, bytes]) -> bytes:
        """A push as it crosses the wire."""
        return write_push([self.sent], [self.line(line) if isinstance(line, Written) else line for line in lines])


@dataclass(frozen=True, slots=True)
class Written:
    """One operation as its author wrote it."""

    header: Header
    header_raw: bytes
    body: bytes

    @property
    def id(self) -> str:
        return self.header.operation

    @property
    def record(self) -> str:
        return self.header.record

    @property
    def header_hash(self) -> str:
        return hash_of(self.header_raw)

    def arrival(self, *, body: bytes | None = None) -> Arrival:
        """It as central has opened it, for judging without a database. With another body: as if that had come."""
        line = PushLine(self.header_raw, self.header, self.header_hash, "carry", b"sealed")
        return weigh_body(line, self.body if body is None else body)

    def arrival_not_opened(self) -> Arrival:
        line = PushLine(self.header_raw, self.header, self.header_hash, "carry", b"sealed")
        return Arrival(line, None, None, "not_opened", self.header.stream)

    def arrival_without_body(self) -> Arrival:
        return Arrival(
            PushLine(self.header_raw, self.header, self.header_hash, "", b""), None, None, None, self.header.stream
        )


@dataclass
class Author:
    """One stream of one person."""

    scope: str
    person: str = field(default_factory=new_id)
    lane: str = "evidence"
    incarnation: str = field(default_factory=new_id)
    sequence: int = 0
    previous: str | None = None

    @property
    def stream(self) -> Stream:
        return Stream(self.incarnation, self.person, self.scope, self.lane)  # type: ignore[arg-type]

    def writes(
        self,
        fields: Mapping[str, object] | None = None,
        *,
        kind: str = "create",
        record_type: str = "block",
        **parts: Any,
    ) -> Written:
        """The next operation. `parts` replace anything of the header; the stream goes on from what was written."""
        written = self.would_write(fields, kind=kind, record_type=record_type, **parts)
        self.sequence, self.previous = written.header.sequence, written.header_hash
        return written

    def would_write(
        self,
        fields: Mapping[str, object] | None = None,
        *,
        kind: str = "create",
        record_type: str = "block",
        **parts: Any,
    ) -> Written:
        """The same without going on: what is written next has this number again."""
        has_fields = kind in ("create", "revise")
        body = write_body((fields if fields is not None else {"text": "said"}) if has_fields else {}, os.urandom(16))
        made: dict[str, Any] = {
            "format": "fieldwork-operation/1",
            "operation": new_operation_id(),
            "incarnation": self.incarnation,
            "person": self.person,
            "scope": self.scope,
            "lane": self.lane,
            "sequence": self.sequence + 1,
            "previous": self.previous,
            "record_type": record_type,
            "record": new_id(),
            "kind": kind,
            "base": (),
            "body_hash": hash_of(body),
            "body_bytes": len(body),
            "device_at": WRITTEN_AT,
        }
        header = Header(**(made | parts))
        return Written(header, write_header(header), body)

    def redacts(self, *operations: Written | str, reason: str = "name_replaced", **parts: Any) -> Written:
        named = tuple(each if isinstance(each, str) else each.id for each in operations)
        return self.writes(kind="redact", redacts=named, reason=reason, **parts)

    def revises(self, earlier: Written, fields: Mapping[str, object], **parts: Any) -> Written:
        return self.writes(
            fields,
            kind="revise",
            record_type=earlier.header.record_type,
            record=earlier.record,
            **({"base": (earlier.id,)} | parts),
        )

    def releases(self, quarantined: Written | str, **parts: Any) -> Written:
        about = quarantined if isinstance(quarantined, str) else quarantined.id
        return self.writes({"about": about, "decision": "release", "reason": "seen"}, record_type="decision", **parts)


@dataclass(frozen=True, slots=True)
class Team:
    """A review with visits, and who is assigned to them, as a pack would bring it."""

    review: str
    visits: tuple[str, ...]
    drafts: tuple[Draft, ...]

    @property
    def review_scope(self) -> str:
        return f"review:{self.review}"


def team(assignments: Sequence[tuple[str, str, int | None]], *, visits: int = 1) -> Team:
    """Drafts of a review, its visits and the assignments: (person, role, place of the visit or None for the review)."""
    review = new_id()
    visit_ids = [new_id() for _ in range(visits)]
    drafts = [_imported(review, "review", review, {"title": "Invented review"})]
    drafts += [_imported(review, "visit", visit_id, {"letter": "A"}) for visit_id in visit_ids]
    for person, role, place in assignments:
        said = {"person": person, "name": "Somebody", "role": role}
        if place is not None:
            said["visit"] = visit_ids[place]
        drafts.append(_imported(review, "assignment", new_id(), said))
    return Team(review, tuple(f"visit:{visit_id}" for visit_id in visit_ids), tuple(drafts))


def _imported(review: str, record_type: str, record_id: str, fields: Mapping[str, object]) -> Draft:
    operation = uuid.uuid5(uuid.UUID(review), f"{record_type} {record_id}")
    return Draft(
        str(operation), f"review:{review}", "evidence", record_type, record_id, "create", fields, operation.bytes
    )


def import_incarnation(team_or_name: Team | str) -> str:
    name = team_or_name if isinstance(team_or_name, str) else team_or_name.review
    return f"import:{hash_of(name.encode())}"

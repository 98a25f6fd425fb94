"""Carriers: the device behind a token, and what it may take away.

A device is enrolled for one person and pulls what that person may hold. It may carry up anybody's sealed words, also after it was
revoked: losing the right to read never takes the right to bring (PROTOCOL.md 4).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from fieldwork.actions.central import Central
from fieldwork.domain.rights import LANES, Lane, Role, may_pull, roles_in
from fieldwork.store.assignments import assignments_of
from fieldwork.store.log import Log
from sync.central.line import PullHead, PullRow, ReadableScope


@dataclass(frozen=True, slots=True)
class Carrier:
    """A device that has shown one of its tokens. Only the reading token reads, and only while the device is not revoked."""

    device_id: str
    person_id: str
    may_read: bool
    last_seen_at: datetime
    reading_waits: bool = False
    """It has shown its reading token, and the office was restored: it reads once somebody has said that it is still theirs."""


async def carrier_of(central: Central, token: str) -> Carrier | None:
    """The device with this token, also when it has been revoked; None for a token that was never given."""
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    found = await central.log.ask(
        "SELECT id, person_id, revoked_at, reading_token_hash, last_seen_at, reading_waits FROM device"
        " WHERE token_hash = ? OR reading_token_hash = ?",
        token_hash,
        token_hash,
    )
    for device_id, person_id, revoked_at, reading_token_hash, last_seen_at, reading_waits in found:
        reads, waits = reading_token_hash == token_hash and revoked_at is None, bool(reading_waits)
        # SQLite has no moments, and keeps them as text.
        seen_at = datetime.fromisoformat(last_seen_at) if isinstance(last_seen_at, str) else last_seen_at
        return Carrier(str(device_id), str(person_id), reads and not waits, seen_at, reads and waits)
    return None


async def roles_of(log: Log, person_id: str, scope: str) -> frozenset[Role]:
    """The roles that this person has in this scope now."""
    assignments, review = await assignments_of(log, person_id, scope)
    return roles_in(scope, assignments, review)


def is_lane(name: str) -> TypeGuard[Lane]:
    """Whether there is a lane of this name."""
    return name in LANES


async def page_for(
    central: Central, carrier: Carrier, scope: str, lane: str, after: int
) -> tuple[PullHead, list[PullRow]] | None:
    """The next page of a scope and lane for this carrier, or None when they may not hold it or there is no such thing."""
    if not is_lane(lane) or not scope.startswith(("visit:", "review:")):
        return None
    roles = await roles_of(central.log, carrier.person_id, scope)
    if not may_pull(roles, scope, lane):
        return None
    rows, more = await central.log.page(scope, lane, after)
    last = rows[-1].position if rows else after
    head = PullHead(
        format="fieldwork-pull/1",
        epoch=central.epoch,
        scope=scope,
        lane=lane,
        after=after,
        last=last,
        more=more,
    )
    return head, rows


async def scopes_for(central: Central, carrier: Carrier) -> list[ReadableScope]:
    """Every scope and lane that this carrier may hold now, in a fixed order."""
    assignments, _ = await assignments_of(central.log, carrier.person_id)
    reviews = {a.review_id for a in assignments}
    visits = await central.log.ask("SELECT record, review FROM visit WHERE review IN {list}", sorted(reviews))
    scopes = [(f"review:{review}", None) for review in sorted(reviews)]
    scopes += [(f"visit:{row[0]}", row[1]) for row in sorted(visits, key=lambda row: str(row[0]))]
    readable: list[ReadableScope] = []
    for scope, review in scopes:
        roles = roles_in(scope, assignments, review)
        lanes = tuple(lane for lane in LANES if may_pull(roles, scope, lane))
        if lanes:
            readable.append(ReadableScope(scope, lanes))
    return readable

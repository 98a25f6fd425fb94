"""Sessions: browsers that are signed in at central.

A person signs in, works, and walks away from a desk; an administrator ends what should not go on. The cookie holds a
random secret and the table its hash. A session that has ended in any way is found by nobody.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fieldwork.domain.account import Session, SessionLimits
from fieldwork.store import tables
from fieldwork.store.database import Database
from fieldwork.store.secrets_at_rest import hash_of, new_secret


async def open_session(
    database: Database, *, account_id: UUID, limits: SessionLimits, now: datetime
) -> tuple[str, Session]:
    """Begin a session and return its secret, for the cookie, with its shape. The secret cannot be read again."""
    secret = new_secret()
    async with database.writing() as connection:
        row = await tables.Session.create(
            using_db=connection,
            id=hash_of(secret),
            account_id=account_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + min(limits.idle, limits.absolute),
            absolute_expires_at=now + limits.absolute,
            csrf_secret=new_secret(),
        )
    return secret, _shape_of(row)


async def session_of_secret(database: Database, secret: str, *, now: datetime) -> Session | None:
    """The session of this cookie; None when unknown, ended, expired, or its account is disabled."""
    row = await tables.Session.get_or_none(
        id=hash_of(secret),
        ended_at__isnull=True,
        expires_at__gt=now,
        absolute_expires_at__gt=now,
        account__disabled_at__isnull=True,
        using_db=database.reader,
    )
    return _shape_of(row) if row else None


async def note_use(database: Database, session: Session, *, limits: SessionLimits, now: datetime) -> Session:
    """The session was used: it may be idle again from now on, but never beyond its absolute end. An ended one stays
    ended.
    """
    expires_at = min(now + limits.idle, session.absolute_expires_at)
    async with database.writing() as connection:
        living = tables.Session.filter(id=session.id, ended_at__isnull=True)
        await living.using_db(connection).update(last_seen_at=now, expires_at=expires_at)
        row = await tables.Session.get(id=session.id, using_db=connection)
    return _shape_of(row)


async def end_session(database: Database, session_id: str, *, now: datetime) -> None:
    """Sign out. The second time keeps the first time's date."""
    async with database.writing() as connection:
        await tables.Session.filter(id=session_id, ended_at__isnull=True).using_db(connection).update(ended_at=now)


async def end_sessions_of_account(database: Database, account_id: UUID, *, now: datetime) -> int:
    """Sign an account out everywhere; returns how many sessions were open."""
    async with database.writing() as connection:
        open_sessions = tables.Session.filter(account_id=account_id, ended_at__isnull=True)
        return await open_sessions.using_db(connection).update(ended_at=now)


async def sessions_of_account(database: Database, account_id: UUID, *, now: datetime) -> tuple[Session, ...]:
    """The account's living sessions, the most recently used first."""
    rows = (
        await tables.Session.filter(
            account_id=account_id, ended_at__isnull=True, expires_at__gt=now, absolute_expires_at__gt=now
        )
        .using_db(database.reader)
        .order_by("-last_seen_at")
    )
    return tuple(_shape_of(row) for row in rows)


async def forget_old_sessions(database: Database, *, before: datetime) -> int:
    """Delete sessions that could not be used any more before this time; returns how many."""
    async with database.writing() as connection:
        ended = await tables.Session.filter(ended_at__lt=before).using_db(connection).delete()
        expired = await tables.Session.filter(expires_at__lt=before).using_db(connection).delete()
    return ended + expired


def _shape_of(row: tables.Session) -> Session:
    return Session(
        id=row.id,
        account_id=row.account_id,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        absolute_expires_at=row.absolute_expires_at,
        csrf_secret=row.csrf_secret,
        ended_at=row.ended_at,
    )

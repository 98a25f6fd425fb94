"""Signing in and out with a local account.

A wrong password costs a rising wait for that name, whether anybody has it or not, and nothing is ever locked for good (SEC-20). The
answer to an unknown name, a wrong password and a disabled account is the same, in words and in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fieldwork.actions.central import Central
from fieldwork.actions.passwords import hash_password, is_right
from fieldwork.domain.account import Account, Session, SessionLimits, sign_in_delay_s
from fieldwork.domain.problems import Fault, FormFaults
from fieldwork.store import accounts, sessions
from fieldwork.store.hindrances import MAY_BE_HINDERED, hindrance_of

LIMITS = SessionLimits(idle=timedelta(minutes=30), absolute=timedelta(hours=12))
NOTED_AGAIN_AFTER = timedelta(minutes=1)
"""Use is written down at most once a minute: a page that is read should not cost a write for each click."""
FEWEST_PASSWORD_CP = 12
MOST_PASSWORD_CP = 256
TYPED_NAME_MAX_CP = 400


@dataclass(frozen=True, slots=True)
class Seat:
    """Who is sitting there: a living session and its account."""

    session: Session
    account: Account

    @property
    def person_id(self) -> str:
        return str(self.account.person_id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Too many wrong passwords for this name: how long to wait before the next try."""

    seconds: int


async def sign_in(central: Central, sign_in_name: str, password: str) -> tuple[str, Seat] | Waiting | None:
    """A new session with the secret for its cookie; or how long to wait; or None, which says nothing about why."""
    now = central.clock()
    typed = sign_in_name[:TYPED_NAME_MAX_CP]
    delay_s = sign_in_delay_s(await accounts.wrong_passwords(central.database, typed), now)
    if delay_s:
        return Waiting(delay_s)
    account = await accounts.account_by_sign_in_name(central.database, typed)
    stored = await accounts.password_hash_of(central.database, account.id) if account else None
    right = await is_right(stored, password)
    if account is None or account.disabled_at is not None or not right:
        await accounts.count_wrong_password(central.database, typed, now=now)
        return None
    await accounts.forget_wrong_passwords(central.database, typed)
    secret, session = await sessions.open_session(central.database, account_id=account.id, limits=LIMITS, now=now)
    return secret, Seat(session, account)


async def seat_of(central: Central, secret: str, *, active: bool = True) -> Seat | None:
    """Who sits behind this secret. `active` is False for a page that asks by itself: reading on is no sign of a person."""
    now = central.clock()
    session = await sessions.session_of_secret(central.database, secret, now=now)
    if session is None:
        return None
    account = await accounts.account_of(central.database, session.account_id)
    if account is None or account.disabled_at is not None:
        return None
    if active and now - session.last_seen_at >= NOTED_AGAIN_AFTER:
        try:
            session = await sessions.note_use(central.database, session, limits=LIMITS, now=now)
        except MAY_BE_HINDERED as error:
            # Where nothing can be written people can still read; their session ends earlier for it, never later.
            if hindrance_of(error) is None:
                raise
    return Seat(session, account)


async def sign_out(central: Central, seat: Seat) -> None:
    """End the session. Its cookie opens nothing any more, whoever kept a copy."""
    await sessions.end_session(central.database, seat.session.id, now=central.clock())


async def end_before(central: Central, seat: Seat | None) -> None:
    """Somebody signs in over a session that was there: the old one ends."""
    if seat is not None:
        await sign_out(central, seat)


async def change_password(central: Central, seat: Seat, old: str, new: str) -> None:
    """Replace one's own password and end every session of the account. FormFaults says what is wrong."""
    stored = await accounts.password_hash_of(central.database, seat.account.id)
    if not await is_right(stored, old):
        raise FormFaults(Fault("old_password", "This is not your password of now"))
    if not FEWEST_PASSWORD_CP <= len(new) <= MOST_PASSWORD_CP:
        raise FormFaults(
            Fault(
                "new_password",
                f"Your new password must have between {FEWEST_PASSWORD_CP} and {MOST_PASSWORD_CP} characters",
            )
        )
    hashed = await hash_password(new)
    await accounts.set_password_hash(central.database, seat.account.id, hashed, now=central.clock())

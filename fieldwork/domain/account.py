"""A person who may sign in at central, and one signed-in browser of theirs.

An account says who somebody is and nothing about which visits they work on: that is an assignment, which is an
operation with a history. The password's hash is not part of the shape, so that no page or log can carry it by
accident.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

SIGN_IN_NAME_MAX_CP = 200

#: This many wrong passwords in a row cost nothing: people mistype.
FREE_ATTEMPTS = 3
LONGEST_DELAY_S = 15 * 60


@dataclass(frozen=True, slots=True)
class Account:
    """One account. All times are UTC. `disabled_at` is None while the person may sign in."""

    id: UUID
    person_id: UUID
    name: str
    sign_in_name: str
    is_administrator: bool
    is_demonstration: bool
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. `id` is the SHA-256 (hex) of its secret; `csrf_secret` is what its forms must carry.

    It ends at `expires_at`, which moves with use, at `absolute_expires_at`, which never moves, or when somebody ends
    it.
    """

    id: str
    account_id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    absolute_expires_at: datetime
    csrf_secret: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session may be idle, and how long it may last at most."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class SignInAttempts:
    """Wrong passwords in a row for one sign-in name, and when the last one was."""

    count: int
    last_at: datetime


def casefolded_sign_in_name(typed: str) -> str:
    """The one form in which a sign-in name is stored and looked up: NFKC, without outer spaces, casefolded.
    ValueError when unfit.
    """
    name = unicodedata.normalize("NFKC", typed).strip().casefold()
    if not name:
        raise ValueError("A sign-in name cannot be empty")
    if len(name) > SIGN_IN_NAME_MAX_CP:
        raise ValueError(f"A sign-in name has at most {SIGN_IN_NAME_MAX_CP} characters")
    if not name.isprintable():
        raise ValueError("A sign-in name has only characters that can be seen")
    return name


def sign_in_delay_s(attempts: SignInAttempts | None, now: datetime) -> int:
    """Whole seconds that the next attempt has to wait: 0 for the first three, then 2, 4, 8 … up to 15 minutes after
    the last one.
    """
    if attempts is None or attempts.count < FREE_ATTEMPTS:
        return 0
    exponent = min(attempts.count - FREE_ATTEMPTS + 1, 20)
    open_again_at = attempts.last_at + timedelta(seconds=min(2**exponent, LONGEST_DELAY_S))
    return max(0, -int((now - open_again_at).total_seconds() // 1))

"""Passwords, hashed with Argon2id beside the event loop, and the same time for a name that nobody has (SEC-20).

At most two are hashed at once: each takes 64 MiB, and a sign-in that waits a moment is better than a server without memory.
"""

from __future__ import annotations

import weakref
from asyncio import AbstractEventLoop, get_running_loop

import anyio.to_thread
from anyio import CapacityLimiter
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
AT_ONCE = 2
PASSWORD_MAX_BYTES = 1024

_limiters: weakref.WeakKeyDictionary[AbstractEventLoop, CapacityLimiter] = weakref.WeakKeyDictionary()
_nobodys_hash = ""


async def hash_password(password: str) -> str:
    """The Argon2id hash of a password, with its parameters and salt in it."""
    return await anyio.to_thread.run_sync(HASHER.hash, password.encode("utf-8", "surrogatepass"), limiter=_limiter())


async def is_right(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. Without a hash it takes as long and is False."""
    given = password.encode("utf-8", "surrogatepass")[:PASSWORD_MAX_BYTES]
    return await anyio.to_thread.run_sync(_compare, password_hash, given, limiter=_limiter())


def _compare(password_hash: str | None, given: bytes) -> bool:
    global _nobodys_hash
    if not _nobodys_hash:
        _nobodys_hash = HASHER.hash("nobody has this password")
    try:
        HASHER.verify(password_hash or _nobodys_hash, given)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def _limiter() -> CapacityLimiter:
    return _limiters.setdefault(get_running_loop(), CapacityLimiter(AT_ONCE))

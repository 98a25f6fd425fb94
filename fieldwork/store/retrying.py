"""Try again when the database says "not now", and only then.

Two people push at the same moment, the server restarts under a running office: the work was right and only the moment
was wrong. Both databases report such moments in their own words, some through Tortoise and some past it; this module
is the one list of them. It may not retry anything else: a wrong statement stays wrong.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Literal, TypeVar

import asyncpg

T = TypeVar("T")
Moment = Literal["busy", "unique", "lost"]

#: serialization failure, deadlock, lock not available.
_BUSY_STATES = frozenset({"40001", "40P01", "55P03"})
#: the server is stopping, crashed, starting, or full; class 08 (connection) is matched by its first two characters.
_LOST_STATES = frozenset({"57P01", "57P02", "57P03", "53300"})
_UNIQUE_STATE = "23505"
_BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNIQUE_CODES = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})

#: A unique violation is worth two more tries: the second try of idempotent work finds the first one's row. A name
#: that is really taken is still taken the third time, and its caller must hear it.
UNIQUE_TRIES = 3


def moment_of(error: BaseException) -> Moment | None:
    """Why this error is worth another try: "busy", "unique" or "lost" (the connection); None when it is not worth
    one.
    """
    for link in links_of(error):
        moment = _moment_of_one(link)
        if moment is not None:
            return moment
    return None


async def retrying(work: Callable[[], Awaitable[T]], *, limit_s: float = 15.0) -> T:
    """Run `work` until it succeeds, fails for good, or `limit_s` seconds have passed; then its last error is raised.

    `work` must be a whole transaction and idempotent: an answer that was lost on the way may belong to a commit that
    succeeded.
    """
    give_up_at = time.monotonic() + limit_s
    tries = 0
    while True:
        tries += 1
        try:
            return await work()
        except Exception as error:
            moment = moment_of(error)
            if moment is None or time.monotonic() >= give_up_at:
                raise
            if moment == "unique" and tries >= UNIQUE_TRIES:
                raise
        # The wait grows and is random, so that two writers that met once do not meet again at the same moment.
        await asyncio.sleep(random.uniform(0.5, 1.0) * min(0.01 * 2**tries, 1.0))


def _moment_of_one(error: BaseException) -> Moment | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code in _UNIQUE_CODES:
            return "unique"
        # The low byte is the primary code; the rest says which kind of busy.
        return "busy" if code is not None and code & 0xFF in _BUSY_CODES else None
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        if state in _BUSY_STATES:
            return "busy"
        if state == _UNIQUE_STATE:
            return "unique"
        return "lost" if state in _LOST_STATES or state.startswith("08") else None
    if isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError)):
        return "lost" if _tells_of_a_lost_connection(str(error)) else None
    # TimeoutError is an OSError too, but it is some caller's own limit and no news from the database.
    if isinstance(error, OSError) and not isinstance(error, TimeoutError):
        return "lost" if isinstance(error, ConnectionError) else None
    return None


def _tells_of_a_lost_connection(words: str) -> bool:
    if "connection" in words and ("closed" in words or "released back to the pool" in words):
        # Released: the server closed it in the middle of a transaction, and asyncpg's pool has let it go already.
        return True
    # State 2 is asyncpg's "failed": the server said goodbye while nothing was being asked, and asyncpg has not yet seen
    # that the connection is gone.
    return "another operation (2) is in progress" in words


def links_of(error: BaseException) -> Iterator[BaseException]:
    """The error, what Tortoise wrapped in it, and what caused it; each once."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        link = waiting.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        wrapped = link.args[0] if link.args and isinstance(link.args[0], BaseException) else None
        waiting += [wrapped, link.__cause__]

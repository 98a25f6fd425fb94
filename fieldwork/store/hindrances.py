"""What keeps a database, or the disk beneath it, from taking anything in, whatever it is asked to.

The disk is full, the server is being restarted, somebody else was before us for longer than we wait: whoever brought words is not at
fault, and the same again later will be taken. Nothing of them is stored, or, where a connection broke in a commit, perhaps all of them:
never a part. This is the one list of such moments; what passes within seconds has been waited for before (`retrying.py`). A wrong
statement or a damaged file is not on it. It knows nothing of tablets and pages.
"""

from __future__ import annotations

import errno
import sqlite3
from typing import Literal

import asyncpg
from tortoise.exceptions import BaseORMException

from fieldwork.store.retrying import links_of, moment_of

Hindrance = Literal["no_room", "not_now"]

MAY_BE_HINDERED: tuple[type[Exception], ...] = (
    BaseORMException,
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""The families in which databases and disks speak. Most of what is in them is a mistake of ours all the same."""

#: The file or its folder cannot be read or written now: a fault of the disk, a limit of the machine, a disk that was made read-only.
_NOT_NOW_CODES = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
_NO_ROOM_STATE = "53100"
#: Want of memory, connections or other means; a fault of the disk; a server that only reads, as a standby does.
_NOT_NOW_STATES = frozenset({"53000", "53200", "53300", "53400", "58030", "25006"})
_NO_ROOM_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT})


def hindrance_of(error: BaseException) -> Hindrance | None:
    """Why nothing is taken in now; None when this error says nothing of the kind."""
    found = {_hindrance_of_one(link) for link in links_of(error)}
    if "no_room" in found:
        return "no_room"
    return "not_now" if "not_now" in found or moment_of(error) in ("busy", "lost") else None


def _hindrance_of_one(error: BaseException) -> Hindrance | None:
    if isinstance(error, sqlite3.Error):
        # The low byte is the primary code.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return "no_room"
        return "not_now" if code in _NOT_NOW_CODES else None
    if isinstance(error, asyncpg.PostgresError):
        if error.sqlstate == _NO_ROOM_STATE:
            return "no_room"
        return "not_now" if error.sqlstate in _NOT_NOW_STATES else None
    return "no_room" if isinstance(error, OSError) and error.errno in _NO_ROOM_NUMBERS else None

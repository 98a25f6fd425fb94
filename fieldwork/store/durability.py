"""Proof, at every opening, that the database will keep what it acknowledges.

A tablet drops its own copy some time after central said "stored". A database that acknowledges before the disk has
the words would make that a lie on the next power cut, so central does not start on one. This module only asks; it
never changes a setting of a server.
"""

from __future__ import annotations

from tortoise.backends.base.client import BaseDBAsyncClient

#: Setting and accepted answers, as `PRAGMA name` gives them.
SQLITE_MUST_BE: dict[str, frozenset[str]] = {
    "journal_mode": frozenset({"wal"}),
    "synchronous": frozenset({"2", "3"}),
    "foreign_keys": frozenset({"1"}),
    "secure_delete": frozenset({"1"}),
}
#: Setting and accepted answers, as `SHOW name` gives them. remote_apply waits for a standby as well and is stricter
#: than on.
POSTGRES_MUST_BE: dict[str, frozenset[str]] = {
    "fsync": frozenset({"on"}),
    "full_page_writes": frozenset({"on"}),
    "synchronous_commit": frozenset({"on", "remote_apply"}),
}


class DatabaseUnsafe(Exception):
    """The database would acknowledge words before they are on disk; nothing may be stored in it."""


async def assert_sqlite_keeps_words(connection: BaseDBAsyncClient) -> None:
    """Raise `DatabaseUnsafe` unless this SQLite connection writes through to the disk, checks references and wipes
    what is deleted.
    """
    for name, accepted in SQLITE_MUST_BE.items():
        rows = await connection.execute_query_dict(f"PRAGMA {name}")
        _compare(name, str(next(iter(rows[0].values()))).lower(), accepted)


async def assert_postgres_keeps_words(connection: BaseDBAsyncClient) -> None:
    """Raise `DatabaseUnsafe` unless this PostgreSQL server writes through to the disk before it answers a COMMIT."""
    for name, accepted in POSTGRES_MUST_BE.items():
        rows = await connection.execute_query_dict(f"SHOW {name}")
        _compare(name, str(next(iter(rows[0].values()))).lower(), accepted)


def _compare(name: str, answer: str, accepted: frozenset[str]) -> None:
    if answer not in accepted:
        wanted = " or ".join(sorted(accepted))
        raise DatabaseUnsafe(
            f"The database says {name} = {answer}; it must be {wanted}. With this setting central could not keep its "
            "promise: notes that tablets were told are safe could be lost, or words that were removed could stay. "
            "Change the setting of the database and start again."
        )

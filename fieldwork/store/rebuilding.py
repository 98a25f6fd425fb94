"""Working every projection out again from the log: `fieldwork rebuild`.

The log is the truth; `record`, `assignment`, `visit`, `evidence` and `coding` are its shadows. When a new version reads the log in
another way, or somebody doubts what a page shows, this throws the shadows away and draws them again, whole or not at all. It never
changes the log.
"""

from __future__ import annotations

from fieldwork.store.log import Log
from fieldwork.store.projecting import rebuild_everything
from fieldwork.store.statements import Tell, Work


async def rebuild_all(log: Log) -> int:
    """Rebuild every projection in one transaction and return the number of records. The second time changes nothing.

    Pushes wait meanwhile (a tablet that is refused sends again); pages show the old state until it is done.
    """
    several_servers = log.database.dialect == "postgres"
    return await log.in_one_transaction(lambda: _alone(several_servers))


def _alone(several_servers: bool) -> Work[int]:
    if several_servers:
        # Every push begins by locking a scope's row. SQLite's write lock keeps them out already.
        yield Tell("LOCK TABLE scope IN EXCLUSIVE MODE", [()])
    return (yield from rebuild_everything())

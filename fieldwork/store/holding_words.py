"""Where words stand, looked for in the records of a scope as they are now: asked before and after words are removed."""

from __future__ import annotations

import json

from fieldwork.store.log import Log


async def records_holding(log: Log, scope: str, words: str) -> list[tuple[str, str, str | None]]:
    """Record id, type and parent of every record of the scope's evidence lane in which these exact words stand."""
    found = await log.ask(
        "SELECT r.record, r.record_type, r.parent, r.state FROM record r JOIN scope s ON s.id = r.scope_id"
        " WHERE s.scope = ? AND s.lane = 'evidence' AND r.withdrawn = 0 ORDER BY r.position",
        scope,
    )
    # States are JSON of ASCII alone, so the words are looked for as that JSON writes them.
    written = json.dumps(words)[1:-1]
    return [(row[0], row[1], row[2]) for row in found if written in row[3]]

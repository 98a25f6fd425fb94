"""Where words stand, looked for in the records of a scope as they are now: asked before and after words are removed."""

from __future__ import annotations

from fieldwork.domain.kept_words import in_words
from fieldwork.store.log import Log
from fieldwork.store.statements import Row
from fieldwork.store.states import STATE, read_state


async def records_holding(log: Log, scope: str, words: str) -> list[tuple[str, str, str | None]]:
    """Record id, type and parent of every record of the scope's evidence lane in which these exact words stand."""
    found = await log.ask(
        f"SELECT r.record, r.record_type, {STATE}, r.parent FROM record_with_words r JOIN scope s ON s.id = r.scope_id"
        " WHERE s.scope = ? AND s.lane = 'evidence' AND r.withdrawn = 0 ORDER BY r.position",
        scope,
    )
    return [(row[0], row[1], row[5]) for row in found if _hold(row, words)]


def _hold(row: Row, words: str) -> bool:
    state = read_state(*row[:5])
    return any(words in in_words(value) for values in state.fields.values() for _, value in values)

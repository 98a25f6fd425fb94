"""The heads of every stream, to be kept outside the database, and a log compared with heads that were kept (SYN-17).

Whoever cuts the last notes off a stream and makes its mark fit leaves a log that is whole in itself. A head that somebody wrote down
elsewhere shows it: the log must still reach that number, and the header there must still have that hash. With the chain, which
`verifying.py` walks, that holds for every note up to it. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldwork.store.log import Log
from fieldwork.store.verifying import LogProblem, place_in
from sync.central.header import Stream


@dataclass(frozen=True, slots=True)
class StreamHead:
    """How far a stream had come: how many operations, the highest number, and the hash of that operation's header."""

    stream: Stream
    count: int
    highest: int
    head: str


async def heads_of(log: Log) -> list[StreamHead]:
    """The heads of all streams that hold anything, in a fixed order, at one moment."""
    found = await log.ask("SELECT incarnation, person, scope, lane, count, highest, head FROM stream WHERE highest > 0")
    heads = [StreamHead(Stream(row[0], row[1] or None, row[2], row[3]), row[4], row[5], row[6]) for row in found]
    return sorted(
        heads, key=lambda each: (each.stream.scope, each.stream.lane, each.stream.incarnation, each.stream.person or "")
    )


async def problems_with(log: Log, anchored: Sequence[StreamHead]) -> list[LogProblem]:
    """Every stream that no longer holds what it held, with the first number at which that shows; [] when all do.

    `stream_gone`: nothing of it is left. `tail_cut`: it ends before that number, or the number is missing. `head_differs`: another
    operation stands there.
    """
    problems: list[LogProblem] = []
    async with log.database.reading():
        for each in anchored:
            problem = await _problem_with(log, each)
            if problem is not None:
                problems.append(problem)
    return problems


async def _problem_with(log: Log, anchored: StreamHead) -> LogProblem | None:
    stream, table = anchored.stream, f"operation_{anchored.stream.lane}"
    known = await log.ask(
        "SELECT id FROM stream WHERE incarnation = ? AND person = ? AND scope = ? AND lane = ?",
        stream.incarnation,
        stream.person or "",
        stream.scope,
        stream.lane,
    )
    if not known:
        return LogProblem(place_in(stream, 1), "stream_gone")
    stream_id = known[0][0]
    found = await log.ask(
        f"SELECT header_hash FROM {table} WHERE stream_id = ? AND sequence = ?", stream_id, anchored.highest
    )
    if found:
        return None if found[0][0] == anchored.head else LogProblem(place_in(stream, anchored.highest), "head_differs")
    [[last]] = await log.ask(
        f"SELECT COALESCE(MAX(sequence), 0) FROM {table} WHERE stream_id = ? AND sequence < ?",
        stream_id,
        anchored.highest,
    )
    return LogProblem(place_in(stream, last + 1), "tail_cut")

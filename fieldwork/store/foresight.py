"""Works out what a push will write while the push before it is still being written.

A piece of work is decided by the answers that it gets and by nothing else. So it can be run ahead, on answers from before its own
transaction, and what it ordered can be written as it is, if in its own transaction it would get the same answers. That is so when

- nobody else has written to the database since it asked (`Quiet`), and
- what we wrote ourselves since then has nothing in common with it (`footprint_of`, `Footprint.is_apart_from`).

Otherwise it is thrown away and done in the ordinary way: a foresight can be useless, never wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from fieldwork.store.database import SQLITE_READING
from fieldwork.store.judging import GIVES_RIGHTS, Brought
from fieldwork.store.own_writing import OwnWriting
from fieldwork.store.projecting import parent_of
from fieldwork.store.statements import Tell, Work, begin_on_sqlite, on_sqlite
from sync.central.accept import Outcome

SPEAKS_OF_OTHERS = GIVES_RIGHTS | {"decision", "file"}
"""Types of record whose operations may change what becomes of operations that never name them."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """All that a push has to do with: two that have nothing in common come to the same in either order.

    Numbers, positions and the rights of a team belong to a scope, and a record's words to the scope it was made in. Ids belong to all.
    """

    scopes: set[str]
    ids: set[str]
    """Of operations and of records."""

    def is_apart_from(self, other: Footprint) -> bool:
        return self.scopes.isdisjoint(other.scopes) and self.ids.isdisjoint(other.ids)


def footprint_of(brought: Brought | OwnWriting, outcome: Outcome) -> Footprint | None:
    """What this push has to do with; None when it may have to do with anything.

    Only the usual is spoken for: a carrier brings what people wrote in a visit, and all of it is stored. Whatever removes words, lets
    something go, waits, is set aside, gives rights or speaks of a file is not.
    """
    beside = (outcome.completed, outcome.displaced, outcome.aside, outcome.held, outcome.released, outcome.unreadable)
    further = (outcome.redactions, outcome.erased, outcome.freed, outcome.alarms)
    if not isinstance(brought, Brought) or any(beside) or any(further):
        return None
    headers = [entered.arrival.line.header for entered in outcome.entered]
    usual = {"stored"}.issuperset({entered.standing for entered in outcome.entered})
    for record_type, kind, scope in {(header.record_type, header.kind, header.scope) for header in headers}:
        usual = usual and kind != "redact" and record_type not in SPEAKS_OF_OTHERS and scope.startswith("visit:")
    if not usual:
        return None
    ids = {header.operation for header in headers}
    ids.update([header.record for header in headers])
    ids.update(parent for entered in outcome.entered if (parent := parent_of(entered)) is not None)
    return Footprint({header.scope for header in headers}, ids)


class Quiet:
    """Knows whether anything but the batches of pushes was written to the database, by another connection or by the writer's own."""

    def __init__(self) -> None:
        self.disturbances = 0
        self._left: tuple[int, int] | None = None

    def begin(self, raw: sqlite3.Connection) -> None:
        """Take the write lock, and look whether all is as it was left."""
        begin_on_sqlite(raw)
        if _as_it_is(raw) != self._left:
            self.disturbances += 1
            # What fails from here on leaves nothing that anybody could rely on.
            self._left = None

    def leave(self, raw: sqlite3.Connection) -> None:
        """Remember how it is left. Inside the transaction, the last of it: behind the commit somebody else may be quicker."""
        self._left = _as_it_is(raw)


def _as_it_is(raw: sqlite3.Connection) -> tuple[int, int]:
    """A number that every commit of another connection changes, and one that every change of this connection does."""
    return raw.execute("PRAGMA data_version").fetchone()[0], raw.total_changes


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one push led to and what it ordered; how many operations it brought; and how often the database had been disturbed before it
    asked."""

    size: int
    outcome: Outcome
    orders: Sequence[Tell]
    footprint: Footprint
    disturbances: int


def opened_to_read(path: Path) -> sqlite3.Connection:
    """A connection for `foresee`. It is used where requests are read, not in a thread of its own: the questions about a hundred
    operations take 0.4 ms, and another thread waited up to 15 ms for its turn of the interpreter before it could ask them."""
    beside = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, timeout=0)
    for name, value in SQLITE_READING.items():
        beside.execute(f"PRAGMA {name} = {value}")
    return beside


def foresee(brought: Brought, work: Work[list[Outcome]], beside: sqlite3.Connection, quiet: Quiet) -> Foreseen | None:
    """Run the work for this push without writing anything; None when it asks anything behind an order, which would have to be carried
    out first, or when it is not of the usual kind."""
    disturbances = quiet.disturbances
    orders: list[Tell] = []
    answer: object = None
    while True:
        try:
            step = work.send(answer)
        except StopIteration as end:
            (outcome,) = end.value
            footprint = footprint_of(brought, outcome)
            return None if footprint is None else Foreseen(brought.size, outcome, orders, footprint, disturbances)
        if isinstance(step, Tell):
            orders.append(step)
            answer = None
        elif any(order.rows for order in orders):
            return None
        else:
            answer = on_sqlite(step, beside)

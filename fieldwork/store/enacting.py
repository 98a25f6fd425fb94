"""Writes what was foreseen, one transaction behind the other, in SQLite's own thread.

Between two transactions the thread asks nobody: the loop that reads and judges the next pushes would often have kept it, and the disk,
waiting for as long as a third of a transaction. Step 6 of the life of one note. What may be foreseen at all is said in `foresight.py`.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from fieldwork.store.foresight import Foreseen, Quiet
from fieldwork.store.statements import Tell, on_sqlite

LONGEST_S = 0.1
"""Others have something to write, too: a sign-in, a file that has come. No further transaction is begun before them after this long."""


class Enactment:
    """Transactions that follow each other as long as something is foreseen. Added to in the event loop, carried out in SQLite's thread.

    All that is in it has nothing in common, so any part of it may go together. `committed` is told in that thread, after each commit,
    how many more of them are written, in the order in which they were added.
    """

    def __init__(
        self,
        first: Sequence[Foreseen],
        quiet: Quiet,
        commit: Callable[[sqlite3.Connection], None],
        committed: Callable[[int], None],
        enough_together: int,
    ) -> None:
        self._waiting = deque(first)
        self._quiet, self._commit, self._committed, self._enough = quiet, commit, committed, enough_together
        self._lock = threading.Lock()

    def add(self, foreseen: Foreseen) -> None:
        """Put it behind the others. When it comes too late it is not written here, and that is all."""
        with self._lock:
            self._waiting.append(foreseen)

    def carry_out(self, raw: sqlite3.Connection) -> bool:
        """Write what there is, and what is added meanwhile. False when somebody else has written since it was foreseen: what was not
        told as committed is then to be judged again."""
        until = time.monotonic() + LONGEST_S
        while together := self._next_together():
            if not enact(together, self._quiet, self._commit, raw):
                return False
            self._committed(len(together))
            if time.monotonic() > until:
                break
        return True

    def _next_together(self) -> list[Foreseen]:
        together: list[Foreseen] = []
        size = 0
        with self._lock:
            while self._waiting and size < self._enough:
                together.append(self._waiting.popleft())
                size += together[-1].size
        return together


def enact(
    all_foreseen: Sequence[Foreseen],
    quiet: Quiet,
    commit: Callable[[sqlite3.Connection], None],
    raw: sqlite3.Connection,
) -> bool:
    """Write what was foreseen, which has nothing in common, in one transaction, in SQLite's thread. False, and nothing is written, when
    somebody else has written since."""
    quiet.begin(raw)
    if any(each.disturbances != quiet.disturbances for each in all_foreseen):
        quiet.leave(raw)
        raw.rollback()
        return False
    # Orders of the same kind go together: between two calls this thread must wait for the one that reads requests.
    together: dict[str, list[tuple[object, ...]]] = {}
    for each in all_foreseen:
        for order in each.orders:
            together.setdefault(order.sql, []).extend(order.rows)
    for sql, rows in together.items():
        on_sqlite(Tell(sql, rows), raw)
    commit(raw)
    return True

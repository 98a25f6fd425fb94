"""`fieldwork`, with a note of how far the writer is for whoever kills it, and with planned moments at which it kills itself.

Run as `python -m tests.serving.dying serve …`. Server processes that the command starts import this file again, so it holds for them too.
The note lies in a file that is mapped into memory: what a process wrote there outlives its kill −9. Nothing else of central is changed.
"""

from __future__ import annotations

import mmap
import os
import sqlite3
from contextvars import ContextVar
from typing import Any

STANDS_IN = "FIELDWORK_TEST_STANDS_IN"
DIES_AT = "FIELDWORK_TEST_DIES_AT"
SLOTS = 64

BUSY = "b"
"""Judging, writing, or waiting for something to do."""
AHEAD = "a"
"""Writing what was foreseen, with more that is foreseen behind it, in a transaction to come."""
COMMITTING = "c"
COMMITTED = "t"
"""Committed, and nobody told yet."""
MOMENTS = {
    AHEAD: "with more ahead",
    COMMITTING: "in a commit",
    COMMITTED: "after a commit, before the answer",
    BUSY: "otherwise",
}


class Standing:
    """Where the writer of this process is. `planned` is "c 7": die when it is about to commit for the 7th time; "" is never."""

    def __init__(self, path: str, planned: str) -> None:
        with open(path, "r+b") as opened:
            self._slots = mmap.mmap(opened.fileno(), SLOTS)
        self._slot = os.getpid() % SLOTS
        self._moment, _, number = planned.partition(" ")
        self._left = int(number or 0)

    def reached(self, moment: str) -> None:
        self._slots[self._slot] = ord(moment)
        if moment == self._moment:
            self._left -= 1
            if self._left == 0:
                # All of its group, as an operator's kill, a cut of the power or the machine's want of memory would take them.
                os.killpg(os.getpgrp(), 9)


def watch(standing: Standing) -> None:
    """Have the writer say where it is."""
    from fieldwork.store import enacting, writer

    commit, tell = writer.Writer._commit, writer.Writer._tell
    add, next_together = enacting.Enactment.add, enacting.Enactment._next_together
    one_transaction, run_on_postgres = writer.Writer._one_transaction, writer.run_on_postgres
    of_a_push: ContextVar[bool] = ContextVar("of_a_push", default=False)

    def noted_commit(self: writer.Writer, raw: sqlite3.Connection) -> None:
        standing.reached(COMMITTING)
        commit(self, raw)
        standing.reached(COMMITTED)

    def noted_tell(self: writer.Writer, *told: Any) -> None:
        if self.database.dialect == "postgres":
            standing.reached(COMMITTED)
        tell(self, *told)
        standing.reached(BUSY)

    def noted_next(self: enacting.Enactment) -> Any:
        together = next_together(self)
        standing.reached(AHEAD if together and self._waiting else BUSY)
        return together

    def noted_add(self: enacting.Enactment, foreseen: Any) -> None:
        add(self, foreseen)
        standing.reached(AHEAD)

    async def noted_transaction(self: writer.Writer, batch: Any) -> Any:
        of_a_push.set(True)
        return await one_transaction(self, batch)

    async def noted_run(*given: Any) -> Any:
        done = await run_on_postgres(*given)
        if of_a_push.get():
            standing.reached(COMMITTING)
        return done

    changed: Any = writer.Writer
    changed._commit, changed._tell, changed._one_transaction = noted_commit, noted_tell, noted_transaction
    changed_enactment: Any = enacting.Enactment
    changed_enactment.add, changed_enactment._next_together = noted_add, noted_next
    writer.run_on_postgres = noted_run  # type: ignore[assignment]


if __name__ in ("__main__", "__mp_main__"):
    watch(Standing(os.environ[STANDS_IN], os.environ[DIES_AT]))

if __name__ == "__main__":
    from fieldwork.cli import main

    main()

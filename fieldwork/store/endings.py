"""How a transaction ends, whatever happens to the task that began it.

A person closes a page, a tablet loses its signal, the server is asked to stop: each of these cancels a task, often in
the middle of a transaction. The words in it must then be either kept or not kept, and the connection must come back
for the next person. So an ending (commit, rollback, giving back) runs in a task of its own, which no cancellation of
the asker reaches. Used by both backends; it may know nothing of either database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext

#: The event loop keeps only weak references to tasks; an ending that nobody waits for would otherwise be collected
#: half-way.
_under_way: set[asyncio.Future[None]] = set()


def _done(ending: asyncio.Future[None]) -> None:
    _under_way.discard(ending)
    # An ending whose asker has gone has nobody to tell. Reading the exception keeps the event loop from reporting it
    # as forgotten; an asker that is still there gets the same exception from `finish`.
    if not ending.cancelled():
        ending.exception()


def begin_ending(ending: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
    """Start an ending in a task of its own and return at once. The ending runs to its end even if nobody waits."""
    task = asyncio.ensure_future(ending)
    _under_way.add(task)
    task.add_done_callback(_done)
    return task


async def finish(ending: Coroutine[Any, Any, None]) -> None:
    """Run an ending and wait for it. If the waiter is cancelled the ending still runs to its end; its errors reach
    only a waiter.
    """
    await asyncio.shield(begin_ending(ending))


async def settled() -> None:
    """Wait until every ending begun on this event loop has run. Called before connections are closed."""
    loop = asyncio.get_running_loop()
    mine = [ending for ending in _under_way if ending.get_loop() is loop]
    if mine:
        await asyncio.wait(mine)


class SavepointContext(TransactionContext):
    """A transaction inside a transaction: its failure takes back its own work and leaves the outer work standing.

    The stock context leaves a savepoint as it is when the body raised `TransactionManagementError`; this one always
    takes it back.
    """

    __slots__ = ("client", "connection_name")

    def __init__(self, client: TransactionalDBClient) -> None:
        self.client = client
        self.connection_name = client.connection_name

    async def __aenter__(self) -> TransactionalDBClient:
        await self.client.savepoint()
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        if self.client._finalized:
            return
        if exc_type is None:
            await finish(self.client.release_savepoint())
        else:
            await finish(self.client.savepoint_rollback())

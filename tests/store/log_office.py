"""An office for tests: a log on a database with its keys, the real rights, and the words that lie in its tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldwork.actions.arrivals import permit as real_permit
from fieldwork.store.database import Database
from fieldwork.store.keyring import open_keyring
from fieldwork.store.log import Log
from fieldwork.store.rebuilding import rebuild_all
from sync.central.accept import Permit
from sync.central.line import PullRow, Push, Receipt
from tests.store.log_authors import Author, Carry, Team, Written, import_incarnation, new_id, team

PROJECTIONS = ("record", "assignment", "visit", "evidence", "coding")


@dataclass
class Office:
    """A log, open, and a carrier who brings what tablets wrote."""

    log: Log
    carry: Carry

    async def push(self, *lines: Written | tuple[bytes, str, bytes]) -> list[tuple[str, str | None]]:
        return [(each.verdict, each.code) for each in await self.receipts(*lines)]

    async def receipts(self, *lines: Written | tuple[bytes, str, bytes]) -> tuple[Receipt, ...]:
        return await self.log.accept(self.carry.push(*lines), "a tablet")

    async def accept(self, push: Push) -> list[tuple[str, str | None]]:
        return [(each.verdict, each.code) for each in await self.log.accept(push, "a tablet")]

    async def pulled(self, scope: str, lane: Any = "evidence") -> list[PullRow]:
        """Everything of a scope and lane, page by page, as a new tablet pulls it."""
        rows: list[PullRow] = []
        more = True
        while more:
            page, more = await self.log.page(scope, lane, len(rows))
            rows += page
        assert [row.position for row in rows] == list(range(1, len(rows) + 1))
        return rows

    async def headers(self, scope: str, lane: Any = "evidence") -> list[bytes]:
        return [row.header_raw for row in await self.pulled(scope, lane)]

    async def count(self, table: str) -> int:
        [[number]] = await self.log.ask(f"SELECT count(*) FROM {table}")
        return int(number)

    async def brings(self, people: Team) -> None:
        """Import a review with its visits and assignments."""
        await self.log.import_drafts(people.drafts, import_incarnation(people))


@asynccontextmanager
async def office(database: Database, keys: Path, permit: Permit = real_permit) -> AsyncIterator[Office]:
    """Open the log. The second time with the same folder of keys: the same office after a restart."""
    keyring = open_keyring(keys)
    log = Log(database, keyring, permit, incarnation=new_id())
    async with log.open():
        yield Office(log, Carry.to(keyring.public_keys()))


@dataclass(frozen=True)
class Visit:
    """One visit with its people, each of whom writes one stream."""

    people: Team
    lead: Author
    inspector: Author
    stranger: Author

    @property
    def scope(self) -> str:
        return self.people.visits[0]


def a_visit(*, lane: str = "evidence") -> Visit:
    lead, inspector = new_id(), new_id()
    people = team([(lead, "lead", 0), (inspector, "inspector", 0)])
    scope = people.visits[0]
    return Visit(people, *(Author(scope, person, lane) for person in (lead, inspector, new_id())))


async def projections(log: Log) -> dict[str, Sequence[Any]]:
    """Every row of every projection."""
    return {table: sorted(map(repr, map(tuple, await log.ask(f"SELECT * FROM {table}")))) for table in PROJECTIONS}


async def rebuilt_otherwise(log: Log) -> dict[str, list[str]]:
    """Work everything out again from the log. The rows of each projection that are no more, or are new; {} where all is as it was."""
    before = await projections(log)
    await rebuild_all(log)
    after = await projections(log)
    return {table: sorted({*before[table]} ^ {*after[table]}) for table in PROJECTIONS if before[table] != after[table]}

"""The torture of server.md 3.2 with the real log: many writers, many processes, batches sent twice, requests cancelled.

On PostgreSQL four processes hold a log each and two more only read. On SQLite one process holds the log, as it is built to, and a second
one reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import orjson
import pytest

from fieldwork.store.database import Database
from fieldwork.store.keyring import open_keyring
from fieldwork.store.log import Log
from fieldwork.store.retrying import retrying
from fieldwork.store.verifying import verify_all
from sync.central.facts import Facts
from sync.central.header import Header, read_header
from tests.store.log_authors import Author, Carry, Written, new_id
from tests.store.torture import Change, Plan, run_torture

EVERY_DAY = Plan(changes=2_000, limit_s=120.0)
WHOLE = Plan(limit_s=300.0)


def everybody_may(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    return None


def scope_named(name: str) -> str:
    return f"visit:{uuid5(NAMESPACE_URL, name)}"


class TorturedLog:
    """The log as a tortured store: each writer is one author with a stream in each scope."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.carry = Carry.to(log.keyring.public_keys())
        self.authors: dict[tuple[str, int], Author] = {}
        self.written: dict[str, Written] = {}

    async def push(self, batch: Sequence[Change]) -> None:
        lines = [self._line(change) for change in batch]
        push = self.carry.push(*lines)
        receipts = await retrying(lambda: self.log.accept(push, "a tablet"), limit_s=60.0)
        verdicts = {receipt.verdict for receipt in receipts}
        assert verdicts <= {"stored", "duplicate"}, verdicts

    def _line(self, change: Change) -> Written:
        if change.id not in self.written:
            author = self.authors.setdefault((change.scope, change.writer), Author(scope_named(change.scope)))
            self.written[change.id] = author.writes({"text": change.id})
        return self.written[change.id]

    async def pull(self, scope: str, after: int) -> list[tuple[int, str]]:
        rows, _ = await self.log.page(scope_named(scope), "evidence", after)
        return [(row.position, orjson.loads(row.body or b"{}")["fields"]["text"]) for row in rows]


@asynccontextmanager
async def tortured(url: str) -> AsyncIterator[TorturedLog]:
    """Opened in each process: the keys lie beside the tests' database."""
    address, _, keys = url.partition("#")
    async with Database(address) as database:
        log = Log(database, open_keyring(Path(keys)), everybody_may, incarnation=new_id())
        async with log.open():
            yield TorturedLog(log)


def torment(url: str, keys: Path, plan: Plan) -> None:
    open_keyring(keys)
    if url.startswith("sqlite"):
        plan = replace(plan, writer_processes=1, writers_each=8, puller_processes=1, pullers_each=4)

    assert run_torture("tests.store.test_log_torture:tortured", f"{url}#{keys}", plan) == []

    asyncio.run(_look_afterwards(url, keys, plan))


async def _look_afterwards(url: str, keys: Path, plan: Plan) -> None:
    """Everything is there once, every chain and position verifies, and the marks agree."""
    async with Database(url) as database:
        log = Log(database, open_keyring(keys), everybody_may, incarnation=new_id())
        assert await verify_all(log) == []
        headers = await log.ask("SELECT header FROM operation_evidence")
        assert len({read_header(bytes(row[0])).operation for row in headers}) == len(headers) == plan.changes
        [[left]] = await log.ask("SELECT count(*) FROM holding")
        assert left == 0


def test_every_reader_of_the_log_sees_every_operation_once_and_in_order(database_url: str, tmp_path: Path) -> None:
    torment(database_url, tmp_path / "keys", EVERY_DAY)


@pytest.mark.soak
def test_every_reader_of_the_log_sees_20000_operations_once_and_in_order(database_url: str, tmp_path: Path) -> None:
    torment(database_url, tmp_path / "keys", WHOLE)

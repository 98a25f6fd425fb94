"""The ground that the log stands on: transactions of both backends carry a gapless sequence, and the harness sees
when one is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from fieldwork.store.database import Database
from fieldwork.store.retrying import retrying
from tests.postgres import PostgresCluster
from tests.store.torture import Change, Plan, run_torture

EVERY_DAY = Plan(changes=2_000, limit_s=120.0)
MADE = (
    "CREATE TABLE tortured_scope (scope VARCHAR(40) PRIMARY KEY, last_position BIGINT NOT NULL)",
    "CREATE TABLE tortured (scope VARCHAR(40), position BIGINT, id VARCHAR(80) UNIQUE, PRIMARY KEY (scope, position))",
    *(f"INSERT INTO tortured_scope VALUES ('scope-{number}', 0)" for number in range(4)),
)


class GaplessLog:
    """The smallest right answer: positions are taken under the lock of the scope's row."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def sql(self, text: str) -> str:
        """Write placeholders as $1, $2 …; SQLite reads them as ?1, ?2 …"""
        return text.replace("$", "?") if self.database.dialect == "sqlite" else text

    async def push(self, batch: Sequence[Change]) -> None:
        await retrying(lambda: self.push_once(batch), limit_s=60.0)

    async def push_once(self, batch: Sequence[Change]) -> None:
        async with self.database.writing() as connection:
            take = "UPDATE tortured_scope SET last_position = last_position WHERE scope = $1 RETURNING last_position"
            position = (await connection.execute_query_dict(self.sql(take), [batch[0].scope]))[0]["last_position"]
            for change in batch:
                known = self.sql("SELECT 1 AS known FROM tortured WHERE id = $1")
                if await connection.execute_query_dict(known, [change.id]):
                    continue
                position += 1
                add = self.sql("INSERT INTO tortured (scope, position, id) VALUES ($1, $2, $3)")
                await connection.execute_query(add, [change.scope, position, change.id])
            keep = self.sql("UPDATE tortured_scope SET last_position = $1 WHERE scope = $2")
            await connection.execute_query(keep, [position, batch[0].scope])

    async def pull(self, scope: str, after: int) -> list[tuple[int, str]]:
        text = "SELECT position, id FROM tortured WHERE scope = $1 AND position > $2 ORDER BY position LIMIT 200"
        rows = await self.database.reader.execute_query_dict(self.sql(text), [scope, after])
        return [(row["position"], row["id"]) for row in rows]


class SequenceLog(GaplessLog):
    """The plausible wrong answer: PostgreSQL's own sequence, taken without a lock; pullers skip what commits late."""

    async def push_once(self, batch: Sequence[Change]) -> None:
        async with self.database.writing() as connection:
            for change in batch:
                add = (
                    "INSERT INTO tortured (scope, position, id) SELECT $1, nextval($2::text::regclass), $3::text "
                    "WHERE NOT EXISTS (SELECT 1 FROM tortured WHERE id = $3::text)"
                )
                await connection.execute_query(add, [change.scope, change.scope.replace("-", "_"), change.id])


@asynccontextmanager
async def gapless(url: str) -> AsyncIterator[GaplessLog]:
    async with Database(url) as database:
        yield GaplessLog(database)


@asynccontextmanager
async def by_sequence(url: str) -> AsyncIterator[SequenceLog]:
    async with Database(url) as database:
        yield SequenceLog(database)


async def make(url: str, *more: str) -> None:
    async with Database(url) as database:
        for statement in (*MADE, *more):
            await database.connection.execute_query(statement)


def test_every_reader_sees_every_change_once_and_in_order(empty_database_url: str) -> None:
    asyncio.run(make(empty_database_url))

    assert run_torture("tests.store.test_torture:gapless", empty_database_url, EVERY_DAY) == []


@pytest.mark.soak
def test_every_reader_sees_every_one_of_20000_changes_once_and_in_order(empty_database_url: str) -> None:
    asyncio.run(make(empty_database_url))

    assert run_torture("tests.store.test_torture:gapless", empty_database_url, Plan()) == []


def test_the_harness_sees_what_a_plain_sequence_loses(postgres: PostgresCluster) -> None:
    url = postgres.url(postgres.new_database())
    asyncio.run(make(url, *(f"CREATE SEQUENCE scope_{number}" for number in range(4))))

    problems = run_torture("tests.store.test_torture:by_sequence", url, EVERY_DAY)

    assert any("went from" in problem for problem in problems), problems

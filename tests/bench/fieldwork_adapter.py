"""fieldwork as the peers' bench drives it, on SQLite and on PostgreSQL with everything on.

Device token, rights from real assignment operations, sealing, hashes, chains, receipts, projections, and a database that was proved to
write through to the disk. One record of the bench is one `block` create in the stream of the client that sends it. A push is written and
sealed before the clock starts, as every adapter's is made: on a tablet that happened when the person wrote, hours before. PostgreSQL
is served by two processes, as `fieldwork serve --processes 2` does.
The bench puts `BaseAdapter` and `Postgres` into this module before it runs.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from fieldwork.actions.central import open_central  # noqa: E402 (the bench loads this file by its path)
from fieldwork.settings import Settings  # noqa: E402
from fieldwork.store.database import Database  # noqa: E402
from fieldwork.store.devices import enrol_device, give_reading_token, make_enrolment_code  # noqa: E402
from sync.central.line import LINES_MEDIA_TYPE, PublicIngestKey, read_keys  # noqa: E402
from tests.store.log_authors import Author, Carry, import_incarnation, new_id, team  # noqa: E402

VISITS = 8
SINGLES_OF_A_CLIENT = 20
_records_named = re.compile(rb'"record":"([^"]+)"').findall
_head = re.compile(rb'"last":(\d+),"more":(true|false)').search
BaseAdapter: Any = globals().get("BaseAdapter", object)
Postgres: Any = globals().get("Postgres")


class Fieldwork(BaseAdapter):  # type: ignore[misc]
    """What both databases have in common."""

    name = "fieldwork"
    processes = 1

    def __init__(self) -> None:
        super().__init__()
        self.person = new_id()
        self.team = team([(self.person, "inspector", place) for place in range(VISITS)], visits=VISITS)
        self.ingest: tuple[PublicIngestKey, ...] = ()
        self.carry: Carry | None = None
        self.batches: dict[int, Author] = {}
        self.singles = 0
        self.single: Author | None = None

    def database_url(self, work: Path) -> str:
        raise NotImplementedError

    def start(self, work: Path) -> None:
        """Make the database, assign the person, enrol a device, start the product's own server."""
        settings = Settings(data=work / "data", database_url=self.database_url(work))
        token = asyncio.run(self._set_up(settings))
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": LINES_MEDIA_TYPE}
        served = [sys.executable, "-m", "tests.bench.served", str(self.port), str(self.processes)]
        environment = os.environ | {"FIELDWORK_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
        self.spawn(served, work, cwd=ROOT, env=environment)

    async def _set_up(self, settings: Settings) -> str:
        now = datetime.now(UTC)
        async with open_central(settings, migrating=True) as central:
            await central.log.import_drafts(self.team.drafts, import_incarnation(self.team))
            await assert_durable(central.database)
            code, _ = await make_enrolment_code(
                central.database, person_id=uuid.UUID(self.person), made_by=uuid.uuid4(), now=now
            )
            enrolled = await enrol_device(central.database, code, label="bench", app_version="1", now=now)
            assert enrolled is not None
            return await give_reading_token(central.database, enrolled[1].id)

    async def prepare(self, connection: Any) -> None:
        status, _, answer = await connection.request("GET", "/sync/keys", self.headers)
        assert status == 200, (status, answer)
        self.carry = Carry.to(read_keys(answer)[1])

    def health(self) -> str:
        return "/livez"

    def push(self, visit: int, records: list[dict[str, Any]]) -> tuple[str, str, bytes]:
        assert self.carry is not None
        author = self._author(visit, len(records))
        written = [
            author.writes({name: value for name, value in each.items() if name != "id"}, record=each["id"])
            for each in records
        ]
        return "POST", "/sync/push", self.carry.push_raw(*written)

    def _author(self, visit: int, number: int) -> Author:
        """Each client is one stream: it never sends a number before the number before it has been answered."""
        if number > 1:
            if visit not in self.batches:
                self.batches[visit] = Author(self.team.visits[visit], self.person)
            return self.batches[visit]
        if self.singles % SINGLES_OF_A_CLIENT == 0:
            self.single = Author(self.team.visits[visit], self.person)
        self.singles += 1
        assert self.single is not None
        return self.single

    def push_ok(self, status: int, body: bytes, n: int) -> bool:
        return status == 200 and body.count(b'"verdict":"stored"') + body.count(b'"verdict":"duplicate"') == n

    def pull(self, visit: int, cursor: int | None) -> tuple[str, str, bytes]:
        return "GET", f"/sync/pull?scope={self.team.visits[visit]}&lane=evidence&after={cursor or 0}", b""

    def pull_parse(self, status: int, headers: dict[str, str], body: bytes) -> tuple[list[str], int | None]:
        assert status == 200, (status, body[:200])
        said = _head(body)
        assert said is not None
        ids = [found.decode() for found in _records_named(body)]
        return ids, int(said[1]) if said[2] == b"true" else None


async def assert_durable(database: Database) -> None:
    """The figures count only where an acknowledged record is on the disk."""
    if database.dialect == "sqlite":
        expected = {"synchronous": "2", "journal_mode": "wal", "secure_delete": "1"}
        question = "PRAGMA {}"
    else:
        expected = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
        question = "SHOW {}"
    for name, value in expected.items():
        rows = await database.connection.execute_query_dict(question.format(name))
        found = str(next(iter(rows[0].values())))
        assert found == value, f"{name} is {found}, not {value}: these figures would mean nothing"


class OnSqlite(Fieldwork):
    name = "fieldwork-sqlite"

    def database_url(self, work: Path) -> str:
        return f"sqlite://{work / 'data' / 'central.sqlite3'}"


class OnPostgres(Fieldwork):
    name = "fieldwork-postgresql"
    processes = 2

    def available(self) -> str | None:
        return None if Postgres(Path("/nonexistent")).bin is not None else "no PostgreSQL server binaries"

    def database_url(self, work: Path) -> str:
        cluster = Postgres(work)
        process: subprocess.Popen[bytes] = cluster.start()
        self.procs.append(process)
        return f"postgres://postgres@127.0.0.1:{cluster.port}/postgres?sslmode=disable"


ADAPTERS = [OnSqlite, OnPostgres]

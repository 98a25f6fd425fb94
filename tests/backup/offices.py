"""An office for the tests of backups: something in every table, a file, and two people with a share each."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from fieldwork.actions.files import path_of
from fieldwork.backup.keys import PrivateKey, make_keys, private_key, read_share, share_file
from fieldwork.settings import Settings
from fieldwork.store import tables
from fieldwork.store.database import Database
from fieldwork.store.devices import enrol_device, make_enrolment_code
from fieldwork.store.files import note_alarm, note_file
from fieldwork.store.heads import StreamHead, heads_of
from fieldwork.store.log import Log
from fieldwork.store.settings import database_id, set_setting
from fieldwork.store.table_rows import KEPT, Weighed, asked, columns_of, walk
from fieldwork.store.verifying import LogProblem, verify_all
from sync.central.facts import Facts
from sync.central.header import Header
from tests.store.log_authors import Author, Carry, new_id, new_visit
from tests.store.log_office import Office, office, projections

T = TypeVar("T")
NOW = datetime(2026, 2, 11, 10, 5, tzinfo=UTC)
SAID = "My bus never comes before nine"
WHOLE_SECOND = datetime(2026, 1, 1, tzinfo=UTC)
"""Written without a fraction: the two databases keep such a time in different ways."""


def everybody_may(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    """The rights are not what is tried here."""
    return "not_assigned" if header.record_type == "opinion" else None


@dataclass
class Lost:
    """An office that will be lost, and what a person kept of it."""

    settings: Settings
    shares: Path

    @property
    def private(self) -> PrivateKey:
        return private_key(*(read_share(share_file(self.shares, number)) for number in (1, 2)))

    def inside(self, work: Callable[[Office], Awaitable[T]]) -> T:
        """Do something in the open office."""
        return asyncio.run(_inside(self.settings, work))


async def _inside(settings: Settings, work: Callable[[Office], Awaitable[T]]) -> T:
    async with Database(settings.database_url) as database, office(database, settings.keys, everybody_may) as opened:
        return await work(opened)


def lost_office(settings: Settings, shares: Path) -> Lost:
    """An office at work, with its backup key made."""
    here = Lost(settings, shares)
    here.inside(lambda opened: at_work(opened, settings))
    make_keys(settings.data, settings.keys, shares)
    return here


async def at_work(here: Office, settings: Settings) -> None:
    """Write something that lies in every table that a backup keeps."""
    database = here.log.database
    author = Author(new_visit())
    said = author.writes({"text": SAID})
    removed = author.writes({"text": "a name that was removed"})
    assert {verdict for verdict, _ in await here.push(said, removed, author.redacts(removed))} == {"stored"}
    await here.push(author.writes({"text": "nobody may"}, record_type="opinion"))
    missing = author.would_write()
    author.sequence += 1
    waits = author.writes({"text": "waits for the one before it"}, previous=missing.header_hash)
    assert await here.push(waits) == [("held", "gap")]
    fork = Author(author.scope, author.person, incarnation=author.incarnation)
    assert (await here.push(fork.writes({"text": "another with the same number"})))[0][1] == "fork"
    assert (await here.push((b"no header", here.carry.sent.id, b"sealed")))[0][0] == "unreadable"
    for lane in ("vault", "concern"):
        carry = Carry.to(here.log.keyring.public_keys(), lane)
        sealed = Author(new_visit(), lane=lane).writes({"text": f"kept in the {lane}"}, record_type="identity")
        await here.log.accept(carry.push(sealed), "a tablet")
    await _ordinary_rows(here, database, author.person)
    await keep_file(here.log, settings, b"a timetable")
    await set_setting(database, "epoch", str(uuid.uuid4()))
    await database_id(database)


async def _ordinary_rows(here: Office, database: Database, person: str) -> None:
    account = await tables.Account.create(
        id=uuid.uuid4(),
        person_id=uuid.UUID(person),
        name="Ann",
        sign_in_name="ann",
        is_administrator=True,
        is_demonstration=False,
        created_at=WHOLE_SECOND,
        disabled_at=None,
    )
    await tables.Session.create(
        id="5" * 64,
        account=account,
        created_at=NOW,
        last_seen_at=NOW,
        expires_at=NOW,
        absolute_expires_at=NOW,
        csrf_secret="secret",
    )
    code, _ = await make_enrolment_code(database, person_id=account.person_id, made_by=account.person_id, now=NOW)
    enrolled = await enrol_device(database, code, label="a tablet", app_version="1", now=NOW)
    assert enrolled is not None
    counts = dict.fromkeys(
        (
            "restored",
            "repaired",
            "copied",
            "lost",
            "lost_streams",
            "damaged",
            "journal_damaged_bytes",
            "drafts_unopened",
        ),
        0,
    )
    contact = await tables.TabletContact.create(
        device_id=enrolled[1].id, told_at=NOW, app_version="1", waiting=3, oldest_age_s=60, attention=0, drafts=1
    )
    await tables.TabletContactVisit.create(contact=contact, visit_id=uuid.uuid4(), waiting=2, oldest_age_s=60)
    await tables.TabletReport.create(
        device_id=enrolled[1].id,
        report=uuid.uuid4(),
        received_at=datetime.now(UTC),
        found_at="2026-02-11T10:05:00.000Z",
        found_empty=False,
        certain=True,
        persisted=None,
        **counts,
    )
    await tables.ExportJob.create(
        id=uuid.uuid4(),
        review_id=uuid.uuid4(),
        format="xlsx",
        asked_by=uuid.UUID(person),
        asked_at=NOW,
        state="done",
        progress_done=1,
        progress_total=1,
        path="exports/one.xlsx",
        sha256="0" * 64,
    )
    await note_alarm(here.log, code="opened", about=new_id(), raised_at="2026-02-11T10:05:00.000Z")


async def keep_file(log: Log, settings: Settings, content: bytes) -> str:
    """Store a file as it is stored: its bytes first, and then the line that they are complete."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(settings.files, sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    await note_file(
        log, sha256=sha256, size_bytes=len(content), media_type="text/plain", stored_at="2026-02-11T10:05:00Z"
    )
    return sha256


@dataclass
class Inventory:
    """Everything that an office holds."""

    tables: dict[str, str]
    heads: Sequence[StreamHead]
    shown: dict[str, Sequence[str]]
    problems: Sequence[LogProblem]


async def inventory(here: Office) -> Inventory:
    """Count and weigh every row of every kept table, whatever the database, and look at the projections and the chains."""
    log, weighed = here.log, Weighed()
    for table in KEPT:
        weighed.add(table, ())
        names = sorted(column.name for column in await asked(log, columns_of(log.database.dialect, table)))
        await asked(log, walk(table, names, lambda rows, table=table: weighed.add(table, rows)))  # type: ignore[misc]
    return Inventory(weighed.as_text(), await heads_of(log), await projections(log), await verify_all(log))

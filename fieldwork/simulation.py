"""What the simulator has to know about this application: how to set it up, open it, look into its log and stop it at a commit.

`sync/simulator` drives any application through these doors and knows neither framework nor store; this is the one file that ties
them together. Used by `fieldwork simulate` and the tests, never by a server.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from fieldwork.actions.central import EPOCH, RESTORED, Central, open_central
from fieldwork.actions.restores import told_of_restore
from fieldwork.app import create_app
from fieldwork.domain.draft import Draft
from fieldwork.domain.rights import LANES, Lane
from fieldwork.settings import Settings
from fieldwork.store import log as log_module
from fieldwork.store import statements as statements_module
from fieldwork.store import writer as writer_module
from fieldwork.store.database import Database
from fieldwork.store.devices import (
    devices_of_person,
    enrol_device,
    give_reading_token,
    make_enrolment_code,
    revoke_device,
)
from fieldwork.store.files import note_file
from fieldwork.store.log import WORDS_LIE_IN, instant
from fieldwork.store.settings import set_setting
from fieldwork.store.sqlite_backend import FencedSqliteClient
from fieldwork.store.verifying import verify_all
from sync.central.line import MOST_OPERATIONS
from sync.simulator.cast import PARTS, PEOPLE, REVIEW, REVIEW_ID, TABLETS, VISIT_A_ID, VISIT_B_ID
from sync.simulator.chance import VirtualClock
from sync.simulator.office import AsgiApp, DeskWriting, Moment, OfficeFacts, OfficeOperation

T = TypeVar("T")
RESTORED_AT = "2025-02-11T09:00:00+00:00"
"""When an office is said to have been restored: nothing in a seed asks."""
FIRST_EPOCH = "5d0a6a86-4b86-4c19-8e63-6a3a2b1f1d01"
TELL = statements_module._tell_sqlite
IMPORT = f"import:{hashlib.sha256(b'the review of the simulator').hexdigest()}"


def settings_in(folder: Path) -> Settings:
    return Settings(data=folder, database_url=f"sqlite://{folder / 'central.sqlite3'}", allowed_hosts=("localhost",))


class FieldworkPremises:
    """This application, as the simulator's `Premises`."""

    def lay_out(self, folder: Path) -> Mapping[tuple[str, str], tuple[str, str]]:
        """A migrated database with the review and a device for each person on each tablet."""
        return asyncio.run(_lay_out(folder))

    def make_app(self, folder: Path, clock: Callable[[], datetime]) -> AsgiApp:
        return cast(AsgiApp, create_app(settings_in(folder), clock=clock, with_browser_half=False))

    @contextmanager
    def on_one_thread(self) -> Iterator[None]:
        """Every connection to SQLite that is made while it lasts works in the thread that asks it."""
        connect = aiosqlite.connect

        def connect_at_once(*given: Any, **named: Any) -> aiosqlite.Connection:
            connection = connect(*given, **named)
            connection._tx = connection._thread = cast(Any, _AtOnce())
            return connection

        cast(Any, aiosqlite).connect = connect_at_once
        try:
            yield
        finally:
            cast(Any, aiosqlite).connect = connect

    def watch_commits(self, watch: Callable[[Moment], None]) -> None:
        """Have `watch` called before each order of a transaction, and before and after each commit of the log; it may raise."""

        def commit(raw: sqlite3.Connection) -> None:
            watch("before commit")
            raw.commit()
            watch("after commit")

        def tell(raw: sqlite3.Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
            watch("amid the writing")
            TELL(raw, sql, rows)

        writer_module._commit = commit
        statements_module._tell_sqlite = tell

    def cut_pages(self, operations: int | None) -> None:
        """Give at most so many operations in a page of a pull; with None, as many as the promise allows."""
        cast(Any, log_module).MOST_OPERATIONS = operations or MOST_OPERATIONS

    async def look(self, central: Mapping[str, Any], *, words: bool = False) -> OfficeFacts:
        """Everything that the invariants ask about, in one piece: nothing is written meanwhile."""
        opened: Central = central["central"]
        ask = opened.log.ask
        operations = [each for lane in LANES for each in await _operations(opened, lane, words)]
        streams = await ask("SELECT incarnation, person, scope, lane, count, highest, head FROM stream")
        scopes = await ask("SELECT scope, lane, last_position FROM scope")
        beside = await ask("SELECT operation FROM holding UNION SELECT operation FROM aside")
        unreadable = await ask("SELECT line_hash FROM unreadable_line")
        files = await ask("SELECT sha256 FROM file_stored")
        reports = await ask("SELECT device_id, report FROM tablet_report")
        problems = await verify_all(opened.log) if words else []
        return OfficeFacts(
            operations,
            {_stream(row[:4]): (row[4], row[5], row[6]) for row in streams},
            {(row[0], row[1]): row[2] for row in scopes},
            frozenset(row[0] for row in beside),
            frozenset(row[0] for row in unreadable),
            frozenset(row[0] for row in files),
            [(str(row[0]), str(row[1])) for row in reports],
            opened.epoch,
            [str(problem) for problem in problems],
        )

    async def standing(
        self, central: Mapping[str, Any], operations: Sequence[str]
    ) -> Mapping[str, tuple[str, str | None]]:
        """Header hash and body hash of what is in the log, by operation."""
        asked = " UNION ALL ".join(
            f"SELECT operation, header_hash, body_hash FROM operation_{lane} WHERE operation IN {{list}}"
            for lane in LANES
        )
        named = sorted(operations)
        return {row[0]: (row[1], row[2]) for row in await central["central"].log.ask(asked, named, named, named)}

    async def between_commits(self, central: Mapping[str, Any], work: Callable[[], None]) -> None:
        """Run something where the writer works, while no transaction is open."""
        connection = cast(FencedSqliteClient, central["central"].database.connection)
        await connection.in_thread(lambda raw: work())

    async def sweep(self, central: Mapping[str, Any]) -> None:
        await central["central"].database.sweep_deleted(WORDS_LIE_IN)

    async def write(self, central: Mapping[str, Any], writings: Sequence[DeskWriting], person: str) -> None:
        """Write as at a desk: central's own stream, the signed-in person as author."""
        await central["central"].log.write([_draft(writing) for writing in writings], person)

    async def keep_file(self, central: Mapping[str, Any], sha256: str) -> None:
        """The bytes of this file have come, whole."""
        opened: Central = central["central"]
        stored_at = instant(opened.clock())
        await note_file(opened.log, sha256=sha256, size_bytes=1, media_type="text/plain", stored_at=stored_at)

    async def revoke(self, central: Mapping[str, Any], tablet: str, person: str) -> None:
        """Whatever this person has enrolled on this tablet is refused from now on."""
        opened: Central = central["central"]
        for device in await devices_of_person(opened.database, uuid.UUID(person)):
            if device.label == tablet and device.revoked_at is None:
                await revoke_device(opened.database, device.id, now=opened.clock())

    async def enrol(self, central: Mapping[str, Any], tablet: str, person: str) -> tuple[str, str]:
        """A new device for this person on this tablet: its carrying and its reading token."""
        opened: Central = central["central"]
        return await _enrolled(opened, tablet, person, opened.clock())

    async def set_epoch(self, folder: Path, epoch: str) -> None:
        """What a restore does to the settings: tablets offer again what central may have lost, and are believed about their own words."""
        async with Database(settings_in(folder).database_url) as database:
            await set_setting(database, EPOCH, epoch)
            told = told_of_restore(at=RESTORED_AT, backup_of=RESTORED_AT, epoch_before=None, operations=0)
            await set_setting(database, f"{RESTORED}{epoch}", told)


class _AtOnce:
    """In the place of a connection's thread and of the queue to it: what is asked is done before the asker goes on.

    A seed asks one thing at a time and waits for it, so a thread would give it two changes of threads for each statement and nothing
    else: they were a quarter of the office's time.
    """

    def start(self) -> None:
        """There is nothing to start."""

    def put_nowait(self, asked: tuple[asyncio.Future[Any], Callable[[], Any]]) -> None:
        future, work = asked
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 (whoever asked gets it, as from a thread)
            future.set_exception(error)


async def _operations(central: Central, lane: Lane, words: bool) -> list[OfficeOperation]:
    found = await central.log.ask(
        "SELECT o.operation, c.scope, s.incarnation, s.person, s.scope, s.lane, o.sequence, o.position, o.header, o.header_hash,"
        f" o.body_hash, o.body, o.standing, o.code FROM operation_{lane} o JOIN stream s ON s.id = o.stream_id"
        " JOIN scope c ON c.id = o.scope_id ORDER BY o.stream_id, o.sequence"
    )

    def wanted(row: Sequence[Any]) -> bool:
        """Which file an operation names stands in its words alone (I9)."""
        return words or b'"record_type":"file"' in bytes(row[8])

    return [
        OfficeOperation(
            operation=row[0],
            lane=lane,
            scope=row[1],
            stream=_stream(row[2:6]),
            sequence=row[6],
            position=row[7],
            header=bytes(row[8]),
            header_hash=row[9],
            body_hash=row[10],
            has_body=row[11] is not None,
            standing=row[12],
            code=row[13],
            words=central.keyring.wake(lane, row[9], bytes(row[11])) if row[11] is not None and wanted(row) else None,
        )
        for row in found
    ]


def _stream(four: Sequence[Any]) -> str:
    """As tablets name their streams."""
    return f"{four[0]} {four[1] or '-'} {four[2]} {four[3]}"


def _draft(writing: DeskWriting) -> Draft:
    return Draft(
        writing.operation,
        writing.scope,
        cast(Lane, writing.lane),
        writing.record_type,
        writing.record,
        writing.kind,
        writing.fields,
        writing.salt,
        writing.base,
    )


async def _lay_out(folder: Path) -> Mapping[tuple[str, str], tuple[str, str]]:
    _lay_out_keys(folder / "keys")
    tokens: dict[tuple[str, str], tuple[str, str]] = {}
    clock = VirtualClock()
    async with open_central(settings_in(folder), clock=clock, migrating=True) as central:
        await central.log.import_drafts(list(_review()), IMPORT)
        for tablet, people in TABLETS.items():
            for person in people:
                tokens[(tablet, person)] = await _enrolled(central, tablet, person, clock())
        await set_setting(central.database, EPOCH, FIRST_EPOCH)
    return tokens


async def _enrolled(central: Central, tablet: str, person: str, now: datetime) -> tuple[str, str]:
    code, _ = await make_enrolment_code(
        central.database, person_id=uuid.UUID(person), made_by=uuid.UUID(person), now=now
    )
    enrolled = await enrol_device(central.database, code, label=tablet, app_version="1", now=now)
    assert enrolled is not None
    carrying, device = enrolled
    return carrying, await give_reading_token(central.database, device.id)


def _review() -> list[Draft]:
    drafts = [
        _imported("review", REVIEW_ID, {"title": "Invented review"}),
        _imported("visit", VISIT_A_ID, {"letter": "A"}),
        _imported("visit", VISIT_B_ID, {"letter": "B"}),
    ]
    for part in PARTS:
        said = {"person": part.person, "name": PEOPLE[part.person], "role": part.role}
        if part.visit is not None:
            said["visit"] = part.visit
        drafts.append(_imported("assignment", part.record, said, part.operation))
    return drafts


def _imported(record_type: str, record: str, fields: Mapping[str, object], operation: str | None = None) -> Draft:
    named = operation or str(uuid.uuid5(uuid.UUID(record), "operation"))
    return Draft(named, REVIEW, "evidence", record_type, record, "create", fields, uuid.UUID(record).bytes)


def _lay_out_keys(folder: Path) -> None:
    """The office's keys, the same in every run: a seed that failed elsewhere fails here in the same way."""
    folder.mkdir(mode=0o700, parents=True)
    for number, lane in enumerate(LANES, start=1):
        private = ec.derive_private_key(int.from_bytes(hashlib.sha256(lane.encode()).digest()) >> 2, ec.SECP256R1())
        public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        kept = {
            "id": str(uuid.UUID(int=number, version=4)),
            "lane": lane,
            "private_pem": private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "public": _base64(public),
        }
        (folder / f"ingest-{lane}.json").write_text(json.dumps(kept))
        (folder / f"storage-{lane}.key").write_text(_base64(hashlib.sha256(f"storage {lane}".encode()).digest()))


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()

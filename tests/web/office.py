"""An office to visit in tests: the demonstration review, its five people, and browsers in which they sit.

The pack is imported once for a run; each test gets a copy of its own. Every page that any browser here is given has been looked at by
the conscience.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import html5lib
from starlette.applications import Starlette
from starlette.testclient import TestClient

from fieldwork.actions.central import Central, open_central
from fieldwork.actions.demonstration import make_demonstration_accounts
from fieldwork.actions.packs import import_pack, pack_in
from fieldwork.app import create_app
from fieldwork.domain.minting import operation_id
from fieldwork.domain.pack import Pack
from fieldwork.domain.pack_operations import _Ids, person_id_of, review_id_of
from fieldwork.domain.screening import entries_of
from fieldwork.settings import ROOT, Settings
from fieldwork.store.devices import enrol_device, give_reading_token, make_enrolment_code
from fieldwork.store.states import STATE, read_state
from sync.central.body import write_body
from sync.central.fold import RecordState
from sync.central.header import Header, hash_of, write_header
from sync.central.line import CarryKey, Receipt, read_keys, read_receipts, write_push
from sync.central.seal import carry_key_as_sent, seal, wrap_carry_key
from sync.central.sealed_copy import write_sealed_copy
from tests.web.conscience import Conscience

HOST = "office.example"
ORIGIN = f"http://{HOST}"
ROLES = ("inspector", "lead", "researcher", "safeguarding", "administrator")


class Clock:
    """Central's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass(frozen=True)
class Template:
    """A data folder in which the demonstration stands ready."""

    data: Path
    pack: Pack
    passwords: Mapping[str, str]


def make_template(folder: Path, database_url: str = "") -> Template:
    """Import the pack and make the accounts, once; into SQLite in the folder, or into the database that is named."""
    pack = pack_in(ROOT / "fieldwork" / "demonstration")
    settings = _settings(folder)
    if database_url:
        settings = replace(settings, database_url=database_url)

    # The day before the tests: by a real clock the pack would one day come after the exports that were made of it.
    clock = Clock()
    clock.goes_on(days=-1)

    async def fill() -> dict[str, str]:
        async with open_central(settings, clock=clock, migrating=True) as central:
            await import_pack(central, pack)
            accounts = await make_demonstration_accounts(central, pack)
            return {account.sign_in_name.partition("@")[0]: account.password for account in accounts}

    return Template(folder, pack, asyncio.run(fill()))


@contextmanager
def open_office(template: Template, folder: Path, **changes: Any) -> Iterator[Office]:
    """A copy of the template, served to browsers within this process."""
    data = folder / "data"
    shutil.copytree(template.data, data)
    settings = replace(_settings(data), **changes)
    clock = Clock()
    app = create_app(settings, clock=clock, with_browser_half=False)
    with TestClient(app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False) as client:
        yield Office(app, client, settings, clock, template)


def _settings(data: Path) -> Settings:
    return Settings(data=data, database_url=f"sqlite://{data}/central.sqlite3", allowed_hosts=(HOST,))


@dataclass
class Office:
    """The office, with what a test wants to know about it."""

    app: Starlette
    client: TestClient
    settings: Settings
    clock: Clock
    template: Template

    @property
    def central(self) -> Central:
        return self.client.app_state["central"]  # type: ignore[no-any-return]

    @property
    def pack_hash(self) -> str:
        return self.template.pack.hash

    @property
    def evidence(self) -> dict[str, Any]:
        """Each record of the pack by its reference."""
        return {one["id"]: one for one in self.template.pack.evidence.values()}

    @property
    def review_id(self) -> str:
        return review_id_of(self.pack_hash)

    def id_of(self, name: str) -> str:
        """The id that the pack gave to a record, by the name it is made from, such as `evidence/A-01`."""
        return _Ids(self.pack_hash).of(name)

    def visit_id(self, letter: str) -> str:
        return self.id_of(f"visits/{letter}")

    def evidence_id(self, ref: str) -> str:
        return self.id_of(f"evidence/{ref}")

    def person_id(self, member: str) -> str:
        return person_id_of(self.pack_hash, member)

    def browser(self) -> Browser:
        """A browser in which nobody is signed in."""
        return Browser(self.client)

    def signed_in(self, who: str) -> Browser:
        """A browser in which one of the five has signed in."""
        browser = self.browser()
        answer = browser.signs_in(f"{who}@demonstration.example", self.template.passwords[who])
        assert answer.status_code == 303, answer.text
        return browser

    def run(self, work: Any, *arguments: Any) -> Any:
        """Run something asynchronous inside the office."""
        assert self.client.portal is not None
        return self.client.portal.call(work, *arguments)

    def state_of(self, record_id: str) -> RecordState:
        """What a record of the evidence lane adds up to."""
        [row] = self.ask(f"SELECT record, record_type, {STATE} FROM record_with_words WHERE record = ?", record_id)
        return read_state(*row)

    def ask(self, sql: str, *parameters: Any) -> Any:
        """Ask the database."""
        return self.run(self.central.log.ask, sql, *parameters)

    def tablet_of(self, member: str) -> Tablet:
        """A tablet enrolled for a member of the pack's team."""
        person = self.person_id(member)
        database, now = self.central.database, self.clock.now

        async def enrol() -> str:
            code, _ = await make_enrolment_code(database, person_id=uuid.UUID(person), made_by=uuid.uuid4(), now=now)
            enrolled = await enrol_device(database, code, label=f"Tablet of {member}", app_version="1", now=now)
            assert enrolled is not None
            return await give_reading_token(database, enrolled[1].id)

        return Tablet(self, person, self.run(enrol))


@dataclass
class Browser:
    """One browser with cookies of its own. `page` is what it shows."""

    client: TestClient
    cookies: dict[str, str] = field(default_factory=dict)
    prose: bool = True

    def request(self, method: str, url: str, **more: Any) -> Any:
        """Send a request as this browser would, and look at the answer with the conscience."""
        headers = {"sec-fetch-site": "same-origin"} | dict(more.pop("headers", {}))
        self.client.cookies.clear()
        for name, value in self.cookies.items():
            self.client.cookies.set(name, value, domain=HOST)
        answer = Conscience(self.client, prose=self.prose).request(method, url, headers=headers, **more)
        self.cookies = dict(self.client.cookies)
        return answer

    def get(self, url: str, **more: Any) -> Any:
        return self.request("GET", url, **more)

    def post(self, url: str, data: Mapping[str, Any] | None = None, **more: Any) -> Any:
        return self.request("POST", url, data=data, **more)

    def opens(self, url: str) -> str:
        """The page at an address that must be there."""
        answer = self.get(url)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        return str(answer.text)

    def follows(self, answer: Any) -> Any:
        """Go where a form leads."""
        assert answer.status_code == 303, f"{answer.status_code}: {answer.text[:2000]}"
        return self.get(answer.headers["location"])

    def sends(self, page: str, action: str, fields: Mapping[str, str] | None = None, **more: Any) -> Any:
        """Fill in the form of a page with this action and send it, hidden fields and all."""
        hidden = form_fields(page, action)
        return self.post(action, {**hidden, **(fields or {})}, **more)

    def signs_in(self, name: str, password: str) -> Any:
        page = self.opens("/sign-in")
        return self.sends(page, "/sign-in", {"sign_in_name": name, "password": password})


def form_fields(page: str, action: str) -> dict[str, str]:
    """The fields of the form with this action, as the page has them."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    for form in root.iter("form"):
        if form.get("action") == action and form.get("method") == "post":
            return {
                one.get("name", ""): one.get("value", "")
                for one in form.iter("input")
                if one.get("name") and one.get("type") in (None, "text", "hidden")
            }
    raise AssertionError(f"The page has no form for {action}")


def words_of(page: str) -> str:
    """What a page says, as one text."""
    main = next(html5lib.parse(page, namespaceHTMLElements=False).iter("main"))
    return " ".join("".join(main.itertext()).split())


class Tablet:
    """A tablet that records and sends, by the promise's own bytes."""

    def __init__(self, office: Office, person: str, token: str) -> None:
        self.office, self.person, self.token = office, person, token
        self.incarnation = str(uuid.uuid4())
        self._marks: dict[tuple[str, str], tuple[int, str | None]] = {}
        self._carry_key, self._carry_id = os.urandom(32), str(uuid.uuid4())
        self._waiting: list[tuple[bytes, bytes, str]] = []
        self.said: dict[str, list[str]] = {}
        """The fields that each operation set."""

    def writes(
        self,
        scope: str,
        record_type: str,
        fields: Mapping[str, object],
        *,
        kind: str = "create",
        record: str = "",
        base: tuple[str, ...] = (),
        lane: str = "evidence",
        **more: Any,
    ) -> Header:
        """Write one operation; it waits until `sends`. `more` goes into the header: what a redaction names, and why."""
        sequence, previous = self._marks.get((scope, lane), (0, None))
        body = write_body(fields, os.urandom(16))
        header = Header(
            format="fieldwork-operation/1",
            operation=operation_id(self.office.clock.now, int.from_bytes(os.urandom(10), "big")),
            incarnation=self.incarnation,
            person=self.person,
            scope=scope,
            lane=lane,  # type: ignore[arg-type]
            sequence=sequence + 1,
            previous=previous,
            record_type=record_type,
            record=record or str(uuid.uuid4()),
            kind=kind,  # type: ignore[arg-type]
            base=base,
            body_hash=hash_of(body),
            body_bytes=len(body),
            device_at="2026-11-22T09:00:00.000Z",
            **more,
        )
        raw = write_header(header)
        self._marks[(scope, lane)] = (header.sequence, hash_of(raw))
        self._waiting.append((raw, body, lane))
        self.said[header.operation] = [name for name, value in fields.items() if value is not None]
        return header

    def sends(self) -> tuple[Receipt, ...]:
        """Send what waits and return the receipts."""
        answer = self.office.client.post("/sync/push", content=write_push(*self._carried()), headers=self._bearer)
        assert answer.status_code == 200
        self._waiting = []
        return read_receipts(answer.content)[1]

    def saves_a_copy(self) -> bytes:
        """What waits as one file, as the tablet saves it; it goes on waiting."""
        return write_sealed_copy("2026-11-22T09:00:00.000Z", *self._carried())

    @property
    def _bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def _carried(self) -> tuple[list[CarryKey], list[tuple[bytes, str, bytes]]]:
        """The carry keys and the lines of what waits."""
        keys = read_keys(self.office.client.get("/sync/keys", headers=self._bearer).content)[1]
        carried, lines = [], []
        for lane in sorted({lane for _, _, lane in self._waiting}):
            ingest = next(key for key in keys if key.lane == lane)
            carry_id = str(uuid.uuid4())
            wrap = wrap_carry_key(self._carry_key, carry_id, lane, b64decode(ingest.public))  # type: ignore[arg-type]
            carried.append(carry_key_as_sent(carry_id, lane, ingest.id, wrap))  # type: ignore[arg-type]
            lines += [
                (raw, carry_id, seal(self._carry_key, os.urandom(12), raw, body))
                for raw, body, of_lane in self._waiting
                if of_lane == lane
            ]
        return carried, lines

    def records(self, scope: str, text: str, *, screened: bool = True, **fields: object) -> str:
        """Record a whole interview with one block, and return the id of the record of evidence."""
        activity = self.writes(scope, "activity", {"type": "child_interview", "date": "2026-11-22", "start": "09:00"})
        evidence = self.writes(
            scope,
            "evidence",
            {
                "activity": activity.record,
                "type": "child_interview",
                "source_role": "child",
                "recorded_when": "at_the_time",
                "origin": "typed",
                **fields,
            },
        )
        block = self.writes(
            scope,
            "block",
            {
                "evidence": evidence.record,
                "kind": "verbatim",
                "speaker_role": "child",
                "text": text,
                "place": "00000100",
            },
        )
        if screened:
            self.looks(scope, evidence.record, evidence.operation, activity.operation, block.operation)
        return evidence.record

    def looks(self, scope: str, evidence_id: str, base: str, *through: str) -> Header:
        """Say that the record was looked through for names, with the operations of this tablet whose words were on the page."""
        seen = entries_of((one, name) for one in (base, *through) for name in self.said[one])
        fields = {"screened_at": "2026-11-22T09:00:00.000Z", "looked_through": seen}
        return self.writes(scope, "evidence", fields, kind="revise", record=evidence_id, base=(base,))

"""The wire of PROTOCOL.md section 4, as carriers meet it, over ASGI on both databases."""

from __future__ import annotations

import contextlib
import json
import logging
import random
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fieldwork.actions.central import Central
from fieldwork.app import create_app
from fieldwork.settings import Settings
from fieldwork.store.devices import enrol_device, make_enrolment_code, revoke_device
from fieldwork.store.tablet_reports import reports_of
from fieldwork.store.verifying import verify_all
from sync.central.header import hash_of
from sync.central.line import (
    Receipt,
    StreamMark,
    read_keys,
    read_manifest,
    read_pull,
    read_receipts,
    write_push,
    write_streams,
)
from sync.central.report import MOST_REPORT_BYTES, read_reported
from sync.vectors.cases_of_reports import REPORT, report_values
from sync.vectors.plain import compact
from tests.store.log_authors import Author, Carry, Team, import_incarnation, new_id, new_visit, team
from tests.web.enrolling import enrolled

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """The application, open, and a tablet in front of it."""

    app: Any
    state: dict[str, Any]
    token: str
    device_id: uuid.UUID
    people: Team
    lead: Author
    inspector: Author
    answers: list[Answer] = field(default_factory=list)

    @property
    def central(self) -> Central:
        central: Central = self.state["central"]
        return central

    @property
    def carry(self) -> Carry:
        return Carry.to(self.central.keyring.public_keys())

    async def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        cut_at: int | None = None,
        answer_cut: bool = False,
    ) -> Answer:
        """One request. With `cut_at` the line breaks after so many bytes of it; with `answer_cut` before the answer is out."""
        path, _, query = path.partition("?")
        token = self.token if token is None else token
        sent = {"host": "central", "content-length": str(len(body))} | (
            {"authorization": f"Bearer {token}"} if token else {}
        )
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in (sent | (headers or {})).items()],
            "client": ("127.0.0.1", 1),
            "server": ("central", 80),
            "state": self.state.copy(),
        }
        whole = body if cut_at is None else body[:cut_at]
        incoming = [{"type": "http.request", "body": whole, "more_body": cut_at is not None}]
        answer = Answer(0, {}, b"")

        async def receive() -> dict[str, Any]:
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if answer_cut:
                raise OSError("the line broke")
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        # A broken line is nobody's fault and reaches nobody.
        with contextlib.suppress(Exception) if cut_at is not None or answer_cut else contextlib.nullcontext():
            await self.app(scope, receive, send)
        self.answers.append(answer)
        return answer

    async def push(self, raw: bytes, **parts: Any) -> tuple[Receipt, ...]:
        answer = await self.call("POST", "/sync/push", raw, **parts)
        assert answer.status == 200, answer
        epoch, receipts = read_receipts(answer.body)
        assert epoch == self.central.epoch
        return receipts

    async def pulled(self, scope: str, **parts: Any) -> list[tuple[bytes, bytes | None]]:
        rows: list[tuple[bytes, bytes | None]] = []
        while True:
            answer = await self.call("GET", f"/sync/pull?scope={scope}&lane=evidence&after={len(rows)}", **parts)
            head, page = read_pull(answer.body)
            rows += [(row.header_raw, row.body) for row in page]
            if not head.more:
                return rows

    async def another_device(self, person: str) -> str:
        return (await enrolled(self.central, person))[0]


@asynccontextmanager
async def wire(database_url: str, data: Path) -> AsyncIterator[Wire]:
    app = create_app(
        Settings(data=data, database_url=database_url, allowed_hosts=("central",)), with_browser_half=False
    )
    lead, inspector = new_id(), new_id()
    people = team([(lead, "lead", 0), (inspector, "inspector", 0)])
    async with app.router.lifespan_context(app) as state:
        assert isinstance(state, dict)
        await state["central"].log.import_drafts(people.drafts, import_incarnation(people))
        token, device_id = await enrolled(state["central"], inspector)
        authors = (Author(people.visits[0], person) for person in (lead, inspector))
        opened = Wire(app, state, token, device_id, people, *authors)
        yield opened
        # On a tablet it would delete unsent notes.
        assert all("clear-site-data" not in answer.headers for answer in opened.answers)


async def test_a_note_pushed_by_one_tablet_is_pulled_by_another_byte_for_byte(
    database_url: str, tmp_path: Path
) -> None:
    async with wire(database_url, tmp_path) as here:
        notes = [here.inspector.writes() for _ in range(3)]

        receipts = await here.push(here.carry.push_raw(*notes))

        assert [(each.verdict, each.header_hash) for each in receipts] == [
            ("stored", each.header_hash) for each in notes
        ]
        lead = await here.another_device(here.lead.person)
        assert await here.pulled(here.lead.scope, token=lead) == [(note.header_raw, note.body) for note in notes]


async def test_keys_and_manifest_say_what_the_promise_says(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        note = here.inspector.writes()
        await here.push(here.carry.push_raw(note))

        epoch, keys = read_keys((await here.call("GET", "/sync/keys")).body)
        asked = write_streams([here.lead.stream, here.inspector.stream])
        said = read_manifest((await here.call("POST", "/sync/manifest", asked)).body)

        assert sorted(key.lane for key in keys) == ["concern", "evidence", "vault"]
        assert said == (epoch, (StreamMark(0, 0, None), StreamMark(1, 1, note.header_hash)))


ODD = {
    "a NUL": "before\u0000after",
    "lone surrogates": "\ud800 x \udfff",
    "no character": "\ufffe\uffff",
    "an override": "\u202etxet",
    "a megabyte of combining marks": "e" + "\u0301" * 500_000,
    "composed and not": "\u00e9 e\u0301",
    "a family": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "quotes and lines": 'a "b" \\ \n \t \r \u2028 \x7f',
}


@pytest.mark.parametrize("what", ODD)
async def test_odd_text_comes_back_byte_equal(database_url: str, tmp_path: Path, what: str) -> None:
    """SRV-04"""
    async with wire(database_url, tmp_path) as here:
        note = here.inspector.writes({"text": ODD[what], "evidence": ODD[what][:50]})

        receipts = await here.push(here.carry.push_raw(note))

        assert [(each.verdict, each.body_hash) for each in receipts] == [("stored", hash_of(note.body))]
        assert await here.pulled(note.header.scope) == [(note.header_raw, note.body)]
        assert await verify_all(here.central.log) == []


BAD_JSON = {
    "nested 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "an object nested 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "5,000 digits": b'{"format":' + b"9" * 5_000 + b"}",
    "NaN": b'{"format":NaN}',
    "Infinity": b'{"format":-Infinity}',
    "the same key twice": b'{"format":"fieldwork-push/1","format":"fieldwork-push/1"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"format":"x"}'.encode("utf-16"),
    "no UTF-8": b'{"\xff":1}',
    "nothing": b"",
}


@pytest.mark.parametrize("what", BAD_JSON)
async def test_json_that_is_none_is_never_a_fault_of_central(database_url: str, tmp_path: Path, what: str) -> None:
    """SRV-03: in the head, in a header, in a body, and on the other routes."""
    bad = BAD_JSON[what]
    async with wire(database_url, tmp_path) as here:
        head = await here.call("POST", "/sync/push", bad + b"\n")
        manifest = await here.call("POST", "/sync/manifest", bad)
        report = await here.call("POST", "/sync/report", bad)
        good, spoiled = here.inspector.writes(), here.inspector.would_write()
        body = bad.replace(b"\n", b" ")
        spoiled = here.inspector.writes(body_hash=hash_of(body), body_bytes=len(body))
        carry = here.carry
        in_body = here.carry.line(spoiled, body=body) if body else carry.line(spoiled)
        raw = write_push([carry.sent], [carry.line(good)])
        raw += bad.replace(b"\n", b" ").replace(b"\t", b" ") + b"\t\t\n"
        raw += write_push([], [(spoiled.header_raw, carry.sent.id, in_body[2])]).partition(b"\n")[2]

        receipts = await here.push(raw)

        assert head.status == 400
        assert manifest.status in (400, 413)  # 413 where it is also too long
        assert report.status in (400, 413)
        assert [each.verdict for each in receipts] == ["stored", "unreadable", "quarantined"]
        [[kept]] = await here.central.log.ask("SELECT count(*) FROM unreadable_line")
        assert kept == 1


async def test_a_malformed_line_is_kept_raw_and_the_others_are_stored(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        first, second = here.inspector.writes(), here.inspector.writes()
        lines = here.carry.push_raw(first, second).split(b"\n")
        lines[2:2] = [b"\x00\xff not a line", b"{}\t\t"]

        receipts = await here.push(b"\n".join(lines))

        assert [(each.verdict, each.line, each.code) for each in receipts] == [
            ("stored", None, None),
            ("unreadable", 3, "line_not_three_columns"),
            ("unreadable", 4, "header_wrong_keys"),
            ("stored", None, None),
        ]
        kept = await here.central.log.ask("SELECT line_hash, line FROM unreadable_line ORDER BY line")
        assert {row[0]: bytes(row[1]) for row in kept} == {hash_of(line): line for line in lines[2:4]}


async def test_a_damaged_carry_key_spoils_only_what_is_under_it(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        good, bad = here.carry, here.carry
        sent = [good.sent, type(bad.sent)(bad.sent.id, "evidence", bad.sent.ingest, "!", "?")]
        one, two = here.inspector.writes(), here.inspector.writes()

        receipts = await here.push(write_push(sent, [good.line(one), bad.line(two)]))

        assert [(each.verdict, each.code) for each in receipts] == [("stored", None), ("quarantined", "not_opened")]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "push"), ("GET", "pull"), ("POST", "manifest"), ("GET", "keys"), ("POST", "report")]
)
@pytest.mark.parametrize("token", ["", "wrong", "\xe9"])
async def test_without_a_token_that_was_given_there_is_no_answer_and_no_cookie_helps(
    sqlite_template: Path, tmp_path: Path, method: str, path: str, token: str
) -> None:
    url = f"sqlite://{tmp_path / 'central.sqlite3'}"
    shutil.copyfile(sqlite_template, tmp_path / "central.sqlite3")
    async with wire(url, tmp_path) as here:
        cookies = {"cookie": f"session={here.token}; token={here.token}"}

        answer = await here.call(
            method, f"/sync/{path}", here.carry.push_raw(here.inspector.writes()), token=token, headers=cookies
        )

        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "set-cookie" not in answer.headers
        [[stored]] = await here.central.log.ask("SELECT count(*) FROM operation_evidence WHERE carrier IS NOT NULL")
        [[reports]] = await here.central.log.ask("SELECT count(*) FROM tablet_report")
        assert (stored, reports) == (0, 0)


async def test_a_revoked_tablet_may_bring_and_may_not_take(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        await revoke_device(here.central.database, here.device_id, now=datetime.now(UTC))

        receipts = await here.push(here.carry.push_raw(here.inspector.writes()))
        manifest = await here.call("POST", "/sync/manifest", write_streams([here.inspector.stream]))
        pull = await here.call("GET", f"/sync/pull?scope={here.inspector.scope}&lane=evidence")

        assert [each.verdict for each in receipts] == ["stored"]
        assert manifest.status == 200
        assert pull.status == 401


async def test_what_a_start_found_is_kept_once_and_the_operator_is_told_once(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with wire(database_url, tmp_path) as here:
        raw = compact(report_values(lost=2, lost_streams=1, certain=False)).encode()

        with caplog.at_level(logging.INFO, "fieldwork"):
            first = await here.call("POST", "/sync/report", raw)
            again = await here.call("POST", "/sync/report", compact(report_values()).encode())

        answers = [(answer.status, read_reported(answer.body)) for answer in (first, again)]
        assert answers == [(200, (here.central.epoch, REPORT))] * 2
        [kept] = (await reports_of(here.central.database, [here.device_id]))[here.device_id]
        assert (kept.restored, kept.lost, kept.certain, kept.persisted) == (3, 2, False, False)
        assert kept.found_at == "2026-11-22T16:02:00.000Z"
        [line] = [json.loads(message) for message in caplog.messages]
        assert (line["event"], line["device"], line["lost"]) == ("tablet_reported", str(here.device_id), 2)
        assert here.inspector.person not in caplog.text


async def test_a_report_that_was_cut_is_not_kept_and_the_next_try_is(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        raw = compact(report_values()).encode()

        cut = await here.call("POST", "/sync/report", raw, cut_at=40)
        unheard = await here.call("POST", "/sync/report", raw, answer_cut=True)
        answer = await here.call("POST", "/sync/report", raw)

        assert (cut.status, unheard.status, answer.status) == (400, 0, 200)
        assert len((await reports_of(here.central.database, [here.device_id]))[here.device_id]) == 1


async def test_a_revoked_tablet_may_report_as_it_may_bring(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        await revoke_device(here.central.database, here.device_id, now=datetime.now(UTC))

        answer = await here.call("POST", "/sync/report", compact(report_values()).encode())

        assert answer.status == 200
        assert here.device_id in await reports_of(here.central.database, [here.device_id])


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (compact(report_values(words="Her name is Xanthippe.")), 400),
        (compact(report_values()).replace("{", "{" + " " * MOST_REPORT_BYTES), 413),
    ],
    ids=["words", "too long"],
)
async def test_a_report_with_words_in_it_or_too_long_is_refused_and_nothing_of_it_is_kept(
    database_url: str, tmp_path: Path, raw: str, status: int
) -> None:
    async with wire(database_url, tmp_path) as here:
        answer = await here.call("POST", "/sync/report", raw.encode())

        assert answer.status == status
        assert await reports_of(here.central.database, [here.device_id]) == {}


async def test_whoever_was_taken_off_the_visit_is_told_which_of_their_words_are_gone(
    database_url: str, tmp_path: Path
) -> None:
    """I8: by a manifest, with the token that a locked tablet has; only ids, and no word."""
    async with wire(database_url, tmp_path) as here:
        note = here.inspector.writes({"text": "My real name is Perpetua."})
        await here.push(here.carry.push_raw(note))
        lead = Author(here.people.review_scope, here.lead.person)
        part = next(each for each in here.people.drafts if each.fields.get("person") == here.inspector.person)
        ended = lead.writes(
            {"ended_at": "2026-02-11T11:00:00.000Z"},
            kind="revise",
            record_type="assignment",
            record=part.record_id,
            base=(part.operation_id,),
        )
        receipts = await here.push(here.carry.push_raw(ended, here.lead.redacts(note)))
        assert [each.verdict for each in receipts] == ["stored", "stored"]
        assert (await here.call("GET", f"/sync/pull?scope={here.inspector.scope}&lane=evidence")).status == 404

        answer = await here.call("POST", "/sync/manifest", write_streams([here.inspector.stream]))

        assert [mark.redacted for mark in read_manifest(answer.body)[1]] == [(note.id,)]
        assert b"Perpetua" not in answer.body


async def test_what_one_may_not_read_looks_like_what_does_not_exist(database_url: str, tmp_path: Path) -> None:
    """I11"""
    async with wire(database_url, tmp_path) as here:
        outsider = await here.another_device(new_id())
        await here.push(here.carry.push_raw(here.inspector.writes()))
        visit = here.inspector.scope

        asked = [
            await here.call("GET", f"/sync/pull?scope={visit}&lane=evidence", token=outsider),
            await here.call("GET", f"/sync/pull?scope={new_visit()}&lane=evidence", token=outsider),
            await here.call("GET", f"/sync/pull?scope={new_visit()}&lane=evidence"),
            await here.call("GET", f"/sync/pull?scope={visit}&lane=concern"),
            await here.call("GET", f"/sync/pull?scope={visit}&lane=another"),
            await here.call("GET", f"/sync/pull?scope=room:{visit[6:]}&lane=evidence"),
        ]

        assert {(answer.status, answer.body) for answer in asked} == {(404, asked[0].body)}
        assert asked[0].headers.keys() == asked[3].headers.keys()


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "99999999999999999", "", "\u0661", "0x1"])
async def test_a_cursor_that_is_none_is_refused(database_url: str, tmp_path: Path, after: str) -> None:
    async with wire(database_url, tmp_path) as here:
        answer = await here.call("GET", f"/sync/pull?scope={here.inspector.scope}&lane=evidence&after={after}")

        assert answer.status == 400


async def test_a_page_stops_before_a_megabyte_and_after_at_least_one(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        notes = [here.inspector.writes({"text": "x" * size}) for size in (1_500_000, 400_000, 400_000, 400_000)]
        for note in notes:
            assert [each.verdict for each in await here.push(here.carry.push_raw(note))] == ["stored"]

        pages = [
            read_pull(
                (await here.call("GET", f"/sync/pull?scope={here.inspector.scope}&lane=evidence&after={after}")).body
            )
            for after in (0, 1, 3, 4)
        ]

        assert [(len(rows), head.last, head.more) for head, rows in pages] == [
            (1, 1, True),
            (2, 3, True),
            (1, 4, False),
            (0, 4, False),
        ]


async def test_a_push_of_1000_operations_cut_anywhere_leaves_nothing_half_done(
    database_url: str, tmp_path: Path
) -> None:
    """SYN-07: cut after byte k, cut by something that closes the line neatly, and the answer lost, 200 times."""
    chance = random.Random(7)
    async with wire(database_url, tmp_path) as here:
        notes = [here.inspector.writes({"n": number}) for number in range(1_000)]
        raw = here.carry.push_raw(*notes)
        moments = sorted(chance.sample(range(len(raw)), 200))
        for number, k in enumerate(moments):
            way = number % 3
            if way == 0:
                assert (await here.call("POST", "/sync/push", raw, cut_at=k)).status == 400
            elif way == 1:
                await here.call("POST", "/sync/push", raw[:k])
            else:
                await here.call("POST", "/sync/push", raw[:k], answer_cut=True)
            if number % 20 == 0:
                assert await verify_all(here.central.log) == []

        first, second = await here.push(raw), await here.push(raw)

        for receipts in (first, second):
            assert {each.verdict for each in receipts} <= {"stored", "duplicate"}
            assert [(each.header_hash, each.body_hash) for each in receipts] == [
                (note.header_hash, hash_of(note.body)) for note in notes
            ]
        assert await here.pulled(here.inspector.scope) == [(note.header_raw, note.body) for note in notes]
        assert await verify_all(here.central.log) == []
        [[held]] = await here.central.log.ask("SELECT count(*) FROM holding")
        assert held == 0


async def test_more_than_1000_operations_are_refused_whole(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        carry = here.carry
        raw = carry.push_raw(*(carry.line(here.inspector.writes(), body=b"") for _ in range(1_001)))

        answer = await here.call("POST", "/sync/push", raw)

        assert (answer.status, json.loads(answer.body)["problem"]) == (400, "push_too_many_operations")


async def test_the_carrying_token_brings_and_never_reads(database_url: str, tmp_path: Path) -> None:
    """It lies on the tablet in the clear, so that a locked tablet can send: a thief must read nothing with it (T1)."""
    async with wire(database_url, tmp_path) as here:
        now = datetime.now(UTC)
        code, _ = await make_enrolment_code(
            here.central.database, person_id=uuid.UUID(here.lead.person), made_by=uuid.uuid4(), now=now
        )
        made = await enrol_device(here.central.database, code, label="a tablet", app_version="1", now=now)
        assert made is not None

        keys = await here.call("GET", "/sync/keys", token=made[0])
        scopes = await here.call("GET", "/sync/scopes", token=made[0])
        pulled = await here.call("GET", f"/sync/pull?scope=visit:{uuid.uuid4()}&lane=evidence", token=made[0])

    assert (keys.status, scopes.status, pulled.status) == (200, 401, 401)

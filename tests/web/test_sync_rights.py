"""What each token is good for on the wire, and what nobody is told: who may bring, who may take (I11, T1)."""

from __future__ import annotations

import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fieldwork.store.devices import enrol_device, make_enrolment_code, revoke_device
from sync.central.line import read_manifest, write_streams
from tests.store.log_authors import Author, new_id, new_visit
from tests.web.wire import wire

pytestmark = pytest.mark.anyio


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


async def test_a_revoked_tablet_may_bring_and_may_not_take(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        await revoke_device(here.central.database, here.device_id, now=datetime.now(UTC))

        receipts = await here.push(here.carry.push_raw(here.inspector.writes()))
        manifest = await here.call("POST", "/sync/manifest", write_streams([here.inspector.stream]))
        pull = await here.call("GET", f"/sync/pull?scope={here.inspector.scope}&lane=evidence")

        assert [each.verdict for each in receipts] == ["stored"]
        assert manifest.status == 200
        assert pull.status == 401


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

"""What a tablet says is on it alone reaches the office in counts; and that it was here is known from what it sends, at no cost."""

from __future__ import annotations

import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from fieldwork.actions import tablet_contacts
from fieldwork.store import devices, tables
from fieldwork.store.tablet_contacts import contacts_of
from sync.central.contact import MOST_CONTACT_BYTES, read_contacted
from sync.central.line import read_receipts
from sync.vectors.cases_of_contacts import NOTHING, contact_values
from sync.vectors.plain import VISIT, compact
from tests.web.wire import Wire, wire

pytestmark = pytest.mark.anyio


async def last_seen(here: Wire) -> datetime:
    device = await devices.device_of(here.central.database, here.device_id)
    assert device is not None
    return device.last_seen_at


async def was_here(here: Wire, **ago: float) -> datetime:
    """The tablet was here so long ago."""
    then = datetime.now(UTC) - timedelta(**ago)
    async with here.central.database.writing() as connection:
        await tables.Device.filter(id=here.device_id).using_db(connection).update(last_seen_at=then)
    return then


async def test_what_a_tablet_says_is_kept_and_answered_and_the_last_one_stays(
    database_url: str, tmp_path: Path
) -> None:
    async with wire(database_url, tmp_path) as here:
        first = await here.call("POST", "/sync/contact", compact(contact_values()).encode())
        second = await here.call("POST", "/sync/contact", compact(contact_values(**NOTHING)).encode())
        again = await here.call("POST", "/sync/contact", compact(contact_values()).encode())

        assert [answer.status for answer in (first, second, again)] == [200, 200, 200]
        assert {read_contacted(answer.body) for answer in (first, second, again)} == {here.central.epoch}
        kept = (await contacts_of(here.central.database, [here.device_id]))[here.device_id]
        assert (kept.waiting, kept.oldest_age_s, kept.app_version) == (14, 7_200, "0f3c9a6b21d4e875")
        assert [(held.visit_id, held.waiting) for held in kept.visits] == [(UUID(VISIT.partition(":")[2]), 14)]
        assert abs(kept.told_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_contact_that_was_cut_is_not_kept_and_the_next_try_is(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        raw = compact(contact_values()).encode()

        cut = await here.call("POST", "/sync/contact", raw, cut_at=40)
        before = await contacts_of(here.central.database, [here.device_id])
        answer = await here.call("POST", "/sync/contact", raw)

        assert (cut.status, before, answer.status) == (400, {}, 200)


async def test_a_revoked_tablet_may_tell_as_it_may_bring_and_a_stranger_may_not(
    database_url: str, tmp_path: Path
) -> None:
    async with wire(database_url, tmp_path) as here:
        await devices.revoke_device(here.central.database, here.device_id, now=datetime.now(UTC))
        raw = compact(contact_values()).encode()

        answer = await here.call("POST", "/sync/contact", raw)
        strangers = await here.call("POST", "/sync/contact", raw, token="nobody")

        assert (answer.status, strangers.status) == (200, 401)
        assert here.device_id in await contacts_of(here.central.database, [here.device_id])


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (compact(contact_values(words="Her name is Xanthippe.")), 400),
        (compact(contact_values()).replace("{", "{" + " " * MOST_CONTACT_BYTES), 413),
    ],
    ids=["words", "too long"],
)
async def test_a_contact_with_words_in_it_or_too_long_is_refused_and_nothing_of_it_is_kept(
    database_url: str, tmp_path: Path, raw: str, status: int
) -> None:
    async with wire(database_url, tmp_path) as here:
        answer = await here.call("POST", "/sync/contact", raw.encode())

        assert answer.status == status
        assert await contacts_of(here.central.database, [here.device_id]) == {}


async def test_what_a_tablet_sends_is_a_sign_of_life_and_is_written_down_every_five_minutes(
    database_url: str, tmp_path: Path
) -> None:
    async with wire(database_url, tmp_path) as here:
        long_ago = await was_here(here, days=2)
        await here.push(here.carry.push_raw(here.inspector.writes({"text": "a note"})))
        pushed = await last_seen(here)
        a_while_ago = await was_here(here, minutes=4)
        await here.call("GET", "/sync/keys")
        too_soon = await last_seen(here)
        await was_here(here, minutes=6)
        await here.call("GET", "/sync/keys")
        asked = await last_seen(here)

        assert long_ago < pushed
        assert too_soon == a_while_ago
        assert abs(asked - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_revoked_tablet_that_comes_again_is_known_to_have_been_here(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        await devices.revoke_device(here.central.database, here.device_id, now=datetime.now(UTC))
        before = await was_here(here, days=2)

        await here.call("GET", "/sync/keys")

        assert await last_seen(here) > before


async def test_a_sign_of_life_that_cannot_be_written_down_costs_no_answer(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "the disk is full")

    async with wire(database_url, tmp_path) as here:
        await was_here(here, days=2)
        monkeypatch.setattr(tablet_contacts, "note_contact", fails)
        note = here.inspector.writes({"text": "a note"})

        await here.push(here.carry.push_raw(note))

        answer = here.answers[-1]
        [receipt] = read_receipts(answer.body)[1]
        assert (answer.status, receipt.verdict) == (200, "stored")


async def test_a_tablet_that_was_seen_in_a_future_is_seen_when_it_comes(database_url: str, tmp_path: Path) -> None:
    """Central's clock was once ahead; by what was written then the tablet would be silent until that day."""
    async with wire(database_url, tmp_path) as here:
        await was_here(here, days=-400)

        await here.call("GET", "/sync/keys")

        assert abs(datetime.now(UTC) - await last_seen(here)) < timedelta(minutes=1)

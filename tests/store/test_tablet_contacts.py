"""What a tablet said last stands in place of what it said before, on each store, and is never taken away."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tortoise.queryset import UpdateQuery

from fieldwork.domain.tablet_contact import HeldOfVisit, TabletContact
from fieldwork.store import devices
from fieldwork.store.database import Database
from fieldwork.store.tablet_contacts import contacts_naming, contacts_of, keep_contact
from tests.store.test_accounts import NOW
from tests.store.test_tablet_reports import known_device

pytestmark = pytest.mark.anyio

VISIT, OTHER_VISIT = UUID(int=5), UUID(int=6)


def contact_of(device_id: UUID) -> TabletContact:
    return TabletContact(
        device_id, NOW, "0f3c9a6b", 2**53 - 1, "2026-11-22T14:02:00.000Z", 2**53 - 1, attention=3, drafts=1, persisted=None,
        visits=(HeldOfVisit(VISIT, 14, 7_200), HeldOfVisit(OTHER_VISIT, 1, 0)),
    )  # fmt: skip


def nothing_on(device_id: UUID) -> TabletContact:
    return TabletContact(device_id, NOW, "1", 0, None, None, attention=0, drafts=0, persisted=True)


async def test_a_contact_comes_back_as_it_was_kept_and_the_tablet_was_here(database: Database) -> None:
    contact = replace(contact_of(await known_device(database)), told_at=NOW + timedelta(minutes=1))

    assert await keep_contact(database, contact) is True

    assert await contacts_of(database, [contact.device_id, uuid4()]) == {contact.device_id: contact}
    device = await devices.device_of(database, contact.device_id)
    assert device is not None
    assert (device.last_seen_at, device.app_version) == (contact.told_at, "0f3c9a6b")


async def test_what_a_tablet_says_later_stands_in_place_of_all_that_it_said_before(database: Database) -> None:
    contact = contact_of(await known_device(database))
    await keep_contact(database, contact)
    later = replace(nothing_on(contact.device_id), told_at=NOW + timedelta(seconds=1))

    await keep_contact(database, later)

    assert await contacts_of(database, [contact.device_id]) == {contact.device_id: later}
    assert await contacts_naming(database, VISIT) == {}


async def test_the_same_contact_twice_is_as_once(database: Database) -> None:
    contact = contact_of(await known_device(database))

    assert [await keep_contact(database, contact) for _ in range(2)] == [True, True]

    assert await contacts_of(database, [contact.device_id]) == {contact.device_id: contact}


async def test_nothing_goes_back_to_what_was_said_earlier(database: Database) -> None:
    contact = replace(contact_of(await known_device(database)), told_at=NOW + timedelta(minutes=9))
    await keep_contact(database, contact)
    await devices.note_contact(database, contact.device_id, now=NOW + timedelta(minutes=20))

    assert await keep_contact(database, nothing_on(contact.device_id)) is False
    assert await keep_contact(database, replace(contact, told_at=NOW + timedelta(minutes=10))) is True

    [kept] = (await contacts_of(database, [contact.device_id])).values()
    assert (kept.waiting, kept.told_at, kept.visits) == (2**53 - 1, NOW + timedelta(minutes=10), contact.visits)
    device = await devices.device_of(database, contact.device_id)
    assert device is not None
    assert device.last_seen_at == NOW + timedelta(minutes=20)


async def test_contacts_of_one_tablet_that_come_at_the_same_moment_leave_one_whole(database: Database) -> None:
    contact = contact_of(await known_device(database))
    told = [
        replace(contact, waiting=number, visits=(HeldOfVisit(VISIT, number, number),), told_at=NOW + timedelta(seconds=number))
        for number in range(1, 7)
    ]  # fmt: skip

    await asyncio.gather(*(keep_contact(database, one) for one in reversed(told)))

    assert await contacts_of(database, [contact.device_id]) == {contact.device_id: told[-1]}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_row_that_another_process_begins_meanwhile_with_an_older_contact_gives_way_to_the_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file lets one write at a time; on PostgreSQL the other's row comes to be seen between two looks."""
    older = contact_of(await known_device(database))
    later = replace(nothing_on(older.device_id), told_at=NOW + timedelta(seconds=1))
    execute = UpdateQuery._execute

    async def is_too_early(self: UpdateQuery) -> int:
        monkeypatch.undo()
        found = await execute(self)
        await keep_contact(database, older)
        return found

    monkeypatch.setattr(UpdateQuery, "_execute", is_too_early)
    assert await keep_contact(database, later) is True

    assert await contacts_of(database, [older.device_id]) == {older.device_id: later}


async def test_every_tablet_on_which_something_of_a_visit_waits_is_found_whosever_it_is(database: Database) -> None:
    first, second, third = [await known_device(database) for _ in range(3)]
    for contact in (
        contact_of(first),
        replace(contact_of(second), visits=(HeldOfVisit(VISIT, 1, 1),)),
        nothing_on(third),
    ):
        await keep_contact(database, contact)

    assert set(await contacts_naming(database, VISIT)) == {first, second}
    assert set(await contacts_naming(database, OTHER_VISIT)) == {first}
    assert set(await devices_known(database, [first, third])) == {first, third}


async def devices_known(database: Database, wanted: list[UUID]) -> set[UUID]:
    return {device.id for device in await devices.devices_named(database, wanted)}


async def test_what_was_told_while_the_office_s_clock_was_years_ahead_keeps_no_later_word_out(
    database: Database,
) -> None:
    device_id = await known_device(database)
    ahead = replace(contact_of(device_id), told_at=NOW + timedelta(days=400))
    await keep_contact(database, ahead)

    assert await keep_contact(database, nothing_on(device_id)) is True

    [kept] = (await contacts_of(database, [device_id])).values()
    assert (kept.told_at, kept.waiting, kept.visits) == (NOW, 0, ())
    device = await devices.device_of(database, device_id)
    assert device is not None
    assert device.last_seen_at == NOW


async def test_a_sign_of_life_heals_a_time_in_the_future_and_a_small_difference_of_clocks_changes_nothing(
    database: Database,
) -> None:
    device_id = await known_device(database)
    seen = []
    for moment in (NOW + timedelta(minutes=14), NOW, NOW + timedelta(days=400), NOW):
        await devices.note_contact(database, device_id, now=moment)
        device = await devices.device_of(database, device_id)
        assert device is not None
        seen.append(device.last_seen_at - NOW)

    assert seen == [timedelta(minutes=14), timedelta(minutes=14), timedelta(days=400), timedelta(0)]

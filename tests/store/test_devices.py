"""A tablet becomes known once, is known to have been here, and a lost one is refused."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from fieldwork.domain.device import enrolment_code_as_shown, enrolment_code_as_typed
from fieldwork.store import devices
from fieldwork.store.database import Database
from fieldwork.store.retrying import retrying
from tests.store.test_accounts import NOW

pytestmark = pytest.mark.anyio


async def test_a_code_makes_its_persons_tablet_known(database: Database) -> None:
    person_id, administrator = uuid4(), uuid4()
    code, shape = await devices.make_enrolment_code(database, person_id=person_id, made_by=administrator, now=NOW)

    typed = enrolment_code_as_shown(code).lower()
    enrolled = await devices.enrol_device(database, typed, label="Órla's tablet", app_version="1.0", now=NOW)

    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{12}", code)
    assert shape.expires_at == NOW + timedelta(minutes=15)
    assert enrolled is not None
    token, device = enrolled
    assert device.person_id == person_id
    assert await devices.device_of_token(database, token) == device
    assert await devices.devices_of_person(database, person_id) == (device,)


async def test_neither_codes_nor_tokens_can_be_read_from_the_database(database: Database) -> None:
    code, _ = await devices.make_enrolment_code(database, person_id=uuid4(), made_by=uuid4(), now=NOW)
    enrolled = await devices.enrol_device(database, code, label="tablet", app_version="1.0", now=NOW)
    assert enrolled is not None

    rows = [
        *await database.reader.execute_query_dict("SELECT * FROM enrolment_code"),
        *await database.reader.execute_query_dict("SELECT * FROM device"),
    ]

    assert code not in str(rows)
    assert enrolled[0] not in str(rows)


async def test_a_code_is_good_once_even_for_tablets_that_come_at_the_same_moment(database: Database) -> None:
    code, _ = await devices.make_enrolment_code(database, person_id=uuid4(), made_by=uuid4(), now=NOW)

    answers = await asyncio.gather(
        *(
            retrying(lambda: devices.enrol_device(database, code, label="tablet", app_version="1.0", now=NOW))
            for _ in range(6)
        )
    )

    assert len([answer for answer in answers if answer]) == 1
    assert len(await devices.all_devices(database)) == 1


async def test_a_code_that_is_too_old_or_unknown_lets_nobody_in(database: Database) -> None:
    code, shape = await devices.make_enrolment_code(database, person_id=uuid4(), made_by=uuid4(), now=NOW)

    too_late = await devices.enrol_device(database, code, label="t", app_version="1", now=shape.expires_at)
    unknown = await devices.enrol_device(database, "0000-0000-0000", label="t", app_version="1", now=NOW)

    assert (too_late, unknown) == (None, None)
    assert await devices.forget_old_codes(database, before=shape.expires_at + timedelta(seconds=1)) == 1


async def test_a_tablet_was_here_when_it_was_here_last_and_the_time_never_goes_back(database: Database) -> None:
    code, _ = await devices.make_enrolment_code(database, person_id=uuid4(), made_by=uuid4(), now=NOW)
    enrolled = await devices.enrol_device(database, code, label="tablet", app_version="1.0", now=NOW)
    assert enrolled is not None
    device_id, later = enrolled[1].id, NOW + timedelta(minutes=7)

    for moment in (later, later, NOW):
        await devices.note_contact(database, device_id, now=moment)

    known = await devices.device_of(database, device_id)
    assert known is not None
    assert (known.last_seen_at, known.created_at, known.app_version) == (later, NOW, "1.0")


async def test_a_lost_tablet_is_refused_and_still_listed(database: Database) -> None:
    code, _ = await devices.make_enrolment_code(database, person_id=uuid4(), made_by=uuid4(), now=NOW)
    enrolled = await devices.enrol_device(database, code, label="tablet", app_version="1.0", now=NOW)
    assert enrolled is not None
    token, device = enrolled

    await devices.revoke_device(database, device.id, now=NOW)
    await devices.revoke_device(database, device.id, now=NOW + timedelta(days=1))

    assert await devices.device_of_token(database, token) is None
    assert [listed.revoked_at for listed in await devices.all_devices(database)] == [NOW]


async def test_a_code_is_understood_as_people_type_it() -> None:
    assert enrolment_code_as_typed(" o1l2-abcd efgh ") == "0112ABCDEFGH"

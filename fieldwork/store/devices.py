"""Devices: how a tablet becomes known, when it was here last, and how a lost one is refused.

An administrator makes a code, the person types it on the tablet, and the tablet gets a token of its own. Revoking
stops the token and nothing else: what the tablet had already brought stays, and its unsent words stay on it, sealed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import Q

from fieldwork.domain.device import ENROLMENT_CODE_LASTS, Device, EnrolmentCode, enrolment_code_as_typed
from fieldwork.domain.tablet_contact import CLOCKS_DIFFER_BY
from fieldwork.store import tables
from fieldwork.store.database import Database
from fieldwork.store.secrets_at_rest import hash_of, new_enrolment_code, new_secret


async def make_enrolment_code(
    database: Database, *, person_id: UUID, made_by: UUID, now: datetime
) -> tuple[str, EnrolmentCode]:
    """A new code for one device of this person, good once and for 15 minutes. The code cannot be read again."""
    code = new_enrolment_code()
    async with database.writing() as connection:
        row = await tables.EnrolmentCode.create(
            using_db=connection,
            id=uuid4(),
            code_hash=hash_of(code),
            person_id=person_id,
            made_by=made_by,
            created_at=now,
            expires_at=now + ENROLMENT_CODE_LASTS,
        )
    return code, _code_shape_of(row)


async def enrol_device(
    database: Database, typed_code: str, *, label: str, app_version: str, now: datetime
) -> tuple[str, Device] | None:
    """Use a code and make its person's device known; returns the device's token, which cannot be read again, and its
    shape.

    None when the code is unknown, used or too old. Of two tablets that bring the same code at once, one gets in.
    """
    token = new_secret()
    async with database.writing() as connection:
        good = tables.EnrolmentCode.filter(
            code_hash=hash_of(enrolment_code_as_typed(typed_code)), used_at__isnull=True, expires_at__gt=now
        ).using_db(connection)
        code = await good.first()
        # The update asks again whether the code is unused: on PostgreSQL a second tablet may have read it at the same
        # time.
        if code is None or not await good.update(used_at=now):
            return None
        row = await tables.Device.create(
            using_db=connection,
            id=uuid4(),
            token_hash=hash_of(token),
            person_id=code.person_id,
            label=label,
            created_at=now,
            last_seen_at=now,
            app_version=app_version,
        )
    return token, _shape_of(row)


async def give_reading_token(database: Database, device_id: UUID) -> str:
    """A second token with which the device may read, sealed on the tablet under its person's keys; it cannot be read
    again. A further call replaces the one before.
    """
    token = new_secret()
    async with database.writing() as connection:
        await tables.Device.filter(id=device_id).using_db(connection).update(reading_token_hash=hash_of(token))
    return token


async def device_of_token(database: Database, token: str) -> Device | None:
    """The device with this token; None when it is unknown or revoked."""
    row = await tables.Device.get_or_none(token_hash=hash_of(token), revoked_at__isnull=True, using_db=database.reader)
    return _shape_of(row) if row else None


async def device_of(database: Database, device_id: UUID) -> Device | None:
    """The device with this id, revoked or not."""
    row = await tables.Device.get_or_none(id=device_id, using_db=database.reader)
    return _shape_of(row) if row else None


async def note_contact(database: Database, device_id: UUID, *, now: datetime) -> None:
    """The device was here, also a revoked one. The time never goes back, but from where central's clock was ahead; the second time changes
    nothing."""
    async with database.writing() as connection:
        await tables.Device.filter(seen_before(now), id=device_id).using_db(connection).update(last_seen_at=now)


def seen_before(now: datetime) -> Q:
    """Devices of which is written that they were here before now, or in a future that central's clock was once in."""
    return Q(last_seen_at__lt=now) | Q(last_seen_at__gt=now + CLOCKS_DIFFER_BY)


async def revoke_device(database: Database, device_id: UUID, *, now: datetime) -> None:
    """Refuse this device's token from now on. The second time keeps the first time's date."""
    async with database.writing() as connection:
        await tables.Device.filter(id=device_id, revoked_at__isnull=True).using_db(connection).update(revoked_at=now)


async def let_read(database: Database, device_ids: Iterable[UUID]) -> None:
    """These devices need not wait any longer for what others wrote. A revoked one stays revoked; the second time changes nothing."""
    async with database.writing() as connection:
        waiting = tables.Device.filter(id__in=list(device_ids), reading_waits=True)
        await waiting.using_db(connection).update(reading_waits=False)


async def all_devices(database: Database) -> tuple[Device, ...]:
    """Every device, the one that was here last first; also revoked ones."""
    rows = await tables.Device.all().using_db(database.reader).order_by("-last_seen_at", "id")
    return tuple(_shape_of(row) for row in rows)


async def devices_that_wait(database: Database) -> tuple[Device, ...]:
    """The devices of a restored office of which nobody has said yet that they are still its own; no revoked ones."""
    rows = tables.Device.filter(reading_waits=True, revoked_at__isnull=True).using_db(database.reader)
    return tuple(_shape_of(row) for row in await rows.order_by("-last_seen_at", "id"))


async def devices_of_person(database: Database, person_id: UUID) -> tuple[Device, ...]:
    """The devices of one person, the one that was here last first; also revoked ones."""
    return await devices_of_people(database, [person_id])


async def devices_of_people(database: Database, person_ids: Iterable[UUID]) -> tuple[Device, ...]:
    """The devices of these people, the one that was here last first; also revoked ones."""
    return await _devices(database, person_id__in=list(person_ids))


async def devices_named(database: Database, device_ids: Iterable[UUID]) -> tuple[Device, ...]:
    """The devices with these ids, the one that was here last first; also revoked ones."""
    return await _devices(database, id__in=list(device_ids))


async def _devices(database: Database, **wanted: list[UUID]) -> tuple[Device, ...]:
    rows = await tables.Device.filter(**wanted).using_db(database.reader).order_by("-last_seen_at", "id")
    return tuple(_shape_of(row) for row in rows)


async def forget_old_codes(database: Database, *, before: datetime) -> int:
    """Delete codes that ended before this time; returns how many."""
    async with database.writing() as connection:
        return await tables.EnrolmentCode.filter(expires_at__lt=before).using_db(connection).delete()


def _code_shape_of(row: tables.EnrolmentCode) -> EnrolmentCode:
    return EnrolmentCode(
        id=row.id,
        person_id=row.person_id,
        made_by=row.made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )


def _shape_of(row: tables.Device) -> Device:
    return Device(
        id=row.id,
        person_id=row.person_id,
        label=row.label,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        app_version=row.app_version,
        revoked_at=row.revoked_at,
        reading_waits=bool(row.reading_waits),
    )

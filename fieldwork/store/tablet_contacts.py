"""What tablets said last of what is on them alone: one row for each device, in place of the one before, and never taken away.

A tablet that never comes again stands here with what it said last (PROTOCOL.md 4.9).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from tortoise.expressions import Q

from fieldwork.domain.tablet_contact import CLOCKS_DIFFER_BY, HeldOfVisit, TabletContact
from fieldwork.store import tables
from fieldwork.store.database import Database
from fieldwork.store.devices import seen_before
from fieldwork.store.retrying import retrying

_OF_THE_TABLET = ("told_at", "app_version", "waiting", "oldest_at", "oldest_age_s", "attention", "drafts", "persisted")


async def keep_contact(database: Database, contact: TabletContact) -> bool:
    """Keep what this device says in place of what it said before, and note that it was here.

    False where something that it said later is kept already. The second time changes nothing. What was written while central's clock was
    ahead is later than nothing: else that tablet would be refused until the clock has come there.
    """
    # Two processes may write at the same moment.
    return await retrying(lambda: _keep(database, contact))


async def contacts_of(database: Database, device_ids: Iterable[UUID]) -> dict[UUID, TabletContact]:
    """What each of these devices said last; one that has said nothing is left out."""
    rows = await tables.TabletContact.filter(device_id__in=list(device_ids)).using_db(database.reader)
    return await _shapes_of(database, rows)


async def contacts_naming(database: Database, visit_id: UUID) -> dict[UUID, TabletContact]:
    """What those devices said last on which something of this visit waits, whosever they are."""
    named = await tables.TabletContactVisit.filter(visit_id=visit_id).using_db(database.reader)
    ids = [row.contact_id for row in named]
    return await _shapes_of(database, await tables.TabletContact.filter(id__in=ids).using_db(database.reader))


async def _keep(database: Database, contact: TabletContact) -> bool:
    said = {name: getattr(contact, name) for name in _OF_THE_TABLET}
    async with database.writing() as connection:
        of_device = tables.TabletContact.filter(device_id=contact.device_id).using_db(connection)
        earlier = Q(told_at__lte=contact.told_at) | Q(told_at__gt=contact.told_at + CLOCKS_DIFFER_BY)
        if not await of_device.filter(earlier).update(**said):
            # Another process may be beginning the row: that is waited for, and then it is asked once more which of the two is later. That
            # there is a row does not say so.
            begun = tables.TabletContact(device_id=contact.device_id, **said)
            await tables.TabletContact.bulk_create([begun], ignore_conflicts=True, using_db=connection)
            if not await of_device.filter(earlier).update(**said):
                return False
        row = await of_device.get()
        await tables.TabletContactVisit.filter(contact_id=row.id).using_db(connection).delete()
        await tables.TabletContactVisit.bulk_create(
            [_visit_row_of(row.id, held) for held in contact.visits], using_db=connection
        )
        device = tables.Device.filter(id=contact.device_id).using_db(connection)
        await device.update(app_version=contact.app_version)
        await device.filter(seen_before(contact.told_at)).update(last_seen_at=contact.told_at)
    return True


def _visit_row_of(contact_id: int, held: HeldOfVisit) -> tables.TabletContactVisit:
    return tables.TabletContactVisit(
        contact_id=contact_id, visit_id=held.visit_id, waiting=held.waiting, oldest_age_s=held.oldest_age_s
    )


async def _shapes_of(database: Database, rows: Sequence[tables.TabletContact]) -> dict[UUID, TabletContact]:
    visits: dict[int, list[HeldOfVisit]] = {}
    found = tables.TabletContactVisit.filter(contact_id__in=[row.id for row in rows]).using_db(database.reader)
    for held in await found.order_by("id"):
        visits.setdefault(held.contact_id, []).append(HeldOfVisit(held.visit_id, held.waiting, held.oldest_age_s))
    return {
        row.device_id: TabletContact(
            device_id=row.device_id,
            visits=tuple(visits.get(row.id, ())),
            **{name: getattr(row, name) for name in _OF_THE_TABLET},
        )
        for row in rows
    }

"""Hearing from tablets, and the board on which a lead sees each tablet of a visit: when it was here, and what is on it alone.

A contact gives nobody a right and changes no evidence (PROTOCOL.md 4.9). Only who leads a visit sees its tablets, and of each only what
waits of that visit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from fieldwork.actions.accounts import require_administrator
from fieldwork.actions.carrying import Carrier
from fieldwork.actions.central import Central
from fieldwork.actions.reading import VisitSeen, require_lead
from fieldwork.domain.account import Account
from fieldwork.domain.device import Device
from fieldwork.domain.problems import Fault, FormFaults
from fieldwork.domain.rights import TEAM
from fieldwork.domain.tablet_contact import (
    ALARM_AFTER_HOURS,
    CLOCKS_DIFFER_BY,
    CONTACT_NOTED_EVERY,
    LONGEST_ALARM_AFTER_HOURS,
    HeldOfVisit,
    TabletContact,
)
from fieldwork.store.devices import devices_named, devices_of_people, note_contact
from fieldwork.store.hindrances import MAY_BE_HINDERED, hindrance_of
from fieldwork.store.people import Placed, names_of, placed_in_review
from fieldwork.store.settings import set_setting, setting
from fieldwork.store.tablet_contacts import contacts_naming, contacts_of, keep_contact
from sync.central.contact import Contact
from sync.central.header import is_uuid

ALARM_SETTING = "tablet_alarm_after_hours"

Standing = Literal["on_the_team", "part_ended", "elsewhere"]
"""Whether whose tablet it is has a part in the visit now, had one, or has none and holds something of it all the same."""


@dataclass(frozen=True, slots=True)
class TabletOfVisit:
    """One tablet, and what it said last. `contact` is None when it has said nothing; `held` when nothing of the visit waits on it."""

    device: Device
    person: str
    standing: Standing
    contact: TabletContact | None
    held: HeldOfVisit | None


@dataclass(frozen=True, slots=True)
class TabletsOfVisit:
    """Every tablet of a visit, and the names of those who write there and have no tablet that may still come for more."""

    tablets: list[TabletOfVisit]
    without: list[str]


async def take_contact(central: Central, carrier: Carrier, contact: Contact) -> None:
    """Keep what this carrier says in place of what it said before. The second time changes nothing."""
    said = TabletContact(
        device_id=UUID(carrier.device_id),
        told_at=central.clock(),
        app_version=contact.app_version,
        waiting=contact.waiting,
        oldest_at=contact.oldest_at,
        oldest_age_s=contact.oldest_age_s,
        attention=contact.attention,
        drafts=contact.drafts,
        persisted=contact.persisted,
        visits=tuple(HeldOfVisit(UUID(one.visit_id), one.waiting, one.oldest_age_s) for one in contact.scopes),
    )
    await keep_contact(central.database, said)


def is_contact_due(central: Central, carrier: Carrier) -> bool:
    """Whether it is five minutes since it was written down that this carrier was here, or was written in a future that never was."""
    since = central.clock() - carrier.last_seen_at
    return since >= CONTACT_NOTED_EVERY or since < -CLOCKS_DIFFER_BY


async def note_carrier(central: Central, carrier: Carrier) -> None:
    """Write down that this carrier was here. For after the answer: no tablet waits for it, and where nothing can be written now it is
    left for the next time."""
    try:
        await note_contact(central.database, UUID(carrier.device_id), now=central.clock())
    except MAY_BE_HINDERED as error:
        if hindrance_of(error) is None:
            raise


async def tablets_of_visit(central: Central, visit: VisitSeen) -> TabletsOfVisit:
    """Every tablet of everybody who has or had a part in the visit, and every other one that says it holds something of it.

    Raises NotAllowed for anybody but the visit's lead. Revoked ones stay in the list: what they held is not at the office.
    """
    require_lead(visit)
    visit_id = UUID(visit.visit_id)
    parts = [
        part
        for part in await placed_in_review(central.log, visit.row.review_id)
        if part.visit_id == visit.visit_id and part.person_id
    ]
    theirs = await devices_of_people(
        central.database, {UUID(part.person_id) for part in parts if is_uuid(part.person_id)}
    )
    naming = await contacts_naming(central.database, visit_id)
    others = await devices_named(central.database, naming.keys() - {device.id for device in theirs})
    contacts = await contacts_of(central.database, [device.id for device in theirs]) | naming
    people = {str(device.person_id) for device in others} | {part.person_id for part in parts}
    names = await names_of(central.log, people)
    tablets = []
    for device in (*theirs, *others):
        contact = contacts.get(device.id)
        held = contact.of_visit(visit_id) if contact else None
        name = names.get(str(device.person_id), "")
        tablets.append(TabletOfVisit(device, name, _standing(str(device.person_id), parts), contact, held))
    return TabletsOfVisit(tablets, _without_a_tablet(parts, theirs, names))


async def alarm_after(central: Central) -> timedelta:
    """How long something may wait on a tablet before the office is warned."""
    return timedelta(hours=int(await setting(central.database, ALARM_SETTING) or ALARM_AFTER_HOURS))


async def set_alarm_after(central: Central, by: Account, hours: str) -> None:
    """Change that for the whole organisation. NotFound for anybody but an administrator, FormFaults for what is no such number."""
    require_administrator(by)
    typed = hours.strip()
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 3
    if not (is_number and 1 <= int(typed) <= LONGEST_ALARM_AFTER_HOURS):
        raise FormFaults(Fault("hours", f"Enter a number of hours from 1 to {LONGEST_ALARM_AFTER_HOURS}"))
    await set_setting(central.database, ALARM_SETTING, str(int(typed)))


def _standing(person_id: str, parts: list[Placed]) -> Standing:
    mine = [part for part in parts if part.person_id == person_id]
    if not mine:
        return "elsewhere"
    return "on_the_team" if any(part.ended_at is None for part in mine) else "part_ended"


def _without_a_tablet(parts: list[Placed], devices: tuple[Device, ...], names: Mapping[str, str]) -> list[str]:
    having = {str(device.person_id) for device in devices if device.revoked_at is None}
    writing = {part.person_id: part.name for part in parts if part.ended_at is None and part.role in TEAM}
    return sorted(names.get(person_id) or name for person_id, name in writing.items() if person_id not in having)

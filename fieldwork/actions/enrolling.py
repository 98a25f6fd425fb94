"""Making a tablet known: a one-use code becomes a device with two tokens (PROTOCOL.md 4, design 3)."""

from __future__ import annotations

from dataclasses import dataclass

from fieldwork.actions.central import Central
from fieldwork.domain.device import Device
from fieldwork.store.accounts import account_of_person
from fieldwork.store.devices import enrol_device, give_reading_token

LONGEST_LABEL_CP = 80


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device just made known. The tokens cannot be read again."""

    device: Device
    name: str
    carrying_token: str
    reading_token: str


async def enrol_tablet(central: Central, code: str, label: str, app_version: str) -> Enrolled | None:
    """Use a code up. None when it is unknown, used, too old, or its person may not sign in any more."""
    now = central.clock()
    enrolled = await enrol_device(
        central.database, code, label=label[:LONGEST_LABEL_CP], app_version=app_version[:64], now=now
    )
    if enrolled is None:
        return None
    carrying_token, device = enrolled
    account = await account_of_person(central.database, device.person_id)
    if account is None or account.disabled_at is not None:
        return None
    reading_token = await give_reading_token(central.database, device.id)
    return Enrolled(device, account.name, carrying_token, reading_token)

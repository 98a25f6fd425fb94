"""A tablet of a person that carries to a central of the tests."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from fieldwork.actions.central import Central
from fieldwork.store.devices import enrol_device, give_reading_token, make_enrolment_code


async def enrolled(central: Central, person: str) -> tuple[str, uuid.UUID]:
    now = datetime.now(UTC)
    code, _ = await make_enrolment_code(central.database, person_id=uuid.UUID(person), made_by=uuid.uuid4(), now=now)
    made = await enrol_device(central.database, code, label="a tablet", app_version="1", now=now)
    assert made is not None
    return await give_reading_token(central.database, made[1].id), made[1].id

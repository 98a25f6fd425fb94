"""A known tablet or desk browser, and the code with which one becomes known.

The office sees from here whose tablet still holds unsent work and since when, and can refuse a lost one. A device
carries notes; it does not write them: whose words they are is said by the stream, not by the device.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

ENROLMENT_CODE_LASTS = timedelta(minutes=15)

#: Crockford's base 32: no letter that looks like a digit, none that spells a word by accident.
ENROLMENT_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ENROLMENT_CODE_LENGTH_CP = 12
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A code that was given out: good once, until `expires_at`. The code itself is shown once and kept nowhere."""

    id: UUID
    person_id: UUID
    made_by: UUID
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """One enrolled device. `last_seen_at` is central's clock; what the device says is on it alone is a `TabletContact`."""

    id: UUID
    person_id: UUID
    label: str
    created_at: datetime
    last_seen_at: datetime
    app_version: str
    revoked_at: datetime | None = None
    reading_waits: bool = False
    """It sends, and gets nothing: the office was restored, and may not know any more that this device was revoked."""


def enrolment_code_as_typed(typed: str) -> str:
    """What a person meant when they typed a code from a screen: case, hyphens and spaces do not matter, O is 0, I and
    L are 1.
    """
    return typed.upper().translate(_READ_AS)


def enrolment_code_as_shown(code: str) -> str:
    """A code in groups of four, easy to read aloud."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))

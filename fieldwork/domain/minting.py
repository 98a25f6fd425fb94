"""New operation ids: UUIDv7, minted when a form opens, so that sending the form twice writes once (PROTOCOL.md 1.1).

The record that a form begins has an id that follows from the operation's, for the same reason. Time and randomness are given, never
fetched: this module does no input or output.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime

RECORD_NAMESPACE = uuid.UUID("5c0f4bb4-2f2b-5d7e-9a51-3c4b7a6a0e11")
_VERSION_7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def operation_id(now: datetime, random_bits: int) -> str:
    """A UUIDv7 of this moment. `random_bits` gives 74 bits; more are ignored."""
    now_ms = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    number = now_ms << 80 | 7 << 76 | (random_bits >> 62 & 0xFFF) << 64 | 2 << 62 | random_bits & ((1 << 62) - 1)
    return str(uuid.UUID(int=number))


def is_minted(text: str) -> bool:
    """Whether this can be the id of an operation that a form carried."""
    return bool(_VERSION_7.fullmatch(text))


def record_id_for(operation: str, name: str = "record") -> str:
    """The id of the record that this operation creates: the same each time the form is sent."""
    return str(uuid.uuid5(RECORD_NAMESPACE, f"{operation}/{name}"))


def derived_operation_id(operation: str, name: str) -> str:
    """The id of another operation that the same form writes: of the same moment, told apart by its name."""
    first = uuid.UUID(operation).int
    more = uuid.uuid5(RECORD_NAMESPACE, f"{operation}/operation/{name}").int
    number = (first >> 80) << 80 | 7 << 76 | (more >> 62 & 0xFFF) << 64 | 2 << 62 | more & ((1 << 62) - 1)
    return str(uuid.UUID(int=number))

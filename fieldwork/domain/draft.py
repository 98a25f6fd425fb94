"""An operation before it has its number: what somebody did to a record, in the words of domain.md section 8.

Central's own writing and the pack import make drafts; the store's log numbers them, chains them and makes them operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldwork.domain.rights import Lane


@dataclass(frozen=True, slots=True)
class Draft:
    """What to write. `operation_id` is minted when the form opens, so that sending the form twice writes once."""

    operation_id: str
    scope: str
    lane: Lane
    record_type: str
    record_id: str
    kind: str
    fields: Mapping[str, object]
    salt: bytes
    base: tuple[str, ...] = ()
    redacts: tuple[str, ...] | None = None
    reason: str | None = None

"""A central with the demonstration review in it, on each store in turn, and a hand that writes in it as people do."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldwork.actions.central import Central, open_central
from fieldwork.actions.packs import import_pack, pack_in
from fieldwork.domain.draft import Draft
from fieldwork.domain.pack import Pack
from fieldwork.domain.pack_operations import PACK_NAMESPACE, person_id_of, review_id_of
from fieldwork.domain.screening import entries_of
from fieldwork.domain.text import passage
from fieldwork.export.about import Wish
from fieldwork.settings import Settings
from fieldwork.store.gathered import gather
from fieldwork.store.records import record_of

DEMONSTRATION = Path(__file__).parents[2] / "fieldwork" / "demonstration"


class Clock:
    """Central's clock, for a test to move."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


@dataclass
class Office:
    """The open central, the pack that was imported, and people who write."""

    central: Central
    pack: Pack
    clock: Clock

    @property
    def review_id(self) -> str:
        return review_id_of(self.pack.hash)

    def id_of(self, name: str) -> str:
        """The id of what the pack calls so: `visits/A`, `evidence/A-01/blocks/2`, `operation/evidence/A-01`."""
        return str(uuid.uuid5(PACK_NAMESPACE, f"{self.pack.hash}/{name}"))

    def person(self, member: str) -> str:
        return person_id_of(self.pack.hash, member)

    def wish(self, export_format: str, **changed: Any) -> Wish:
        told: dict[str, Any] = {"by": "Ann & Bo", "purpose": "chapter 2", "asked_at": datetime.now(UTC)}
        return Wish(review_id=self.review_id, format=export_format, **(told | changed))

    async def write(
        self,
        record_type: str,
        fields: dict[str, Any],
        *,
        area: str | None = "A",
        by: str = "A-I1",
        kind: str = "create",
        record_id: str | None = None,
        base: tuple[str, ...] = (),
        redacts: tuple[str, ...] | None = None,
    ) -> tuple[str, str]:
        """Write one operation as a member of the team; its record and its own id."""
        scope = f"visit:{self.id_of(f'visits/{area}')}" if area else f"review:{self.review_id}"
        record_id, operation_id = record_id or str(uuid.uuid4()), operation_id_now()
        reason = "name_replaced" if redacts else None
        draft = Draft(
            operation_id,
            scope,
            "evidence",
            record_type,
            record_id,
            kind,
            fields,
            os.urandom(16),
            base,
            redacts,
            reason,
        )
        outcome = await self.central.log.write([draft], self.person(by))
        assert [(each.verdict, each.code) for each in outcome.receipts] == [("stored", None)]
        return record_id, operation_id

    async def places(self, fields: dict[str, Any], record_id: str = "") -> None:
        """Give a part in the whole review, or change one, as whoever sets the review up does."""
        record_id = record_id or str(uuid.uuid4())
        setup_hash = hashlib.sha256(os.urandom(16)).hexdigest()
        operation_id = str(uuid.uuid5(PACK_NAMESPACE, setup_hash))
        record = await record_of(self.central.log, record_id)
        draft = Draft(
            operation_id,
            f"review:{self.review_id}",
            "evidence",
            "assignment",
            record_id,
            "revise" if record else "create",
            fields,
            os.urandom(16),
            record.state.heads if record else (),
        )
        await self.central.log.import_drafts([draft], f"import:{setup_hash}")

    async def record(self, ref: str, *texts: str, screened: bool = True) -> tuple[str, list[tuple[str, str]]]:
        """A new record of area A with blocks of these texts: its id, and each block's record and operation."""
        activity, _ = await self.write("activity", {"type": "child_interview", "date": "2025-02-12"})
        evidence, _ = await self.write(
            "evidence",
            {"activity": activity, "ref": ref, "type": "child_interview", "source_role": "child"}
            | {"recorded_when": "from_memory_after_loss", "origin": "typed"},
        )
        blocks = [
            await self.write(
                "block", {"evidence": evidence, "kind": "verbatim", "text": text, "place": f"{place:08d}"}, by="A-I2"
            )
            for place, text in enumerate(texts)
        ]
        if screened:
            await self.look(evidence)
        return evidence, blocks

    async def look(self, evidence: str) -> tuple[str, str]:
        """Say that the record was looked through for names as it is now."""
        record = await record_of(self.central.log, evidence)
        assert record is not None
        through = entries_of((await gather(self.central.log, record)).to_look_through.all)
        fields = {"screened_at": "2025-02-11T12:00:00.000Z", "looked_through": through}
        return await self.write("evidence", fields, kind="revise", record_id=evidence, base=record.state.heads)

    async def code(
        self, evidence: str, block: tuple[str, str], text: str, start: int, end: int, **fields: Any
    ) -> tuple[str, str]:
        """A coding of a passage."""
        words = passage(text, start, end)
        return await self.write(
            "coding",
            {
                "evidence": evidence,
                "block": block[0],
                "revision": block[1],
                "start_cp": start,
                "end_cp": end,
                "quote": words.quote,
                "before": words.before,
                "after": words.after,
                "code": "VOX-01",
                "codebook_version": 1,
            }
            | fields,
        )


def operation_id_now() -> str:
    """A UUIDv7."""
    number = (int(time.time() * 1000) << 80) | (7 << 76) | (uuid.uuid4().int & ((1 << 76) - 1))
    return str(uuid.UUID(int=number & ~(3 << 62) | (2 << 62)))


@pytest.fixture(scope="session")
def pack() -> Pack:
    return pack_in(DEMONSTRATION)


@pytest.fixture
async def office(database_url: str, tmp_path: Path, pack: Pack, anyio_backend: str) -> AsyncIterator[Office]:
    """A central with the demonstration review, on each store in turn."""
    clock = Clock()
    settings = Settings(data=tmp_path / "data", database_url=database_url)
    async with open_central(settings, clock=clock) as central:
        await import_pack(central, pack)
        yield Office(central, pack, clock)

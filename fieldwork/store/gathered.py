"""One record of evidence with all that belongs to it, as records: what a page, a look for names and an export are made from.

It is read from the projections, inside `database.reading()` where several answers must be of one moment. Permission is not asked here:
whoever calls has asked it (`actions`). Which activity and which consents are the record's own is said in `domain/belonging.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fieldwork.domain.belonging import activity_and_consents
from fieldwork.domain.screening import Looks, ToLookThrough, looks_in, to_look_through
from fieldwork.store.log import Log
from fieldwork.store.records import Record, records_named, records_under


@dataclass(frozen=True, slots=True)
class Gathered:
    """One record of evidence with all that belongs to it. `activity` is None where it names none of its own."""

    evidence: Record
    activity: Record | None
    consents: Sequence[Record]
    blocks: Sequence[Record]
    codings: Sequence[Record]
    files: Sequence[Record]

    @property
    def looks(self) -> Looks:
        """What somebody has looked through of it."""
        return looks_in(self.evidence.state.fields)

    @property
    def to_look_through(self) -> ToLookThrough:
        """What stands in it and around it, for a look."""
        return to_look_through(
            self.evidence.state.fields,
            self.activity.state.fields if self.activity else {},
            [consent.state.fields for consent in self.consents],
            [block.state.fields for block in self.blocks],
            {coding.record_id: coding.state.fields for coding in self.codings},
            {file.record_id: file.state.fields for file in self.files},
        )


async def gather(log: Log, evidence: Record) -> Gathered:
    """The record with everything that belongs to it now. The codings are those of its blocks."""
    activity, consents = (await around(log, [evidence]))[evidence.record_id]
    blocks = await records_under(log, [evidence.record_id], "block")
    return Gathered(
        evidence,
        activity,
        consents,
        blocks,
        await records_under(log, [block.record_id for block in blocks], "coding"),
        await records_under(log, [evidence.record_id], "file"),
    )


async def around(log: Log, evidence: Collection[Record]) -> dict[str, tuple[Record | None, list[Record]]]:
    """The activity of each of these records of evidence, and its consents in their order, by the id of the record of evidence."""
    named = await records_named(log, (id_in(record, "activity") for record in evidence))
    found: dict[tuple[str, str | None, str], list[Record]] = {
        (one.record_type, one.record_id, one.scope): [one] for one in named
    }
    for consent in await records_under(log, (one.record_id for one in named), "consent"):
        found.setdefault(("consent", consent.parent_id, consent.scope), []).append(consent)
    told = {}
    for record in evidence:
        activity, consents = activity_and_consents(found, id_in(record, "activity"), record.scope)
        told[record.record_id] = (activity[0] if activity else None, consents or [])
    return told


def id_in(record: Record, name: str) -> str:
    """The id of another record that a field gives; "" where it gives none."""
    value = record.get(name)
    return value if isinstance(value, str) else ""

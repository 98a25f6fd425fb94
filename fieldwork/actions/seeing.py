"""Seen by the lead: the third state of a record (rule R3), said by the lead and by nobody for them.

What was seen is noted as the heads of the record and of its blocks, so that a later word is known to be unseen. It is an operation like
any other and reaches every tablet of the team.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fieldwork.actions.central import Central
from fieldwork.actions.reading import EvidenceSeen, require_lead
from fieldwork.actions.writing import draft, minted, write
from fieldwork.domain.minting import record_id_for
from fieldwork.store.records import Record, records_under

SeenStanding = Literal["unseen", "seen", "changed"]


@dataclass(frozen=True, slots=True)
class SeenState:
    """Whether the lead has seen a record, by whom and when last; `changed` when words came since."""

    standing: SeenStanding
    operation: str


async def mark_seen(central: Central, person_id: str, evidence: EvidenceSeen, operation: str, heads: str) -> bool:
    """Note that the lead has seen the record as the page showed it. Raises NotAllowed for anybody but the lead."""
    require_lead(evidence.visit)
    now_heads = heads_of([evidence.record, *await records_under(central.log, [evidence.evidence_id], "block")])
    shown = sorted(set(heads.split()) & set(now_heads))
    seen = draft(
        minted(operation),
        evidence.visit.scope,
        "seen",
        record_id_for(operation),
        "create",
        # Only what the page showed was seen: words that came while it was open stay unseen.
        {"evidence": evidence.evidence_id, "heads": shown},
    )
    return await write(central, [seen], person_id)


def heads_of(records: Iterable[Record]) -> list[str]:
    """The heads of a record and its blocks: what is seen when it is read."""
    return sorted({head for record in records for head in record.state.heads})


async def seen_states(central: Central, evidence: Iterable[Record]) -> dict[str, SeenState]:
    """For each of these records of evidence, whether the lead has seen it as it is now."""
    records = list(evidence)
    marks: dict[str, list[Record]] = {}
    for mark in await records_under(central.log, [record.record_id for record in records], "seen"):
        marks.setdefault(mark.parent_id or "", []).append(mark)
    blocks: dict[str, list[Record]] = {}
    for block in await records_under(central.log, marks, "block"):
        blocks.setdefault(block.parent_id or "", []).append(block)
    states = {}
    for record in records:
        last = max(marks.get(record.record_id, []), key=lambda mark: mark.position, default=None)
        if last is None:
            states[record.record_id] = SeenState("unseen", "")
            continue
        seen = set(last.get("heads", []))
        now = set(heads_of([record, *blocks.get(record.record_id, [])]))
        states[record.record_id] = SeenState("seen" if now == seen else "changed", last.written_by("heads") or "")
    return states

"""Evidence of visits, counted and listed for screens, with what is hidden left out here and counted.

Hidden is what consent has withdrawn from use, always; and what has not been screened, from everybody who is not of the visit's team.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fieldwork.store.log import Log
from fieldwork.store.records import Record, records_in
from fieldwork.store.statements import listed


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit as a table knows it."""

    visit_id: str
    review_id: str
    letter: str
    status: str


@dataclass(frozen=True, slots=True)
class Visibility:
    """Whether a record of evidence may be shown, and where it belongs."""

    evidence_id: str
    visit_id: str
    screened: bool
    quarantined: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """The records of a visit that may be shown, and how many may not."""

    records: list[Record]
    withdrawn_from_use: int
    not_screened: int
    unscreened_ids: frozenset[str]


async def visits_of_review(log: Log, review_id: str) -> list[VisitRow]:
    """Every visit of a review by its area's letter."""
    found = await log.ask(
        "SELECT record, review, letter, status FROM visit WHERE review = ? ORDER BY letter, record", review_id
    )
    return [VisitRow(row[0], row[1], row[2] or "?", row[3] or "") for row in found]


async def visit_row(log: Log, visit_id: str) -> VisitRow | None:
    """One visit, or None."""
    found = await log.ask("SELECT record, review, letter, status FROM visit WHERE record = ?", visit_id)
    return VisitRow(found[0][0], found[0][1], found[0][2] or "?", found[0][3] or "") if found else None


async def visibility_of(log: Log, evidence_id: str) -> Visibility | None:
    """Whether this record of evidence may be shown; None when there is none of this id."""
    found = await log.ask("SELECT record, visit, screened, quarantined FROM evidence WHERE record = ?", evidence_id)
    return Visibility(found[0][0], found[0][1], bool(found[0][2]), bool(found[0][3])) if found else None


async def evidence_of_visit(log: Log, visit_id: str, *, with_unscreened: bool) -> Listed:
    """The visit's records that this reader may see, in the order in which they came."""
    found = await log.ask("SELECT record, screened, quarantined FROM evidence WHERE visit = ?", visit_id)
    screened = {row[0]: bool(row[1]) for row in found}
    quarantined = {row[0] for row in found if row[2]}
    records = [r for r in await records_in(log, f"visit:{visit_id}", "evidence") if r.record_id not in quarantined]
    shown = [r for r in records if with_unscreened or screened.get(r.record_id, False)]
    unscreened = frozenset(r.record_id for r in shown if not screened.get(r.record_id, False))
    return Listed(shown, len(quarantined), len(records) - len(shown), unscreened)


async def counts_of_evidence(log: Log, visit_ids: Iterable[str]) -> dict[str, int]:
    """How many records in use each of these visits has."""
    found = await log.ask(
        "SELECT visit, COUNT(*) FROM evidence WHERE visit IN {list} AND quarantined = 0 GROUP BY visit",
        listed(set(visit_ids)),
    )
    return {row[0]: row[1] for row in found}


async def blocks_counted(log: Log, evidence_ids: Iterable[str]) -> dict[str, int]:
    """How many blocks each of these records of evidence has."""
    found = await log.ask(
        "SELECT parent, COUNT(*) FROM record WHERE parent IN {list} AND record_type = 'block' AND withdrawn = 0 GROUP BY parent",
        listed(set(evidence_ids)),
    )
    return {row[0]: row[1] for row in found}

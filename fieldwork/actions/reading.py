"""What a person may read at central: the review, the visit, the record, or nothing at all.

Every page begins here. What somebody may not know of and what does not exist are one answer, NotFound (SEC-08). The rules are
`domain/rights.py`; this module gives them the assignments as they stand at this moment, so a part that ended is gone at the next click.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldwork.actions.central import Central
from fieldwork.domain.problems import NotAllowed, NotFound
from fieldwork.domain.rights import ANALYSTS, TEAM, Assignment, Role, may_read_at_central, roles_in
from fieldwork.store.assignments import assignments_of
from fieldwork.store.records import Record, record_of
from fieldwork.store.visit_evidence import VisitRow, visibility_of, visit_row, visits_of_review
from sync.central.header import is_uuid


@dataclass(frozen=True, slots=True)
class ReviewSeen:
    """A review as this person may see it: `visits` are those in which they have a part, with their roles there."""

    record: Record
    roles: frozenset[Role]
    visits: Sequence[tuple[VisitRow, frozenset[Role]]]

    @property
    def review_id(self) -> str:
        return self.record.record_id

    @property
    def readable_visits(self) -> list[VisitRow]:
        """The visits whose evidence this person may read, all of it or what has been screened."""
        return [visit for visit, roles in self.visits if roles & (TEAM | ANALYSTS)]


@dataclass(frozen=True, slots=True)
class VisitSeen:
    """A visit that this person may see, and in which roles."""

    row: VisitRow
    record: Record
    roles: frozenset[Role]

    @property
    def visit_id(self) -> str:
        return self.row.visit_id

    @property
    def scope(self) -> str:
        return f"visit:{self.row.visit_id}"

    @property
    def of_the_team(self) -> bool:
        return bool(self.roles & TEAM)

    @property
    def leads(self) -> bool:
        return "lead" in self.roles


@dataclass(frozen=True, slots=True)
class EvidenceSeen:
    """A record of evidence that this person may read."""

    record: Record
    visit: VisitSeen
    screened: bool

    @property
    def evidence_id(self) -> str:
        return self.record.record_id


async def reviews_of(central: Central, person_id: str) -> list[ReviewSeen]:
    """Every review in which this person has a part now, by title."""
    assignments, _ = await assignments_of(central.log, person_id)
    review_ids = {part.review_id for part in assignments if part.ended_at is None}
    seen = [await _review(central, review_id, assignments) for review_id in sorted(review_ids)]
    return sorted((one for one in seen if one is not None), key=lambda one: str(one.record.get("title", "")))


async def review_to_read(central: Central, person_id: str, review_id: str) -> ReviewSeen:
    """The review, or NotFound."""
    if not is_uuid(review_id):
        raise NotFound
    assignments, _ = await assignments_of(central.log, person_id)
    seen = await _review(central, review_id, assignments)
    if seen is None:
        raise NotFound
    return seen


async def visit_to_read(central: Central, person_id: str, visit_id: str) -> VisitSeen:
    """The visit, or NotFound. A part as safeguarding lead alone opens no visit: concerns have their own page."""
    if not is_uuid(visit_id):
        raise NotFound
    row = await visit_row(central.log, visit_id)
    if row is None:
        raise NotFound
    assignments, _ = await assignments_of(central.log, person_id)
    roles = roles_in(f"visit:{visit_id}", assignments, row.review_id)
    record = await record_of(central.log, visit_id)
    if record is None or record.withdrawn or not roles & (TEAM | ANALYSTS):
        raise NotFound
    return VisitSeen(row, record, roles)


async def evidence_to_read(central: Central, person_id: str, evidence_id: str) -> EvidenceSeen:
    """The record of evidence, or NotFound: also where consent was withdrawn, or where it waits to be screened."""
    if not is_uuid(evidence_id):
        raise NotFound
    visibility = await visibility_of(central.log, evidence_id)
    if visibility is None or visibility.quarantined:
        raise NotFound
    visit = await visit_to_read(central, person_id, visibility.visit_id)
    record = await record_of(central.log, evidence_id)
    if record is None or record.withdrawn or not may_read_at_central(visit.roles, screened=visibility.screened):
        raise NotFound
    return EvidenceSeen(record, visit, visibility.screened)


def require_lead(visit: VisitSeen) -> None:
    """Raise NotAllowed unless this person leads the visit."""
    if not visit.leads:
        raise NotAllowed


def require_team(visit: VisitSeen) -> None:
    """Raise NotAllowed unless this person is of the visit's team."""
    if not visit.of_the_team:
        raise NotAllowed


async def _review(central: Central, review_id: str, assignments: Sequence[Assignment]) -> ReviewSeen | None:
    roles = roles_in(f"review:{review_id}", assignments, None)
    record = await record_of(central.log, review_id) if roles else None
    if record is None or record.withdrawn or record.record_type != "review":
        return None
    visits = [
        (visit, roles_in(f"visit:{visit.visit_id}", assignments, review_id))
        for visit in await visits_of_review(central.log, review_id)
    ]
    return ReviewSeen(record, roles, [(visit, parts) for visit, parts in visits if parts])

"""Who is assigned to what, as the log says it now."""

from __future__ import annotations

from fieldwork.domain.rights import Assignment
from fieldwork.store.log import Log


async def assignments_of(log: Log, person_id: str, scope: str = "") -> tuple[list[Assignment], str | None]:
    """Every assignment of a person, ended ones too; and the review that the visit of `scope` belongs to, if it is one.

    An assignment to a visit counts only in the review that the visit belongs to: whoever leads one review cannot appoint
    anybody to another's visit.
    """
    found = await log.ask(
        "SELECT a.person, a.review, a.visit, a.role, a.ended_at FROM assignment a LEFT JOIN visit v ON v.record = a.visit"
        " WHERE a.person = ? AND (a.visit IS NULL OR v.review = a.review)",
        person_id,
    )
    assignments = [Assignment(row[0], row[1], row[2], row[3], row[4]) for row in found]
    kind, _, scope_id = scope.partition(":")
    if kind != "visit":
        return assignments, None
    reviews = await log.ask("SELECT review FROM visit WHERE record = ?", scope_id)
    return assignments, reviews[0][0] if reviews else None

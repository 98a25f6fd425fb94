"""What arrives from tablets: who may write what, decided again here because a push never passed through a page.

The rule is `domain/rights.py`; this module gives it the assignments as they stand when the operation arrives (PROTOCOL.md 4.1, step 9).
"""

from __future__ import annotations

from fieldwork.domain.rights import Assignment, may_write, roles_in
from fieldwork.store.judging import Rights
from sync.central.accept import Facts
from sync.central.header import Header


def permit(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    """Why the author may not write this, or None: `not_assigned`, `assignment_ended` or `not_permitted`."""
    rights = facts.rights
    assert isinstance(rights, Rights)
    record_type = "words_of_others" if words_of_others else header.record_type
    asked = (header.person, header.incarnation, header.scope, header.lane, record_type)
    # A push asks the same for each of its lines; the answer stands as long as the assignments do.
    if asked not in rights.given:
        rights.given[asked] = _refusal(header, rights, record_type)
    refusal = rights.given[asked]
    if refusal == NOT_ASSIGNED and header.person is not None:
        return _why_not_assigned(header, rights.assignments.get(header.person, []))
    return refusal


NOT_ASSIGNED = "not_assigned"


def _refusal(header: Header, rights: Rights, record_type: str) -> str | None:
    if header.person is None or header.is_import:
        return None if rights.importing and header.person is None else "not_permitted"
    assignments = rights.assignments.get(header.person, [])
    review = rights.review_of_visit.get(header.scope.partition(":")[2])
    roles = roles_in(header.scope, assignments, review)
    if not roles:
        return NOT_ASSIGNED
    return None if may_write(roles, header.scope, header.lane, record_type) else "not_permitted"


def _why_not_assigned(header: Header, assignments: list[Assignment]) -> str:
    """An ended assignment in force at the claimed time of writing is told apart, so that a lead knows what to look at."""
    ended = [a.ended_at for a in assignments if a.ended_at is not None and a.covers(header.scope)]
    written = header.device_at or ""
    return "assignment_ended" if any(written <= moment for moment in ended) else NOT_ASSIGNED

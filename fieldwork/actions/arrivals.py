"""What arrives from tablets: who may write what, decided again here because a push never passed through a page.

The rule is `domain/rights.py`; this module gives it the assignments as they stand when the operation arrives (PROTOCOL.md 4.1, step 9).
"""

from __future__ import annotations

from fieldwork.domain.rights import (
    LEADS_ONLY,
    NO_PART,
    Assignment,
    led_in,
    may_lead_here,
    may_place,
    may_write,
    roles_in,
)
from fieldwork.store.facts import Rights
from sync.central.facts import Facts
from sync.central.header import Header


def permit(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    """Why the author may not write this, or None: `not_assigned`, `assignment_ended` or `not_permitted`."""
    rights = facts.rights
    assert isinstance(rights, Rights)
    if words_of_others:
        return _answer(header, rights, "words_of_others")
    stands_as = rights.types.get(header.record) if header.lane == "evidence" else None
    refusal = _answer(header, rights, header.record_type)
    if refusal is None and stands_as is not None and stands_as != header.record_type:
        # Who may code must not say by a "coding" that a record was looked through, or that a part never ended.
        return _answer(header, rights, stands_as)
    return refusal


def _answer(header: Header, rights: Rights, record_type: str) -> str | None:
    asked = (header.person, header.incarnation, header.scope, header.lane, record_type)
    # A push asks the same for each of its lines; the answer stands as long as the assignments do.
    if asked not in rights.given:
        rights.given[asked] = _refusal(header, rights, record_type)
    refusal = rights.given[asked]
    if refusal == NOT_ASSIGNED and header.person is not None:
        return _why_not_assigned(header, rights.assignments.get(header.person, []))
    if refusal is None and record_type in LEADS_ONLY and header.scope.startswith("review:"):
        return None if _leads_enough(header, rights, record_type) else "not_permitted"
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


def _leads_enough(header: Header, rights: Rights, record_type: str) -> bool:
    """Whether a lead's word in the scope of the review stays within what they lead."""
    if header.person is None:
        return True
    led = led_in(header.scope.partition(":")[2], rights.assignments.get(header.person, []))
    if record_type != "assignment":
        return may_lead_here(led, record_type, header.record)
    before, fields = rights.parts.get(header.record), rights.said.get(header.operation, {})
    if not may_place(led, before, fields, begins=header.kind == "create"):
        return False
    # What is let in now stands before whatever the same push says of this part next.
    rights.parts[header.record] = (before or NO_PART).after(fields)
    return True


def _why_not_assigned(header: Header, assignments: list[Assignment]) -> str:
    """An ended assignment in force at the claimed time of writing is told apart, so that a lead knows what to look at."""
    ended = [a.ended_at for a in assignments if a.ended_at is not None and a.covers(header.scope)]
    written = header.device_at or ""
    return "assignment_ended" if any(written <= moment for moment in ended) else NOT_ASSIGNED

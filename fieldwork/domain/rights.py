"""Who may do what: rules R31 and PROTOCOL.md 1.4 as pure functions.

Asked three times for one note: by a page before it shows something, by an action before it writes, and again when a pushed
operation arrives, because that one never passed through a page. Rights come from assignments, which are operations themselves;
only the administrator's seat is a property of the account, and it reads no evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["lead", "inspector", "researcher", "report_writer", "safeguarding_lead"]
Lane = Literal["evidence", "vault", "concern"]

ROLES: tuple[Role, ...] = ("lead", "inspector", "researcher", "report_writer", "safeguarding_lead")
LANES: tuple[Lane, ...] = ("evidence", "vault", "concern")

TEAM: frozenset[Role] = frozenset({"lead", "inspector"})
ANALYSTS: frozenset[Role] = frozenset({"researcher", "report_writer"})

LEADS_ONLY = frozenset({"assignment", "decision", "seen", "visit", "words_of_others"})
"""Within a scope that the team writes, these are the lead's: who is here, what is let in, what has been seen."""
GIVEN_BY_A_LEAD: tuple[Role, ...] = ("inspector", "lead", "researcher")
"""The parts that a visit's lead gives in it. Who may read concerns or write the report is not theirs to say."""
ANALYSIS = frozenset({"coding", "memo", "matrix_cell", "finding", "quotation", "recommendation", "emerging_finding"})
"""What researchers and report writers add without having been on the visit."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person's part in a review, or in one visit of it. `ended_at` is RFC 3339 UTC, or None while it lasts."""

    person_id: str
    review_id: str
    visit_id: str | None
    role: Role
    ended_at: str | None = None

    def covers(self, scope: str) -> bool:
        """A part in one visit also opens the review's scope, where the questions and the codebook are."""
        kind, _, scope_id = scope.partition(":")
        if kind == "visit":
            return self.visit_id == scope_id
        return self.review_id == scope_id


def roles_in(scope: str, assignments: Iterable[Assignment], review_of_visit: str | None) -> frozenset[Role]:
    """The roles that these assignments give in a scope now. `review_of_visit` is the review a visit's scope belongs to.

    A review-wide role of analyst or safeguarding lead reaches every visit of the review; a lead or inspector is so only where assigned.
    """
    roles: set[Role] = set()
    for assignment in assignments:
        if assignment.ended_at is not None:
            continue
        if assignment.covers(scope) or (
            scope.startswith("visit:")
            and assignment.visit_id is None
            and assignment.review_id == review_of_visit
            and assignment.role not in TEAM
        ):
            roles.add(assignment.role)
    return frozenset(roles)


def may_write(roles: frozenset[Role], scope: str, lane: str, record_type: str) -> bool:
    """Whether any of the roles may write operations on this type of record in this scope and lane."""
    if lane == "concern":
        # What is let in among the concerns, and whose words go there, is the safeguarding lead's: a visit's lead may not read them.
        writers: frozenset[Role] = (
            frozenset({"safeguarding_lead"}) if record_type in LEADS_ONLY else TEAM | {"safeguarding_lead"}
        )
        return bool(roles & writers) and scope.startswith("visit:")
    if record_type in LEADS_ONLY:
        return "lead" in roles
    if lane == "vault":
        return bool(roles & TEAM)
    if scope.startswith("review:"):
        return bool(roles & (ANALYSTS | {"lead"}))
    if roles & TEAM:
        return True
    return record_type in ANALYSIS and bool(roles & ANALYSTS)


@dataclass(frozen=True, slots=True)
class Led:
    """What somebody leads now in one review: all of it, or some of its visits."""

    whole: bool
    visit_ids: frozenset[str]


def led_in(review_id: str, assignments: Iterable[Assignment]) -> Led:
    """What these assignments give somebody to lead in a review."""
    mine = [a for a in assignments if a.role == "lead" and a.review_id == review_id and a.ended_at is None]
    return Led(any(a.visit_id is None for a in mine), frozenset(a.visit_id for a in mine if a.visit_id is not None))


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part is and what it is, as far as it is stated."""

    visit_id: object
    role: object

    def after(self, fields: Mapping[str, object]) -> Part:
        """The part once these fields are set."""
        return Part(fields.get("visit", self.visit_id), fields.get("role", self.role))


NO_PART = Part(None, None)


def may_place(led: Led, before: Part | None, fields: Mapping[str, object], *, begins: bool) -> bool:
    """Whether somebody who leads may write these fields in a record of type assignment, as the page of the team lets them.

    Who leads a visit and not the review gives parts in that visit alone, and those of `GIVEN_BY_A_LEAD`; a part of another kind
    that stands there they may only end. `before` is the part as it stands, None where there is none; only a create begins one.
    """
    if led.whole:
        return True
    if before is None and not begins:
        return False
    after = (before or NO_PART).after(fields)
    if any(part.visit_id not in led.visit_ids for part in (before, after) if part is not None):
        return False
    only_ends = before is not None and not fields.keys() - {"ended_at"} and fields.get("ended_at", "") is not None
    return only_ends or after.role in GIVEN_BY_A_LEAD


def may_lead_here(led: Led, record_type: str, record_id: str) -> bool:
    """Whether a lead may write one of the other types of `LEADS_ONLY` in the scope of a review.

    A visit's lead keeps the facts of that visit. What is let in for the review, and whose words are taken out of it, is for
    whoever leads all of it: a decision could let in what was refused, and a removal bring back a part that was ended.
    """
    return led.whole or (record_type == "visit" and record_id in led.visit_ids)


def may_pull(roles: frozenset[Role], scope: str, lane: str) -> bool:
    """Whether a tablet of somebody with these roles may hold this scope and lane (invariant I11)."""
    if lane == "concern":
        return "safeguarding_lead" in roles
    if lane == "vault":
        return bool(roles & TEAM) if scope.startswith("visit:") else "lead" in roles
    if scope.startswith("review:"):
        return bool(roles)
    return bool(roles & TEAM)


def may_read_at_central(roles: frozenset[Role], *, screened: bool) -> bool:
    """Whether a record of a visit may be read at central. Unscreened text is its visit's team's alone (design 7)."""
    if roles & TEAM:
        return True
    return screened and bool(roles & ANALYSTS)


def may_export(roles: frozenset[Role]) -> bool:
    """Evidence leaves central through researchers, report writers and leads, never through anybody else."""
    return bool(roles & (ANALYSTS | {"lead"}))

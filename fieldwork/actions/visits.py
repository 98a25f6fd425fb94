"""What a visit's lead decides at central: what could not be taken in is let in or left out, and who is of the team.

An operation that was quarantined is kept whole until a person looks (PROTOCOL.md 4.1). Letting it in is a decision with a reason, an
operation of the lead's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldwork.actions.central import Central
from fieldwork.actions.reading import VisitSeen, require_lead
from fieldwork.actions.writing import draft, minted, write
from fieldwork.domain.account import Account
from fieldwork.domain.minting import derived_operation_id, record_id_for
from fieldwork.domain.problems import Fault, FormFaults, NotFound
from fieldwork.domain.rights import GIVEN_BY_A_LEAD
from fieldwork.store.accounts import all_accounts
from fieldwork.store.log import instant
from fieldwork.store.operations import LoggedOperation, not_taken_in, set_aside
from fieldwork.store.people import placed_in_review
from fieldwork.store.records import record_of, records_in
from sync.central.accept import RELEASABLE

REASON_MAX_CP = 500
TEAM_ROLES = GIVEN_BY_A_LEAD
LEAVE = "leave"
"""A decision without effect on the log: central and tablets that do not know it go on as before."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A lead's decision that an entry stays as it is."""

    decision_id: str
    reason: str


async def let_in(
    central: Central, person_id: str, visit: VisitSeen, *, operation: str, about: Sequence[str], reason: str
) -> int:
    """Release these quarantined operations, in their order, and return how many. The same form again releases nothing more.

    FormFaults without a reason; NotFound when none of them waits here.
    """
    require_lead(visit)
    _ask_why(reason, "Enter why it should be let in")
    waiting = [one for one in await not_taken_in(central.log, visit.scope) if is_releasable(one)]
    named = [one.header.operation for one in waiting if one.header.operation in set(about)]
    return await _decide(central, person_id, visit, operation, named, "release", reason)


async def leave_out(
    central: Central, person_id: str, visit: VisitSeen, *, operation: str, about: Sequence[str], reason: str
) -> int:
    """Decide that these entries stay as they are: kept whole, shown nowhere else, and no longer waiting for the lead. Returns how many.

    Nothing is taken out of the log by it, and what can be let in can be let in later. What waits for another entry is not decided: it is
    taken in by itself. FormFaults without a reason; NotFound when none of them is here.
    """
    require_lead(visit)
    _ask_why(reason, "Enter why it should be left out")
    here = {
        one.header.operation for one in await not_taken_in(central.log, visit.scope) if one.standing == "quarantined"
    }
    here |= {header.operation for header, _, _ in await set_aside(central.log, visit.scope)}
    named = [one for one in dict.fromkeys(about) if one in here]
    return await _decide(central, person_id, visit, operation, named, LEAVE, reason)


async def left_out(central: Central, visit: VisitSeen) -> dict[str, LeftOut]:
    """What a lead left out, by operation. Of several decisions on one the last counts."""
    decisions = [one for one in await records_in(central.log, visit.scope, "decision") if one.get("decision") == LEAVE]
    decisions.sort(key=lambda one: one.position)
    return {str(one.get("about")): LeftOut(one.record_id, str(one.get("reason", ""))) for one in decisions}


def _ask_why(reason: str, missing: str) -> None:
    if not reason.strip():
        raise FormFaults(Fault("reason", missing))
    if len(reason) > REASON_MAX_CP:
        raise FormFaults(Fault("reason", f"The reason can have at most {REASON_MAX_CP} characters"))


async def _decide(
    central: Central, person_id: str, visit: VisitSeen, operation: str, named: Sequence[str], decision: str, reason: str
) -> int:
    minted(operation)
    if not named:
        raise NotFound
    decisions = [
        draft(
            derived_operation_id(operation, released),
            visit.scope,
            "decision",
            record_id_for(operation, released),
            "create",
            {"about": released, "decision": decision, "reason": reason.strip()},
        )
        for released in named
    ]
    await write(central, decisions, person_id)
    return len(named)


async def add_to_team(
    central: Central, person_id: str, visit: VisitSeen, *, operation: str, added_id: str, role: str
) -> None:
    """Give somebody with an account a part in this visit, from now on. FormFaults for a person or a part that there is not."""
    require_lead(visit)
    people = {str(account.person_id): account for account in await people_to_add(central, visit)}
    faults = []
    if added_id not in people:
        faults.append(Fault("person", "Choose somebody who is not on the team yet"))
    if role not in TEAM_ROLES:
        faults.append(Fault("role", "Choose what they will do"))
    if faults:
        raise FormFaults(*faults)
    fields = {
        "person": added_id,
        "name": people[added_id].name,
        "visit": visit.visit_id,
        "role": role,
        "from": central.clock().date().isoformat(),
    }
    scope = f"review:{visit.row.review_id}"
    part = draft(minted(operation), scope, "assignment", record_id_for(operation), "create", fields)
    await write(central, [part], person_id)


async def end_part(central: Central, person_id: str, visit: VisitSeen, *, operation: str, assignment_id: str) -> None:
    """End somebody's part in this visit now. What they wrote stays; a tablet of theirs gets nothing more. Nobody ends their own."""
    require_lead(visit)
    part = await record_of(central.log, assignment_id)
    if part is None or part.record_type != "assignment" or part.get("visit") != visit.visit_id:
        raise NotFound
    if part.get("person") == person_id:
        raise FormFaults(Fault("act", "You cannot end your own part. Ask another lead"))
    if part.get("ended_at") is not None:
        return
    ended = {"ended_at": instant(central.clock())}
    scope = f"review:{visit.row.review_id}"
    one = draft(minted(operation), scope, "assignment", part.record_id, "revise", ended, base=part.state.heads)
    await write(central, [one], person_id)


async def people_to_add(central: Central, visit: VisitSeen) -> list[Account]:
    """Who may sign in and has no part in this visit now."""
    placed = await placed_in_review(central.log, visit.row.review_id)
    here = {part.person_id for part in placed if part.visit_id == visit.visit_id and part.ended_at is None}
    everybody = await all_accounts(central.database)
    return [one for one in everybody if one.disabled_at is None and str(one.person_id) not in here]


def is_releasable(one: LoggedOperation) -> bool:
    """Whether a person may let this entry in: it is whole, and only a rule stood against it."""
    return one.standing == "quarantined" and one.code in RELEASABLE

"""What a visit's lead decides at central: what could not be taken in is let in, and who is of the team.

An operation that was quarantined is kept whole until a person looks (PROTOCOL.md 4.1). Letting it in is a decision with a reason, an
operation of the lead's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from fieldwork.actions.central import Central
from fieldwork.actions.reading import VisitSeen, require_lead
from fieldwork.actions.writing import draft, minted, write
from fieldwork.domain.account import Account
from fieldwork.domain.minting import derived_operation_id, record_id_for
from fieldwork.domain.problems import Fault, FormFaults, NotFound
from fieldwork.domain.rights import GIVEN_BY_A_LEAD
from fieldwork.store.accounts import all_accounts
from fieldwork.store.log import instant
from fieldwork.store.operations import LoggedOperation, not_taken_in
from fieldwork.store.people import placed_in_review
from fieldwork.store.records import record_of
from sync.central.accept import RELEASABLE

REASON_MAX_CP = 500
TEAM_ROLES = GIVEN_BY_A_LEAD


async def let_in(
    central: Central, person_id: str, visit: VisitSeen, *, operation: str, about: Sequence[str], reason: str
) -> int:
    """Release these quarantined operations, in their order, and return how many. The same form again releases nothing more.

    FormFaults without a reason; NotFound when none of them waits here.
    """
    require_lead(visit)
    if not reason.strip():
        raise FormFaults(Fault("reason", "Enter why it should be let in"))
    if len(reason) > REASON_MAX_CP:
        raise FormFaults(Fault("reason", f"The reason can have at most {REASON_MAX_CP} characters"))
    minted(operation)
    waiting = [one for one in await not_taken_in(central.log, visit.scope) if is_releasable(one)]
    named = [one.header.operation for one in waiting if one.header.operation in set(about)]
    if not named:
        raise NotFound
    decisions = [
        draft(
            derived_operation_id(operation, released),
            visit.scope,
            "decision",
            record_id_for(operation, released),
            "create",
            {"about": released, "decision": "release", "reason": reason.strip()},
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

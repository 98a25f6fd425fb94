"""The team of a visit, for its lead: who joins, and whose part ends."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.reading import VisitSeen
from fieldwork.actions.visits import add_to_team, end_part, people_to_add
from fieldwork.actions.writing import new_operation_id
from fieldwork.domain.problems import FormFaults
from fieldwork.pages import team as pages
from fieldwork.pages.frame import summary
from fieldwork.store.records import records_in
from fieldwork.web.access import form_in, go_to, seat_in, text_in, visit_of_lead
from fieldwork.web.htmx import page


async def show(request: Request) -> Response:
    """The team, and the form that adds somebody."""
    central, visit = await visit_of_lead(request)
    return await _shown(request, central, visit)


async def add(request: Request) -> Response:
    """Somebody joins."""
    central, visit = await visit_of_lead(request)
    form = await form_in(request)
    given = {name: text_in(form, name) for name in ("person", "role")}
    try:
        await add_to_team(
            central,
            seat_in(request).person_id,
            visit,
            operation=text_in(form, "operation"),
            added_id=given["person"],
            role=given["role"],
        )
    except FormFaults as problem:
        faults = {fault.field: fault.words for fault in problem.faults}
        return await _shown(request, central, visit, given=given, faults=faults)
    return go_to(f"/visits/{visit.visit_id}/team?done=joined")


async def end(request: Request) -> Response:
    """Somebody's part ends."""
    central, visit = await visit_of_lead(request)
    form = await form_in(request)
    await end_part(
        central,
        seat_in(request).person_id,
        visit,
        operation=text_in(form, "operation"),
        assignment_id=request.path_params["assignment_id"],
    )
    return go_to(f"/visits/{visit.visit_id}/team?done=part_ended")


async def _shown(
    request: Request,
    central: Central,
    visit: VisitSeen,
    *,
    given: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
) -> Response:
    mine = seat_in(request).person_id
    parts = await records_in(central.log, f"review:{visit.row.review_id}", "assignment")
    lines = [
        pages.PartLine(
            part.record_id,
            str(part.get("name", "") or ""),
            str(part.get("role", "")),
            str(part.get("discipline", "") or ""),
            str(part.get("ended_at", "") or ""),
            part.get("person") == mine,
        )
        for part in parts
        if part.get("visit") == visit.visit_id
    ]
    shown = pages.show(
        visit_id=visit.visit_id,
        letter=visit.row.letter,
        parts=lines,
        people=[(str(account.person_id), account.name) for account in await people_to_add(central, visit)],
        operation=new_operation_id(central),
        given=given,
        faults=faults,
    )
    return page(
        request,
        "visits/team.html",
        shown,
        status=422 if faults else 200,
        current="reviews",
        problems=summary(faults or {}),
    )


ROUTES = [
    Route("/visits/{visit_id}/team", show, methods=["GET"], name="team.show"),
    Route("/visits/{visit_id}/team", add, methods=["POST"], name="team.add"),
    Route("/visits/{visit_id}/team/{assignment_id}/end", end, methods=["POST"], name="team.end"),
]

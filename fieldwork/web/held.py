"""What could not be taken in, for the lead of the visit, and letting it in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.reading import VisitSeen
from fieldwork.actions.visits import LeftOut, is_releasable, leave_out, left_out, let_in
from fieldwork.actions.writing import new_operation_id
from fieldwork.domain.problems import FormFaults
from fieldwork.pages import held as pages
from fieldwork.pages.frame import summary
from fieldwork.store.operations import not_taken_in, set_aside, waiting_for_a_gap
from fieldwork.store.people import names_of
from fieldwork.web.access import form_in, go_to, seat_in, text_in, visit_of_lead
from fieldwork.web.htmx import page
from sync.central.header import Header

MOST_NAMED_CP = 400_000
NAMELESS = "Somebody whose name is not known here"


async def browse(request: Request) -> Response:
    """The list."""
    central, visit = await visit_of_lead(request)
    return await _shown(request, central, visit)


async def release(request: Request) -> Response:
    """Let what one author wrote in, or leave it out, with a reason."""
    central, visit = await visit_of_lead(request)
    form = await form_in(request)
    about = text_in(form, "about", MOST_NAMED_CP)
    reason = text_in(form, pages.group_id([*about.split(), ""]))
    try:
        leaves = text_in(form, "act") == "leave"
        await (leave_out if leaves else let_in)(
            central,
            seat_in(request).person_id,
            visit,
            operation=text_in(form, "operation"),
            about=about.split(),
            reason=reason,
        )
    except FormFaults as problem:
        faults = {fault.field: fault.words for fault in problem.faults}
        return await _shown(request, central, visit, faults=faults, about=about, reason=reason)
    return go_to(f"/visits/{visit.visit_id}/held?done={'left_out' if leaves else 'let_in'}")


async def _shown(
    request: Request,
    central: Central,
    visit: VisitSeen,
    *,
    faults: dict[str, str] | None = None,
    about: str = "",
    reason: str = "",
) -> Response:
    shown = pages.browse(
        visit_id=visit.visit_id,
        letter=visit.row.letter,
        lines=await _lines(central, visit),
        operation=new_operation_id(central),
        faults=faults,
        about=about,
        reason=reason,
    )
    problems = summary(faults or {}, {"reason": pages.group_id([*about.split(), ""])})
    return page(request, "held/browse.html", shown, status=422 if faults else 200, current="reviews", problems=problems)


async def _lines(central: Central, visit: VisitSeen) -> list[pages.HeldLine]:
    entries = await not_taken_in(central.log, visit.scope)
    gaps = await waiting_for_a_gap(central.log, visit.scope)
    aside = await set_aside(central.log, visit.scope)
    headers = [one.header for one in entries] + [header for header, _ in gaps] + [header for header, _, _ in aside]
    names = await names_of(central.log, [header.person for header in headers if header.person])
    left = await left_out(central, visit)
    lines = [
        _line(
            one.header,
            names,
            one.code or one.standing,
            one.received_at,
            str((one.fields or {}).get("text", "") or ""),
            is_releasable(one),
            left,
        )
        for one in entries
    ]
    lines += [_line(header, names, "gap", at, "", False, {}) for header, at in gaps]
    lines += [_line(header, names, code, at, "", False, left) for header, code, at in aside]
    return sorted(lines, key=lambda line: line.received_at)


def _line(
    header: Header,
    names: dict[str, str],
    code: str,
    received_at: str,
    text: str,
    releasable: bool,
    left: dict[str, LeftOut],
) -> pages.HeldLine:
    author = names.get(header.person or "", NAMELESS)
    decided = left.get(header.operation)
    reason = decided.reason if decided else ""
    return pages.HeldLine(header.operation, author, header.record_type, code, received_at, text, releasable, reason)


ROUTES = [
    Route("/visits/{visit_id}/held", browse, methods=["GET"], name="held.browse"),
    Route("/visits/{visit_id}/held", release, methods=["POST"], name="held.release"),
]

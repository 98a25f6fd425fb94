"""After a restore an administrator says which tablets are still the office's; those get what others wrote again. For nobody else."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions import accounts as actions
from fieldwork.actions.central import Central
from fieldwork.domain.problems import FormFaults
from fieldwork.pages import still_ours as pages
from fieldwork.pages.frame import summary
from fieldwork.pages.people import DeviceLine
from fieldwork.store.devices import devices_that_wait
from fieldwork.store.people import names_of
from fieldwork.web.access import central_in, form_in, go_to, seat_in
from fieldwork.web.htmx import page


async def draft(request: Request) -> Response:
    """The tablets that wait."""
    actions.require_administrator(seat_in(request).account)
    return await _page(request, central_in(request))


async def update(request: Request) -> Response:
    """Let the chosen tablets read again."""
    central, seat = central_in(request), seat_in(request)
    actions.require_administrator(seat.account)
    form = await form_in(request)
    chosen = [value for value in form.getlist("device") if isinstance(value, str)]
    try:
        await actions.still_ours(central, seat.account, chosen)
    except FormFaults as problem:
        return await _page(request, central, {one.field: one.words for one in problem.faults})
    return go_to("/devices?done=still_ours")


async def _page(request: Request, central: Central, faults: dict[str, str] | None = None) -> Response:
    waiting = await devices_that_wait(central.database)
    names = await names_of(central.log, [str(one.person_id) for one in waiting])
    lines = [
        DeviceLine(str(one.id), names.get(str(one.person_id), "Somebody"), one.label, one.last_seen_at, None)
        for one in waiting
    ]
    shown = pages.still_ours(lines, now=central.clock(), error=(faults or {}).get("device", ""))
    status, problems = (422, summary(faults)) if faults else (200, [])
    return page(request, "devices/still_ours.html", shown, status=status, current="devices", problems=problems)


ROUTES = [
    Route("/devices/still-ours", draft, methods=["GET"], name="devices.still_ours"),
    Route("/devices/still-ours", update, methods=["POST"], name="devices.say_still_ours"),
]

"""Bringing in a sealed copy of a tablet: for administrators, and for whoever leads something. For everybody else there is no such page.

It shows counts and no word. The same file again leads to the same, so a page that is sent twice does no harm.
"""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.central import Central
from fieldwork.actions.reading import visit_to_read
from fieldwork.actions.sealed_copies import require_bringer, take_in_copy
from fieldwork.actions.signing_in import Seat
from fieldwork.domain.problems import NotFound, TooLarge
from fieldwork.pages import sealed_copies as pages
from fieldwork.pages.frame import summary
from fieldwork.web.access import BEYOND_ANY_UPLOAD_BYTES, central_in, form_in, limit_body, seat_in
from fieldwork.web.htmx import page
from sync.central.sealed_copy import CopyProblem

MOST_BROUGHT_BYTES = 64 * 1024 * 1024
FORM_AROUND_BYTES = 64 * 1024
MOST_NAME_CP = 120


class CopyTooLarge(TooLarge):
    """More than the page takes. The command line takes more."""

    slug = "copy_too_large"
    title = "This copy is too large for this page"
    sentence = "The page takes copies of at most 64 MB. Nothing was taken in."
    what_to_do = "Give the file to whoever runs the server: the command “fieldwork import-copy” takes larger ones."


async def draft(request: Request) -> Response:
    """The form."""
    central, seat = central_in(request), seat_in(request)
    await require_bringer(central, seat.account)
    return page(request, "sealed_copies/draft.html", pages.draft(), current=_current(seat))


async def create(request: Request) -> Response:
    """Take a copy in and say what came of it."""
    central, seat = central_in(request), seat_in(request)
    await require_bringer(central, seat.account)
    limit_body(request, MOST_BROUGHT_BYTES + FORM_AROUND_BYTES, CopyTooLarge)
    form = await form_in(request)
    upload = form.get("file")
    try:
        if not isinstance(upload, UploadFile) or not upload.filename:
            return _again(request, seat, "Choose the file that was saved on the tablet")
        taken = await take_in_copy(central, await upload.read())
    except CopyProblem:
        return _again(request, seat, pages.NOT_A_COPY)
    finally:
        await form.close()
    visits = await _led(central, seat, taken.waits_in)
    shown = pages.draft(name=upload.filename[:MOST_NAME_CP], taken=taken, visits=visits)
    return page(request, "sealed_copies/draft.html", shown, current=_current(seat))


def _again(request: Request, seat: Seat, fault: str) -> Response:
    shown = pages.draft(error=fault)
    problems = summary({"file": fault})
    return page(request, "sealed_copies/draft.html", shown, status=422, current=_current(seat), problems=problems)


def _current(seat: Seat) -> str:
    return "devices" if seat.account.is_administrator else "reviews"


async def _led(central: Central, seat: Seat, scopes: set[str]) -> list[tuple[str, str]]:
    """Those of the scopes that are visits which this person leads, as (letter, id)."""
    visits = []
    for scope in scopes:
        try:
            visit = await visit_to_read(central, seat.person_id, scope.partition(":")[2])
        except NotFound:
            continue
        if visit.leads:
            visits.append((visit.row.letter, visit.visit_id))
    return sorted(visits)


ROUTES = [
    Route("/sealed-copies", draft, methods=["GET"], name="sealed_copies.draft"),
    Route(
        "/sealed-copies",
        create,
        methods=["POST"],
        name="sealed_copies.create",
        max_body_size=BEYOND_ANY_UPLOAD_BYTES,
    ),
]

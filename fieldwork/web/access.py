"""What every handler begins with: who sits there, and, for a form, whether it is ours.

A page for a person who is not signed in leads to signing in and back. A form without the token of its session is refused, and nothing of
it is read into the log.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Message

from fieldwork.actions.central import Central
from fieldwork.actions.reading import VisitSeen, require_lead, visit_to_read
from fieldwork.actions.signing_in import Seat
from fieldwork.domain.problems import FormNotOurs, SignedOut, TooLarge
from fieldwork.web.htmx import is_token_of
from fieldwork.web.seats import SAFE_METHODS

TOKEN_FIELD = "csrf_token"
TOKEN_HEADER = "x-csrf-token"


class SignInFirst(Exception):
    """A page was asked for by somebody who is not signed in."""


def central_in(request: Request) -> Central:
    """The open central."""
    central: Central = request.state["central"]
    return central


def seat_in(request: Request) -> Seat:
    """Who sits there. Raises SignInFirst for a page, SignedOut for a form."""
    seat: Seat | None = request.scope["state"].get("seat")
    if seat is None:
        raise SignInFirst if request.method in SAFE_METHODS else SignedOut
    return seat


async def visit_of_lead(request: Request) -> tuple[Central, VisitSeen]:
    """Central, and the visit of the address, for who leads it. Raises NotFound and NotAllowed like every reading of a visit."""
    central, seat = central_in(request), seat_in(request)
    visit = await visit_to_read(central, seat.person_id, request.path_params["visit_id"])
    require_lead(visit)
    return central, visit


def limit_body(request: Request, most_bytes: int, too_large: type[TooLarge]) -> None:
    """Refuse a body that is announced as too large before reading it, and one that was not announced while reading it.

    The route's own limit must lie beyond: what it refuses is answered without a page.
    """
    stated = request.headers.get("content-length", "")
    if stated.isascii() and stated.isdigit() and int(stated) > most_bytes:
        raise too_large
    receive, size_bytes = request._receive, 0

    async def limited() -> Message:
        nonlocal size_bytes
        message = await receive()
        size_bytes += len(message.get("body", b""))
        if size_bytes > most_bytes:
            raise too_large
        return message

    request._receive = limited


BEYOND_ANY_UPLOAD_BYTES = 64 * 1024 * 1024 * 1024
"""The limit of a route whose handler says itself, by `limit_body` and in words, what is too large."""


async def form_in(request: Request) -> FormData:
    """The form that was sent, after its token was looked at. Raises FormNotOurs; closes itself when the request ends."""
    form = await request.form(max_files=1, max_fields=64)
    field = form.get(TOKEN_FIELD)
    given = request.headers.get(TOKEN_HEADER) or ""
    # Either way of bringing the token will do: what htmx keeps on the page may be older than the form.
    carried = [token for token in (field if isinstance(field, str) else "", given) if token]
    if not any(is_token_of(request, token) for token in carried):
        raise FormNotOurs
    return form


def text_in(form: FormData, name: str, most_cp: int = 10_000) -> str:
    """A text field of the form as it was typed; "" when it is not there or is a file."""
    value = form.get(name)
    return value[:most_cp] if isinstance(value, str) else ""


async def on_sign_in_first(request: Request, error: Exception) -> Response:
    """To the sign-in page, and back afterwards."""
    path = request.url.path
    here = path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(here, safe='')}" if here != "/" else "/sign-in", 303)


def safe_next(given: str) -> str:
    """An address of ours to go on to: a path and nothing that a browser could read as another site."""
    if not given.startswith("/") or given.startswith(("//", "/\\")) or "\\" in given or not given.isprintable():
        return "/"
    return given


def go_to(address: str) -> Response:
    """After a form was taken: on to a page, which can be loaded again without sending the form again."""
    return RedirectResponse(address, 303)

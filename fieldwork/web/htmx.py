"""The only place that looks at HX- headers: it picks the whole document or what htmx swaps in, and says in Vary that it did.

Going back in history asks without HX-Request and gets the whole document. Handlers never see a header or an element's id.
"""

from __future__ import annotations

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fieldwork.pages.frame import Page, frame
from fieldwork.templating.environment import FieldworkEnvironment
from fieldwork.web.signing import Signer

VARY = "HX-Request, HX-Request-Type"


def wants_swap(request: Request) -> bool:
    """Whether htmx asked for a part of a page, rather than a browser, or htmx itself, for the whole."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-request-type") != "full"


def page(
    request: Request,
    template: str,
    shown: Page,
    *,
    status: int = 200,
    current: str = "",
    problems: list[Page] | None = None,
    notices: list[Page] | None = None,
) -> Response:
    """The page in its frame: whole, or as a swap. `current` names the link of the bar that one is under."""
    seat = request.scope["state"].get("seat")
    around = frame(
        whole=not wants_swap(request),
        assets=request.state["assets"],
        csrf=token_of(request),
        title=shown["title"],
        place=shown.get("place", ""),
        current=current,
        name=seat.account.name if seat else "",
        is_administrator=bool(seat and seat.account.is_administrator),
        done=request.query_params.get("done", ""),
        problems=problems or [],
        notices=notices or [],
    )
    return HTMLResponse(_rendered(request, template, {**around, **shown}), status, headers={"vary": VARY})


def fragment(request: Request, template: str, shown: Page, *, whole_at: str) -> Response:
    """A part of a page that asked for itself again. Whoever opens its address by hand is led to the whole page."""
    if not wants_swap(request):
        return RedirectResponse(whole_at, 303, headers={"vary": VARY})
    return HTMLResponse(_rendered(request, template, shown), headers={"vary": VARY})


def nothing_new() -> Response:
    """An answer that changes nothing on the page."""
    return Response(status_code=204)


def token_of(request: Request) -> str:
    """What the forms of this page carry: the session's own token, or that of the sign-in form."""
    seat = request.scope["state"].get("seat")
    if seat is not None:
        return str(seat.session.csrf_secret)
    signer: Signer = request.state["signer"]
    return signer.sign_in_token()


def is_token_of(request: Request, given: str) -> bool:
    """Whether a form carries the token that it was given."""
    seat = request.scope["state"].get("seat")
    if seat is not None:
        return secrets.compare_digest(given.encode(), seat.session.csrf_secret.encode())
    signer: Signer = request.state["signer"]
    return signer.is_sign_in_token(given)


def _rendered(request: Request, template: str, shown: dict[str, Any]) -> str:
    environment: FieldworkEnvironment = request.state["environment"]
    return environment.get_template(template).render(shown)

"""Signing in, signing out, and one's own account."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldwork.actions.signing_in import Waiting, change_password, end_before, sign_in, sign_out
from fieldwork.domain.problems import FormFaults
from fieldwork.pages import sign_in as pages
from fieldwork.pages.frame import summary
from fieldwork.pages.words import moment_in_words
from fieldwork.web.access import central_in, form_in, go_to, safe_next, seat_in, text_in
from fieldwork.web.htmx import page
from fieldwork.web.seats import cookie_name, cookie_with


async def draft(request: Request) -> Response:
    """The sign-in form; for somebody who is signed in already, what they wanted."""
    following = safe_next(request.query_params.get("next", "/"))
    if request.scope["state"]["seat"] is not None:
        return go_to(following)
    return page(request, "sign_in/show.html", pages.sign_in(next_path=following))


async def create(request: Request) -> Response:
    """Sign in: a new session with a new secret, whatever cookie came before (SEC-11)."""
    central, form = central_in(request), await form_in(request)
    name, following = text_in(form, "sign_in_name"), safe_next(text_in(form, "next") or "/")
    answer = await sign_in(central, name, text_in(form, "password"))
    if answer is None or isinstance(answer, Waiting):
        words = pages.wait_words(answer.seconds) if answer else pages.WRONG
        faults = {"password": words}
        shown = pages.sign_in(typed_name=name, next_path=following, faults=faults)
        return page(request, "sign_in/show.html", shown, status=429 if answer else 422, problems=summary(faults))
    await end_before(central, request.scope["state"]["seat"])
    secret, _ = answer
    onward = go_to(following)
    onward.set_cookie(**cookie_with(request.state["signer"], secret, secure=central.settings.secure))  # type: ignore[arg-type]
    return onward


async def end(request: Request) -> Response:
    """Sign out."""
    central, seat = central_in(request), seat_in(request)
    await form_in(request)
    await sign_out(central, seat)
    return _signed_out(request, "/sign-in?done=signed_out")


async def account(request: Request) -> Response:
    """One's own account."""
    return page(request, "account/show.html", _account(request, {}), current="account")


async def password(request: Request) -> Response:
    """A new password; every session of the account ends."""
    central, seat, form = central_in(request), seat_in(request), await form_in(request)
    try:
        await change_password(central, seat, text_in(form, "old_password"), text_in(form, "new_password"))
    except FormFaults as problem:
        faults = {fault.field: fault.words for fault in problem.faults}
        shown = _account(request, faults)
        return page(request, "account/show.html", shown, status=422, current="account", problems=summary(faults))
    return _signed_out(request, "/sign-in?done=password")


def _account(request: Request, faults: dict[str, str]) -> dict[str, object]:
    seat = seat_in(request)
    latest = moment_in_words(seat.session.absolute_expires_at)
    ends = f"Your session ends after 30 minutes without use, and on {latest} at the latest."
    return pages.account(name=seat.account.name, sign_in_name=seat.account.sign_in_name, ends=ends, faults=faults)


def _signed_out(request: Request, address: str) -> Response:
    secure = central_in(request).settings.secure
    onward = go_to(address)
    onward.delete_cookie(cookie_name(secure), path="/", secure=secure, httponly=True, samesite="lax")
    return onward


ROUTES = [
    Route("/sign-in", draft, methods=["GET"], name="sign_in.draft"),
    Route("/sign-in", create, methods=["POST"], name="sign_in.create"),
    Route("/sign-out", end, methods=["POST"], name="sign_in.end"),
    Route("/account", account, methods=["GET"], name="account.show"),
    Route("/account/password", password, methods=["POST"], name="account.password"),
]

"""Who sits in front of this browser: the session behind its cookie, looked up once for each request that is for a person.

Plain ASGI. Exchanges with tablets, the files of the release and the health answers pass by untouched: no cookie counts there. A form
that another site sent is refused here, before anybody reads it (SEC-10).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from fieldwork.actions.central import Central
from fieldwork.actions.signing_in import Seat, seat_of
from fieldwork.domain.problems import FormNotOurs
from fieldwork.web.errors import problem_page
from fieldwork.web.signing import SESSION_SECONDS, Signer

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
NOT_FOR_PEOPLE = ("/sync/", "/a/", "/tablet/", "/livez", "/readyz", "/sw.js")
ASKS_BY_ITSELF = "/arrived"
"""Pages that end so ask again while somebody reads, or has left: they keep no session awake."""


class Seats:
    """Puts `seat` (a Seat or None) into the request's state, and refuses forms from elsewhere."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self.app, self.secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NOT_FOR_PEOPLE):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        state = scope["state"]
        state["seat"] = await self._seat(state["central"], state["signer"], headers, scope["path"])
        if scope["method"] not in SAFE_METHODS and not is_from_here(headers, secure=self.secure):
            refused = problem_page(Request(scope, receive), FormNotOurs())
            await refused(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _seat(self, central: Central, signer: Signer, headers: Headers, path: str) -> Seat | None:
        cookie = cookie_parser("; ".join(headers.getlist("cookie"))).get(cookie_name(self.secure))
        secret = signer.session_secret(cookie) if cookie else None
        if secret is None:
            return None
        return await seat_of(central, secret, active=not path.endswith(ASKS_BY_ITSELF))


def is_from_here(headers: Mapping[str, str], *, secure: bool) -> bool:
    """Whether an unsafe request comes from a page of this central: by Sec-Fetch-Site, or by an Origin that equals the host."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if site == "same-origin":
        return True
    origin = urlsplit(headers.get("origin", ""))
    return origin.netloc != "" and origin.netloc == headers.get("host") and origin.scheme in _schemes(secure)


def cookie_name(secure: bool) -> str:
    """The cookie's name; the prefix makes browsers refuse one that another host, a path or plain HTTP has set."""
    return "__Host-fieldwork" if secure else "fieldwork"


def cookie_with(signer: Signer, secret: str, *, secure: bool) -> dict[str, object]:
    """What `Response.set_cookie` needs to hand the session to the browser."""
    return {
        "key": cookie_name(secure),
        "value": signer.sign_session(secret),
        "max_age": SESSION_SECONDS,
        "path": "/",
        "secure": secure,
        "httponly": True,
        "samesite": "lax",
    }


def _schemes(secure: bool) -> tuple[str, ...]:
    return ("https",) if secure else ("http", "https")

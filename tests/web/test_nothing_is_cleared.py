"""No answer of central tells a browser to clear what it keeps: on a tablet, that would delete notes that nobody else has (DUR-22)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from fieldwork.building import build
from fieldwork.settings import ROOT
from fieldwork.web.assets import PREFIX, Assets
from fieldwork.web.guard import Guard
from fieldwork.web.routes import all_routes
from fieldwork.web.tablet import TabletRoutes
from tests.web.office import ROLES, Office

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
NOBODY = "00000000-0000-4000-8000-000000000000"
CLEARS = re.compile(r'storage|\*|cache|"cookies"', re.IGNORECASE)


def _addresses(office: Office) -> list[str]:
    """Every address of central, once with ids that are there and once with ids that are not, and some that nobody serves."""
    there = {
        "review_id": office.review_id,
        "visit_id": office.visit_id("A"),
        "evidence_id": office.evidence_id("A-01"),
        "number": "1",
        "assignment_id": office.id_of("assignments/A-I2"),
    }
    paths = [route.path for route in all_routes(None) if isinstance(route, Route)]
    ids = [re.sub(r"\{(\w+)[^}]*\}", lambda found: there.get(found[1], NOBODY), path) for path in paths]
    return [*ids, *(re.sub(r"\{\w+[^}]*\}", NOBODY, path) for path in paths), "/nowhere", "/sync/nowhere", "/a/none/x"]


def _that_clear(answers: Iterable[tuple[str, Any]]) -> list[str]:
    return [what for what, answer in answers if CLEARS.search(answer.headers.get("clear-site-data", ""))]


@pytest.mark.parametrize("who", [None, *ROLES])
def test_no_address_of_central_clears_what_a_tablet_keeps(office: Office, who: str | None) -> None:
    """DUR-22: every route, every method, for each of the five and for nobody; with tokens of tablets, good and bad; signing out last."""
    browser = office.browser() if who is None else office.signed_in(who)
    token = office.tablet_of("A-I2").token
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    bearers = ({}, {"authorization": f"Bearer {token}"}, {"authorization": "Bearer nobody"})
    asked = [
        (f"{method} {path}", method, path, {"cookie": cookies, **bearer})
        for path in sorted(set(_addresses(office)), key=lambda path: path.startswith("/sign"))
        for method in METHODS
        for bearer in (bearers if path.startswith("/sync/") else bearers[:1])
    ]

    answers = [
        (what, office.client.request(method, path, headers=headers, content=b"{}" if method == "POST" else None))
        for what, method, path, headers in asked
    ]
    answers.append(("another host", office.client.get("/sign-in", headers={"host": "elsewhere.example"})))

    assert _that_clear(answers) == []
    assert {answer.status_code for _, answer in answers} >= {200, 303, 400, 401, 404, 405}


def test_nothing_that_a_tablet_loads_clears_what_it_keeps() -> None:
    """DUR-22: the shell, the service worker, enrolment and each file of the release."""
    build(ROOT)

    async def anywhere(_request: Request) -> bool:
        return False

    assets = Assets(ROOT)
    app = Starlette(
        routes=[*TabletRoutes(assets, anywhere).routes, Mount(PREFIX, app=assets)],
        middleware=[Middleware(Guard, allowed_hosts=("office",), secure=True)],
    )
    tablet = TestClient(app, base_url="https://office", raise_server_exceptions=False)
    addresses = [
        "/tablet/",
        "/tablet/visits/1",
        "/sw.js",
        "/sync/enrol",
        f"{PREFIX}/gone/x.js",
        *assets.kept_addresses(),
    ]

    answers = [(f"{method} {path}", tablet.request(method, path)) for path in addresses for method in METHODS]

    assert _that_clear(answers) == []
    assert {answer.status_code for _, answer in answers} >= {200, 404, 405}

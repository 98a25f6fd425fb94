"""SEC-10: no unsafe address of central does anything for a form that is not ours. Generated from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Route

from fieldwork.web.routes import all_routes
from tests.web.office import ORIGIN, Browser, Office, words_of

SAFE = {"GET", "HEAD", "OPTIONS"}
UNSAFE = sorted(
    (route.name, route.path, method)
    for route in all_routes(None)
    if isinstance(route, Route) and not route.path.startswith("/sync/")
    for method in (route.methods or set()) - SAFE
)


def test_there_are_unsafe_addresses_to_try() -> None:
    assert len(UNSAFE) >= 14
    assert {method for _, _, method in UNSAFE} == {"POST"}


def _counts(office: Office) -> list[int]:
    tables = ("operation_evidence", "account", "session", "enrolment_code", "export_job", "alarm", "file_stored")
    return [office.ask(f"SELECT COUNT(*) FROM {table}")[0][0] for table in tables]


def _address(office: Office, path: str, account_id: str) -> str:
    values = {
        "review_id": office.review_id,
        "visit_id": office.visit_id("A"),
        "evidence_id": office.evidence_id("A-01"),
        "record_id": office.evidence_id("A-01"),
        "account_id": account_id,
        "device_id": account_id,
        "assignment_id": office.id_of("assignments/A-I2"),
    }
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)


def _token(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def _attempts(browser: Browser, other_token: str, token: str) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    yield "no token", {}, {}
    yield "a wrong token", {"csrf_token": "wrong"}, {}
    yield "an odd token", {"csrf_token": "é\ud83d".encode("utf-8", "replace").decode()}, {}
    yield "the token of another session", {"csrf_token": other_token}, {}
    yield "the token of another session in the header", {}, {"x-csrf-token": other_token}
    yield "another site", {"csrf_token": token}, {"sec-fetch-site": "cross-site"}
    yield (
        "another site, whatever origin it claims",
        {"csrf_token": token},
        {"sec-fetch-site": "cross-site", "origin": ORIGIN},
    )
    yield "a neighbouring site", {"csrf_token": token}, {"sec-fetch-site": "same-site"}
    yield "another origin", {"csrf_token": token}, {"sec-fetch-site": "none", "origin": "https://evil.example"}
    yield "an origin that is hidden", {"csrf_token": token}, {"sec-fetch-site": "none", "origin": "null"}
    yield "no word of where it comes from", {"csrf_token": token}, {"sec-fetch-site": "none"}


@pytest.mark.parametrize(("name", "path", "method"), UNSAFE, ids=[name for name, _, _ in UNSAFE])
def test_a_form_that_is_not_ours_changes_nothing(office: Office, name: str, path: str, method: str) -> None:
    """SEC-10."""
    who = "administrator" if name.startswith(("people.", "devices.")) else "lead"
    browser = office.signed_in("safeguarding" if name.startswith("concerns.") else who)
    account = str(office.ask("SELECT id FROM account WHERE sign_in_name = 'lead@demonstration.example'")[0][0])
    address = _address(office, path, account)
    other = _token(office.signed_in("researcher").opens("/account"))
    token = _token(browser.opens("/account"))
    before = _counts(office)

    for what, fields, headers in _attempts(browser, other, token):
        answer = browser.request(method, address, data=fields, headers=headers)

        assert answer.status_code == 403, f"{what}: {answer.status_code}"
        assert "This form could not be accepted" in words_of(answer.text)
    assert _counts(office) == before


@pytest.mark.parametrize(("name", "path", "method"), UNSAFE, ids=[name for name, _, _ in UNSAFE])
def test_a_form_from_nobody_changes_nothing(office: Office, name: str, path: str, method: str) -> None:
    browser = office.browser()
    address = _address(office, path, office.review_id)
    before = _counts(office)

    answer = browser.request(method, address, data={"csrf_token": "anything"})

    assert answer.status_code == (403 if name == "sign_in.create" else 401)
    assert _counts(office) == before


def test_a_tablets_exchange_needs_no_form_and_takes_no_cookie(office: Office) -> None:
    lead = office.signed_in("lead")

    answer = lead.post("/sync/push", {}, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 401
    assert lead.get("/sync/keys").status_code == 401


def test_a_token_in_the_header_that_htmx_sends_is_as_good(office: Office) -> None:
    lead = office.signed_in("lead")
    token = _token(lead.opens("/account"))

    answer = lead.post("/sign-out", {}, headers={"x-csrf-token": token})

    assert answer.status_code == 303


def test_every_page_lets_htmx_carry_the_token(office: Office) -> None:
    page = office.signed_in("lead").opens("/account")

    assert f'hx-headers:inherited=\'{{"X-CSRF-Token": "{_token(page)}"}}\'' in page

"""SEC-08 in small: every address of the table of routes, asked for by each of the five, for a visit of theirs and for another."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Route

from fieldwork.web.routes import all_routes
from tests.web.office import ROLES, Office

PAGES = sorted(
    (route.name, route.path)
    for route in all_routes(None)
    if isinstance(route, Route)
    and "GET" in (route.methods or set())
    and not route.path.startswith(("/sync/", "/livez", "/readyz"))
)
FORMS = sorted(
    (route.name, route.path)
    for route in all_routes(None)
    if isinstance(route, Route)
    and "POST" in (route.methods or set())
    and not route.path.startswith(("/sync/", "/sign"))
)
EVERYBODY = set(ROLES)
TEAM = {"inspector", "lead"}
READERS = TEAM | {"researcher"}

MAY_READ = {
    "account.show": EVERYBODY,
    "reviews.browse": EVERYBODY,
    "sign_in.draft": EVERYBODY,
    "reviews.show": EVERYBODY - {"administrator"},
    "questions.show": READERS,
    "exports.browse": {"lead", "researcher"},
    "concerns.show": {"safeguarding"},
    "visits.show": READERS,
    "visits.arrived": READERS,
    "evidence.show": READERS,
    "evidence.arrived": READERS,
    "conflicts.browse": TEAM,
    "conflicts.show": TEAM,
    "record_receipts.show": TEAM,
    "record_receipts.download": TEAM,
    "held.browse": {"lead"},
    "team.show": {"lead"},
    "removal.draft": TEAM,
    "people.browse": {"administrator"},
    "people.draft": {"administrator"},
    "people.show": {"administrator"},
    "devices.browse": {"administrator"},
    "devices.confirm": {"administrator"},
    "devices.still_ours": {"administrator"},
    "sealed_copies.draft": {"administrator", "lead"},
    # There is no file and no export in the demonstration.
    "files.show": set(),
    "exports.show": set(),
    "exports.arrived": set(),
    "exports.download": set(),
}
KNOWN_AND_NOT_ALLOWED = {
    "conflicts.browse": {"researcher"},
    "conflicts.show": {"researcher"},
    "record_receipts.show": {"researcher"},
    "record_receipts.download": {"researcher"},
    "held.browse": READERS - {"lead"},
    "team.show": READERS - {"lead"},
    "removal.draft": {"researcher"},
}
"""Who may see the thing and not do this to it hears 403; for everybody else it does not exist."""


def _address(office: Office, path: str, letter: str, account_id: str, device_id: str) -> str:
    values = {
        "review_id": office.review_id,
        "visit_id": office.visit_id(letter),
        "evidence_id": office.evidence_id(f"{letter}-01"),
        "record_id": office.evidence_id(f"{letter}-01"),
        "number": "1",
        "account_id": account_id,
        "device_id": device_id,
        "file_id": office.evidence_id(f"{letter}-01"),
        "job_id": office.review_id,
        "name": "evidence.xlsx",
        "assignment_id": office.id_of(f"assignments/{letter}-I2"),
    }
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)


def _ids(office: Office) -> tuple[str, str]:
    office.tablet_of("A-I2")
    account = office.ask("SELECT id FROM account WHERE sign_in_name = 'lead@demonstration.example'")[0][0]
    return str(account), str(office.ask("SELECT id FROM device")[0][0])


def test_every_page_is_in_the_matrix() -> None:
    assert {name for name, _ in PAGES} == set(MAY_READ)


@pytest.mark.parametrize("who", ROLES)
def test_each_of_the_five_reads_what_is_theirs_and_no_other_page_exists(office: Office, who: str) -> None:
    """SEC-08."""
    browser, ids = office.signed_in(who), _ids(office)

    for name, path in PAGES:
        answer = browser.get(_address(office, path, "A", *ids))

        if who in MAY_READ[name]:
            assert answer.status_code in (200, 204, 303), f"{name}: {answer.status_code}"
        elif who in KNOWN_AND_NOT_ALLOWED.get(name, ()):
            assert answer.status_code == 403, f"{name}: {answer.status_code}"
        else:
            assert answer.status_code == 404, f"{name}: {answer.status_code}"


@pytest.mark.parametrize("who", ["inspector", "lead", "safeguarding", "administrator"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_anothers_visit_is_as_if_it_did_not_exist(office: Office, who: str, method: str) -> None:
    """SEC-08: 404, and the very same page as for an id that nobody has."""
    browser, ids = office.signed_in(who), _ids(office)
    nobody = "00000000-0000-4000-8000-000000000000"

    for name, path in PAGES:
        if not any(part in path for part in ("{visit_id}", "{evidence_id}", "{record_id}")):
            continue
        others = browser.request(method, _address(office, path, "B", *ids))
        nobodys = browser.request(method, re.sub(r"\{\w+\}", nobody, path))

        assert others.status_code == nobodys.status_code == 404, name
        assert _told(others.text) == _told(nobodys.text)


@pytest.mark.parametrize("who", ROLES)
def test_a_form_for_anothers_visit_is_as_if_it_did_not_exist(office: Office, who: str) -> None:
    browser, ids = office.signed_in(who), _ids(office)
    token = browser.opens("/account").split('name="csrf_token" value="')[1].split('"')[0]
    before = office.ask("SELECT COUNT(*) FROM operation_evidence")[0][0]

    for name, path in FORMS:
        if not any(part in path for part in ("{visit_id}", "{evidence_id}", "{record_id}")):
            continue
        answer = browser.post(_address(office, path, "B", *ids), {"csrf_token": token})

        # The researcher has the whole review, and may read the record of Area B without doing any of this.
        assert answer.status_code in ((403, 422) if who == "researcher" else (404,)), f"{name}: {answer.status_code}"
    assert office.ask("SELECT COUNT(*) FROM operation_evidence")[0][0] == before


@pytest.mark.parametrize("who", sorted(EVERYBODY - {"administrator"}))
def test_a_form_of_the_administrator_does_not_exist_for_others(office: Office, who: str) -> None:
    browser, ids = office.signed_in(who), _ids(office)
    token = browser.opens("/account").split('name="csrf_token" value="')[1].split('"')[0]

    for name, path in FORMS:
        if name.startswith(("people.", "devices.")):
            assert browser.post(_address(office, path, "A", *ids), {"csrf_token": token}).status_code == 404, name


def test_nobody_reads_anything_without_signing_in(office: Office) -> None:
    browser, ids = office.browser(), _ids(office)

    for name, path in PAGES:
        answer = browser.get(_address(office, path, "A", *ids))

        if name == "sign_in.draft":
            continue
        assert answer.status_code in (303, 204), name
        assert answer.text == ""


@pytest.mark.parametrize(
    "address",
    ["/visits/", "/visits/x", "/visits/%2e%2e/people", "/evidence/..;/people", "//people", "/people/", "/nothing"],
)
def test_odd_addresses_lead_nowhere(office: Office, address: str) -> None:
    answer = office.signed_in("lead").get(f"http://office.example{address}")

    assert answer.status_code in (404, 307), address
    assert "Emrys Tolland" not in answer.text


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "BREW"])
def test_a_method_that_no_page_answers_is_refused_in_words(office: Office, method: str) -> None:
    answer = office.signed_in("lead").request(method, f"/visits/{office.visit_id('B')}")

    assert answer.status_code == 405
    assert "This address does not work like that" in answer.text


def test_a_part_that_ends_is_gone_at_the_next_click(office: Office) -> None:
    """SEC-11: after a change of part, refused within one request."""
    inspector = office.signed_in("inspector")
    assert inspector.get(f"/visits/{office.visit_id('A')}").status_code == 200
    _end_part_of_inspector(office)

    assert inspector.get(f"/visits/{office.visit_id('A')}").status_code == 404
    assert inspector.get(f"/evidence/{office.evidence_id('A-01')}").status_code == 404


def _end_part_of_inspector(office: Office) -> None:
    from fieldwork.actions.writing import draft, new_operation_id, write
    from fieldwork.store.records import record_of

    central = office.central

    async def end() -> None:
        part = await record_of(central.log, office.id_of("assignments/A-I2"))
        assert part is not None
        ended = {"ended_at": "2026-11-22T08:00:00.000Z"}
        operation = new_operation_id(central)
        scope = f"review:{office.review_id}"
        one = draft(operation, scope, "assignment", part.record_id, "revise", ended, base=part.state.heads)
        await write(central, [one], office.person_id("A-I1"))

    office.run(end)


def _told(page: str) -> str:
    return re.sub(r'"X-CSRF-Token": "[^"]*"', "", page)

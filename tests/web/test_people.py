"""The administrator looks after people and tablets, and never sees a word of what was written."""

from __future__ import annotations

import re
import uuid
from typing import Any

from fieldwork.actions.restores import RESTORED, told_of_restore
from fieldwork.store.log import instant
from fieldwork.store.settings import set_setting
from sync.vectors.cases_of_contacts import contact_values
from sync.vectors.cases_of_reports import report_values
from sync.vectors.plain import compact
from tests.web.office import Browser, Office, words_of


def _page_of(admin: Browser, sign_in_name: str) -> str:
    for address in dict.fromkeys(re.findall(r'href="(/people/[0-9a-f-]{36})"', admin.opens("/people"))):
        if sign_in_name in admin.opens(address):
            return str(address)
    raise AssertionError(sign_in_name)


def _adds(admin: Browser, **fields: str) -> Any:
    return admin.sends(admin.opens("/people/draft"), "/people", fields)


def test_a_person_of_a_team_gets_an_account_and_sees_their_visit(office: Office) -> None:
    admin = office.signed_in("administrator")

    answer = _adds(admin, person_id=office.person_id("B-I2"), name="", sign_in_name="Dewi@example.org")

    password = re.search(r"<code[^>]*>([^<]+)</code>", answer.text)[1]  # type: ignore[index]
    assert "can sign in" in words_of(answer.text)
    browser = office.browser()
    assert browser.signs_in("dewi@example.org", password).status_code == 303
    assert "Area B" in words_of(browser.opens(f"/reviews/{office.review_id}"))
    assert browser.get(f"/visits/{office.visit_id('A')}").status_code == 404
    assert password not in admin.opens("/people")


def test_a_new_person_sees_nothing_yet(office: Office) -> None:
    answer = _adds(office.signed_in("administrator"), name="New Person", sign_in_name="new@example.org")
    password = re.search(r"<code[^>]*>([^<]+)</code>", answer.text)[1]  # type: ignore[index]

    browser = office.browser()
    browser.signs_in("new@example.org", password)

    assert "You have no part in a review yet." in words_of(browser.opens("/"))


def test_what_is_wrong_with_a_new_account_is_said_at_the_field(office: Office) -> None:
    admin = office.signed_in("administrator")

    empty = _adds(admin, name="", sign_in_name="")
    taken = _adds(admin, name="Somebody", sign_in_name="LEAD@demonstration.example")
    nobody = _adds(admin, name="Somebody", sign_in_name="x@example.org", person_id=str(uuid.uuid4()))

    assert empty.status_code == taken.status_code == nobody.status_code == 422
    assert "Enter the person’s name" in words_of(empty.text)
    assert "Enter a sign-in name" in words_of(empty.text)
    assert "Another account has this sign-in name" in words_of(taken.text)
    assert "Choose a person from the list" in words_of(nobody.text)


def test_a_disabled_account_is_out_within_one_request_and_can_come_back(office: Office) -> None:
    """SEC-11."""
    admin, lead = office.signed_in("administrator"), office.signed_in("lead")
    address = _page_of(admin, "lead@demonstration.example")

    page = admin.follows(admin.sends(admin.opens(address), f"{address}/disable")).text

    assert "Account disabled." in words_of(page)
    assert lead.get("/").status_code == 303
    assert "Disabled" in words_of(admin.opens("/people"))
    assert admin.sends(page, f"{address}/enable").status_code == 303
    assert lead.get("/").status_code == 303
    assert office.signed_in("lead").get("/").status_code == 200


def test_nobody_disables_the_account_they_are_using(office: Office) -> None:
    admin = office.signed_in("administrator")
    address = _page_of(admin, "administrator@demonstration.example")
    page = admin.opens(address)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    answer = admin.post(f"{address}/disable", {"csrf_token": token})

    assert "Disable this account" not in page
    assert answer.status_code == 422
    assert "You cannot disable the account that you are using" in words_of(answer.text)


def test_a_new_password_is_shown_once_and_ends_the_sessions(office: Office) -> None:
    admin, lead = office.signed_in("administrator"), office.signed_in("lead")
    address = _page_of(admin, "lead@demonstration.example")

    answer = admin.sends(admin.opens(address), f"{address}/password")

    password = re.search(r"<code[^>]*>([^<]+)</code>", answer.text)[1]  # type: ignore[index]
    assert lead.get("/").status_code == 303
    assert office.browser().signs_in("lead@demonstration.example", password).status_code == 303
    assert password not in admin.opens(address)


def test_a_code_for_a_tablet_is_shown_once_and_works(office: Office) -> None:
    from fieldwork.store.devices import enrol_device

    admin = office.signed_in("administrator")
    address = _page_of(admin, "inspector@demonstration.example")

    answer = admin.sends(admin.opens(address), f"{address}/codes")

    code = re.search(r"<code[^>]*>([^<]+)</code>", answer.text)[1]  # type: ignore[index]
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    assert "It works once, until 22 November 2026 at 9:15am." in words_of(answer.text)

    async def enrol() -> Any:
        return await enrol_device(
            office.central.database, code, label="A tablet", app_version="1", now=office.clock.now
        )

    token, device = office.run(enrol)
    assert str(device.person_id) == office.person_id("A-I2")
    assert office.client.get("/sync/keys", headers={"authorization": f"Bearer {token}"}).status_code == 200


def test_tablets_are_shown_with_what_they_have_not_sent_and_can_be_revoked(office: Office) -> None:
    """Design 3 and SEC-06: last contact, unsent count and oldest, never content."""
    admin, tablet = office.signed_in("administrator"), office.tablet_of("A-I2")
    tablet.records(f"visit:{office.visit_id('A')}", "A canary sang.")
    tablet.sends()
    device_id = _device_id(office)
    bearer = {"authorization": f"Bearer {tablet.token}"}
    said = contact_values(waiting=9, scopes=[], oldest_at="2026-11-22T07:00:00.000Z", persisted=False)
    assert office.client.post("/sync/contact", content=compact(said), headers=bearer).status_code == 200
    office.clock.goes_on(minutes=20)

    page = admin.opens("/devices")

    assert (
        "Last here 20 minutes ago, on 22 November 2026 at 9:00am. It says that 9 changes are still only on it."
        " The oldest has waited 2 hours. 1 draft was being written. The tablet may delete notes when it runs out of space."
        " It runs release 0f3c9a6b21d4e875."
    ) in words_of(page)
    assert "Idwal Pennistow" in page
    assert "canary" not in page
    looked = admin.opens(f"/devices/{device_id}/revoke")
    answer = admin.sends(looked, f"/devices/{device_id}/revoke")
    assert "Tablet revoked." in words_of(admin.follows(answer).text)
    scope = f"visit:{office.visit_id('A')}"
    pulled = office.client.get("/sync/pull", params={"scope": scope, "lane": "evidence"}, headers=bearer)
    assert pulled.status_code == 401
    tablet.writes(scope, "block", {"text": "Carried all the same."})
    assert [receipt.verdict for receipt in tablet.sends()] == ["stored"]


def test_a_tablet_that_was_enrolled_long_ago_was_here_when_it_came_last(office: Office) -> None:
    tablet = office.tablet_of("A-I2")
    office.clock.goes_on(days=3)
    tablet.sends()
    office.clock.goes_on(hours=1)

    page = words_of(office.signed_in("administrator").opens("/devices"))

    assert "Last here 1 hour ago, on 25 November 2026 at 9:00am. It has not said yet what is only on it." in page


def test_after_a_restore_the_office_sees_which_tablets_have_come_and_what_has_arrived(office: Office) -> None:
    admin, tablet = office.signed_in("administrator"), office.tablet_of("A-I2")
    before = words_of(admin.opens("/devices"))
    office.clock.goes_on(minutes=20)
    operations = office.ask("SELECT SUM(count) FROM stream")[0][0]
    told = told_of_restore(
        at=instant(office.clock.now), backup_of="2026-11-21T23:00:00.000Z", epoch_before=None, operations=operations
    )

    async def restored() -> None:
        await set_setting(office.central.database, f"{RESTORED}{office.central.epoch}", told)

    office.run(restored)
    waiting = words_of(admin.opens("/devices"))
    tablet.records(f"visit:{office.visit_id('A')}", "A canary sang.")
    tablet.sends()
    come = words_of(admin.opens("/devices"))
    office.clock.goes_on(minutes=60 * 24 * 31)
    later = words_of(office.signed_in("administrator").opens("/devices"))

    assert "restored" not in before
    assert (
        "This office was restored on 22 November 2026 at 9:20am, from a backup of 21 November 2026 at 11:00pm."
        " 0 of 1 tablet has been here since. A tablet that comes sends what is missing here. Nothing has arrived so far."
    ) in waiting
    assert "It has not been here since the office was restored." in waiting
    assert "1 of 1 tablet has been here since." in come
    assert re.search(r"[1-9]\d* entries have arrived so far", come)
    assert "It has not been here" not in come
    assert "restored" not in later


def test_what_tablets_reported_of_their_own_copies_is_shown_with_who_is_to_look(office: Office) -> None:
    admin, tablet = office.signed_in("administrator"), office.tablet_of("A-I2")
    bearer = {"authorization": f"Bearer {tablet.token}"}
    found = [
        report_values(found_at="2026-11-22T09:00:00.000Z"),
        report_values(
            report=str(uuid.uuid4()), found_at="2026-11-22T09:00:00.000Z", restored=0, lost=2, lost_streams=1
        ),
    ]
    for values in found:
        assert office.client.post("/sync/report", content=compact(values), headers=bearer).status_code == 200

    pages = [
        words_of(admin.opens("/devices")),
        words_of(admin.opens(_page_of(admin, "inspector@demonstration.example"))),
    ]

    for shown in pages:
        assert (
            "22 November 2026 at 9:00am: Something is missing. The tablet’s main store was found empty."
            " 2 changes could not be restored. What it had sent before is safe at the office."
            " Ask Idwal Pennistow to look at what is on the tablet before anything else is written there."
        ) in shown
        assert "3 changes came back from the second copy. Nothing is missing." in shown
    assert "Something is missing" not in admin.opens(f"/devices/{_device_id(office)}/revoke")


def _device_id(office: Office) -> str:
    return str(uuid.UUID(str(office.ask("SELECT id FROM device")[0][0])))


def test_an_administrator_reads_no_evidence(office: Office) -> None:
    admin = office.signed_in("administrator")
    pages = [admin.opens(address) for address in ("/", "/people", "/people/draft", "/devices", "/account")]
    pages.append(admin.opens(_page_of(admin, "lead@demonstration.example")))

    words = [block["text"] for one in office.evidence.values() for block in one["blocks"] if len(block["text"]) > 20]
    assert [text for text in words for page in pages if text in page] == []


def test_making_the_demonstration_twice_changes_nothing(office: Office) -> None:
    from fieldwork.actions.demonstration import (
        PASSWORDS_FILE,
        demonstration_accounts_enabled,
        make_demonstration_accounts,
    )

    before = [office.ask(f"SELECT COUNT(*) FROM {table}")[0][0] for table in ("operation_evidence", "account")]

    accounts = office.run(make_demonstration_accounts, office.central, office.template.pack)

    after = [office.ask(f"SELECT COUNT(*) FROM {table}")[0][0] for table in ("operation_evidence", "account")]
    assert before == after
    assert {one.sign_in_name.partition("@")[0]: one.password for one in accounts} == office.template.passwords
    assert oct((office.settings.data / PASSWORDS_FILE).stat().st_mode)[-3:] == "600"
    assert office.run(demonstration_accounts_enabled, office.central) is True
    admin = office.signed_in("administrator")
    for who in ("lead", "inspector", "researcher", "safeguarding"):
        address = _page_of(admin, f"{who}@demonstration.example")
        admin.sends(admin.opens(address), f"{address}/disable")
    assert office.run(demonstration_accounts_enabled, office.central) is True

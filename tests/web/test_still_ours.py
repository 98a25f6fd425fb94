"""After a restore tablets send, and get nothing until an administrator has said that they are still the office's."""

from __future__ import annotations

import uuid

from fieldwork.pages.people import DeviceLine
from fieldwork.pages.still_ours import MOST_AT_ONCE, still_ours
from tests.web.office import Office, Tablet, form_fields, words_of


def test_every_tablet_of_a_restored_office_sends_and_reads_once_an_administrator_has_said_that_it_is_still_ours(
    office: Office,
) -> None:
    found, lost = office.tablet_of("A-I1"), office.tablet_of("A-I2")
    restored(office)
    assert [_reads(office, each) for each in (found, lost)] == [403, 403]
    for each in (found, lost):
        each.records(f"visit:{office.visit_id('A')}", "A canary sang.")
        assert {receipt.verdict for receipt in each.sends()} == {"stored"}

    admin = office.signed_in("administrator")
    tablets = admin.opens("/devices")
    asked = admin.opens("/devices/still-ours")
    none_chosen = admin.sends(asked, "/devices/still-ours")
    answer = admin.sends(asked, "/devices/still-ours", {"device": _id_of(office, found)})

    assert "2 tablets wait for you. This office was restored from a backup" in words_of(tablets)
    assert "It sends, and gets nothing until you say that it is still yours." in words_of(tablets)
    assert none_chosen.status_code == 422
    assert "Choose the tablets that are still yours" in words_of(none_chosen.text)
    after = words_of(admin.follows(answer).text)
    assert "Tablets confirmed." in after
    assert "1 tablet waits for you." in after
    assert [_reads(office, each) for each in (found, lost)] == [200, 403]


def test_a_tablet_that_was_revoked_is_in_no_list_and_is_let_in_by_none(office: Office) -> None:
    lost = office.tablet_of("A-I2")
    restored(office)
    admin = office.signed_in("administrator")
    asked = admin.opens("/devices/still-ours")
    looked = admin.opens(f"/devices/{_id_of(office, lost)}/revoke")
    admin.sends(looked, f"/devices/{_id_of(office, lost)}/revoke")

    admin.sends(asked, "/devices/still-ours", {"device": _id_of(office, lost)})

    assert _reads(office, lost) == 401
    assert "waits for you" not in words_of(admin.opens("/devices"))


def test_a_tablet_that_is_enrolled_after_the_restore_waits_for_nobody(office: Office) -> None:
    restored(office)

    tablet = office.tablet_of("A-I2")

    assert _reads(office, tablet) == 200


def test_nobody_but_an_administrator_says_which_tablets_are_ours(office: Office) -> None:
    tablet = office.tablet_of("A-I2")
    restored(office)
    lead = office.signed_in("lead")

    hidden = form_fields(lead.opens("/account"), "/sign-out")
    answer = lead.post("/devices/still-ours", {**hidden, "device": _id_of(office, tablet)})

    assert answer.status_code == 404
    assert _reads(office, tablet) == 403


def test_more_tablets_than_a_form_may_hold_come_after_one_another(office: Office) -> None:
    lines = [
        DeviceLine(str(uuid.uuid4()), "Idwal", "A tablet", office.clock.now, None) for _ in range(MOST_AT_ONCE + 2)
    ]

    page = still_ours(lines, now=office.clock.now)

    assert len(page["choices"]) == MOST_AT_ONCE
    assert page["more"] == "2 more tablets wait. They come here next."


def _reads(office: Office, tablet: Tablet) -> int:
    """What the office answers when this tablet asks what there is, and when it asks for the words."""
    bearer = {"authorization": f"Bearer {tablet.token}"}
    scope = f"visit:{office.visit_id('A')}"
    asked = office.client.get("/sync/scopes", headers=bearer)
    pulled = office.client.get("/sync/pull", params={"scope": scope, "lane": "evidence"}, headers=bearer)
    assert asked.status_code == pulled.status_code
    if asked.status_code == 403:
        assert [each.json()["problem"] for each in (asked, pulled)] == ["reading_waits"] * 2
    return int(asked.status_code)


def _id_of(office: Office, tablet: Tablet) -> str:
    [[found]] = office.ask("SELECT id FROM device WHERE person_id = ?", tablet.person)
    return str(uuid.UUID(str(found)))


def restored(office: Office) -> None:
    """As `fieldwork restore` leaves the devices (tests/backup/test_restored_tablets_wait.py)."""

    async def wait() -> None:
        async with office.central.database.writing() as connection:
            await connection.execute_query("UPDATE device SET reading_waits = TRUE WHERE revoked_at IS NULL")

    office.run(wait)

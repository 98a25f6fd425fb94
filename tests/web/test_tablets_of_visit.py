"""In the evening the lead sees every tablet of the visit: whose, when it was here, and what is on it alone; nobody else sees it."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from fieldwork.actions.central import Central
from fieldwork.actions.reading import visit_to_read
from fieldwork.actions.tablet_contacts import alarm_after, set_alarm_after, tablets_of_visit
from fieldwork.domain.problems import NotAllowed, NotFound
from fieldwork.store.accounts import all_accounts
from sync.vectors.cases_of_contacts import NOTHING, contact_values, held
from sync.vectors.plain import compact
from tests.web.office import Office, Tablet, words_of


def tells(office: Office, tablet: Tablet, **said: Any) -> None:
    bearer = {"authorization": f"Bearer {tablet.token}"}
    answer = office.client.post("/sync/contact", content=compact(contact_values(**said)), headers=bearer)
    assert answer.status_code == 200


def waits(office: Office, letter: str = "A", waiting: int = 14, oldest_age_s: int = 7_200) -> dict[str, Any]:
    """What a tablet says of which so much waits of one visit."""
    scope = f"visit:{office.visit_id(letter)}"
    return {
        "waiting": waiting,
        "oldest_age_s": oldest_age_s,
        "scopes": [held(scope=scope, waiting=waiting, oldest_age_s=oldest_age_s)],
    }


def board_of(page: str) -> str:
    return words_of(page).partition("Tablets of this visit")[2].partition(" Dates ")[0]


def test_a_lead_sees_whose_notes_are_not_at_the_office_yet_and_is_warned_when_they_wait_too_long(
    office: Office,
) -> None:
    """Rule R6, for the lead."""
    lead, tablet, address = office.signed_in("lead"), office.tablet_of("A-I2"), f"/visits/{office.visit_id('A')}"
    tells(office, tablet, **waits(office))
    fresh = lead.opens(address)
    office.clock.goes_on(days=2)

    page = office.signed_in("lead").opens(address)

    assert "Here in the last 10 minutes. It says that 14 changes of this visit are still only on it." in board_of(fresh)
    assert "14 changes only on it" in board_of(fresh)
    assert "needs you" not in words_of(fresh)
    assert (
        "Tablet of A-I2 Idwal Pennistow Last here 2 days ago, on 22 November 2026 at 9:00am."
        " It says that 14 changes of this visit are still only on it. The oldest has waited 2 days. Waiting too long"
    ) in board_of(page)
    assert "1 tablet needs you: look at the tablets of this visit." in words_of(page)


def test_a_lead_sees_of_a_tablet_what_waits_of_their_visit_and_nothing_of_another(office: Office) -> None:
    lead, tablet = office.signed_in("lead"), office.tablet_of("A-I2")
    tells(office, tablet, **waits(office, "B", 5, 200_000), attention=3)

    told = board_of(lead.opens(f"/visits/{office.visit_id('A')}"))

    assert "It says that nothing of this visit is only on it." in told
    assert "5 changes" not in told
    assert "Waiting too long" not in told
    assert "3" not in told


def test_who_is_assigned_and_has_no_tablet_is_shown(office: Office) -> None:
    lead, address = office.signed_in("lead"), f"/visits/{office.visit_id('A')}"
    before = board_of(lead.opens(address))
    office.tablet_of("A-I2")

    after = board_of(lead.opens(address))

    assert "Idwal Pennistow has no tablet yet." in before
    assert "Idwal Pennistow has no tablet yet." not in after
    assert "It has not said yet what is only on it." in after
    assert " has no tablet yet." in after


def test_a_tablet_of_somebody_who_left_and_one_of_a_stranger_that_holds_something_are_not_forgotten(
    office: Office,
) -> None:
    lead, address = office.signed_in("lead"), f"/visits/{office.visit_id('A')}"
    office.tablet_of("A-I2")
    stranger = office.tablet_of("B-I2")
    tells(office, stranger, **waits(office, "A", 2, 60))
    team = lead.opens(f"{address}/team")
    part = office.id_of("assignments/A-I2")
    assert lead.sends(team, f"{address}/team/{part}/end").status_code == 303

    told = board_of(lead.opens(address))

    assert "Idwal Pennistow, no longer on the team" in told
    assert re.search(r"Tablet of B-I2 [^.]*, not on the team of this visit", told)
    tells(office, stranger, **NOTHING)
    assert "not on the team of this visit" not in board_of(lead.opens(address))


def test_a_revoked_tablet_stays_on_the_board_and_says_so(office: Office) -> None:
    administrator, tablet = office.signed_in("administrator"), office.tablet_of("A-I2")
    tells(office, tablet, **waits(office, "A", 3, 200_000))
    device_id = uuid.UUID(str(office.ask("SELECT id FROM device")[0][0]))
    address = f"/devices/{device_id}/revoke"
    looked = administrator.opens(address)
    assert "Something has waited too long. It says that 3 changes are still only on it." in words_of(looked)
    administrator.sends(looked, address)
    office.clock.goes_on(days=300)

    told = board_of(office.signed_in("lead").opens(f"/visits/{office.visit_id('A')}"))

    assert "Last here 300 days ago" in told
    assert "Revoked on 22 November 2026 at 9:00am. Waiting too long" in told
    assert "Idwal Pennistow has no tablet yet." in told


def test_only_the_lead_sees_the_tablets_of_a_visit(office: Office) -> None:
    """Asked of the action as well, because a page is not the only way to it."""
    tells(office, office.tablet_of("A-I2"), **waits(office))
    address = f"/visits/{office.visit_id('A')}"

    pages = [office.signed_in(who).opens(address) for who in ("inspector", "researcher")]

    assert [page for page in pages if "Tablets of this visit" in page or "only on it" in page] == []
    inspector = office.run(visit_to_read, office.central, office.person_id("A-I2"), office.visit_id("A"))
    with pytest.raises(NotAllowed):
        office.run(tablets_of_visit, office.central, inspector)


def test_an_administrator_changes_after_how_many_hours_the_office_is_warned(office: Office) -> None:
    administrator, lead = office.signed_in("administrator"), office.signed_in("lead")
    tells(office, office.tablet_of("A-I2"), **waits(office))
    address = f"/visits/{office.visit_id('A')}"
    before = board_of(lead.opens(address))

    changed = administrator.follows(
        administrator.sends(administrator.opens("/devices"), "/devices/alarm", {"hours": " 2 "})
    )
    office.clock.goes_on(minutes=1)

    assert "Waiting too long" not in before
    assert "Hours changed." in words_of(changed.text)
    assert 'value="2"' in changed.text
    assert "Waiting too long" in board_of(lead.opens(address))
    tells(office, office.tablet_of("B-I2"), **NOTHING)
    tablets = words_of(administrator.opens("/devices"))
    assert "Something has waited too long." in tablets
    assert tablets.index("Tablet of A-I2") < tablets.index("Tablet of B-I2")


def test_whatever_way_somebody_else_comes_the_hours_stay_as_they_are(office: Office) -> None:
    """The action asks again: not everything passes through a page."""

    async def tries(central: Central) -> timedelta:
        others = [account for account in await all_accounts(central.database) if not account.is_administrator]
        for account in others:
            with pytest.raises(NotFound):
                await set_alarm_after(central, account, "700")
        assert others
        return await alarm_after(central)

    assert office.run(tries, office.central) == timedelta(hours=24)


def test_hours_that_are_none_are_said_at_the_field_and_change_nothing(office: Office) -> None:
    administrator = office.signed_in("administrator")
    page = administrator.opens("/devices")

    for typed in ("", "0", "-1", "721", "two", "٣", "1.5", "9" * 30):
        answer = administrator.sends(page, "/devices/alarm", {"hours": typed})

        assert answer.status_code == 422, typed
        assert "Enter a number of hours from 1 to 720" in words_of(answer.text)
    assert 'value="24"' in administrator.opens("/devices")

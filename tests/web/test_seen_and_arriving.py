"""Seen by the lead, and records that arrive while somebody looks."""

from __future__ import annotations

import re

import pytest

from fieldwork.actions.reading import evidence_to_read
from fieldwork.actions.seeing import mark_seen
from fieldwork.actions.writing import new_operation_id
from fieldwork.domain.problems import NotAllowed
from tests.web.office import Browser, Office, words_of

PART = {"hx-request": "true", "hx-request-type": "partial"}


def _asks_again(page: str) -> str:
    return re.search(r'hx-get="([^"]+/arrived[^"]*)"', page)[1].replace("&amp;", "&")  # type: ignore[index]


def _marks_seen(browser: Browser, evidence_id: str) -> str:
    page = browser.opens(f"/evidence/{evidence_id}")
    return str(browser.follows(browser.sends(page, f"/evidence/{evidence_id}/seen")).text)


def test_the_lead_marks_a_record_as_seen_and_it_says_so(office: Office) -> None:
    """Rule R3."""
    lead, evidence_id = office.signed_in("lead"), office.evidence_id("A-01")

    page = _marks_seen(lead, evidence_id)

    assert "Marked as seen." in words_of(page)
    assert "Seen by the lead Maren Hollowby marked it on 22 November 2026 at 9:00am." in words_of(page)
    assert f'action="/evidence/{evidence_id}/seen"' not in page
    assert "At the office. Changed" not in page
    visit = office.signed_in("inspector").opens(f"/visits/{office.visit_id('A')}")
    assert words_of(visit).count("Seen by the lead") == 1
    header = office.ask("SELECT header FROM operation_evidence WHERE record_type = 'seen'")[0][0]
    assert office.person_id("A-I1") in bytes(header).decode()


def test_marking_the_same_form_twice_writes_once(office: Office) -> None:
    lead, evidence_id = office.signed_in("lead"), office.evidence_id("A-01")
    page = lead.opens(f"/evidence/{evidence_id}")

    first = lead.sends(page, f"/evidence/{evidence_id}/seen")
    second = lead.sends(page, f"/evidence/{evidence_id}/seen")

    assert first.headers["location"].endswith("?done=seen")
    assert second.headers["location"].endswith("?done=seen_before")
    assert office.ask("SELECT COUNT(*) FROM operation_evidence WHERE record_type = 'seen'")[0][0] == 1


def test_only_the_lead_says_seen_by_the_lead(office: Office) -> None:
    inspector, evidence_id = office.signed_in("inspector"), office.evidence_id("A-01")
    page = inspector.opens(f"/evidence/{evidence_id}")
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    answer = inspector.post(f"/evidence/{evidence_id}/seen", {"csrf_token": token, "operation": "x", "heads": ""})

    assert "Mark as seen" not in page
    assert answer.status_code == 403


def test_the_action_asks_again_whether_it_is_the_lead(office: Office) -> None:
    central, person = office.central, office.person_id("A-I2")

    async def try_it() -> None:
        evidence = await evidence_to_read(central, person, office.evidence_id("A-01"))
        with pytest.raises(NotAllowed):
            await mark_seen(central, person, evidence, new_operation_id(central), "")

    office.run(try_it)


def test_words_that_come_later_are_not_seen(office: Office) -> None:
    scope, tablet, lead = f"visit:{office.visit_id('A')}", office.tablet_of("A-I2"), office.signed_in("lead")
    evidence_id = tablet.records(scope, "First.")
    tablet.sends()
    open_since_before = lead.opens(f"/evidence/{evidence_id}")
    tablet.writes(scope, "block", {"evidence": evidence_id, "kind": "verbatim", "text": "Second.", "place": "00000200"})
    tablet.sends()

    answer = lead.sends(open_since_before, f"/evidence/{evidence_id}/seen")
    page = lead.follows(answer).text

    assert "Changed since the lead saw it" in words_of(page)
    assert "Changed since the lead saw it" not in words_of(_marks_seen(lead, evidence_id))


def test_a_record_pushed_while_the_lead_looks_is_announced_without_a_reload(office: Office) -> None:
    lead, tablet = office.signed_in("lead"), office.tablet_of("A-I2")
    page = lead.opens(f"/visits/{office.visit_id('A')}")
    asks = _asks_again(page)
    assert lead.get(asks, headers=PART).status_code == 204

    first = tablet.records(f"visit:{office.visit_id('A')}", "I came in the rain.")
    tablet.sends()
    told = lead.get(asks, headers=PART)

    assert told.status_code == 200
    assert "1 new record has arrived." in told.text
    assert "Show it" in told.text
    assert "rain" not in told.text
    assert lead.get(_asks_again(told.text), headers=PART).status_code == 204
    tablet.records(f"visit:{office.visit_id('A')}", "And again.")
    tablet.sends()
    more = lead.get(_asks_again(told.text), headers=PART)
    assert "2 new records have arrived." in more.text
    assert "Show them" in more.text
    assert f"/evidence/{first}" in lead.opens(f"/visits/{office.visit_id('A')}")
    assert "I came in the rain." in lead.opens(f"/evidence/{first}")


def test_a_changed_record_is_announced_where_it_is_read(office: Office) -> None:
    scope, tablet, lead = f"visit:{office.visit_id('A')}", office.tablet_of("A-I2"), office.signed_in("lead")
    evidence_id = tablet.records(scope, "First.")
    tablet.sends()
    asks = _asks_again(lead.opens(f"/evidence/{evidence_id}"))
    visit_asks = _asks_again(lead.opens(f"/visits/{office.visit_id('A')}"))
    assert lead.get(asks, headers=PART).status_code == 204

    tablet.writes(scope, "block", {"evidence": evidence_id, "kind": "verbatim", "text": "Second.", "place": "00000200"})
    tablet.sends()

    assert "This record has changed." in lead.get(asks, headers=PART).text
    assert "1 record has changed." in lead.get(visit_asks, headers=PART).text


def test_what_an_analyst_may_not_read_is_not_announced(office: Office) -> None:
    researcher, tablet = office.signed_in("researcher"), office.tablet_of("A-I2")
    asks = _asks_again(researcher.opens(f"/visits/{office.visit_id('A')}"))

    tablet.records(f"visit:{office.visit_id('A')}", "Not yet checked.", screened=False)
    tablet.sends()

    assert researcher.get(asks, headers=PART).status_code == 204

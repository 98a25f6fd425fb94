"""Somebody of the team looks a record through at the office, and it goes out with what was on the page and no more (R12, design 7)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from fieldwork.actions.looking import look_through
from fieldwork.actions.reading import evidence_to_read
from fieldwork.actions.writing import new_operation_id
from fieldwork.domain.problems import NotAllowed
from fieldwork.store.rebuilding import rebuild_all
from tests.web.looked_through import CANARY, CODE, Record, exported
from tests.web.office import Browser, Office, words_of
from tests.web.test_who_may_go_where import _end_part_of_inspector
from tests.web.unlooked_words import added, in_a_file


def _looks(browser: Browser, record: Record, opened: str = "") -> Any:
    """Say on the record's page that it was looked through, with the file that was opened ticked, if any was."""
    ticked = {"opened": opened} if opened else {}
    return browser.sends(browser.opens(record.address), f"{record.address}/looked-through", ticked)


def test_a_colleague_looks_a_record_through_at_the_office_when_its_author_has_left_the_visit(
    office: Office, record: Record
) -> None:
    added(record)
    record.revises("activity", record.activity_id, {"supporter": f"{CANARY}, her aunt"})
    record.code(record.colleague, record.block_id, "heron", record.revision, memo=f"{CANARY} again")
    record.colleague.sends()
    _end_part_of_inspector(office)
    researcher, lead = office.signed_in("researcher"), office.signed_in("lead")
    address = record.address
    assert researcher.get(address).status_code == 404

    page = words_of(lead.opens(address))
    assert f"Supporter {CANARY}, her aunt" in page
    assert f"Note on code {CODE} {CANARY} again" in page
    assert "Words were added or changed after this record was checked for names." in page
    assert lead.follows(_looks(lead, record)).status_code == 200

    assert "This record has been checked for names." in words_of(lead.opens(address))
    assert f"{CANARY} said so." in words_of(researcher.opens(address))
    assert any(f"{CANARY} again" in text for _, text in exported(office))
    assert "checked for names" not in words_of(researcher.opens(address))
    office.run(rebuild_all, office.central.log)
    assert researcher.get(address).status_code == 200


def test_words_that_come_while_the_page_at_the_office_is_open_are_not_looked_through(
    office: Office, record: Record
) -> None:
    record.block(record.colleague, "A word.")
    record.colleague.sends()
    lead, address = office.signed_in("lead"), record.address
    page = lead.opens(address)
    added(record)
    record.colleague.sends()

    assert lead.sends(page, f"{address}/looked-through").status_code == 303

    assert office.signed_in("researcher").get(address).status_code == 404
    assert "Words were added or changed" in words_of(lead.opens(address))


def test_a_file_goes_out_once_somebody_of_the_team_has_opened_it(office: Office, record: Record) -> None:
    in_a_file(record)
    lead, researcher = office.signed_in("lead"), office.signed_in("researcher")
    address = record.address
    assert lead.get(f"/files/{record.file_id}").text == f"Dear {CANARY}"
    assert researcher.get(f"/files/{record.file_id}").status_code == 404
    assert "1 file has not been checked for names." in words_of(lead.opens(address))

    nothing = _looks(lead, record)
    assert nothing.status_code == 422
    assert "Choose the files that you have opened and looked through" in words_of(nothing.text)
    assert researcher.get(f"/files/{record.file_id}").status_code == 404
    assert _looks(lead, record, record.file_id).status_code == 303

    assert researcher.get(f"/files/{record.file_id}").text == f"Dear {CANARY}"
    assert f"letter of {CANARY}.txt" in words_of(researcher.opens(address))
    digest = hashlib.sha256(f"Dear {CANARY}".encode()).hexdigest()
    assert any(digest in text for _, text in exported(office))
    record.block(record.colleague, "A later word.")
    record.colleague.sends()
    assert _looks(lead, record).status_code == 303
    assert researcher.get(f"/files/{record.file_id}").status_code == 200


def test_a_look_at_the_words_leaves_a_file_that_was_not_opened_with_the_team(office: Office, record: Record) -> None:
    in_a_file(record)
    record.block(record.colleague, "A word.")
    record.colleague.sends()
    lead, researcher = office.signed_in("lead"), office.signed_in("researcher")

    assert _looks(lead, record).status_code == 303

    assert "A word." in words_of(researcher.opens(record.address))
    assert researcher.get(f"/files/{record.file_id}").status_code == 404


def test_the_action_asks_again_whether_it_is_somebody_of_the_team(office: Office, record: Record) -> None:
    central, reader = office.central, office.person_id("A-I5")

    async def try_it() -> None:
        evidence = await evidence_to_read(central, reader, record.evidence_id)
        with pytest.raises(NotAllowed):
            await look_through(central, reader, evidence, operation=new_operation_id(central), shown="", opened=())

    office.run(try_it)


def test_the_same_look_sent_twice_is_written_once(office: Office, record: Record) -> None:
    record.block(record.colleague, "A word.")
    record.colleague.sends()
    lead, address = office.signed_in("lead"), record.address
    page = lead.opens(address)

    first, second = (lead.sends(page, f"{address}/looked-through") for _ in range(2))

    assert first.headers["location"].endswith("?done=looked_through")
    assert second.headers["location"].endswith("?done=looked_through_before")


def test_only_the_team_looks_a_record_through(office: Office, record: Record) -> None:
    researcher, address = office.signed_in("researcher"), record.address
    token = researcher.opens("/account").split('name="csrf_token" value="')[1].split('"')[0]

    answer = researcher.post(f"{address}/looked-through", {"csrf_token": token, "operation": "x", "shown": ""})

    assert answer.status_code == 403
    assert "looked-through" not in researcher.opens(address)

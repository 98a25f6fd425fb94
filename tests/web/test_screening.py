"""No route shows an analyst words that nobody has looked through for names, whichever way they came (R12, design 7)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextvars import Context
from types import ModuleType

import pytest

from fieldwork.actions.central import Central
from fieldwork.actions.reading import evidence_to_read
from fieldwork.actions.record_as_read import labels_of_review, record_as_read
from fieldwork.actions.writing import draft, new_operation_id, write
from fieldwork.domain.draft import Draft
from fieldwork.domain.evidence import Labels
from fieldwork.domain.problems import NotFound
from fieldwork.store.rebuilding import rebuild_all
from fieldwork.web import questions, visits
from tests.web.looked_through import CANARY, CODE, Record, exported
from tests.web.office import Browser, Office, words_of
from tests.web.test_who_may_go_where import PAGES, _ids
from tests.web.unlooked_words import (
    STAYS_READABLE,
    WAYS,
    added,
    changed_in_two_places,
    coded_in_other_words,
    in_a_file,
    noted_later_on_a_code,
    noted_on_a_code,
    quoted_in_two_ways,
)

PART = {"hx-request": "true", "hx-request-type": "partial", "sec-fetch-dest": "empty"}


def answers(record: Record, who: str) -> Iterator[tuple[str, int, str]]:
    """What every route that is read answers to somebody, for this record and what is around it: address, status, text."""
    office, browser = record.office, record.office.signed_in(who)
    account_id, device_id = _ids(office)
    values = {
        "review_id": office.review_id, "visit_id": office.visit_id("A"), "evidence_id": record.evidence_id, "number": "1",
        "account_id": account_id, "device_id": device_id, "file_id": record.file_id or record.evidence_id, "job_id": office.review_id,
        "name": "evidence.xlsx", "assignment_id": office.id_of("assignments/A-I2"),
    }  # fmt: skip
    parts = ({"record_id": part} for part in (record.evidence_id, record.activity_id, record.block_id))
    named = [values | part for part in parts]
    urls = [path.format_map(each) for _, path in PAGES for each in named]
    for url in dict.fromkeys(urls):
        for asked in (url, f"{url}?after=1&told=0", f"{url}?code={CODE}"):
            for headers in ({}, PART):
                answer = browser.get(asked, headers=headers)
                yield asked, answer.status_code, answer.text
    for url, page in pages_from(browser, f"/reviews/{office.review_id}/questions/1?code={CODE}"):
        yield url, 200, page
    bearer = {"authorization": f"Bearer {office.tablet_of('A-I5').token}"}
    for url in ("/sync/scopes", f"/sync/pull?scope={record.scope}&lane=evidence&after=0"):
        answer = office.client.get(url, headers=bearer)
        yield url, answer.status_code, answer.text
    for name, text in exported(office):
        yield name, 200, text


def pages_from(browser: Browser, url: str) -> Iterator[tuple[str, str]]:
    """A page of a list and those that follow it, each by its address."""
    while url:
        page = browser.opens(url)
        yield url, page
        later = re.search(r'rel="next" href="([^"]+)"', page)
        url = later[1].replace("&amp;", "&") if later else ""


def test_the_page_of_two_versions_is_among_what_an_analyst_asks_for_and_has_words_for_the_team(
    office: Office, record: Record
) -> None:
    """Otherwise the test of all routes would ask for a page that is empty for everybody."""
    changed_in_two_places(record)
    record.tablets_send()
    address = f"/conflicts/{record.block_id}"

    asked = {url: status for url, status, _ in answers(record, "researcher")}

    assert asked[address] == 404
    assert CANARY in office.signed_in("lead").opens(address)


def is_found(browser: Browser, url: str, words: str) -> bool:
    """Whether a list says these words, on whichever of its pages."""
    return any(words in page for _, page in pages_from(browser, url))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_route_shows_an_analyst_words_that_nobody_has_looked_through(
    office: Office, record: Record, way: Callable[[Record], None]
) -> None:
    way(record)
    record.tablets_send()

    for rebuilt in (False, True):
        if rebuilt:
            office.run(rebuild_all, office.central.log)
        shown = [url for url, _, text in answers(record, "researcher") if CANARY in text or CANARY.lower() in text]

        assert shown == []


@pytest.mark.parametrize("way", STAYS_READABLE, ids=lambda way: way.__name__)
def test_what_goes_with_a_record_is_kept_back_alone_and_counted(
    office: Office, record: Record, way: Callable[[Record], None]
) -> None:
    """A note on a code or a file that comes after the look does not take the record from those who read it."""
    way(record)
    record.tablets_send()

    page = words_of(office.signed_in("researcher").opens(record.address))

    assert "A heron stood there." in page
    assert ("1 file is not shown: nobody has checked for names yet." in page) == (way is in_a_file)
    assert ("not in the words of the codebook" in page) == (way is coded_in_other_words)
    told = {one["item"]: one["value"] for one in json.loads(dict(exported(office))["evidence-about.json"])["about"]}
    memos = int(way in (noted_on_a_code, noted_later_on_a_code, quoted_in_two_ways))
    assert told["Memos left out: not yet checked for names"] == str(memos)
    files = told["Files left out of the records’ counts: not yet checked for names"]
    assert files == str(int(way is in_a_file))


def test_everybody_who_may_reads_the_record_before_and_after_and_in_between_the_team_alone(
    office: Office, record: Record
) -> None:
    researcher, lead = office.signed_in("researcher"), office.signed_in("lead")
    address, question = record.address, f"/reviews/{office.review_id}/questions/1?code={CODE}"
    assert "A heron stood there." in words_of(researcher.opens(address))
    assert is_found(researcher, question, "heron")

    added(record)
    record.colleague.sends()

    assert researcher.get(address).status_code == 404
    assert not is_found(researcher, question, "heron")
    assert "1 record is not shown" in words_of(researcher.opens(f"/visits/{office.visit_id('A')}"))
    assert f"{CANARY} said so." in words_of(lead.opens(address))
    assert "Only the visit’s team can read it" in words_of(lead.opens(address))
    record.looked_through_again()
    assert f"{CANARY} said so." in words_of(researcher.opens(address))
    assert is_found(researcher, question, CANARY)


@pytest.mark.parametrize("from_pack", [True, False], ids=["a record of the pack", "a record of a tablet"])
def test_words_taken_out_at_the_office_leave_a_record_that_was_looked_through_so(
    office: Office, record: Record, from_pack: bool
) -> None:
    """Whoever takes words out has just read what is left; words that came meanwhile they have not."""
    evidence_id = office.evidence_id("A-01") if from_pack else record.evidence_id
    block_id = office.id_of("evidence/A-01/blocks/6") if from_pack else record.block_id
    words = "If you don't line up you go on amber." if from_pack else "heron"
    lead, researcher, address = office.signed_in("lead"), office.signed_in("researcher"), f"/evidence/{evidence_id}"

    page = lead.opens(f"{address}/removal?block={block_id}")
    looked = lead.sends(page, f"{address}/removal", {"words": words, "reason": "name_replaced", "step": "check"})
    assert lead.sends(looked.text, f"{address}/removal", {"step": "remove"}).status_code == 200

    assert "[removed]" in words_of(researcher.opens(address))
    record.block(record.colleague, f"{CANARY} said so.", evidence_id)
    record.colleague.sends()
    assert researcher.get(address).status_code == 404


def test_words_taken_out_of_an_unscreened_record_do_not_make_it_a_screened_one(office: Office, record: Record) -> None:
    added(record)
    record.colleague.sends()
    lead, address = office.signed_in("lead"), record.address

    page = lead.opens(f"{address}/removal?block={record.block_id}")
    looked = lead.sends(page, f"{address}/removal", {"words": "heron", "reason": "name_replaced", "step": "check"})
    assert lead.sends(looked.text, f"{address}/removal", {"step": "remove"}).status_code == 200

    assert office.signed_in("researcher").get(address).status_code == 404


def test_words_that_come_between_the_asking_and_the_reading_are_not_shown(office: Office, record: Record) -> None:
    """Whether somebody may read the record is asked before its words are read."""
    reader = office.person_id("A-I5")
    central = office.central
    evidence = office.run(evidence_to_read, central, reader, record.evidence_id)
    added(record)
    record.colleague.sends()

    async def reads() -> None:
        with pytest.raises(NotFound):
            await record_as_read(central, evidence)

    office.run(reads)


@pytest.mark.parametrize(("room", "path"), [(visits, "/visits/{visit}"), (questions, "/reviews/{review}/questions/1")])
def test_a_page_of_many_records_is_of_one_moment(
    office: Office, record: Record, room: ModuleType, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that reaches the office while a page is being made is in no line of it."""
    said = [
        (record.activity_id, "activity", {"date": CANARY}, office.state_of(record.activity_id).heads),
        (record.block_id, "block", {"text": f"heron {CANARY}."}, record.block_heads),
    ]
    asked_for_labels, arrived = labels_of_review, []

    async def meanwhile(central: Central, review_id: str) -> Labels:
        for record_id, record_type, fields, base in said if not arrived else ():
            one = draft(new_operation_id(central), record.scope, record_type, record_id, "revise", fields, base=base)
            # As another request would: on a connection of its own.
            arrived.append(
                await asyncio.create_task(_written(central, one, office.person_id("A-I4")), context=Context())
            )
        return await asked_for_labels(central, review_id)

    monkeypatch.setattr(room, "labels_of_review", meanwhile)
    url = path.format(visit=office.visit_id("A"), review=office.review_id)
    researcher = office.signed_in("researcher")

    pages = [researcher.opens(f"{url}?code={CODE}") for _ in range(2)]

    assert arrived == [True, True]
    assert not any(CANARY in page for page in pages)


async def _written(central: Central, one: Draft, person_id: str) -> bool:
    return await write(central, [one], person_id)

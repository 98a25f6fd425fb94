"""No route shows an analyst words that nobody has looked through for names, whichever way they came (R12, design 7)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest

from fieldwork.store.rebuilding import rebuild_all
from tests.web.office import Office, Tablet, words_of
from tests.web.test_who_may_go_where import PAGES, _ids

CANARY = "Xanthippe"
CODE = "RSN-11"
PART = {"hx-request": "true", "hx-request-type": "partial", "sec-fetch-dest": "empty"}


class Record:
    """A record of area A that its author has looked through: one block, coded. Two tablets of the team stand by."""

    def __init__(self, office: Office) -> None:
        self.office, self.scope = office, f"visit:{office.visit_id('A')}"
        self.author, self.colleague = office.tablet_of("A-I2"), office.tablet_of("A-I4")
        self.evidence_id = self.author.records(self.scope, "A heron stood there.", ref="A-77")
        self.author.sends()
        [[self.block_id, state]] = office.ask(
            "SELECT record, state FROM record WHERE parent = ? AND record_type = 'block'", self.evidence_id
        )
        self.block_heads = tuple(json.loads(state)["heads"])
        self.revision = self.block_heads[0]
        self.code(self.author, self.block_id, "heron", self.revision)
        self.author.sends()

    def code(self, tablet: Tablet, block_id: str, quote: str, revision: str = "", before: str = "") -> None:
        fields = {"evidence": self.evidence_id, "block": block_id, "quote": quote, "before": before, "after": ""}
        tablet.writes(self.scope, "coding", fields | {"start_cp": 2, "end_cp": 7, "code": CODE, "revision": revision})

    def block(self, tablet: Tablet, text: str, evidence_id: str = "") -> tuple[str, str]:
        fields = {"evidence": evidence_id or self.evidence_id, "kind": "verbatim", "text": text, "place": "00000900"}
        one = tablet.writes(self.scope, "block", fields)
        return one.record, one.operation

    def looked_through_again(self) -> None:
        [[state]] = self.office.ask("SELECT state FROM record WHERE record = ?", self.evidence_id)
        blocks = self.office.ask(
            "SELECT state FROM record WHERE parent = ? AND record_type = 'block'", self.evidence_id
        )
        words = {by for [block] in blocks for values in json.loads(block)["fields"].values() for by, _ in values}
        fields = {"screened_at": "2026-11-22T09:30:00.000Z", "looked_through": sorted(words)}
        base = tuple(json.loads(state)["heads"])
        self.author.writes(self.scope, "evidence", fields, kind="revise", record=self.evidence_id, base=base)
        assert {one.verdict for one in self.author.sends()} == {"stored"}


def added(record: Record) -> None:
    block_id, operation = record.block(record.colleague, f"{CANARY} said so.")
    record.code(record.colleague, block_id, CANARY, operation)


def changed(record: Record) -> None:
    text = {"text": f"A heron stood there, says {CANARY}."}
    one = record.colleague.writes(
        record.scope, "block", text, kind="revise", record=record.block_id, base=record.block_heads
    )
    record.code(record.colleague, record.block_id, CANARY, one.operation)


def joined(record: Record) -> None:
    """A part that another author wrote, moved into this record."""
    other = record.colleague.records(record.scope, "Elsewhere.", screened=False)
    block_id, operation = record.block(record.colleague, f"{CANARY} said so.", other)
    moved = {"evidence": record.evidence_id}
    record.colleague.writes(record.scope, "block", moved, kind="revise", record=block_id, base=(operation,))
    record.code(record.colleague, block_id, CANARY, operation)


def adopted_after_a_lock(record: Record) -> None:
    """What was written on a locked tablet during the interview joins the record when it is unlocked, after the look."""
    block_id, operation = record.block(record.author, f"{CANARY} said so.")
    record.code(record.author, block_id, CANARY, operation)


def let_in(record: Record) -> None:
    """Words of somebody whose part was not known, let in by the lead after the look."""
    stranger = record.office.tablet_of("B-I2")
    record.block(stranger, f"{CANARY} said so.")
    assert {one.code for one in stranger.sends()} == {"not_assigned"}
    lead = record.office.signed_in("lead")
    held = f"/visits/{record.office.visit_id('A')}/held"
    page = lead.opens(held)
    reason = page.split('id="reason-')[1].split('"')[0]
    assert lead.sends(page, held, {f"reason-{reason}": "She stood in."}).status_code == 303


def coded_under_the_wrong_record(record: Record) -> None:
    """A coding of words in a record that nobody looked through, which names this one as its record."""
    other = record.colleague.records(record.scope, "Elsewhere.", screened=False)
    block_id, operation = record.block(record.colleague, f"{CANARY} said so.", other)
    record.code(record.colleague, block_id, CANARY, operation)


def copied_by_a_coding_before_the_name_was_taken_out(record: Record) -> None:
    """The coding is a copy of a wording that was changed before anybody looked."""
    block_id, first = record.block(record.author, f"{CANARY} liked the heron.")
    record.code(record.author, block_id, CANARY, first)
    record.code(record.author, block_id, "heron", first, before=f"{CANARY} liked the ")
    text = {"text": "She liked the heron."}
    record.author.writes(record.scope, "block", text, kind="revise", record=block_id, base=(first,))
    record.author.sends()
    record.looked_through_again()


WAYS: tuple[Callable[[Record], None], ...] = (
    added,
    changed,
    joined,
    adopted_after_a_lock,
    let_in,
    coded_under_the_wrong_record,
    copied_by_a_coding_before_the_name_was_taken_out,
)


def answers(record: Record, who: str) -> Iterator[tuple[str, int, str]]:
    """What every route that is read answers to somebody, for this record and what is around it: address, status, text."""
    office, browser = record.office, record.office.signed_in(who)
    account_id, device_id = _ids(office)
    values = {
        "review_id": office.review_id, "visit_id": office.visit_id("A"), "evidence_id": record.evidence_id, "number": "1",
        "account_id": account_id, "device_id": device_id, "file_id": record.evidence_id, "job_id": office.review_id,
        "name": "evidence.xlsx", "assignment_id": office.id_of("assignments/A-I2"),
    }  # fmt: skip
    for _, path in PAGES:
        url = re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)
        for asked in (url, f"{url}?after=1&told=0", f"{url}?code={CODE}"):
            for headers in ({}, PART):
                answer = browser.get(asked, headers=headers)
                yield asked, answer.status_code, answer.text
    url = f"/reviews/{office.review_id}/questions/1?code={CODE}"
    while url:
        page = browser.opens(url)
        yield url, 200, page
        later = re.search(r'rel="next" href="([^"]+)"', page)
        url = later[1].replace("&amp;", "&") if later else ""
    bearer = {"authorization": f"Bearer {office.tablet_of('A-I5').token}"}
    for url in ("/sync/scopes", f"/sync/pull?scope={record.scope}&lane=evidence&after=0"):
        answer = office.client.get(url, headers=bearer)
        yield url, answer.status_code, answer.text


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_route_shows_an_analyst_words_that_nobody_has_looked_through(
    office: Office, way: Callable[[Record], None]
) -> None:
    record = Record(office)
    way(record)
    for tablet in (record.author, record.colleague):
        if tablet._waiting:
            assert {one.verdict for one in tablet.sends()} == {"stored"}

    for rebuilt in (False, True):
        if rebuilt:
            office.run(rebuild_all, office.central.log)
        shown = [url for url, _, text in answers(record, "researcher") if CANARY in text]

        assert shown == []


def test_everybody_who_may_reads_the_record_before_and_after_and_in_between_the_team_alone(office: Office) -> None:
    record = Record(office)
    researcher, lead = office.signed_in("researcher"), office.signed_in("lead")
    address, question = f"/evidence/{record.evidence_id}", f"/reviews/{office.review_id}/questions/1?code={CODE}"
    assert "A heron stood there." in words_of(researcher.opens(address))
    assert _found(researcher, question, "heron")

    added(record)
    record.colleague.sends()

    assert researcher.get(address).status_code == 404
    assert not _found(researcher, question, "heron")
    assert "1 record is not shown" in words_of(researcher.opens(f"/visits/{office.visit_id('A')}"))
    assert f"{CANARY} said so." in words_of(lead.opens(address))
    assert "Only the visit’s team can read it" in words_of(lead.opens(address))
    record.looked_through_again()
    assert f"{CANARY} said so." in words_of(researcher.opens(address))
    assert _found(researcher, question, CANARY)


def _found(browser: object, url: str, words: str) -> bool:
    while url:
        page = browser.opens(url)  # type: ignore[attr-defined]
        if words in page:
            return True
        later = re.search(r'rel="next" href="([^"]+)"', page)
        url = later[1].replace("&amp;", "&") if later else ""
    return False


@pytest.mark.parametrize("from_pack", [True, False], ids=["a record of the pack", "a record of a tablet"])
def test_words_taken_out_at_the_office_leave_a_record_that_was_looked_through_so(
    office: Office, from_pack: bool
) -> None:
    """Whoever takes words out has just read what is left; words that came meanwhile they have not."""
    record = Record(office)
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


def test_words_taken_out_of_an_unscreened_record_do_not_make_it_a_screened_one(office: Office) -> None:
    record = Record(office)
    added(record)
    record.colleague.sends()
    lead, address = office.signed_in("lead"), f"/evidence/{record.evidence_id}"

    page = lead.opens(f"{address}/removal?block={record.block_id}")
    looked = lead.sends(page, f"{address}/removal", {"words": "heron", "reason": "name_replaced", "step": "check"})
    assert lead.sends(looked.text, f"{address}/removal", {"step": "remove"}).status_code == 200

    assert office.signed_in("researcher").get(address).status_code == 404

"""Versions beside each other at the office: the team sees them word by word and decides, and nothing is removed (rule R5)."""

from __future__ import annotations

import asyncio
from contextvars import Context
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import html5lib
import pytest

from fieldwork.actions import conflicts as actions
from fieldwork.actions.writing import new_operation_id, write
from fieldwork.domain.draft import Draft
from fieldwork.store.rebuilding import rebuild_all
from fieldwork.web import conflicts as web
from tests.web.office import Browser, Office, Tablet, form_fields, words_of
from tests.web.two_places import written_in_two_places


@dataclass
class Clash:
    """A block of Area A that two people changed from the same version, and the record that it stands in."""

    office: Office
    one: Tablet
    other: Tablet
    evidence_id: str
    block_id: str
    versions: tuple[str, str]
    """The operations, in their order."""

    @property
    def address(self) -> str:
        return f"/conflicts/{self.block_id}"

    @property
    def texts(self) -> list[object]:
        return [value for _, value in self.office.state_of(self.block_id).fields["text"]]

    def chooses(self, browser: Browser, choice: str, page: str = "", **more: str) -> object:
        page = page or browser.opens(self.address)
        return browser.sends(page, self.address, {"choice-text": choice, "own-text": "He said he was bold."} | more)


@pytest.fixture
def clash(office: Office) -> Clash:
    one, other = office.tablet_of("A-I2"), office.tablet_of("A-I4")
    then = ("He said he was bold.", "He said he was very old.")
    return Clash(
        office, one, other, *written_in_two_places(office, one, other, first="He said he was cold.", then=then)
    )


def _marked(page: str) -> list[str]:
    root = html5lib.parse(page, namespaceHTMLElements=False)
    return ["".join(mark.itertext()) for mark in root.iter("mark")]


def test_R5_two_versions_are_shown_with_who_when_where_and_the_words_that_differ(clash: Clash) -> None:
    lead = clash.office.signed_in("lead")

    page = lead.opens(clash.address)

    shown = words_of(page)
    assert "Version 1, Idwal Pennistow" in shown
    assert "Version 2, Kofi Lanternby" in shown
    assert "Written on a tablet on 22 November 2026 at 9:00am, by that tablet’s clock." in shown
    assert "It reached the office on 22 November 2026 at 9:00am." in shown
    # Not by colour alone: a screen reader is told, and the rest of the sentence is not marked.
    assert _marked(page) == ["(only in this version: bold.)", "(only in this version: very old.)"]
    assert "Keep both for now" in shown


def test_R5_the_record_and_the_visit_lead_to_the_versions(clash: Clash) -> None:
    lead, visit = clash.office.signed_in("lead"), f"/visits/{clash.office.visit_id('A')}"

    assert f'href="{clash.address}"' in lead.opens(f"/evidence/{clash.evidence_id}")
    assert "1 place was written twice at the same time." in words_of(lead.opens(visit))
    assert f'href="{clash.address}"' in lead.opens(f"{visit}/conflicts")
    clash.chooses(lead, clash.versions[0])
    assert "written twice" not in words_of(lead.opens(visit))
    assert "There is nothing to decide" in words_of(lead.opens(f"{visit}/conflicts"))


def test_R5_keeping_both_is_the_default_and_writes_nothing(clash: Clash) -> None:
    lead = clash.office.signed_in("lead")
    page = lead.opens(clash.address)
    before = clash.office.ask("SELECT COUNT(*) FROM operation_evidence")

    answer = clash.chooses(lead, "", page)

    assert "All versions are kept, as before" in words_of(lead.follows(answer).text)
    assert clash.office.ask("SELECT COUNT(*) FROM operation_evidence") == before
    assert clash.texts == ["He said he was bold.", "He said he was very old."]


def test_R5_a_decision_follows_both_versions_and_removes_neither(clash: Clash) -> None:
    """Rule R9 as well: what was typed first stays, and the decision is a later revision."""
    inspector = clash.office.signed_in("inspector")
    page = inspector.opens(clash.address)

    for told in ("The record shows what you chose.", "This was decided already."):
        assert told in words_of(inspector.follows(clash.chooses(inspector, clash.versions[1], page)).text)

    assert clash.texts == ["He said he was very old."]
    rows = clash.office.ask(
        "SELECT operation, kind, body FROM operation_evidence WHERE record = ? ORDER BY id", clash.block_id
    )
    assert [row[1] for row in rows] == ["create", "revise", "revise", "revise"]
    assert [b"bold" in bytes(row[2]) for row in rows] == [False, True, False, False]
    state = clash.office.state_of(clash.block_id)
    assert state.heads == (rows[-1][0],)
    clash.office.run(rebuild_all, clash.office.central.log)
    assert clash.texts == ["He said he was very old."]
    assert "Compare and decide" not in words_of(inspector.opens(f"/evidence/{clash.evidence_id}"))


def test_R5_a_third_version_can_be_written_and_stands_as_it_was_typed(clash: Clash) -> None:
    lead = clash.office.signed_in("lead")

    answer = clash.chooses(lead, "own", **{"own-text": "He was bold,\r\nand very old. "})

    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert clash.texts == ["He was bold,\nand very old. "]


def test_words_that_were_written_and_not_chosen_come_back_and_are_not_lost(clash: Clash) -> None:
    lead = clash.office.signed_in("lead")

    for choice in ("", clash.versions[0]):
        answer = clash.chooses(lead, choice, **{"own-text": "He was neither."})
        assert answer.status_code == 422  # type: ignore[attr-defined]
        assert "You wrote words of your own" in words_of(answer.text)  # type: ignore[attr-defined]
        assert "He was neither." in answer.text  # type: ignore[attr-defined]
    empty = clash.chooses(lead, "own", **{"own-text": "  "})
    assert empty.status_code == 422  # type: ignore[attr-defined]
    assert len(clash.texts) == 2


def test_R5_a_version_that_comes_while_somebody_decides_stays_beside_the_decision(clash: Clash) -> None:
    lead = clash.office.signed_in("lead")
    page = lead.opens(clash.address)
    scope = f"visit:{clash.office.visit_id('A')}"
    clash.other.writes(
        scope, "block", {"text": "He said nothing."}, kind="revise", record=clash.block_id, base=(clash.versions[1],)
    )
    clash.other.sends()

    clash.chooses(lead, clash.versions[0], page)

    assert sorted(map(str, clash.texts)) == ["He said he was bold.", "He said nothing."]


def test_a_version_whose_words_were_removed_meanwhile_is_not_brought_back(clash: Clash) -> None:
    lead = clash.office.signed_in("lead")
    page = lead.opens(clash.address)
    scope = f"visit:{clash.office.visit_id('A')}"
    clash.one.writes(
        scope, "block", {}, kind="redact", record=clash.block_id, redacts=(clash.versions[0],), reason="erasure"
    )
    assert {receipt.verdict for receipt in clash.one.sends()} == {"stored"}

    answer = clash.chooses(lead, clash.versions[0], page)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "This version was removed meanwhile." in words_of(answer.text)  # type: ignore[attr-defined]
    # The box of the form began with these words; they are not shown again.
    assert "bold" not in answer.text  # type: ignore[attr-defined]
    assert clash.texts == ["He said he was very old."]


@pytest.mark.parametrize("place", [(web, "form_in"), (actions, "write")], ids=["on_its_way", "about_to_be_written"])
def test_a_version_that_is_removed_while_it_is_chosen_is_not_brought_back(
    clash: Clash, monkeypatch: pytest.MonkeyPatch, place: tuple[ModuleType, str]
) -> None:
    """I8: a form over a bad line takes its time, and between its last letter and the transaction another may come first."""
    office, lead = clash.office, clash.office.signed_in("lead")
    page = lead.opens(clash.address)
    scope = f"visit:{office.visit_id('A')}"
    removal = Draft(
        new_operation_id(office.central), scope, "evidence", "block", clash.block_id, "redact", {}, bytes(16),
        redacts=(clash.versions[0],), reason="erasure",
    )  # fmt: skip
    quick = getattr(*place)

    async def slowly(*asked: Any, **more: Any) -> Any:
        # As another request would: on a connection of its own.
        assert await asyncio.create_task(_written(office, removal), context=Context())
        return await quick(*asked, **more)

    monkeypatch.setattr(*place, slowly)
    answer = clash.chooses(lead, clash.versions[0], page)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "This version was removed meanwhile." in words_of(answer.text)  # type: ignore[attr-defined]
    assert "bold" not in answer.text  # type: ignore[attr-defined]
    assert clash.texts == ["He said he was very old."]


async def _written(office: Office, one: Draft) -> bool:
    return await write(office.central, [one], office.person_id("A-I2"))


def test_words_that_somebody_wrote_while_another_decided_are_not_lost(clash: Clash) -> None:
    lead, inspector = clash.office.signed_in("lead"), clash.office.signed_in("inspector")
    page = lead.opens(clash.address)
    clash.chooses(inspector, clash.versions[0])

    not_chosen = clash.chooses(lead, "", page, **{"own-text": "He was neither."})
    assert not_chosen.status_code == 422  # type: ignore[attr-defined]
    assert "He was neither." in words_of(not_chosen.text)  # type: ignore[attr-defined]
    assert lead.follows(clash.chooses(lead, "own", page, **{"own-text": "He was neither."})).status_code == 200

    assert sorted(map(str, clash.texts)) == ["He said he was bold.", "He was neither."]


def test_who_may_not_read_the_record_may_not_see_its_versions(clash: Clash) -> None:
    """SEC-08: what somebody may not know of and what is not there are one answer."""
    office = clash.office
    for who in ("researcher", "safeguarding", "administrator"):
        browser = office.signed_in(who)
        # The researcher may read the visit, and not what nobody has looked through for names.
        assert browser.get(clash.address).status_code == 404
        listed = browser.get(f"/visits/{office.visit_id('A')}/conflicts")
        assert listed.status_code == (403 if who == "researcher" else 404)
    inspector = office.signed_in("inspector")
    page = inspector.opens(clash.address)
    scope = f"visit:{office.visit_id('A')}"
    clash.one.writes(
        scope, "evidence", {"quarantine": {"reason": "withdrawn"}}, kind="revise", record=clash.evidence_id,
        base=office.state_of(clash.evidence_id).heads,
    )  # fmt: skip
    clash.one.sends()
    assert inspector.get(clash.address).status_code == 404
    assert clash.chooses(inspector, clash.versions[0], page).status_code == 404  # type: ignore[attr-defined]
    assert "written twice" not in words_of(inspector.opens(f"/visits/{office.visit_id('A')}"))


def test_a_form_that_names_what_is_not_of_this_record_writes_nothing(clash: Clash) -> None:
    lead = clash.office.signed_in("lead")
    elsewhere = clash.office.ask("SELECT operation FROM operation_evidence WHERE record <> ? LIMIT 1", clash.block_id)[
        0
    ][0]
    page = lead.opens(clash.address)

    for wrong in (
        {"base": elsewhere},
        {"base": ""},
        {"choice-text": elsewhere},
        {"choice-place": "own"},
        {"choice-quarantine": clash.versions[0]},
    ):
        fields = {**form_fields(page, clash.address), "choice-text": clash.versions[0], **wrong}
        assert lead.post(clash.address, fields).status_code == 403, wrong
    assert len(clash.texts) == 2


def test_R5_other_fields_of_a_record_and_of_its_activity_can_be_decided_as_well(office: Office) -> None:
    scope = f"visit:{office.visit_id('A')}"
    one, other = office.tablet_of("A-I2"), office.tablet_of("A-I4")
    evidence_id = one.records(scope, "A word.")
    one.sends()
    activity_id = str(dict(office.state_of(evidence_id).fields["activity"]).popitem()[1])
    for record_type, record, name, values in (
        ("evidence", evidence_id, "recorded_when", ("within_24h", "later")),
        ("activity", activity_id, "supporter", ("Her aunt", "Her uncle")),
    ):
        base = office.state_of(record).heads
        for tablet, value in zip((one, other), values, strict=True):
            tablet.writes(scope, record_type, {name: value}, kind="revise", record=record, base=base)
            tablet.sends()
    lead = office.signed_in("lead")

    page = lead.opens(f"/evidence/{evidence_id}")

    assert "There is more than one version of “When it was recorded”." in words_of(page)
    assert "There is more than one version of “Supporter”." in words_of(page)
    for record, name, chosen in ((evidence_id, "recorded_when", "later"), (activity_id, "supporter", "Her uncle")):
        address = f"/conflicts/{record}"
        operation = next(by for by, value in office.state_of(record).fields[name] if value == chosen)
        answer = lead.sends(lead.opens(address), address, {f"choice-{name}": operation, f"own-{name}": ""})
        assert lead.follows(answer).status_code == 200
        assert [value for _, value in office.state_of(record).fields[name]] == [chosen]
    assert "more than one version" not in words_of(lead.opens(f"/evidence/{evidence_id}"))


def test_R5_one_person_with_two_tablets_is_told_so(office: Office) -> None:
    one, other = office.tablet_of("A-I2"), office.tablet_of("A-I2")
    evidence_id, _, _ = written_in_two_places(office, one, other, first="Cold.", then=("Bold.", "Old."))

    shown = words_of(office.signed_in("lead").opens(f"/evidence/{evidence_id}"))

    assert "Idwal Pennistow wrote here in two places at the same time." in shown

"""No route shows an analyst words that nobody has looked through for names, whichever way they came (R12, design 7)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextvars import Context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import pytest

from fieldwork.actions.central import Central
from fieldwork.actions.looking import look_through
from fieldwork.actions.reading import evidence_to_read
from fieldwork.actions.record_as_read import Gathered, gather, labels_of_review, record_as_read
from fieldwork.actions.writing import draft, new_operation_id, write
from fieldwork.domain.draft import Draft
from fieldwork.domain.evidence import Labels
from fieldwork.domain.problems import NotAllowed, NotFound
from fieldwork.domain.screening import entries_of
from fieldwork.export.about import Wish
from fieldwork.export.review import export_review
from fieldwork.store.rebuilding import rebuild_all
from fieldwork.store.records import Record as StoredRecord
from fieldwork.store.records import record_of
from fieldwork.web import questions, visits
from tests.web.office import Browser, Office, Tablet, form_fields, words_of
from tests.web.test_who_may_go_where import PAGES, _end_part_of_inspector, _ids

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
        [[self.activity_id]] = office.ask("SELECT activity FROM evidence WHERE record = ?", self.evidence_id)
        self.file_id = ""
        self.block_heads = tuple(json.loads(state)["heads"])
        self.revision = self.block_heads[0]
        self.code(self.author, self.block_id, "heron", self.revision)
        self.author.sends()

    def code(self, tablet: Tablet, block_id: str, quote: str, revision: str = "", **more: object) -> None:
        fields: dict[str, object] = {"evidence": self.evidence_id, "block": block_id, "quote": quote, "before": ""}
        fields |= {"after": "", "start_cp": 2, "end_cp": 7, "code": CODE, "revision": revision, **more}
        tablet.writes(self.scope, "coding", fields)

    def revises(self, record_type: str, record_id: str, fields: Mapping[str, object]) -> None:
        """A colleague's tablet changes what stands."""
        [[state]] = self.office.ask("SELECT state FROM record WHERE record = ?", record_id)
        base = tuple(json.loads(state)["heads"])
        self.colleague.writes(self.scope, record_type, fields, kind="revise", record=record_id, base=base)

    def adds_file(self, name: str, content: bytes) -> None:
        lead, address = self.office.signed_in("lead"), f"/evidence/{self.evidence_id}"
        fields = form_fields(lead.opens(address), f"{address}/files")
        answer = lead.post(f"{address}/files", fields, files={"file": (name, content, "text/plain")})
        assert answer.status_code == 303
        [[self.file_id]] = self.office.ask("SELECT record FROM record WHERE record_type = 'file'")

    def block(self, tablet: Tablet, text: str, evidence_id: str = "") -> tuple[str, str]:
        fields = {"evidence": evidence_id or self.evidence_id, "kind": "verbatim", "text": text, "place": "00000900"}
        one = tablet.writes(self.scope, "block", fields)
        return one.record, one.operation

    def looked_through_again(self) -> None:
        """The author looks, with all on the page that belongs to the record now, files apart."""
        gathered, record = self.gathered()
        fields = {
            "screened_at": "2026-11-22T09:30:00.000Z",
            "looked_through": entries_of(gathered.to_look_through.read_on_the_page),
        }
        base = tuple(record.state.heads)
        self.author.writes(self.scope, "evidence", fields, kind="revise", record=self.evidence_id, base=base)
        assert {one.verdict for one in self.author.sends()} == {"stored"}

    def gathered(self) -> tuple[Gathered, StoredRecord]:
        record = self.office.run(record_of, self.office.central.log, self.evidence_id)
        return self.office.run(gather, self.office.central, record), record


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


def of_the_record_itself(record: Record) -> None:
    """What the record says of its document, which is read with it and stands in an export."""
    record.revises("evidence", record.evidence_id, {"document": {"title": f"Plan of {CANARY}"}, "ref": CANARY})


def of_the_activity(record: Record) -> None:
    record.revises("activity", record.activity_id, {"supporter": f"{CANARY}, her aunt", "date": CANARY})


def of_a_consent(record: Record) -> None:
    fields = {"activity": record.activity_id, "status": "restricted", "restriction": f"not the name of {CANARY}"}
    record.colleague.writes(record.scope, "consent", fields)


def of_an_activity_that_came_later(record: Record) -> None:
    """The record and the look at it were quicker than the activity that they name."""
    activity = str(uuid.uuid4())
    evidence = record.author.writes(record.scope, "evidence", {"ref": "A-78", "activity": activity})
    record.author.looks(record.scope, evidence.record, evidence.operation)
    record.author.sends()
    record.evidence_id = evidence.record
    fields = {"type": f"{CANARY}’s birthday", "supporter": CANARY}
    record.colleague.writes(record.scope, "activity", fields, record=activity)


def noted_on_a_code(record: Record) -> None:
    record.code(record.colleague, record.block_id, "heron", record.revision, memo=f"{CANARY} again")


def noted_later_on_a_code(record: Record) -> None:
    [[coding]] = record.office.ask("SELECT record FROM coding WHERE evidence = ?", record.evidence_id)
    record.revises("coding", coding, {"memo": f"{CANARY} again"})


def coded_in_other_words(record: Record) -> None:
    """A coding says nothing but terms of the review; one of these says something else in each."""
    odd = ("code", "codebook_version", "valence", "agency", "coder", "coded_at", "revision", "start_cp", "end_cp")
    for name in odd:
        fields: dict[str, Any] = {"revision": record.revision, name: CANARY}
        record.code(record.colleague, record.block_id, "heron", **fields)


def quoted_what_was_never_said(record: Record) -> None:
    """A coding is a copy, and nobody looks a copy through: what comes out is read from the block."""
    record.code(record.colleague, record.block_id, CANARY, record.revision)
    record.code(record.colleague, record.block_id, "heron", record.revision, before=f"{CANARY} saw a ", after=CANARY)


def quoted_in_two_ways(record: Record) -> None:
    """Two versions of a coding wait for a decision: an export shows both."""
    [[coding, state]] = record.office.ask(
        "SELECT c.record, r.state FROM coding c JOIN record r ON r.record = c.record WHERE c.evidence = ?",
        record.evidence_id,
    )
    base = tuple(json.loads(state)["heads"])
    for tablet, words in ((record.author, "One"), (record.colleague, CANARY)):
        fields = {"quote": words, "memo": words, CANARY.lower(): words}
        tablet.writes(record.scope, "coding", fields, kind="revise", record=coding, base=base)


def said_by_a_look(record: Record) -> None:
    """Beside a look stands another that gives somebody's words for its time."""
    [[state]] = record.office.ask("SELECT state FROM record WHERE record = ?", record.evidence_id)
    looked = json.loads(state)["fields"]["looked_through"][0]
    fields = {"screened_at": f"{CANARY} said so", "looked_through": [*looked[1], CANARY]}
    [[create]] = record.office.ask(
        "SELECT operation FROM operation_evidence WHERE record = ? AND kind = 'create'", record.evidence_id
    )
    record.colleague.writes(record.scope, "evidence", fields, kind="revise", record=record.evidence_id, base=(create,))


def in_a_file(record: Record) -> None:
    """The lead adds a document at the office: its name and its bytes are nobody's but the team's until it was opened."""
    record.adds_file(f"letter of {CANARY}.txt", f"Dear {CANARY}".encode())


def standing_again(record: Record) -> None:
    """A name was written over, the record looked through, and what stood instead of the name removed."""
    block_id, first = record.block(record.author, f"{CANARY} liked the heron.")
    text = {"text": "She liked the heron."}
    second = record.author.writes(record.scope, "block", text, kind="revise", record=block_id, base=(first,))
    record.code(record.author, block_id, CANARY, first)
    record.author.sends()
    record.looked_through_again()
    record.author.writes(
        record.scope, "block", {}, kind="redact", record=block_id, redacts=(second.operation,), reason="erasure"
    )


def forged_by_a_coding(record: Record) -> None:
    """An operation on the block that calls it a coding, which would need no look."""
    record.revises("coding", record.block_id, {"text": f"{CANARY} said so.", "memo": CANARY})
    record.author.writes(record.scope, "coding", {"text": CANARY, "quote": CANARY}, record=record.block_id)


STAYS_READABLE: tuple[Callable[[Record], None], ...] = (
    coded_under_the_wrong_record,
    copied_by_a_coding_before_the_name_was_taken_out,
    noted_on_a_code,
    noted_later_on_a_code,
    coded_in_other_words,
    quoted_what_was_never_said,
    quoted_in_two_ways,
    said_by_a_look,
    in_a_file,
    forged_by_a_coding,
)
"""Where the record itself was looked through and nothing in it is new."""
WAYS: tuple[Callable[[Record], None], ...] = (
    added,
    changed,
    joined,
    adopted_after_a_lock,
    let_in,
    of_the_record_itself,
    of_the_activity,
    of_a_consent,
    of_an_activity_that_came_later,
    standing_again,
    *STAYS_READABLE,
)


def answers(record: Record, who: str) -> Iterator[tuple[str, int, str]]:
    """What every route that is read answers to somebody, for this record and what is around it: address, status, text."""
    office, browser = record.office, record.office.signed_in(who)
    account_id, device_id = _ids(office)
    values = {
        "review_id": office.review_id, "visit_id": office.visit_id("A"), "evidence_id": record.evidence_id, "number": "1",
        "account_id": account_id, "device_id": device_id, "file_id": record.file_id or record.evidence_id, "job_id": office.review_id,
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
    for name, text in exported(office):
        yield name, 200, text


def exported(office: Office) -> Iterator[tuple[str, str]]:
    """Everything that an export of area A holds, in both formats: whoever is handed the file may be anybody."""
    with TemporaryDirectory() as folder:
        for form in ("xlsx", "csv"):
            wish = Wish(office.review_id, form, "A test", "looking", office.clock.now, (office.visit_id("A"),))
            office.run(export_review, office.central.log, wish, Path(folder) / f"evidence.{form}")
        for path in sorted(Path(folder).iterdir()):
            if path.suffix != ".xlsx":
                yield path.name, path.read_text("utf-8")
                continue
            with ZipFile(path) as book:
                yield from ((f"{path.name}/{part}", book.read(part).decode("utf-8")) for part in book.namelist())


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
        shown = [url for url, _, text in answers(record, "researcher") if CANARY in text or CANARY.lower() in text]

        assert shown == []


@pytest.mark.parametrize("way", STAYS_READABLE, ids=lambda way: way.__name__)
def test_what_goes_with_a_record_is_kept_back_alone_and_counted(office: Office, way: Callable[[Record], None]) -> None:
    """A note on a code or a file that comes after the look does not take the record from those who read it."""
    record = Record(office)
    way(record)
    for tablet in (record.author, record.colleague):
        if tablet._waiting:
            assert {one.verdict for one in tablet.sends()} == {"stored"}

    page = words_of(office.signed_in("researcher").opens(f"/evidence/{record.evidence_id}"))

    assert "A heron stood there." in page
    assert ("1 file is not shown: nobody has checked for names yet." in page) == (way is in_a_file)
    assert ("not in the words of the codebook" in page) == (way is coded_in_other_words)
    told = {one["item"]: one["value"] for one in json.loads(dict(exported(office))["evidence-about.json"])["about"]}
    memos = int(way in (noted_on_a_code, noted_later_on_a_code, quoted_in_two_ways))
    assert told["Memos left out: not yet checked for names"] == str(memos)
    files = told["Files left out of the records’ counts: not yet checked for names"]
    assert files == str(int(way is in_a_file))


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


def _looks(browser: Browser, evidence_id: str, opened: str = "") -> Any:
    address = f"/evidence/{evidence_id}"
    ticked = {"opened": opened} if opened else {}
    return browser.sends(browser.opens(address), f"{address}/looked-through", ticked)


def test_a_colleague_looks_a_record_through_at_the_office_when_its_author_has_left_the_visit(office: Office) -> None:
    record = Record(office)
    added(record)
    record.revises("activity", record.activity_id, {"supporter": f"{CANARY}, her aunt"})
    record.code(record.colleague, record.block_id, "heron", record.revision, memo=f"{CANARY} again")
    record.colleague.sends()
    _end_part_of_inspector(office)
    researcher, lead, address = (
        office.signed_in("researcher"),
        office.signed_in("lead"),
        f"/evidence/{record.evidence_id}",
    )
    assert researcher.get(address).status_code == 404

    page = words_of(lead.opens(address))
    assert f"Supporter {CANARY}, her aunt" in page
    assert f"Note on code {CODE} {CANARY} again" in page
    assert "Words were added or changed after this record was checked for names." in page
    assert lead.follows(_looks(lead, record.evidence_id)).status_code == 200

    assert "This record has been checked for names." in words_of(lead.opens(address))
    assert f"{CANARY} said so." in words_of(researcher.opens(address))
    assert any(f"{CANARY} again" in text for _, text in exported(office))
    assert "checked for names" not in words_of(researcher.opens(address))
    office.run(rebuild_all, office.central.log)
    assert researcher.get(address).status_code == 200


def test_words_that_come_while_the_page_at_the_office_is_open_are_not_looked_through(office: Office) -> None:
    record = Record(office)
    record.block(record.colleague, "A word.")
    record.colleague.sends()
    lead, address = office.signed_in("lead"), f"/evidence/{record.evidence_id}"
    page = lead.opens(address)
    added(record)
    record.colleague.sends()

    assert lead.sends(page, f"{address}/looked-through").status_code == 303

    assert office.signed_in("researcher").get(address).status_code == 404
    assert "Words were added or changed" in words_of(lead.opens(address))


def test_a_file_goes_out_once_somebody_of_the_team_has_opened_it(office: Office) -> None:
    record = Record(office)
    in_a_file(record)
    lead, researcher, address = (
        office.signed_in("lead"),
        office.signed_in("researcher"),
        f"/evidence/{record.evidence_id}",
    )
    assert lead.get(f"/files/{record.file_id}").text == f"Dear {CANARY}"
    assert researcher.get(f"/files/{record.file_id}").status_code == 404
    assert "1 file has not been checked for names." in words_of(lead.opens(address))

    nothing = _looks(lead, record.evidence_id)
    assert nothing.status_code == 422
    assert "Choose the files that you have opened and looked through" in words_of(nothing.text)
    assert researcher.get(f"/files/{record.file_id}").status_code == 404
    assert _looks(lead, record.evidence_id, record.file_id).status_code == 303

    assert researcher.get(f"/files/{record.file_id}").text == f"Dear {CANARY}"
    assert f"letter of {CANARY}.txt" in words_of(researcher.opens(address))
    digest = hashlib.sha256(f"Dear {CANARY}".encode()).hexdigest()
    assert any(digest in text for _, text in exported(office))
    record.block(record.colleague, "A later word.")
    record.colleague.sends()
    assert _looks(lead, record.evidence_id).status_code == 303
    assert researcher.get(f"/files/{record.file_id}").status_code == 200


def test_a_look_at_the_words_leaves_a_file_that_was_not_opened_with_the_team(office: Office) -> None:
    record = Record(office)
    in_a_file(record)
    record.block(record.colleague, "A word.")
    record.colleague.sends()
    lead, researcher = office.signed_in("lead"), office.signed_in("researcher")

    assert _looks(lead, record.evidence_id).status_code == 303

    assert "A word." in words_of(researcher.opens(f"/evidence/{record.evidence_id}"))
    assert researcher.get(f"/files/{record.file_id}").status_code == 404


def test_the_action_asks_again_whether_it_is_somebody_of_the_team(office: Office) -> None:
    record, central, reader = Record(office), office.central, office.person_id("A-I5")

    async def try_it() -> None:
        evidence = await evidence_to_read(central, reader, record.evidence_id)
        with pytest.raises(NotAllowed):
            await look_through(central, reader, evidence, operation=new_operation_id(central), shown="", opened=())

    office.run(try_it)


def test_the_same_look_sent_twice_is_written_once(office: Office) -> None:
    record = Record(office)
    record.block(record.colleague, "A word.")
    record.colleague.sends()
    lead, address = office.signed_in("lead"), f"/evidence/{record.evidence_id}"
    page = lead.opens(address)

    first, second = (lead.sends(page, f"{address}/looked-through") for _ in range(2))

    assert first.headers["location"].endswith("?done=looked_through")
    assert second.headers["location"].endswith("?done=looked_through_before")


def test_only_the_team_looks_a_record_through(office: Office) -> None:
    record = Record(office)
    researcher, address = office.signed_in("researcher"), f"/evidence/{record.evidence_id}"
    token = researcher.opens("/account").split('name="csrf_token" value="')[1].split('"')[0]

    answer = researcher.post(f"{address}/looked-through", {"csrf_token": token, "operation": "x", "shown": ""})

    assert answer.status_code == 403
    assert "looked-through" not in researcher.opens(address)


def test_words_that_come_between_the_asking_and_the_reading_are_not_shown(office: Office) -> None:
    """Whether somebody may read the record is asked before its words are read."""
    record = Record(office)
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
    office: Office, room: ModuleType, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that reaches the office while a page is being made is in no line of it."""
    record = Record(office)
    [[state]] = office.ask("SELECT state FROM record WHERE record = ?", record.activity_id)
    said = [
        (record.activity_id, "activity", {"date": CANARY}, tuple(json.loads(state)["heads"])),
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

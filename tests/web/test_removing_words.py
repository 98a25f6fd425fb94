"""Words removed for a child's sake are gone from every place at central, and the record of their removal stays."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sync.central.chain import verify_chain
from tests.web.office import Browser, Office, words_of
from tests.web.two_places import written_in_two_places

BLOCK = "evidence/A-01/blocks/6"
WORDS = "If you don't line up you go on amber."


def _removes(browser: Browser, evidence_id: str, block_id: str, words: str, **more: str) -> tuple[Any, Any]:
    """Go the whole way as a person does; returns the page to look once more at, and the page after."""
    address = f"/evidence/{evidence_id}/removal"
    page = browser.opens(f"{address}?block={block_id}")
    asked = browser.sends(page, address, {"words": words, "reason": "written_in_error", "step": "check"} | more)
    if asked.status_code != 200:
        return asked, None
    return asked, browser.sends(asked.text, address, {"step": "remove"})


def _everything(office: Office) -> bytes:
    """The database's files, after the sweep that the log begins by itself after every removal."""
    assert office.run(office.central.database.sweep_deleted, ())
    return b"".join(path.read_bytes() for path in sorted(office.settings.data.glob("central.sqlite3*")))


def _said_besides_the_text(office: Office, block_id: str) -> dict[str, list[object]]:
    fields = office.state_of(block_id).fields
    return {name: [value for _, value in said] for name, said in fields.items() if name != "text"}


def test_the_lead_removes_a_sentence_and_it_is_gone_everywhere(office: Office) -> None:
    lead, evidence_id = office.signed_in("lead"), office.evidence_id("A-01")
    assert WORDS.encode() in _everything(office)

    looked, done = _removes(lead, evidence_id, office.id_of(BLOCK), WORDS)

    assert looked.status_code == done.status_code == 200
    assert "Nobody can bring the words back." in words_of(looked.text)
    assert "The words are gone from" in words_of(done.text)
    record = words_of(lead.opens(f"/evidence/{evidence_id}"))
    assert WORDS not in record
    assert (
        "You have to line up five times. Everyone touches you. [removed] If you do amber you miss Choosing." in record
    )
    assert "Maren Hollowby removed words on 22 November 2026 at 9:00am. Written in error." in record
    question = office.signed_in("researcher").opens(f"/reviews/{office.review_id}/questions/1")
    assert "line up you go on amber" not in question
    assert WORDS.encode() not in _everything(office)
    for piece in (b"line up you go on", b"you don't line up", b"up you go on amber"):
        assert piece not in _everything(office)


def test_what_was_coded_nearby_still_points_to_the_same_words(office: Office) -> None:
    lead, evidence_id = office.signed_in("lead"), office.evidence_id("A-01")

    _removes(lead, evidence_id, office.id_of(BLOCK), WORDS)

    page = lead.opens(f"/evidence/{evidence_id}")
    marks = re.findall(r"<mark[^>]*>([^<]*)</mark>", page)
    assert "Everyone touches you" in marks
    assert "[removed] If you do amber you miss Choosing." in marks
    assert "need" not in "".join(re.findall(r'fw-codings__standing">([^<]*)', page))


def test_the_log_still_verifies_and_says_who_when_and_why(office: Office) -> None:
    """Rule R9."""
    lead, evidence_id = office.signed_in("lead"), office.evidence_id("A-01")

    _removes(lead, evidence_id, office.id_of(BLOCK), WORDS, reason="erasure")

    streams: dict[int, list[bytes]] = {}
    for stream, header in office.ask("SELECT stream_id, header FROM operation_evidence ORDER BY stream_id, sequence"):
        streams.setdefault(stream, []).append(bytes(header))
    assert [problem for headers in streams.values() if (problem := verify_chain(headers))] == []
    redact = [
        json.loads(bytes(row[0])) for row in office.ask("SELECT header FROM operation_evidence WHERE kind = 'redact'")
    ]
    assert [one["reason"] for one in redact] == ["erasure"]
    assert redact[0]["person"] == office.person_id("A-I1")
    assert office.id_of(f"operation/{BLOCK}") in redact[0]["redacts"]


def test_everything_else_about_the_block_is_kept(office: Office) -> None:
    lead = office.signed_in("lead")
    before = _said_besides_the_text(office, office.id_of(BLOCK))

    _removes(lead, office.evidence_id("A-01"), office.id_of(BLOCK), WORDS)

    assert _said_besides_the_text(office, office.id_of(BLOCK)) == before
    assert all(len(values) == 1 for values in before.values())


def test_a_code_on_nothing_but_the_removed_words_is_withdrawn(office: Office) -> None:
    lead, evidence_id = office.signed_in("lead"), office.evidence_id("A-01")
    before = lead.opens(f"/evidence/{evidence_id}").count('class="fw-codings__coding"')

    looked, _ = _removes(
        lead, evidence_id, office.id_of(BLOCK), "Everyone touches you.", instead="[a worry about touch]"
    )

    assert "1 code on nothing but these words will be withdrawn." in words_of(looked.text)
    page = lead.opens(f"/evidence/{evidence_id}")
    assert page.count('class="fw-codings__coding"') == before - 1
    assert "[a worry about touch]" in page
    assert "Everyone touches" not in page
    assert b"Everyone touches" not in _everything(office)


def test_both_sides_of_a_conflict_lose_the_words_and_both_stay(office: Office) -> None:
    one, other, lead = office.tablet_of("A-I2"), office.tablet_of("A-I4"), office.signed_in("lead")
    then = ("Bold. Sister Xanthippe.", "Old. Sister Xanthippe.")
    evidence_id, block_id, _ = written_in_two_places(office, one, other, first="Cold. Sister Xanthippe.", then=then)

    _removes(lead, evidence_id, block_id, "Xanthippe", instead="[sister]", reason="name_replaced")

    shown = words_of(lead.opens(f"/evidence/{evidence_id}"))
    assert "Bold. Sister [sister]." in shown
    assert "Old. Sister [sister]." in shown
    assert "Both versions are kept" in shown
    assert b"Xanthippe" not in _everything(office)


def test_an_author_removes_their_own_words_and_nobody_elses(office: Office) -> None:
    scope, tablet, inspector = f"visit:{office.visit_id('A')}", office.tablet_of("A-I2"), office.signed_in("inspector")
    mine = tablet.records(scope, "A slip of the pen.")
    tablet.sends()
    block_id = office.ask("SELECT record FROM record WHERE parent = ? AND record_type = 'block'", mine)[0][0]

    _, done = _removes(inspector, mine, block_id, "slip")
    refused, _ = _removes(inspector, office.evidence_id("A-01"), office.id_of(BLOCK), WORDS)

    assert done.status_code == 200
    assert b"A slip of" not in _everything(office)
    assert refused.status_code == 422
    assert "Ask the lead of the visit to remove them" in words_of(refused.text)
    assert WORDS in words_of(inspector.opens(f"/evidence/{office.evidence_id('A-01')}"))


def test_what_was_kept_while_the_words_were_typed_goes_with_them(office: Office) -> None:
    """Half a sentence, or the beginning of a name, is a version of its own: a box is kept whenever the caret leaves it."""
    scope, tablet, lead = f"visit:{office.visit_id('A')}", office.tablet_of("A-I2"), office.signed_in("lead")
    evidence_id = tablet.records(scope, "Cold meals. Sister Xan")
    tablet.sends()
    [[block_id]] = office.ask("SELECT record FROM record WHERE parent = ? AND record_type = 'block'", evidence_id)
    before = _said_besides_the_text(office, block_id)
    typed = ("Cold meals. Sister Xant", "Cold meals. Sister Xanthippe Zbedowsky hid", "Cold meals. She ate nothing.")
    for text in (*typed, "Cold meals. Sister Xanthippe Zbedowsky hid them."):
        base = office.state_of(block_id).heads
        tablet.writes(scope, "block", {"text": text}, kind="revise", record=block_id, base=base)
        tablet.sends()

    _, done = _removes(lead, evidence_id, block_id, "Sister Xanthippe Zbedowsky hid them.")

    assert "The words are gone from 4 entries" in words_of(done.text)
    left = _everything(office)
    assert [piece for piece in (b"Xant", b"Zbed", b"Sister") if piece in left] == []
    assert b"She ate nothing" in left
    assert office.state_of(block_id).fields["text"][0][1] == "Cold meals. [removed]"
    assert _said_besides_the_text(office, block_id) == before


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"words": ""}, "Enter the words to remove"),
        ({"words": "words that are not there"}, "These words do not stand in this part of the record"),
        ({"words": WORDS, "reason": "because"}, "Choose why the words are removed"),
        ({"words": "amber", "instead": "no amber"}, "cannot hold the words that you remove"),
    ],
)
def test_what_cannot_be_removed_comes_back_with_the_reason_and_changes_nothing(
    office: Office, fields: dict[str, str], says: str
) -> None:
    lead = office.signed_in("lead")
    before = office.ask("SELECT COUNT(*) FROM operation_evidence")[0][0]

    answer, _ = _removes(lead, office.evidence_id("A-01"), office.id_of(BLOCK), **fields)

    assert answer.status_code == 422
    assert says in words_of(answer.text)
    assert "<title>Error: Remove words" in answer.text
    assert office.ask("SELECT COUNT(*) FROM operation_evidence")[0][0] == before


def test_the_same_form_twice_removes_once(office: Office) -> None:
    lead, evidence_id = office.signed_in("lead"), office.evidence_id("A-01")
    looked, _ = _removes(lead, evidence_id, office.id_of(BLOCK), WORDS)
    count = office.ask("SELECT COUNT(*) FROM operation_evidence")[0][0]

    again = lead.sends(looked.text, f"/evidence/{evidence_id}/removal", {"step": "remove"})

    assert again.status_code == 200
    assert office.ask("SELECT COUNT(*) FROM operation_evidence")[0][0] == count


def test_where_the_same_words_still_stand_is_said(office: Office) -> None:
    scope, tablet, lead = f"visit:{office.visit_id('A')}", office.tablet_of("A-I2"), office.signed_in("lead")
    ids = [tablet.records(scope, "Her name is “Xanthíppe”.", ref=ref) for ref in ("A-98", "A-99")]
    tablet.sends()
    block_id = office.ask("SELECT record FROM record WHERE parent = ? AND record_type = 'block'", ids[0])[0][0]

    _, done = _removes(lead, ids[0], block_id, "“Xanthíppe”")

    assert "The same words still stand here" in words_of(done.text)
    assert f'href="/evidence/{ids[1]}"' in done.text
    assert "A-99: a part of it" in words_of(done.text)


def test_the_block_of_another_record_is_not_reached_through_this_one(office: Office) -> None:
    lead = office.signed_in("lead")
    page = lead.opens(f"/evidence/{office.evidence_id('A-01')}/removal?block={office.id_of(BLOCK)}")

    answer = lead.sends(
        page,
        f"/evidence/{office.evidence_id('A-01')}/removal",
        {"block": office.id_of("evidence/B-01/blocks/2"), "words": "the", "reason": "erasure", "step": "remove"},
    )

    assert answer.status_code == 404

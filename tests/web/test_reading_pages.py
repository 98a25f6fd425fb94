"""What is read at central: the review, the visit, the record and the question, in words, and what is never shown."""

from __future__ import annotations

import re

import pytest

from tests.web.office import Office, words_of
from tests.web.two_places import written_in_two_places


def test_each_comes_home_to_what_is_theirs(office: Office) -> None:
    for who in ("inspector", "lead", "researcher", "safeguarding"):
        assert "Children with SEND who are not in school" in words_of(office.signed_in(who).opens("/"))

    home = office.signed_in("administrator").opens("/")
    assert "not in school" not in home
    assert "you look after people and tablets" in words_of(home)


def test_a_review_shows_its_questions_and_the_visits_one_has_a_part_in(office: Office) -> None:
    lead = words_of(office.signed_in("lead").opens(f"/reviews/{office.review_id}"))
    researcher = words_of(office.signed_in("researcher").opens(f"/reviews/{office.review_id}"))
    safeguarding = words_of(office.signed_in("safeguarding").opens(f"/reviews/{office.review_id}"))

    assert "8. What is life like for the child and family?" in lead
    assert re.findall(r"Area \w\b", lead) == ["Area A"]
    assert re.findall(r"Area \w On", researcher) == [f"Area {letter} On" for letter in "ABCDEF"]
    assert "Area A" not in safeguarding
    assert "Concerns" in safeguarding


def test_no_area_is_ever_named(office: Office) -> None:
    """Rule R22: by letter everywhere, for everybody who reads."""
    named = [area["name"] for area in office.template.pack.areas["areas"]]
    browser = office.signed_in("researcher")
    pages = [browser.opens("/"), browser.opens(f"/reviews/{office.review_id}")]
    pages += [browser.opens(f"/reviews/{office.review_id}/questions/{number}") for number in range(1, 9)]
    pages += [browser.opens(f"/visits/{office.visit_id(letter)}") for letter in "ABCDEF"]

    for page in pages:
        assert [name for name in named if name in page] == []


def test_every_record_of_the_demonstration_reads_whole(office: Office) -> None:
    """Every letter of every block, the kinds told apart, each coding with its code."""
    browser = office.signed_in("researcher")

    for ref, evidence in office.evidence.items():
        if "quarantine" in evidence:
            continue
        page = browser.opens(f"/evidence/{office.evidence_id(ref)}")
        shown = words_of(page)

        for block in evidence["blocks"]:
            assert " ".join(block["text"].split()) in shown, f"{ref}: {block['text'][:60]}"
        assert page.count('class="fw-codings__coding"') == len(evidence["codings"])
        assert "Recorded: " in shown
        assert "How it was made" in shown


def test_what_was_written_from_memory_says_so_wherever_it_is_shown(office: Office) -> None:
    """Rule R10."""
    ref = next(ref for ref, one in office.evidence.items() if one["recorded_when"] == "from_memory_after_loss")
    browser = office.signed_in("researcher")

    assert "<strong>From memory after loss.</strong>" in browser.opens(f"/evidence/{office.evidence_id(ref)}")
    assert "From memory after loss" in words_of(browser.opens(f"/visits/{office.visit_id(ref[0])}"))
    passages = "".join(browser.opens(f"/reviews/{office.review_id}/questions/{n}") for n in range(1, 9))
    assert "From memory after loss" in passages


def test_what_was_not_agreed_to_goes_with_every_excerpt(office: Office) -> None:
    """Rule R16."""
    ref = next(
        ref
        for ref, one in office.evidence.items()
        if any(consent["agrees"]["quotation"] is False for consent in one["consent"])
    )
    browser = office.signed_in("researcher")

    assert "Do not quote these words." in words_of(browser.opens(f"/evidence/{office.evidence_id(ref)}"))
    question = next(
        page
        for number in range(1, 9)
        if f"/evidence/{office.evidence_id(ref)}#"
        in (page := browser.opens(f"/reviews/{office.review_id}/questions/{number}"))
    )
    assert "Do not quote these words." in words_of(question)


@pytest.mark.parametrize("who", ["lead", "inspector", "researcher"])
def test_a_record_whose_consent_was_withdrawn_is_shown_to_nobody_and_counted(office: Office, who: str) -> None:
    refs = [ref for ref, one in office.evidence.items() if "quarantine" in one]
    browser = office.signed_in(who)

    assert len(refs) == 2
    for ref in refs:
        assert browser.get(f"/evidence/{office.evidence_id(ref)}").status_code == 404
        if who == "researcher":
            visit = browser.opens(f"/visits/{office.visit_id(ref[0])}")
            assert office.evidence_id(ref) not in visit
            assert "1 record is not shown: consent was withdrawn." in words_of(visit)
    questions = [browser.opens(f"/reviews/{office.review_id}/questions/{number}") for number in range(1, 9)]
    for ref in refs:
        assert [page for page in questions if office.evidence_id(ref) in page] == []


def test_every_coded_passage_of_a_question_is_found_by_going_on(office: Office) -> None:
    codes = {code["ref"] for code in office.template.pack.review["codebook"]["codes"] if code.get("question") == "1"}
    expected = sum(
        coding["code"] in codes
        for one in office.template.pack.evidence.values()
        if "quarantine" not in one
        for coding in one["codings"]
    )
    browser = office.signed_in("researcher")
    url, found = f"/reviews/{office.review_id}/questions/1", []
    while url:
        page = browser.opens(url)
        found += re.findall(r'<li class="fw-passages__passage" id="coding-([0-9a-f-]+)"', page)
        later = re.search(r'rel="next" href="([^"]+)"', page)
        url = later[1].replace("&amp;", "&") if later else ""

    assert expected > 50
    assert len(found) == len(set(found)) == expected
    assert f"{expected} coded passages from 6 areas" in words_of(
        browser.opens(f"/reviews/{office.review_id}/questions/1")
    )


def test_one_code_of_a_question_can_be_read_alone(office: Office) -> None:
    page = office.signed_in("researcher").opens(f"/reviews/{office.review_id}/questions/1?code=RSN-11")

    shown = words_of(page)
    assert "RSN-11 Anxiety or emotionally based avoidance" in shown
    assert set(re.findall(r"<strong>(\w+-\d+)", page)) == {"RSN-11"}


def test_an_unscreened_record_is_read_by_its_visits_team_alone(office: Office) -> None:
    """Design 7: readable by the team, in no list of an analyst's and under no question."""
    scope = f"visit:{office.visit_id('A')}"
    tablet = office.tablet_of("A-I2")
    evidence_id = tablet.records(scope, "A canary sang in the hall.", screened=False)
    tablet.sends()
    block_id = office.ask("SELECT record FROM record WHERE parent = ? AND record_type = 'block'", evidence_id)[0][0]
    tablet.writes(
        scope,
        "coding",
        {"evidence": evidence_id, "block": block_id, "start_cp": 2, "end_cp": 8, "quote": "canary", "code": "RSN-11"},
    )
    assert {receipt.verdict for receipt in tablet.sends()} == {"stored"}
    lead, researcher = office.signed_in("lead"), office.signed_in("researcher")

    assert "A canary sang" in words_of(lead.opens(f"/evidence/{evidence_id}"))
    assert "Only the visit’s team can read it" in words_of(lead.opens(f"/evidence/{evidence_id}"))
    assert researcher.get(f"/evidence/{evidence_id}").status_code == 404
    visit = researcher.opens(f"/visits/{office.visit_id('A')}")
    assert evidence_id not in visit
    assert "1 record is not shown: nobody has checked for names yet." in words_of(visit)
    for browser in (lead, researcher):
        assert "canary" not in browser.opens(f"/reviews/{office.review_id}/questions/1")


def test_two_wordings_of_one_block_are_both_shown_until_somebody_decides(office: Office) -> None:
    one, other = office.tablet_of("A-I2"), office.tablet_of("A-I4")
    then = ("He said he was bold.", "He said he was old.")
    evidence_id, _, _ = written_in_two_places(office, one, other, first="He said he was cold.", then=then)

    page = office.signed_in("lead").opens(f"/evidence/{evidence_id}")

    shown = words_of(page)
    assert "He said he was bold." in shown
    assert "He said he was old." in shown
    assert "Both versions are kept until somebody decides" in shown
    assert "Idwal Pennistow wrote:" in shown
    assert "Kofi Lanternby wrote:" in shown


def test_words_are_shown_as_typed_and_run_nothing(office: Office) -> None:
    """SEC-09."""
    odd = "<script>alert(1)</script> \" ' & {{ 7*7 }} {% raw %} \u202eevil \x00 \ud83d end"
    scope = f"visit:{office.visit_id('A')}"
    tablet = office.tablet_of("A-I2")
    evidence_id = tablet.records(scope, odd, ref="<b>A</b>")
    assert {receipt.verdict for receipt in tablet.sends()} == {"stored"}

    lead = office.signed_in("lead")
    page = lead.opens(f"/evidence/{evidence_id}")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }} {% raw %}" in page
    assert "\ufffd \ufffd end" in page
    assert "&lt;b&gt;A&lt;/b&gt;" in lead.opens(f"/visits/{office.visit_id('A')}")


def test_the_history_is_told_in_sentences(office: Office) -> None:
    scope = f"visit:{office.visit_id('A')}"
    tablet = office.tablet_of("A-I2")
    evidence_id = tablet.records(scope, "One.")
    tablet.sends()

    imported = words_of(office.signed_in("lead").opens(f"/evidence/{office.evidence_id('A-01')}"))
    written = words_of(office.signed_in("lead").opens(f"/evidence/{evidence_id}"))

    assert "30 entries came with the review pack" in imported
    assert "Who wrote them, and when, is not stated in the pack." in imported
    assert "Idwal Pennistow wrote the record. It reached the office on 22 November 2026 at 9:00am." in written


def test_htmx_gets_a_part_and_going_back_the_whole(office: Office) -> None:
    lead = office.signed_in("lead")
    url = f"/visits/{office.visit_id('A')}"

    swap = lead.get(url, headers={"hx-request": "true", "hx-request-type": "partial"})
    back = lead.get(url, headers={"hx-history-restore-request": "true", "hx-request-type": "full"})

    assert swap.text.lstrip().startswith("<title>Area A")
    assert back.text.startswith("<!DOCTYPE html>")
    assert swap.headers["vary"] == back.headers["vary"] == "HX-Request, HX-Request-Type"
    assert swap.headers["cache-control"] == "no-store"


def test_a_problem_is_a_whole_page_and_a_swappable_part(office: Office) -> None:
    lead = office.signed_in("lead")
    url = f"/visits/{office.visit_id('B')}"

    whole, swap = lead.get(url), lead.get(url, headers={"hx-request": "true"})

    assert whole.status_code == swap.status_code == 404
    assert "Page not found" in words_of(whole.text)
    assert swap.text.lstrip().startswith("<title>Page not found")


def test_a_mistake_of_ours_is_one_honest_page_that_says_nothing_of_the_inside(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-13, for the page."""
    lead = office.signed_in("lead")

    async def fails(*_: object) -> None:
        raise RuntimeError("a canary of the inside")

    monkeypatch.setattr("fieldwork.web.visits.labels_of_review", fails)
    answer = lead.get(f"/visits/{office.visit_id('A')}")

    assert answer.status_code == 500
    assert "This is a mistake in the program, not in what you did." in words_of(answer.text)
    assert "canary" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")

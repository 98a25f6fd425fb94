"""Concerns are for the safeguarding lead alone, after a reason, and leave a line that says who opened them."""

from __future__ import annotations

import json

from tests.web.office import Office, words_of


def _somebody_tells(office: Office) -> None:
    tablet = office.tablet_of("A-I2")
    said = {"exact_words": "He said he is not safe at home.", "said_at": "2026-11-22T08:30:00.000Z", "place": "Kitchen"}
    tablet.writes(f"visit:{office.visit_id('A')}", "concern", said, lane="concern")
    assert [receipt.verdict for receipt in tablet.sends()] == ["stored"]


def test_without_a_concern_the_page_says_where_they_will_be(office: Office) -> None:
    page = office.signed_in("safeguarding").opens(f"/reviews/{office.review_id}/concerns")

    assert "No concern has been recorded in this review. Concerns will be listed here." in words_of(page)


def test_concerns_are_opened_with_a_reason_that_is_kept(office: Office) -> None:
    _somebody_tells(office)
    safeguarding, address = office.signed_in("safeguarding"), f"/reviews/{office.review_id}/concerns"

    closed = safeguarding.opens(address)
    refused = safeguarding.sends(closed, address, {"reason": " "})
    opened = safeguarding.sends(closed, address, {"reason": "Weekly check"})

    assert "1 concern has been recorded" in words_of(closed)
    assert "not safe" not in closed
    assert refused.status_code == 422
    assert "not safe" not in refused.text
    assert "He said he is not safe at home." in words_of(opened.text)
    assert "Area A" in words_of(opened.text)
    alarms = office.ask("SELECT operation FROM alarm WHERE code = 'concerns_opened'")
    told = [json.loads(row[0]) for row in alarms]
    assert [one["reason"] for one in told] == ["Weekly check"]
    assert "safe" not in json.dumps(told)


def test_a_concern_is_on_no_page_of_anybody_else(office: Office) -> None:
    """Rule R18."""
    _somebody_tells(office)
    for who in ("lead", "inspector", "researcher"):
        browser = office.signed_in(who)
        pages = [browser.opens("/"), browser.opens(f"/reviews/{office.review_id}")]
        pages += [
            browser.opens(f"/visits/{office.visit_id('A')}"),
            browser.opens(f"/reviews/{office.review_id}/questions/6"),
        ]

        assert [page for page in pages if "not safe at home" in page or "/concerns" in page] == []
        assert browser.get(f"/reviews/{office.review_id}/concerns").status_code == 404


def test_the_safeguarding_lead_reads_no_evidence(office: Office) -> None:
    browser = office.signed_in("safeguarding")

    assert browser.get(f"/evidence/{office.evidence_id('A-01')}").status_code == 404
    assert browser.get(f"/visits/{office.visit_id('A')}").status_code == 404
    assert browser.get(f"/reviews/{office.review_id}/questions/1").status_code == 404

"""What could not be taken in: the lead sees it with the reason in words, and lets it in or leaves it out."""

from __future__ import annotations

from tests.web.office import Office, words_of


def _stranger_writes(office: Office, text: str) -> str:
    """Somebody of Area B writes into Area A: kept whole, and quarantined."""
    tablet = office.tablet_of("B-I2")
    evidence_id = tablet.records(f"visit:{office.visit_id('A')}", text, screened=False)
    assert {receipt.code for receipt in tablet.sends()} == {"not_assigned"}
    return evidence_id


def test_the_lead_sees_what_was_not_taken_in_and_lets_it_in(office: Office) -> None:
    evidence_id = _stranger_writes(office, "A word from a neighbour.")
    lead, address = office.signed_in("lead"), f"/visits/{office.visit_id('A')}/held"

    visit = words_of(lead.opens(f"/visits/{office.visit_id('A')}"))
    page = lead.opens(address)

    assert "3 entries need you: not taken in yet." in visit
    shown = words_of(page)
    assert "The author is not on the team of this visit." in shown
    assert "A word from a neighbour." in shown
    reason = page.split('id="reason-')[1].split('"')[0]
    for _ in range(2):
        answer = lead.sends(page, address, {f"reason-{reason}": "She stood in for a day."})
        assert answer.status_code in (303, 404)
    assert "Everything that reached the office has been taken in." in words_of(lead.opens(address))
    assert "A word from a neighbour." in words_of(lead.opens(f"/evidence/{evidence_id}"))
    assert office.ask("SELECT COUNT(*) FROM operation_evidence WHERE record_type = 'decision'")[0][0] == 3


def test_what_the_lead_leaves_out_waits_no_more_is_kept_whole_and_can_be_let_in_later(office: Office) -> None:
    """R8, I12: a decision removes nothing, and no entry is stuck where nobody can take it out."""
    evidence_id = _stranger_writes(office, "A word from a neighbour.")
    lead, visit = office.signed_in("lead"), f"/visits/{office.visit_id('A')}"
    address = f"{visit}/held"
    page = lead.opens(address)
    reason = page.split('id="reason-')[1].split('"')[0]
    assert "Let it in if it belongs to this visit." in words_of(page)

    for why, status in (("", 422), ("It belongs to Area B.", 303), ("It belongs to Area B.", 303)):
        answer = lead.sends(page, address, {f"reason-{reason}": why, "act": "leave"})
        assert answer.status_code == status

    shown = words_of(lead.opens(address))
    assert "Left out. The reason given: It belongs to Area B." in shown
    assert "A word from a neighbour." in shown
    assert "Nothing waits for you." in shown
    assert "need you" not in words_of(lead.opens(visit))
    assert office.ask("SELECT COUNT(*) FROM operation_evidence WHERE standing = 'quarantined'")[0][0] == 3
    assert office.ask("SELECT COUNT(*) FROM operation_evidence WHERE record_type = 'decision'")[0][0] == 3
    assert lead.get(f"/evidence/{evidence_id}").status_code == 404
    page = lead.opens(address)
    lead.follows(lead.sends(page, address, {f"reason-{reason}": "She stood in for a day.", "act": "let_in"}))
    assert "A word from a neighbour." in words_of(lead.opens(f"/evidence/{evidence_id}"))


def test_what_waits_for_another_entry_cannot_be_left_out_and_only_the_lead_decides(office: Office) -> None:
    tablet, scope = office.tablet_of("A-I2"), f"visit:{office.visit_id('A')}"
    tablet.writes(scope, "block", {"text": "lost on the way"})
    tablet._waiting.clear()
    waits = tablet.writes(scope, "block", {"text": "after a gap"})
    tablet.sends()
    _stranger_writes(office, "A word.")
    lead, address = office.signed_in("lead"), f"/visits/{office.visit_id('A')}/held"
    page = lead.opens(address)
    assert "Ask the author to press “Send now”." in words_of(page)

    reason = f"reason-{waits.operation}"
    answer = lead.sends(page, address, {"about": waits.operation, reason: "Not needed.", "act": "leave"})

    assert answer.status_code == 404
    inspector = office.signed_in("inspector")
    assert inspector.get(address).status_code == 403


def test_without_a_reason_nothing_is_let_in(office: Office) -> None:
    _stranger_writes(office, "A word.")
    lead, address = office.signed_in("lead"), f"/visits/{office.visit_id('A')}/held"
    page = lead.opens(address)
    reason = page.split('id="reason-')[1].split('"')[0]

    answer = lead.sends(page, address, {f"reason-{reason}": "  "})

    assert answer.status_code == 422
    assert "Enter why it should be let in" in words_of(answer.text)
    assert office.ask("SELECT COUNT(*) FROM operation_evidence WHERE standing = 'quarantined'")[0][0] == 3


def test_nothing_of_it_is_shown_anywhere_before(office: Office) -> None:
    evidence_id = _stranger_writes(office, "A word from a neighbour.")

    for who in ("lead", "inspector", "researcher"):
        browser = office.signed_in(who)
        assert browser.get(f"/evidence/{evidence_id}").status_code == 404
        assert evidence_id not in browser.opens(f"/visits/{office.visit_id('A')}")


def test_a_gap_and_a_fork_are_told_in_words(office: Office) -> None:
    tablet, scope = office.tablet_of("A-I2"), f"visit:{office.visit_id('A')}"
    tablet.writes(scope, "block", {"text": "lost on the way"})
    tablet._waiting.clear()
    tablet.writes(scope, "block", {"text": "after a gap"})
    tablet.sends()
    other = office.tablet_of("A-I4")
    other.writes(scope, "block", {"text": "one"})
    other.sends()
    other._marks.clear()
    other.writes(scope, "block", {"text": "two"})
    other.sends()

    shown = words_of(office.signed_in("lead").opens(f"/visits/{office.visit_id('A')}/held"))

    assert "An earlier entry from the same tablet has not arrived." in shown
    assert "The author’s tablet used a number twice. Both are kept." in shown
    assert "Idwal Pennistow wrote a part of it" in shown

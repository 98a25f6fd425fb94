"""One visit on the tablet, without a connection: from the list of visits to words that are safe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")

KINDS = {
    "Exact words": "You have to line up five times.",
    "In our words": "Child says the line was the worst of it.",
    "Seen and heard": "Binder on the table, labels in his own writing.",
    "From a document": "Timetable dated 27 February 2023, no end date.",
    "My thought": "Who has seen this binder?",
}


def test_a_record_is_made_written_locked_and_unlocked_without_a_connection(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()

    for kind, words in KINDS.items():
        tablet.writes(words, kind)
    tablet.box.press_sequentially("I was on amber all")
    tablet.locks()
    expect(tablet.page.locator("main")).not_to_contain_text("amber")
    tablet.writes_locked("Nobody asked. It just was the last day.")
    tablet.unlocks()

    expect(tablet.blocks).to_have_text(
        [*KINDS.values(), "I was on amber all", "Nobody asked. It just was the last day."]
    )
    assert tablet.seen == []


def test_what_was_written_offline_becomes_safe_at_the_office_when_the_connection_is_back(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes("The line.")
    tablet.opens_the_visit()
    row = tablet.page.locator(".fw-rows__row").filter(has_text="Child interview, A-C01").first
    expect(row).to_contain_text("On this tablet")

    tablet.page.locator("#fw-links").get_by_role("link", name="Only here").click()
    expect(tablet.page.locator("#only-here")).to_contain_text("3 changes are only on this tablet")
    tablet.goes_online()
    tablet.page.get_by_role("button", name="Send now").click()

    expect(tablet.page.locator("#only-here")).to_contain_text("Nothing waits", timeout=20_000)
    tablet.opens_the_visit()
    expect(row).to_contain_text("Safe at the office")


def test_the_state_of_a_record_changes_by_itself_and_moves_nothing(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes("The line.")
    tablet.opens_the_visit()
    row = tablet.page.locator(".fw-rows__row").filter(has_text="Child interview, A-C01").first
    expect(row).to_contain_text("On this tablet")
    link = row.get_by_role("link")
    link.focus()

    tablet.goes_online()

    expect(row).to_contain_text("Safe at the office", timeout=20_000)
    expect(link).to_be_focused()


def test_two_who_change_the_same_words_are_both_kept_until_somebody_decides(chromium: Browser, tablet: Tablet) -> None:
    """R5: nothing is merged into one voice by a machine."""
    other = Tablet(chromium.new_context(viewport={"width": 820, "height": 1180}).new_page(), tablet.office)
    for one, member in ((tablet, "A-I2"), (other, "A-I1")):
        one.enrols(member)
        one.goes_offline()
        one.opens_the_record("A-01")
        one.page.get_by_role("link", name="Change").first.click()
        one.is_at("Change these words")
        one.page.get_by_label("The words").fill(f"What {member} saw.")
        one.page.get_by_role("button", name="Save", exact=True).click()
        expect(one.blocks.first).to_have_text(f"What {member} saw.")

    for one in (tablet, other):
        one.goes_online()
        one.page.locator("#fw-links").get_by_role("link", name="Only here").click()
        one.page.get_by_role("button", name="Send now").click()
        expect(one.page.locator("#only-here")).to_contain_text("Nothing waits", timeout=20_000)
    other.opens_the_record("A-01")

    expect(other.page.locator(".fw-record__conflict").first).to_contain_text("Both versions are kept")
    assert set(other.blocks.all_inner_texts()[:2]) == {"What A-I1 saw.", "What A-I2 saw."}
    other.page.get_by_role("link", name="Compare and decide").first.click()
    other.is_at("Two versions")
    expect(other.page.locator(".fw-version")).to_have_count(2)
    expect(other.page.locator(".fw-version mark")).to_have_count(2)
    assert other.faults() == []
    other.page.get_by_role("link", name="Write it as it should read").click()
    expect(other.page.locator(".fw-version")).to_have_count(2)
    assert other.faults() == []
    other.page.get_by_label("The words").fill("What both saw.")
    other.page.get_by_role("button", name="Save", exact=True).click()
    expect(other.blocks.first).to_have_text("What both saw.")
    expect(other.page.locator(".fw-record__conflict")).to_have_count(0)
    other.context.close()


def test_saving_twice_writes_once_and_the_keys_that_come_meanwhile_stay(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.box.fill("The line.")

    tablet.page.evaluate(
        "() => { const form = document.querySelector('form[data-stays]'); form.requestSubmit(); form.requestSubmit();"
        " form.elements.text.value += ' Everyone'; }"
    )

    expect(tablet.blocks).to_have_text(["The line."])
    expect(tablet.box).to_have_value(" Everyone")


def test_words_typed_while_the_worker_dies_are_kept_and_none_leaves_the_screen(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes("Before.")
    tablet.box.press_sequentially("In the mid")

    tablet.page.workers[0].evaluate("() => self.close()")
    tablet.box.press_sequentially("dle of it")

    expect(tablet.box).to_have_value("In the middle of it")
    expect(tablet.saved).to_have_text("Draft kept", timeout=20_000)
    tablet.page.get_by_role("button", name="Save", exact=True).click()
    tablet.is_at("Locked")
    tablet.unlocks()
    expect(tablet.blocks).to_have_text(["Before.", "In the middle of it"])


def test_a_tied_question_goes_with_the_words_and_a_question_asked_is_written_down(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.opens_the_visit()
    tablet.starts_a_record()

    tablet.page.locator("button[data-asks='1.1']").click()
    expect(tablet.blocks).to_have_count(1)
    tablet.writes("The line.")

    expect(tablet.page.locator(".fw-block--question")).to_contain_text(
        "Can you tell me about when going to school got hard?"
    )
    expect(tablet.page.locator(".fw-block--verbatim")).to_contain_text("question 1.1")
    tablet.page.locator("button[data-question='1.1']").click()
    expect(tablet.page.locator("button[data-question='1.1']")).to_have_attribute("aria-pressed", "false")


def test_words_are_changed_in_place_and_what_stood_before_stays_in_the_history(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes("The lion.")

    tablet.page.get_by_role("link", name="Change").click()
    tablet.is_at("Change these words")
    tablet.page.get_by_label("The words").fill("The line.")
    tablet.page.get_by_role("button", name="Save", exact=True).click()

    expect(tablet.page.get_by_role("heading", name="What was said and seen")).to_be_visible()
    expect(tablet.blocks).to_have_text(["The line."])
    expect(tablet.page.locator("main")).to_contain_text("changed a part of it")


def test_words_are_found_whatever_their_capitals_and_the_address_does_not_tell_them(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.goes_offline()
    tablet.page.get_by_role("link", name="Find words").click()
    tablet.page.locator("#words").fill("CHOOSING")
    tablet.page.locator("#words").press("Enter")

    expect(tablet.page.locator("mark").first).to_have_text("Choosing")
    assert "hoosing" not in tablet.page.url
    tablet.page.locator(".fw-rows__link").first.click()
    expect(tablet.page.locator(".fw-block:focus")).to_contain_text("Choosing")


def test_the_tablet_starts_without_a_connection_locked_and_opens_with_the_passphrase(tablet: Tablet) -> None:
    """A11Y-06 as well: the keyboard is at the one thing to do."""
    tablet.enrols()
    tablet.office.closes()
    tablet.goes_offline()

    tablet.opens("/tablet/only-here")
    expect(tablet.page.locator("#passphrase")).to_be_visible(timeout=20_000)
    tablet.page.locator("#passphrase").fill("not the passphrase at all")
    tablet.page.get_by_role("button", name="Unlock", exact=True).click()
    expect(tablet.page.locator("#problems")).to_be_focused()
    tablet.unlocks()

    tablet.is_at("Only on this tablet")
    expect(tablet.page.locator("#fw-connection")).to_have_text("No connection. You can go on writing.", timeout=20_000)

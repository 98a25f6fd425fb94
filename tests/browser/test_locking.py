"""The tablet locks when nobody uses it: the words are kept, the locked page says why, and a touch in time keeps it open (SEC-04)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")

LOOKS_AGAIN_MS = 20_000
"""The worker looks at its clocks every five seconds; a busy machine may be late."""


def minutes_pass(tablet: Tablet, minutes: float) -> None:
    """The clock of the day goes on, as it does while a tablet sleeps: no timer runs, and the other clock stands still."""
    tablet.page.workers[0].evaluate(
        "(passed_ms) => { const before = Date.now; Date.now = () => before() + passed_ms; }", minutes * 60_000
    )


def test_a_tablet_that_nobody_uses_warns_then_locks_and_keeps_the_half_sentence(tablet: Tablet) -> None:
    """Fifteen minutes while a place to write is open."""
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes("The line.")
    tablet.box.press_sequentially("Nobody asked. It just w")
    warning = tablet.page.get_by_role("alert").filter(has_text="It locks in")

    minutes_pass(tablet, 14.7)
    expect(warning).to_be_visible(timeout=LOOKS_AGAIN_MS)
    assert tablet.faults() == []
    tablet.box.press("a")
    expect(warning).to_have_count(0)
    minutes_pass(tablet, 14.7)
    expect(warning).to_be_visible(timeout=LOOKS_AGAIN_MS)
    minutes_pass(tablet, 1)
    tablet.page.get_by_role("heading", name="Locked").wait_for(timeout=LOOKS_AGAIN_MS)

    tablet.is_at("Locked")
    expect(tablet.page.locator("main")).to_contain_text("Locked after 15 minutes without use.")
    expect(tablet.page.locator("body")).not_to_contain_text("Nobody")
    expect(warning).to_have_count(0)
    tablet.unlocks()
    expect(tablet.blocks).to_have_text(["The line.", "Nobody asked. It just wa"])
    expect(tablet.page.locator(".fw-record__conflict")).to_have_count(0)
    assert tablet.seen == []


def test_the_limit_is_chosen_in_plain_words_and_counts(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.goes_offline()
    tablet.page.locator("#fw-links").get_by_role("link", name="Only here").click()
    expect(tablet.page.locator("main")).to_contain_text("This tablet locks after 5 minutes without use.")
    tablet.page.get_by_role("link", name="Change when it locks").click()
    tablet.is_at("When this tablet locks")
    assert tablet.faults() == []

    tablet.page.get_by_label("2 minutes").check()
    tablet.page.get_by_role("button", name="Save").click()
    expect(tablet.page.locator("main")).to_contain_text("This tablet locks after 2 minutes without use.")
    minutes_pass(tablet, 2.1)
    tablet.page.get_by_role("heading", name="Locked").wait_for(timeout=LOOKS_AGAIN_MS)

    expect(tablet.page.locator("main")).to_contain_text("Locked after 2 minutes without use.")
    tablet.unlocks()
    tablet.locks()
    expect(tablet.page.locator("main")).not_to_contain_text("without use")


def test_the_first_touch_after_a_night_finds_the_tablet_locked(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_record("A-01")
    words = tablet.blocks.first.inner_text()

    minutes_pass(tablet, 9 * 60)
    tablet.page.locator("#fw-links").get_by_role("link", name="Visits").click()

    tablet.is_at("Locked")
    expect(tablet.page.locator("main")).to_contain_text("Locked after 5 minutes without use.")
    assert words not in tablet.page.content()

"""Every page of the tablet with axe, after every swap: two widths, light and dark, with problems, locked (A11Y-01)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.screens import EVERY_SCREEN, UPRIGHT, LookedAt, Screen
from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")


@pytest.mark.parametrize("screen", EVERY_SCREEN, ids=str)
def test_every_page_passes_axe_and_needs_no_sideways_scroll(tablet: Tablet, screen: Screen) -> None:
    page, pages = tablet.page, LookedAt(tablet)

    tablet.opens()
    tablet.is_at("Set up this tablet")
    pages.looks("set up")
    page.get_by_role("button", name="Set up this tablet").click()
    expect(page.locator("#problems")).to_be_focused()
    pages.looks("set up, with problems")
    tablet.enrols()
    pages.looks("visits")
    tablet.opens_the_visit()
    pages.looks("one visit")
    page.get_by_role("link", name="Start an evidence record").click()
    page.get_by_role("button", name="Start writing").click()
    expect(page.locator("#problems")).to_be_focused()
    pages.looks("start, with problems")
    tablet.opens_the_visit()
    tablet.starts_a_record()
    pages.looks("write")
    tablet.writes("You have to line up five times. Everyone touches you.")
    if screen.width < UPRIGHT.width:
        page.locator(".fw-prompts summary").click()
    page.locator("button[data-asks='1.1']").click()
    expect(tablet.blocks).to_have_count(2)
    pages.looks("write, with words and a question")
    tablet.locks()
    pages.looks("locked")
    page.locator("#passphrase").fill("not the passphrase at all")
    page.get_by_role("button", name="Unlock", exact=True).click()
    expect(page.locator("#problems")).to_be_focused()
    pages.looks("locked, wrong passphrase")
    tablet.unlocks()
    page.get_by_role("link", name="Change").first.click()
    tablet.is_at("Change these words")
    pages.looks("change")
    tablet.opens_the_record("A-01")
    pages.looks("record")
    page.get_by_role("link", name="Give a code").nth(6).click()
    tablet.is_at("Give a code")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    pages.looks("give a code")
    page.locator(".fw-codes__choose").first.click()
    expect(page.locator(".fw-notice")).to_be_visible()
    pages.looks("code given")
    page.get_by_role("link", name="Back to the record").click()
    page.locator(".fw-codings__link").first.click()
    expect(page.get_by_role("button", name="Take this code back")).to_be_visible()
    pages.looks("one coding")
    page.get_by_role("link", name="Find words").click()
    page.locator("#words").fill("x")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#problems")).to_be_focused()
    pages.looks("find, with problems")
    page.locator("#words").fill("school")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("mark").first).to_be_visible()
    pages.looks("find")
    page.get_by_role("link", name="Only here").click()
    tablet.is_at("Only on this tablet")
    pages.looks("only here")
    page.evaluate("() => { history.pushState({}, '', '/tablet/evidence/none'); location.reload(); }")
    tablet.unlocks()
    tablet.is_at("Page not found")
    pages.looks("not found")

    assert pages.with_faults() == {}

"""Every page of the tablet with axe, after every swap: two widths, light and dark, with problems, locked (A11Y-01)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.office import Office
from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180)])
def test_every_page_passes_axe_and_needs_no_sideways_scroll(
    chromium: Browser, office: Office, width: int, height: int, colours: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=colours,
        reduced_motion="reduce",  # type: ignore[arg-type]
    )
    tablet = Tablet(context.new_page(), office)
    page = tablet.page
    found: dict[str, list[str]] = {}

    def looks(name: str) -> None:
        # From the top: what has been scrolled away lies below the bar, and axe would measure it against the links of the bar.
        page.evaluate("scrollTo(0, 0)")
        found[name] = tablet.faults()
        if not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            found[name].append("the page is wider than the screen")

    tablet.opens()
    tablet.is_at("Set up this tablet")
    looks("set up")
    page.get_by_role("button", name="Set up this tablet").click()
    expect(page.locator("#problems")).to_be_focused()
    looks("set up, with problems")
    tablet.enrols()
    looks("visits")
    tablet.opens_the_visit()
    looks("one visit")
    page.get_by_role("link", name="Start an evidence record").click()
    page.get_by_role("button", name="Start writing").click()
    expect(page.locator("#problems")).to_be_focused()
    looks("start, with problems")
    tablet.opens_the_visit()
    tablet.starts_a_record()
    looks("write")
    tablet.writes("You have to line up five times. Everyone touches you.")
    if width < 820:
        page.locator(".fw-prompts summary").click()
    page.locator("button[data-asks='1.1']").click()
    expect(tablet.blocks).to_have_count(2)
    looks("write, with words and a question")
    tablet.locks()
    looks("locked")
    page.locator("#passphrase").fill("not the passphrase at all")
    page.get_by_role("button", name="Unlock", exact=True).click()
    expect(page.locator("#problems")).to_be_focused()
    looks("locked, wrong passphrase")
    tablet.unlocks()
    page.get_by_role("link", name="Change").first.click()
    tablet.is_at("Change these words")
    looks("change")
    tablet.opens_the_record("A-01")
    looks("record")
    page.get_by_role("link", name="Give a code").nth(6).click()
    tablet.is_at("Give a code")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    looks("give a code")
    page.locator(".fw-codes__choose").first.click()
    expect(page.locator(".fw-notice")).to_be_visible()
    looks("code given")
    page.get_by_role("link", name="Back to the record").click()
    page.locator(".fw-codings__link").first.click()
    expect(page.get_by_role("button", name="Take this code back")).to_be_visible()
    looks("one coding")
    page.get_by_role("link", name="Find words").click()
    page.locator("#words").fill("x")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#problems")).to_be_focused()
    looks("find, with problems")
    page.locator("#words").fill("school")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("mark").first).to_be_visible()
    looks("find")
    page.get_by_role("link", name="Only here").click()
    tablet.is_at("Only on this tablet")
    looks("only here")
    page.evaluate("() => { history.pushState({}, '', '/tablet/evidence/none'); location.reload(); }")
    tablet.unlocks()
    tablet.is_at("Page not found")
    looks("not found")

    assert {name: faults for name, faults in found.items() if faults} == {}
    context.close()

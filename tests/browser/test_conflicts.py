"""Two versions of the same words: compared and decided without a connection, the same at the office, and a receipt to keep."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.tablet import Tablet
from tests.web.styleguide import axe_violations

pytestmark = pytest.mark.engine("chromium")

WORDS = {
    "A-I2": "He was out of school for two years. Nobody rang me, not once.\n\nThen a lady came.",
    "A-I1": "He was out of school for nearly two years. Nobody rang me.\n\nThen a lady came.",
}


def _lead_at_the_office(chromium: Browser, tablet: Tablet, path: str) -> Page:
    page = chromium.new_context(viewport={"width": 820, "height": 1180}).new_page()
    name, password = tablet.office.password_of("lead")
    page.goto(f"{tablet.office.address}/sign-in")
    page.locator("[name=sign_in_name]").fill(name)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).not_to_have_text("Sign in")
    page.goto(tablet.office.address + path)
    return page


def test_R5_a_version_is_chosen_without_a_connection_and_the_receipts_of_both_sides_agree(
    chromium: Browser, tablet: Tablet
) -> None:
    """R2 as well: the receipt of the office and that of the tablet come to the same hash of all entries."""
    other = Tablet(chromium.new_context(viewport={"width": 390, "height": 844}).new_page(), tablet.office)
    for one, (member, words) in zip((tablet, other), WORDS.items(), strict=True):
        one.enrols(member)
        one.goes_offline()
        one.opens_the_record("A-01")
        one.page.get_by_role("link", name="Change").first.click()
        one.is_at("Change these words")
        one.page.get_by_label("The words").fill(words)
        one.page.get_by_role("button", name="Save", exact=True).click()
        expect(one.blocks.first).to_have_text(words)
    for one in (tablet, other):
        _sends(one)
    other.opens_the_visit()
    waiting = other.page.get_by_role("link", name="1 place was written twice at the same time")
    expect(waiting).to_be_visible()
    other.goes_offline()

    waiting.click()
    other.is_at("Versions to decide on")
    assert other.faults() == []
    other.page.get_by_role("link", name="A-01").click()
    other.is_at("Two versions")
    expect(other.page.locator(".fw-version mark")).to_contain_text(["me, not once.", "nearly", "me."])
    assert other.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert other.faults() == []
    other.page.get_by_role("radio", name="Idwal Pennistow").check()
    other.page.get_by_role("button", name="Save the decision").click()

    expect(other.page.locator(".fw-record__conflict")).to_have_count(0)
    expect(other.blocks.first).to_have_text(WORDS["A-I2"])
    other.page.get_by_role("link", name="Receipt for this record").click()
    other.is_at("Receipt for this record")
    expect(other.page.locator("main")).to_contain_text("1 entry is only on this tablet.")
    _sends(other)
    other.opens_the_record("A-01")
    other.page.get_by_role("link", name="Receipt for this record").click()
    expect(other.page.locator("main")).to_contain_text("safe at the office")
    assert other.faults() == []
    with other.page.expect_download() as saved:
        other.page.get_by_role("button", name="Save the receipt as a file").click()
    kept = Path(saved.value.path()).read_text("utf-8-sig")
    assert "rang me" not in kept

    office = _lead_at_the_office(chromium, tablet, other.page.url.split("/tablet")[1])
    expect(office.locator("main")).to_contain_text("The office holds this record, each entry as it was written.")
    assert axe_violations(office) == []
    there = office.locator("dd").last.inner_text()
    assert f"Hash of all entries: {there}\n" in kept
    assert (tablet.seen, other.seen) == ([], [])
    office.context.close()
    other.context.close()


def _sends(one: Tablet) -> None:
    one.goes_online()
    one.page.locator("#fw-links").get_by_role("link", name="Only here").click()
    one.page.get_by_role("button", name="Send now").click()
    expect(one.page.locator("#only-here")).to_contain_text("Nothing waits", timeout=20_000)

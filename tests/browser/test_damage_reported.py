"""A tablet whose database goes while it runs tells its person at the next start, and the office without being asked (PROTOCOL.md 4.8)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.office import Office
from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")

WIPE = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.deleteDatabase('fieldwork-unsent');
  asked.onsuccess = () => resolve();
  asked.onerror = () => reject(asked.error);
})"""
COUNT = """([store, from, to]) => new Promise((resolve) => {
  indexedDB.open('fieldwork-unsent').onsuccess = ({ target: { result } }) => {
    const asked = result.transaction(store).objectStore(store).count(from === '' ? null : IDBKeyRange.bound(from, to));
    asked.onsuccess = () => { result.close(); resolve(asked.result); };
  };
})"""
ENTRIES = ["entries", "", ""]
REPORTS = ["marks", "report:", "report:~"]


def test_what_came_back_after_a_loss_is_told_on_the_tablet_and_shown_at_the_office(
    tablet: Tablet, office: Office, chromium: Browser
) -> None:
    """DUR-09: the report needs no unlock and holds no word."""
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    for words in ("The first answer.", "The second answer.", "The third answer."):
        tablet.writes(words)
    tablet.finishes_writing()
    changes = tablet.page.evaluate(COUNT, ENTRIES)
    tablet.locks()

    tablet.page.evaluate(WIPE)
    tablet.opens("/tablet/")
    tablet.is_at("Locked")
    assert tablet.page.evaluate(COUNT, REPORTS) == 1
    with tablet.page.expect_response("**/sync/report", timeout=90_000) as answer:
        tablet.goes_online()
    assert answer.value.status == 200

    at_the_desk = _administrators_tablets(chromium, office)
    told = f"{changes} changes came back from the second copy. Nothing is missing."
    expect(at_the_desk.locator("main")).to_contain_text(told)
    expect(at_the_desk.locator("main")).to_contain_text("The tablet’s main store was found empty.")
    assert "answer." not in at_the_desk.content()
    tablet.unlocks()
    expect(tablet.page.locator(".fw-notice")).to_contain_text(
        f"{changes} changes were brought back from the second copy. Everything that was saved is there."
    )
    assert tablet.page.evaluate(COUNT, ENTRIES) == changes > 3
    at_the_desk.context.close()


def _administrators_tablets(chromium: Browser, office: Office) -> Page:
    """The page of tablets, in a browser of its own."""
    page = chromium.new_context().new_page()
    page.goto(f"{office.address}/sign-in")
    name, password = office.password_of("administrator")
    page.get_by_label("Sign-in name").fill(name)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Tablets").click()
    expect(page.locator("h1")).to_have_text("Tablets")
    return page

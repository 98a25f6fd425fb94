"""Two taps in a row: the page that was asked for last is shown, in whatever order the tablet's own server answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")

# Keeps back what the page asks the worker of one path, until the test lets it go: the worker is slow to answer this.
KEEP_BACK = """(path) => {
  const own = Worker.prototype.postMessage;
  globalThis.isKeptBack = new Promise((resolve) => {
    Worker.prototype.postMessage = function (message, ports) {
      if (message.request === undefined || new URL(message.request.url).pathname !== path) return own.call(this, message, ports);
      globalThis.letGo = () => {
        Worker.prototype.postMessage = own;
        own.call(this, message, ports);
      };
      resolve();
    };
  });
}"""
TAP_BOTH = """() => ['/tablet/', '/tablet/only-here'].forEach((path) => document.querySelector(`#fw-links a[href="${path}"]`).click())"""


@pytest.fixture
def offline(tablet: Tablet) -> Tablet:
    """A tablet that is set up, at its list of visits, without a connection."""
    tablet.enrols()
    tablet.goes_offline()
    return tablet


def test_a_second_tap_is_not_lost_when_the_first_is_answered_first(offline: Tablet) -> None:
    offline.opens_the_visit()
    offline.page.evaluate(KEEP_BACK, "/tablet/only-here")

    offline.page.evaluate(TAP_BOTH)
    offline.page.evaluate("isKeptBack.then(() => letGo())")

    offline.is_at("Only on this tablet")
    expect(offline.page).to_have_url(f"{offline.office.address}/tablet/only-here")
    assert offline.seen == []


def test_a_second_tap_is_shown_although_the_first_is_answered_after_it(offline: Tablet) -> None:
    offline.opens_the_visit()
    offline.page.evaluate(KEEP_BACK, "/tablet/")

    offline.page.evaluate(TAP_BOTH)
    offline.is_at("Only on this tablet")
    offline.page.evaluate("isKeptBack.then(() => letGo())")
    offline.page.get_by_role("link", name="Find words").click()

    offline.is_at("Find words")
    assert offline.seen == []


def test_a_tap_after_going_back_and_forward_is_shown(offline: Tablet) -> None:
    offline.opens_the_visit()
    offline.page.get_by_role("link", name="Find words").click()
    offline.is_at("Find words")

    offline.page.go_back()
    offline.page.go_forward()
    offline.opens_the_visit()

    assert offline.seen == []


def test_a_form_that_is_answered_late_does_not_take_away_the_page_that_was_asked_for_after_it(offline: Tablet) -> None:
    _begins_a_record(offline)
    offline.page.get_by_label("What kind of activity is it?").select_option("child_interview")
    offline.page.get_by_role("radio", name="Child", exact=True).check()

    _sends_and_leaves(offline)
    offline.page.evaluate("letGo()")

    offline.page.get_by_role("link", name="Area A").click()
    offline.is_at("Area A")
    expect(offline.page.locator("#records")).to_contain_text("Child interview")


def test_a_form_that_is_refused_late_says_so_on_whatever_page_is_shown(offline: Tablet) -> None:
    _begins_a_record(offline)

    _sends_and_leaves(offline)
    offline.page.evaluate("letGo()")

    expect(offline.page.locator("#problems")).to_be_visible()


def _begins_a_record(tablet: Tablet) -> None:
    tablet.opens_the_visit()
    tablet.page.get_by_role("link", name="Start an evidence record").click()
    tablet.is_at("Start an evidence record")


def _sends_and_leaves(tablet: Tablet) -> None:
    """Press the button, and go to the visits before it is answered."""
    form = tablet.page.locator("main form")
    tablet.page.evaluate(
        KEEP_BACK, form.evaluate("(form) => new URL(form.getAttribute('action'), location.href).pathname")
    )
    tablet.page.get_by_role("button", name="Start writing").click()
    tablet.page.evaluate("isKeptBack")
    tablet.page.locator("#fw-links").get_by_role("link", name="Visits").click()
    tablet.is_at("Your visits")

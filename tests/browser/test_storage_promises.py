"""What a browser promises about the notes, or does not: the tablet works all the same, says so where people write, and begins no visit
where it knows that nothing would be kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.bad_weather import worker_begins_with
from tests.browser.office import Office
from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")

MAY_DELETE = "This tablet may delete notes when it runs out of space. Send often."
IN_A_WEEK = "This tablet may delete notes after a week without use"
PERSIST = {
    "refuses": "StorageManager.prototype.persist = async () => false; StorageManager.prototype.persisted = async () => false;",
    "throws": "StorageManager.prototype.persist = StorageManager.prototype.persisted = async () => { throw new TypeError('not here'); };",
    "has no such thing": "delete StorageManager.prototype.persist; delete StorageManager.prototype.persisted;",
    "has no storage at all": "Object.defineProperty(Navigator.prototype, 'storage', {value: undefined});",
}
IN_THE_WORKER = {
    **PERSIST,
    "refuses": "StorageManager.prototype.persisted = async () => false;",
    "throws": "StorageManager.prototype.persisted = async () => { throw new TypeError('not here'); };",
    "has no such thing": "delete StorageManager.prototype.persisted;",
    "has no storage at all": "Object.defineProperty(WorkerNavigator.prototype, 'storage', {value: undefined});",
}
PROMISES = (
    "let kept = false; const asked = []; addEventListener('load', () => { window.asked = asked; });"
    "StorageManager.prototype.persisted = async () => kept;"
    "StorageManager.prototype.persist = async () => { asked.push(location.pathname); kept = asked.length > 1; return kept; };"
)
REFUSED = "This window does not keep notes"
APPLE = "Object.defineProperty(Navigator.prototype, 'vendor', {get: () => 'Apple Computer, Inc.'});"
ON_THE_HOME_SCREEN = f"{APPLE} Object.defineProperty(Navigator.prototype, 'standalone', {{get: () => true}});"


@contextmanager
def _browser(chromium: Browser, script: str) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 820, "height": 1180}, reduced_motion="reduce")
    context.add_init_script(script)
    yield context
    context.close()


@pytest.mark.parametrize("how", PERSIST)
def test_a_browser_that_promises_nothing_is_said_where_people_write_and_stops_nobody(
    chromium: Browser, office: Office, how: str
) -> None:
    """Rule R6. DUR-11."""
    with _browser(chromium, PERSIST[how]) as context:
        worker_begins_with(context, IN_THE_WORKER[how])
        tablet = Tablet(context.new_page(), office)
        tablet.enrols()
        expect(tablet.page.locator("#fw-standing")).to_have_text(MAY_DELETE)

        tablet.opens_the_visit()
        tablet.starts_a_record()
        tablet.writes("The meals had stopped.")

        expect(tablet.page.get_by_text(MAY_DELETE)).to_have_count(1)
        assert tablet.faults() == []
        assert tablet.seen == []


def test_it_is_asked_again_at_each_unlock_until_it_is_promised(chromium: Browser, office: Office) -> None:
    """DUR-11: asked when the tablet is set up and at unlocks, each time a person touched it; never again once it is promised."""
    with _browser(chromium, PROMISES) as context:
        tablet = Tablet(context.new_page(), office)
        tablet.enrols()
        asked = [tablet.page.evaluate("window.asked.length")]

        for _ in range(2):
            tablet.locks()
            tablet.unlocks()
            asked.append(tablet.page.evaluate("window.asked.length"))

        assert asked == [1, 2, 2]


def test_a_tablet_that_keeps_what_is_stored_says_nothing(chromium: Browser, office: Office) -> None:
    with _browser(chromium, "") as context:
        worker_begins_with(context, "StorageManager.prototype.persisted = async () => true;")
        tablet = Tablet(context.new_page(), office)

        tablet.enrols()

        expect(tablet.page.locator("#fw-standing")).to_be_hidden()


@pytest.mark.parametrize(("quota_bytes", "title"), [(199_000_000, REFUSED), (201_000_000, "Set up this tablet")])
def test_a_window_with_hardly_any_room_is_refused_before_the_first_note(
    chromium: Browser, office: Office, quota_bytes: int, title: str
) -> None:
    """DUR-13: a quota under 200 MB, where a browser tells it. (Chromium 156 tells every window of 10 GB, whatever there is.)"""
    with _browser(chromium, "") as context:
        estimate = f"async () => ({{quota: {quota_bytes}, usage: 0}})"
        worker_begins_with(context, f"StorageManager.prototype.estimate = {estimate};")
        tablet = Tablet(context.new_page(), office)

        tablet.opens()

        tablet.is_at(title)
        expect(tablet.page.locator("main input")).to_have_count(0 if title == REFUSED else 3)
        assert tablet.faults() == []


def test_an_ipad_is_set_up_from_its_home_screen_where_the_organisation_wants_it(
    chromium: Browser, office: Office
) -> None:
    """Rule R6. DUR-12."""
    assert office.command("installed-only", "on").returncode == 0
    for script, title in (
        (APPLE, "Put Fieldwork on the Home Screen first"),
        (ON_THE_HOME_SCREEN, "Set up this tablet"),
    ):
        with _browser(chromium, script) as context:
            tablet = Tablet(context.new_page(), office)

            tablet.opens()

            tablet.is_at(title)
            assert tablet.faults() == []


def test_in_the_demonstration_an_ipad_is_set_up_in_a_window_and_finishes_what_it_began(
    chromium: Browser, office: Office
) -> None:
    """DUR-12: off in the demonstration, with the standing sentence; where it is on, none is begun and one that was is finished."""
    with _browser(chromium, APPLE) as context:
        tablet = Tablet(context.new_page(), office)
        tablet.enrols()
        expect(tablet.page.locator("#fw-standing")).to_contain_text(IN_A_WEEK)
        _loads_the_application_anew(tablet, office, "on")
        tablet.opens_the_visit()

        tablet.page.get_by_role("link", name="Start an evidence record").click()

        tablet.is_at("Put Fieldwork on the Home Screen first")
        expect(tablet.page.get_by_role("button", name="Send now")).to_have_count(0)
        tablet.page.get_by_role("link", name="Back to the visit").click()
        _loads_the_application_anew(tablet, office, "off")
        tablet.opens_the_visit()
        tablet.starts_a_record()
        tablet.writes("Begun.")
        _loads_the_application_anew(tablet, office, "on")
        expect(tablet.box).to_be_visible()
        tablet.writes("And finished.")
        tablet.finishes_writing()
        tablet.opens_the_visit()
        tablet.starts_a_record()


def test_a_window_that_has_to_move_and_holds_unsent_words_offers_to_send_them_and_they_go(
    chromium: Browser, office: Office
) -> None:
    """DUR-12: whoever goes to the Home Screen leaves behind what this window has not sent, so the page that refuses offers to send it."""
    with _browser(chromium, APPLE) as context:
        tablet = Tablet(context.new_page(), office)
        tablet.enrols()
        _loads_the_application_anew(tablet, office, "on")
        tablet.goes_offline()
        tablet.opens_the_record("A-01")
        tablet.page.get_by_role("link", name="Change").first.click()
        tablet.page.get_by_label("The words").fill("Nobody rang me.")
        tablet.page.get_by_role("button", name="Save", exact=True).click()
        expect(tablet.blocks.first).to_have_text("Nobody rang me.")
        tablet.opens_the_visit()

        tablet.page.get_by_role("link", name="Start an evidence record").click()

        tablet.is_at("Put Fieldwork on the Home Screen first")
        expect(tablet.page.locator("main")).to_contain_text("in this window only.")
        expect(tablet.page.locator("main li").first).to_contain_text("Send first, from this window")
        expect(tablet.page.get_by_role("button", name="Save a sealed copy")).to_be_visible()
        tablet.goes_online()
        tablet.page.get_by_role("button", name="Send now").click()
        expect(tablet.page.locator("#only-here")).to_contain_text("Nothing waits")
        assert tablet.faults() == []


def _loads_the_application_anew(tablet: Tablet, office: Office, wanted: str) -> None:
    """What the organisation wants has changed, and the tablet has the new shell, as with the next release."""
    assert office.command("installed-only", wanted).returncode == 0
    tablet.page.evaluate(NO_SERVICE_WORKER)
    tablet.opens()
    tablet.unlocks()


NO_SERVICE_WORKER = """async () => {
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  for (const name of await caches.keys()) if (name.startsWith('fieldwork-release-')) await caches.delete(name);
}"""

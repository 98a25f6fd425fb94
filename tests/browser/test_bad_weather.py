"""A database that loses its grip, a clock that is set, a tab that is frozen: the words are saved, once, and at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.browser.bad_weather import worker_begins_with
from tests.browser.engines.kept_tablet import KeptTablet
from tests.browser.engines.profile import Profile
from tests.browser.office import Office

pytestmark = pytest.mark.engine("chromium")

CLOSES = """
const begun = IDBDatabase.prototype.transaction;
let closing = 0;
new BroadcastChannel('closing').onmessage = ({ data }) => { closing = data; };
IDBDatabase.prototype.transaction = function (stores, mode, options) {
  if (closing > 0 && mode === 'readwrite' && this.name === 'fieldwork-unsent') {
    closing -= 1;
    this.close();
  }
  return begun.call(this, stores, mode, options);
};"""
LOSES_ITS_GRIP = "times => new BroadcastChannel('closing').postMessage(times)"
TYPES_AND_THE_CLOCK_IS_SET = """([words, step_ms]) => {
  const box = document.querySelector('form[data-stays] textarea');
  box.value = words;
  box.dispatchEvent(new InputEvent('input', {bubbles: true}));
  const before = Date.now;
  Date.now = () => before() + step_ms;
}"""
HOLDS_THE_LOCKS = """() => {
  for (const lock of ['fieldwork-flusher', 'fieldwork-fetcher', 'fieldwork-reporter']) {
    navigator.locks.request(lock, () => new Promise(() => {}));
  }
}"""
HELD = "async () => (await navigator.locks.query()).held.map(({name}) => name).filter((name) => name === 'fieldwork-flusher').length"
DAY_MS = 86_400_000
LONGEST_SAVING_S = 1
LONGEST_SENDING_S = 15


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """Playwright without a browser."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def profile(driver: Playwright, tmp_path: Path) -> Iterator[Profile]:
    """A browser of this test's own, not yet open."""
    profile = Profile(driver, tmp_path / "profile")
    yield profile
    profile.closes()


def test_a_database_that_closes_under_a_save_is_opened_again_and_the_note_is_there_once(
    profile: Profile, office: Office
) -> None:
    """DUR-10: the handle is really closed, so that the browser itself throws its InvalidStateError; once, and three times over."""
    page = profile.opens()
    worker_begins_with(page.context, CLOSES)
    tablet = KeptTablet(page, office)
    tablet.enrols()
    tablet.begins_a_record()
    office.closes()

    for times in (1, 3):
        page.evaluate(LOSES_ITS_GRIP, times)
        tablet.saves(f"Closed {times} times.")

    operations = [row["operation"] for row in tablet.rows("entries")]
    assert len(set(operations)) == len(operations)
    assert tablet.reads() == ["Closed 1 times.", "Closed 3 times."]
    office.opens()
    tablet.comes_back(page.url.removeprefix(office.address))
    assert tablet.reads() == ["Closed 1 times.", "Closed 3 times."]
    tablet.sends()
    expect(tablet.lasting_words).to_have_text("Everything is safe at the office")
    assert len(office.log_rows("block")) == 2


@pytest.mark.parametrize("step_ms", [-DAY_MS, DAY_MS])
def test_a_clock_that_is_set_while_somebody_types_keeps_no_words_waiting(
    profile: Profile, office: Office, step_ms: int
) -> None:
    """DUR-15: the draft is a second behind the keys, whatever the clock of the tablet does meanwhile."""
    tablet = KeptTablet(profile.opens(), office)
    tablet.enrols()
    tablet.begins_a_record()

    tablet.page.evaluate(TYPES_AND_THE_CLOCK_IS_SET, ["The meals had stopped.", step_ms])

    expect(tablet.saved).to_have_text("Draft kept", timeout=5_000)
    tablet.box.press("Control+Enter")
    expect(tablet.blocks).to_have_text(["The meals had stopped."])


def test_a_frozen_tab_with_the_lock_in_its_hands_holds_up_neither_saving_nor_sending(
    profile: Profile, office: Office
) -> None:
    """DUR-17."""
    first = KeptTablet(profile.opens(), office)
    first.enrols()
    first.page.evaluate(HOLDS_THE_LOCKS)
    assert first.page.evaluate(HELD) == 1
    freezing = first.context.new_cdp_session(first.page)
    second = KeptTablet(first.context.new_page(), office)
    freezing.send("Page.setWebLifecycleState", {"state": "frozen"})
    second.comes_back()
    second.begins_a_record()
    second.box.fill("Written in the second tab.")

    began = time.monotonic()
    second.box.press("Control+Enter")
    expect(second.saved).to_have_text("Saved on this tablet", timeout=20_000)
    saved_s = time.monotonic() - began
    expect(second.lasting_words).to_have_text("Everything is safe at the office", timeout=60_000)
    sent_s = time.monotonic() - began

    print(f"Beside a frozen tab: saved in {saved_s:.2f} s, at the office in {sent_s:.1f} s")
    assert saved_s < LONGEST_SAVING_S
    assert sent_s < LONGEST_SENDING_S
    assert second.page.evaluate(HELD) == 1

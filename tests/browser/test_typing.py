"""Typing never waits, and never moves the page: the place to write under a long record (design 1, "no freeze while typing")."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")

LONG = "He said the bus does not go past there, and that nobody came back to say when it would. " * 8
BETWEEN_KEYS_MS = 60
BLOCKS = 5


def test_the_page_stands_still_while_somebody_types(tablet: Tablet) -> None:
    _writes_a_long_record(tablet)
    page = tablet.page
    tablet.box.fill(LONG * 2)
    page.evaluate("scrollTo(0, 100)")
    page.wait_for_function("scrollY === 100")

    page.evaluate(COUNT_SCROLLS)
    _types(page, "he said it went on and on")

    assert page.evaluate("scrollY") == 100
    assert page.evaluate("window.scrolls") == 0


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180)])
@pytest.mark.parametrize("locked", [False, True])
def test_no_button_moves_while_the_words_under_the_box_come_and_go(
    tablet: Tablet, locked: bool, width: int, height: int
) -> None:
    """One that moves between the press and the release was not pressed, and the person does not see why."""
    page = tablet.page
    page.set_viewport_size({"width": width, "height": height})
    tablet.enrols()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    if locked:
        tablet.locks()
    page.evaluate(NOTE_WHERE_BUTTONS_ARE)

    tablet.box.press_sequentially("He said")
    tablet.box.blur()
    expect(tablet.saved).to_have_text("Saved on this tablet")
    tablet.box.press_sequentially(" it went on")

    page.wait_for_function("window.looks > 2")
    assert page.evaluate("window.places.size") == 1


def test_the_words_above_stay_where_they_are_when_the_box_fills(tablet: Tablet) -> None:
    _writes_a_long_record(tablet)
    before = tablet.box.bounding_box()

    tablet.box.fill(LONG * 3)

    assert tablet.box.bounding_box() == before


def test_a_saved_block_stands_above_the_box_and_not_behind_it(tablet: Tablet) -> None:
    _writes_a_long_record(tablet)
    page = tablet.page
    page.evaluate("scrollTo(0, 100)")

    tablet.writes("The last thing that he said.")

    foot = page.locator(".fw-capture__foot").bounding_box()
    expect(tablet.blocks.last).to_have_text("The last thing that he said.")
    page.wait_for_function("scrollY > 100")
    last = tablet.blocks.last.bounding_box()
    assert foot is not None
    assert last is not None
    assert last["y"] + last["height"] <= foot["y"]


def test_what_is_tabbed_to_is_not_behind_the_box(tablet: Tablet) -> None:
    """Focus not obscured (WCAG 2.2, 2.4.11)."""
    _writes_a_long_record(tablet)
    page = tablet.page
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("button", name="Finish writing").focus()

    behind = []
    for _ in range(BLOCKS):
        page.keyboard.press("Tab")
        behind.append(page.evaluate(PART_OF_THE_FOCUS_BEHIND_THE_BOX))

    expect(page.locator(":focus")).to_have_class("govuk-link govuk-link--no-visited-state fw-block__act")
    assert behind == [0] * BLOCKS


def test_words_are_kept_within_a_second_while_the_keys_go_on(tablet: Tablet) -> None:
    """Rule R1: a draft is at most a second behind the keys, also without a pause between them."""
    _writes_a_long_record(tablet)
    page = tablet.page
    page.evaluate(NOTE_WHEN_HANDED_ON)

    _types(page, "and then nobody came and nobody came and nobody rang at all that day")

    waits = page.evaluate("window.handed")
    assert len(waits) >= 3
    assert max(waits) < 1_000


def _writes_a_long_record(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    for number in range(BLOCKS):
        tablet.writes(f"{number} {LONG}")


def _types(page: Page, letters: str) -> None:
    for letter in letters:
        page.keyboard.press("Space" if letter == " " else letter)
        page.wait_for_timeout(BETWEEN_KEYS_MS)


COUNT_SCROLLS = """() => {
  document.querySelector('form[data-stays] textarea').focus({ preventScroll: true });
  window.scrolls = 0;
  document.addEventListener('scroll', () => { window.scrolls += 1; });
}"""

# At first, and each time that the words under the box change.
NOTE_WHERE_BUTTONS_ARE = """() => {
  window.looks = 0;
  window.places = new Set();
  const look = () => {
    window.looks += 1;
    const places = [...document.querySelectorAll('main button')].map((button) => button.getBoundingClientRect());
    window.places.add(JSON.stringify(places));
  };
  look();
  new MutationObserver(look).observe(document.querySelector('form[data-stays] [data-saved]'), { childList: true });
}"""

PART_OF_THE_FOCUS_BEHIND_THE_BOX = """() => {
  const place = document.activeElement.getBoundingClientRect();
  const box = document.querySelector('.fw-capture__foot').getBoundingClientRect();
  return Math.max(0, Math.round(Math.min(place.bottom, box.bottom) - Math.max(place.top, box.top)));
}"""

# From the first key that is not handed on to the moment at which the worker is given the words.
NOTE_WHEN_HANDED_ON = """() => {
  window.handed = [];
  let first = 0;
  document.addEventListener('input', () => { first ||= performance.now(); }, true);
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function post(message, ...rest) {
    if (message.typed && first) { window.handed.push(performance.now() - first); first = 0; }
    return postMessage.call(this, message, ...rest);
  };
}"""

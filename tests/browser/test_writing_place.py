"""The place to write stays as it is: Lock is always there, and what colleagues wrote comes without moving anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.office import Office
from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")

FETCHED_MS = 45_000
LOCK_IN_REACH = """() => {
  const { x, y, width, height } = document.querySelector('#fw-lock button').getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2)?.textContent.trim() === 'Lock' && width >= 44 && height >= 44;
}"""
STAYS_PX = """() => {
  const bar = document.querySelector('.fw-bar');
  return getComputedStyle(bar).position === 'sticky' ? bar.offsetHeight : 0;
}"""


def test_lock_is_on_the_screen_at_every_line_of_a_long_record(chromium: Browser, office: Office) -> None:
    """390 px in the hand, the same at twice the text size, on its side, and a tablet; the bar never takes an eighth of the screen."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    tablet = Tablet(context.new_page(), office)
    page = tablet.page
    tablet.enrols()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    for line in range(12):
        tablet.writes(f"Line {line}. They asked me what I wanted and then it was quiet for a long while.")

    for width, height in ((390, 844), (195, 422), (844, 390), (820, 1180)):
        page.set_viewport_size({"width": width, "height": height})
        for place in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
            page.evaluate(f"scrollTo(0, {place})")
            assert page.evaluate(LOCK_IN_REACH), f"{width} px, at {place}"
        assert page.evaluate(STAYS_PX) < height / 8, f"the bar is high at {width} px"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tablet.locks()
    context.close()


def test_a_colleagues_words_come_into_the_open_list_and_nothing_else_moves(chromium: Browser, tablet: Tablet) -> None:
    colleague = Tablet(chromium.new_context(viewport={"width": 820, "height": 1180}).new_page(), tablet.office)
    for one, member in ((tablet, "A-I2"), (colleague, "A-I1")):
        one.enrols(member)
        one.opens_the_record("A-01")
        one.page.get_by_role("link", name="Write in this record").click()
        expect(one.box).to_be_focused()
    for line in range(12):
        tablet.writes(f"Mine, line {line}.")
    page = tablet.page
    tablet.box.press_sequentially("I am in the middle of a")
    page.evaluate("scrollTo(0, document.querySelector('#blocks').children[6].offsetTop)")
    before = page.evaluate(WHERE)

    colleague.writes("Theirs.")

    expect(tablet.blocks.filter(has_text="Theirs.")).to_have_count(1, timeout=FETCHED_MS)
    expect(tablet.box).to_be_focused()
    expect(tablet.box).to_have_value("I am in the middle of a")
    assert page.evaluate(WHERE) == before
    page.keyboard.insert_text(" sentence")
    tablet.page.get_by_role("button", name="Save", exact=True).click()
    expect(tablet.blocks.filter(has_text="I am in the middle of a sentence")).to_have_count(1)
    assert tablet.seen == []
    colleague.context.close()


WHERE = """() => {
  const line = [...document.querySelector('#blocks').children].find((one) => one.getBoundingClientRect().bottom > 120);
  const { selectionStart, selectionEnd } = document.activeElement;
  return [scrollY, line.id, Math.round(line.getBoundingClientRect().top), document.activeElement.id, selectionStart, selectionEnd];
}"""

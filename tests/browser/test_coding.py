"""Giving words a code: a whole block, a selected passage, sentences; by mouse, by finger, by keyboard (A11Y-04, A11Y-05)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.office import Office
from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")

WORDS = "You have to line up five times. Everyone touches you. I was on amber 😀 all the days."


@pytest.fixture
def written(tablet: Tablet) -> Locator:
    """The one block of a record that is read, without a connection."""
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes(WORDS)
    tablet.finishes_writing()
    return tablet.page.locator(".fw-block--verbatim .fw-block__text")


def test_a_passage_is_selected_with_the_mouse_and_coded_in_code_points(tablet: Tablet, written: Locator) -> None:
    tablet.selects("all the days", written)
    expect(tablet.page.locator("#passage [data-quote]")).to_have_text("“all the days”")

    tablet.page.locator("#passage").get_by_role("link", name="Give a code").click()
    tablet.is_at("Give a code")
    expect(tablet.page.locator("#words mark")).to_have_text("all the days")
    start = WORDS.index("all the days")
    assert f"start={start}&end={start + len('all the days')}" in tablet.page.url
    _searches_and_chooses(tablet, "behaviour policy", "RSN-05")

    _reads(tablet)
    expect(written.locator("mark")).to_have_text(["all the days"])
    expect(tablet.page.locator(".fw-codings")).to_contain_text("RSN-05 Rigid behaviour policy")


def test_a_whole_block_takes_two_codes_and_gives_one_back(tablet: Tablet, written: Locator) -> None:
    tablet.page.get_by_role("link", name="Give a code").first.click()
    tablet.is_at("Give a code")

    _searches_and_chooses(tablet, "vox-01", "VOX-01")
    tablet.page.get_by_role("radio", name="Weakness").check()
    _searches_and_chooses(tablet, "behaviour policy", "RSN-05")
    _reads(tablet)
    expect(written.locator("mark")).to_have_text([WORDS])
    expect(tablet.page.locator(".fw-codings__coding")).to_have_count(2)
    expect(tablet.page.locator(".fw-codings")).to_contain_text("Weakness, coded by Idwal Pennistow")
    tablet.page.get_by_role("link", name="VOX-01 Child on school").click()
    tablet.page.get_by_role("button", name="Take this code back").click()

    expect(tablet.page.locator(".fw-codings__coding")).to_have_count(1)


def test_sentences_are_chosen_and_coded_with_the_keyboard_alone(tablet: Tablet, written: Locator) -> None:
    """A11Y-05: no dragging, no selecting."""
    keys = tablet.page.keyboard
    tablet.page.get_by_role("link", name="Give a code").first.focus()
    keys.press("Enter")
    tablet.is_at("Give a code")
    _tabs_to(tablet, tablet.page.locator("[data-sentences] summary"))
    keys.press("Enter")
    for sentence in (0, 2):
        _tabs_to(tablet, tablet.page.locator(f"#sentence-{sentence}"))
        keys.press("Space")
    _tabs_to(tablet, tablet.page.get_by_role("button", name="Use these sentences"))
    keys.press("Enter")
    expect(tablet.page.locator("#words mark")).to_have_text("Everyone touches you.")

    _tabs_to(tablet, tablet.page.locator("#code-search"))
    keys.type("child on school")
    expect(tablet.page.locator("#codes .fw-codes__ref").first).to_have_text("VOX-01")
    _tabs_to(tablet, tablet.page.locator(".fw-codes__choose").first)
    keys.press("Enter")

    expect(tablet.page.locator(".fw-notice")).to_contain_text("VOX-01 Child on school")
    _reads(tablet)
    expect(written.locator("mark")).to_have_text(["Everyone touches you."])


def test_sentences_are_chosen_and_coded_with_a_finger(chromium: Browser, office: Office) -> None:
    """A11Y-04: taps only, on a tablet that has no mouse."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    tablet = Tablet(context.new_page(), office)
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_record("A-01")
    block = tablet.page.locator("li.fw-block--verbatim").filter(has_text="Everyone touches you").first

    block.get_by_role("link", name="Give a code").tap()
    tablet.is_at("Give a code")
    tablet.page.locator("[data-sentences] summary").tap()
    boxes = tablet.page.locator("[data-sentences] input[type=checkbox]")
    for index in range(1, boxes.count()):
        tablet.page.locator(f"label[for=sentence-{index}]").tap()
    tablet.page.get_by_role("button", name="Use these sentences").tap()
    first = tablet.page.locator("#words mark")
    expect(first).not_to_contain_text("Everyone")
    chosen = first.inner_text()
    tablet.page.locator(".fw-codes__choose").first.tap()
    expect(tablet.page.locator(".fw-notice")).to_contain_text("Given to these words")

    tablet.page.get_by_role("link", name="Back to the record").tap()
    expect(block.locator("mark").first).to_contain_text(chosen[:10])
    context.close()


def test_a_finger_that_selects_words_gets_the_bar(chromium: Browser, office: Office) -> None:
    """The system's own selection handles are not ours to test; what they leave selected is."""
    context = chromium.new_context(viewport={"width": 820, "height": 1180}, has_touch=True)
    tablet = Tablet(context.new_page(), office)
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_record("A-01")
    block = tablet.page.locator(".fw-block--verbatim .fw-block__text").filter(has_text="Everyone touches you").first

    block.evaluate(
        "text => { const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT); const node = walker.nextNode();"
        " getSelection().setBaseAndExtent(node, 0, node, 8); }"
    )

    expect(tablet.page.locator("#passage [data-quote]")).to_have_text("“You have”")
    tablet.page.locator("#passage").get_by_role("link", name="Give a code").tap()
    expect(tablet.page.locator("#words mark")).to_have_text("You have")
    context.close()


def test_a_coding_whose_words_were_changed_says_so(tablet: Tablet, written: Locator) -> None:
    tablet.selects("five times", written)
    tablet.page.locator("#passage").get_by_role("link", name="Give a code").click()
    _searches_and_chooses(tablet, "vox-01", "VOX-01")
    _reads(tablet)

    tablet.page.get_by_role("link", name="Change").first.click()
    tablet.page.get_by_label("The words").fill(WORDS.replace("five times", "eleven times"))
    tablet.page.get_by_role("button", name="Save", exact=True).click()

    expect(tablet.page.locator(".fw-codings__standing")).to_have_text("The words have changed. Somebody needs to look")
    expect(written.locator("mark.fw-mark--changed")).to_have_text("eleven times")


def _searches_and_chooses(tablet: Tablet, words: str, ref: str) -> None:
    tablet.page.get_by_label("Find a code").fill(words)
    code = tablet.page.locator(f"#codes button[value={ref}]")
    expect(tablet.page.locator("#codes [role=status]")).to_contain_text("these words")
    code.click()
    expect(tablet.page.locator(".fw-notice")).to_contain_text(ref)


def _reads(tablet: Tablet) -> None:
    tablet.page.get_by_role("link", name="Back to the record").click()
    expect(tablet.page.get_by_role("heading", name="What was said and seen")).to_be_visible()


def _tabs_to(tablet: Tablet, place: Locator) -> None:
    for _ in range(60):
        if place.evaluate("place => place === document.activeElement"):
            return
        tablet.page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not reach it")

"""What leaves the tablet as a file, in a real browser: the sealed copy, a record that can be read, and the two counts of a visit."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.office import Office
from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")

WORDS = "You have to line up five times."


def _written_offline(tablet: Tablet) -> None:
    tablet.enrols()
    tablet.goes_offline()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes(WORDS)


def _saved(tablet: Tablet, button: str, folder: Path) -> Path:
    """The file that a press of this button brings, under the name that the browser gives it."""
    with tablet.page.expect_download() as downloading:
        tablet.page.get_by_role("button", name=button).click()
    path = folder / downloading.value.suggested_filename
    downloading.value.save_as(path)
    return path


def _copied_operations(office: Office) -> int:
    return len([*office.log_rows("activity"), *office.log_rows("evidence"), *office.log_rows("block")])


def test_a_sealed_copy_of_a_tablet_without_a_network_comes_in_at_the_office_and_is_there_once(
    tablet: Tablet, tmp_path: Path
) -> None:
    """DUR-26, and the two counts of DUR-27 before and after."""
    _written_offline(tablet)
    tablet.opens_the_visit()
    tablet.page.get_by_role("link", name="Is everything at the office?").click()
    tablet.is_at("Is everything at the office?")
    expect(tablet.page.locator("#verdict")).to_have_text("The office was not asked: no network.")
    expect(tablet.page.locator(".fw-counts__count")).to_have_text(["3", "Not known"])
    assert tablet.faults() == []

    tablet.page.locator("#fw-links").get_by_role("link", name="Only here").click()
    tablet.is_at("Only on this tablet")
    assert tablet.faults() == []
    first = _saved(tablet, "Save a sealed copy", tmp_path)
    tablet.is_at("A sealed copy was made")
    expect(tablet.page.locator("main")).to_contain_text(f"3 changes are in {first.name}.")
    assert tablet.faults() == []
    again = _saved(tablet, "Save this file again", tmp_path / "again")

    assert again.read_bytes() == first.read_bytes()
    assert WORDS.encode() not in first.read_bytes()
    for told in ("3 changes were taken in now.", "3 changes were here already."):
        done = tablet.office.command("import-copy", str(first))
        assert done.returncode == 0, done.stderr
        assert told in done.stdout
    assert _copied_operations(tablet.office) == 3

    # Nothing counts as sent because it was copied; the tablet learns of it by asking.
    expect(tablet.page.locator("#fw-saved")).to_have_text("3 changes only on this tablet")
    tablet.opens_the_visit()
    tablet.page.get_by_role("link", name="Is everything at the office?").click()
    # The page is there: had it asked while the network came, there would be nothing left to send.
    expect(tablet.page.locator("#verdict")).to_have_text("The office was not asked: no network.")
    tablet.goes_online()
    tablet.page.get_by_role("button", name="Send now").click()
    expect(tablet.page.locator("#verdict")).to_contain_text("Both sides have the same", timeout=30_000)
    expect(tablet.page.locator(".fw-counts__count")).to_have_text(["3", "3"])
    expect(tablet.page.locator("main")).to_contain_text("asked on")
    assert _copied_operations(tablet.office) == 3
    assert tablet.seen == []


def test_a_locked_tablet_saves_a_sealed_copy_and_shows_no_word(tablet: Tablet, tmp_path: Path) -> None:
    """DUR-26."""
    _written_offline(tablet)
    tablet.locks()
    assert tablet.faults() == []

    tablet.page.get_by_role("link", name="Save a sealed copy of what waits here").click()
    tablet.is_at("Save a sealed copy")
    assert tablet.faults() == []
    copy = _saved(tablet, "Save a sealed copy", tmp_path)

    tablet.is_at("A sealed copy was made")
    assert WORDS not in tablet.page.content()
    assert tablet.office.command("import-copy", str(copy)).returncode == 0
    assert _copied_operations(tablet.office) == 3
    tablet.page.get_by_role("link", name="Back to unlocking").click()
    tablet.unlocks()
    expect(tablet.blocks).to_have_text([WORDS])


def test_a_record_is_saved_as_a_copy_that_can_be_read_without_a_network_and_not_when_locked(
    tablet: Tablet, tmp_path: Path
) -> None:
    """Rule R7: the author's own copy, of a draft that is only here; and no copy of a record that somebody else wrote."""
    _written_offline(tablet)
    tablet.finishes_writing()
    tablet.page.get_by_role("link", name="Save a copy that can be read").click()
    tablet.is_at("Save a copy that can be read")
    expect(tablet.page.locator(".govuk-warning-text")).to_contain_text(
        "This file is not sealed. It holds people’s words."
    )
    assert tablet.faults() == []
    address = tablet.page.url

    copy = _saved(tablet, "Save the copy", tmp_path)

    tablet.is_at("A copy was made")
    assert tablet.faults() == []
    text = copy.read_text("utf-8-sig")
    assert f"    “{WORDS}”\n" in text
    assert "This file is not sealed." in text
    assert "1. Exact words. Child" in text
    assert "Written by Idwal Pennistow" in text
    assert "stood as: On this tablet" in text

    tablet.locks()
    tablet.opens(address.removeprefix(tablet.office.address))
    expect(tablet.page.locator("h1")).to_have_text("Locked")
    tablet.unlocks()
    tablet.opens_the_record("A-01")
    expect(tablet.page.get_by_role("link", name="Save a copy that can be read")).to_have_count(0)


FILES_OFFERED = """(button) => {
  const real = URL.createObjectURL;
  let offered = 0;
  URL.createObjectURL = (content) => {
    offered += 1;
    return real.call(URL, content);
  };
  button.click();
  URL.createObjectURL = real;
  return offered;
}"""
A_FORGED_BUTTON = (
    "document.querySelector('main').insertAdjacentHTML('beforeend',"
    " '<button id=forged type=button data-save-file>Save this file again</button>')"
)


def test_what_a_file_held_is_forgotten_with_its_page(tablet: Tablet, tmp_path: Path) -> None:
    """A lock must leave nothing in the page that could be read."""
    _written_offline(tablet)
    tablet.finishes_writing()
    tablet.page.get_by_role("link", name="Save a copy that can be read").click()
    _saved(tablet, "Save the copy", tmp_path)
    again = tablet.page.get_by_role("button", name="Save this file again")
    assert again.evaluate(FILES_OFFERED) == 1

    tablet.locks()
    tablet.page.evaluate(A_FORGED_BUTTON)

    assert again.evaluate(FILES_OFFERED) == 0

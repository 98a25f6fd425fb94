"""The whole browser killed while somebody writes: everything is there after the next start and unlock, without a connection (DUR-04).

One kill at a known moment, with every way of writing behind it; `engines/test_kills.py` kills at random moments, many times.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.browser.engines.profile import Profile
from tests.browser.office import Office
from tests.browser.tablet import Tablet

pytestmark = pytest.mark.engine("chromium")


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """Playwright without a browser: the profile starts and kills its own."""
    with sync_playwright() as playwright:
        yield playwright


def test_all_that_was_written_is_there_after_the_browser_was_killed(
    driver: Playwright, office: Office, tmp_path: Path
) -> None:
    """Rule R1."""
    profile = Profile(driver, tmp_path / "profile")
    tablet = Tablet(profile.opens(), office)
    tablet.enrols()
    office.closes()
    tablet.opens_the_visit()
    tablet.starts_a_record()
    tablet.writes("Saved before the end.")
    tablet.locks()
    tablet.writes_locked("Written while locked.")
    tablet.unlocks()
    tablet.box.press_sequentially("In the middle of a sen")
    expect(tablet.saved).to_have_text("Draft kept")

    profile.kills()
    profile.is_over()
    again = Tablet(profile.opens(), office)
    again.opens()
    again.unlocks()

    expect(again.blocks).to_have_text(["Saved before the end.", "Written while locked.", "In the middle of a sen"])
    profile.closes()

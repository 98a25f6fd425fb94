"""Nouns for the tests of the tablet in Chromium: an office with the demonstration pack, and a tablet before it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from fieldwork.building import build
from fieldwork.settings import ROOT
from tests.browser.office import Office
from tests.browser.screens import UPRIGHT, Screen
from tests.browser.tablet import Tablet

# What a page will show is waited for this long: a busy machine may be late. What it shows at once costs no time.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def prepared_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that has taken in the pack and never opens; it is copied."""
    build(ROOT)
    office = Office(tmp_path_factory.mktemp("office"))
    office.takes_in_the_pack()
    return office


@pytest.fixture
def office(prepared_office: Office, tmp_path: Path) -> Iterator[Office]:
    """An open office of this test's own."""
    office = prepared_office.copied_to(tmp_path / "office")
    office.opens()
    yield office
    office.closes()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def screen() -> Screen:
    """The tablet's screen. A test that is about screens puts others in its place."""
    return UPRIGHT


@pytest.fixture
def tablet(chromium: Browser, office: Office, screen: Screen) -> Iterator[Tablet]:
    """A new tablet, held upright, not yet set up."""
    context = chromium.new_context(
        viewport={"width": screen.width, "height": screen.height},
        color_scheme=screen.colours,
        reduced_motion="reduce",
    )
    yield Tablet(context.new_page(), office)
    context.close()

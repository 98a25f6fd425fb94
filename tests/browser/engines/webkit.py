"""WebKitGTK's own browser on a screen that nobody sees. Its automated sessions keep nothing after their end."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service


class WebKit:
    """One browser and the screen it is on. Its settings lie in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._screen: subprocess.Popen[str] | None = None
        self._driver: WebDriver | None = None

    @property
    def downloads(self) -> Path:
        """Where it puts what a page gives it to save."""
        return self.folder / "downloads"

    def opens(self) -> WebDriver:
        """Start a screen and the browser on it."""
        self.downloads.mkdir(exist_ok=True, parents=True)
        (self.folder / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{self.downloads}"\n', "utf-8")
        self._screen = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1200x1400x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._screen.stdout is not None
        display = f":{self._screen.stdout.readline().strip()}"
        options = Options()
        options.binary_location = minibrowser()
        options.add_argument("--automation")
        service = Service(
            str(shutil.which("WebKitWebDriver")),
            env=os.environ | {"DISPLAY": display, "GDK_BACKEND": "x11", "XDG_CONFIG_HOME": str(self.folder)},
        )
        with warnings.catch_warnings():
            # Selenium's own driver for WebKitGTK calls Selenium's connection in a way that Selenium no longer likes.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._driver = webdriver.WebKitGTK(options=options, service=service)
        self._driver.set_script_timeout(30)
        self._driver.set_window_size(1000, 1300)
        return self._driver

    def closes(self) -> None:
        """End the browser, then its screen."""
        if self._driver is not None:
            self._driver.quit()
        if self._screen is not None:
            assert self._screen.stdout is not None
            self._screen.stdout.close()
            self._screen.terminate()
            self._screen.wait(10)
        self._screen = self._driver = None


def minibrowser() -> str:
    """WebKitGTK's small browser, which is not on the path."""
    listed = subprocess.run(["dpkg", "-L", "libwebkit2gtk-4.1-0"], capture_output=True, text=True, check=True).stdout
    return next(line for line in listed.splitlines() if line.endswith("/MiniBrowser"))

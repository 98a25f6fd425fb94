"""Chromium with a profile that stays on the disk, so that it can be killed like a tablet whose battery ends, and started again.

Playwright drives it over its debugging port. The browser is a process group of its own; a kill reaches that group and no other process.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

LONGEST_START_S = 30
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-breakpad", "--disable-extensions", "--password-store=basic",
    "--remote-debugging-port=0", "--window-size=820,1180",
)  # fmt: skip


class Profile:
    """One folder in which a Chromium keeps what it stores. At most one browser runs on it at a time."""

    def __init__(self, playwright: Playwright, folder: Path, *, traced_to: Path | None = None) -> None:
        """`traced_to`: a file into which strace writes every sync of this browser to the disk."""
        self.folder = folder
        self._playwright = playwright
        self._traced_to = traced_to
        self._process: subprocess.Popen[bytes] | None = None
        self._browser: Browser | None = None

    def opens(self) -> Page:
        """Start a browser on the profile, with one empty page."""
        assert self._process is None, "a browser runs on this profile already"
        self.folder.mkdir(parents=True, exist_ok=True)
        told = self.folder / "DevToolsActivePort"
        told.unlink(missing_ok=True)
        command = [self._chromium(), *ARGUMENTS, f"--user-data-dir={self.folder}", "about:blank"]
        if self._traced_to is not None:
            traced = ["-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(self._traced_to)]
            command = [str(shutil.which("strace")), *traced, *command]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + LONGEST_START_S
        while not told.exists() or told.read_text().count("\n") < 1:
            assert self._process.poll() is None, "the browser ended at once"
            assert time.monotonic() < until, "the browser did not start"
            time.sleep(0.02)
        port = told.read_text().splitlines()[0]
        self._browser = self._playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        context = self._browser.contexts[0]
        return context.pages[0] if context.pages else context.new_page()

    def kills(self) -> None:
        """SIGKILL to the whole group: no page hears of it, nothing is written after it. May be called from another thread."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)

    def is_over(self) -> None:
        """After a kill: wait until the process is gone and let go of it."""
        assert self._process is not None
        self._process.wait(20)
        _wait_until_gone(self._process.pid)
        self._process = None
        if self._browser is not None:
            self._browser.close()
            self._browser = None

    def closes(self) -> None:
        """Close the browser as a person does, with time to write down what it wants to keep."""
        if self._process is None:
            return
        if self._browser is not None and self._process.poll() is None:
            self._browser.new_browser_cdp_session().send("Browser.close")
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kills()
        self.is_over()

    @staticmethod
    def _chromium() -> str:
        found = shutil.which("chromium")
        assert found is not None, "Chromium is missing: deploy/install-browsers brings it"
        return found


def _wait_until_gone(group: int) -> None:
    """A child of a killed browser may hold the profile for a moment longer; one that only waits to be buried holds nothing."""
    until = time.monotonic() + 10
    while time.monotonic() < until and _living(group):
        time.sleep(0.02)


def _living(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(its_group) == group and state != "Z":
            return True
    return False

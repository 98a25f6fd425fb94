"""An office for the browser tests: a real server process on a free loopback port, with the demonstration pack and a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from fieldwork.settings import ROOT

LONGEST_START_S = 40


class Office:
    """Central as a tablet reaches it. `closes` and `opens` are the server going away and coming back with the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {"FIELDWORK_DATA": str(folder), "DATABASE_URL": ""}
        self._server: subprocess.Popen[bytes] | None = None

    def takes_in_the_pack(self) -> None:
        """Import the demonstration pack."""
        self._prepares("pack")

    def copied_to(self, folder: Path) -> Office:
        """Another office with the same data, in another folder."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Office(folder)

    def code_for(self, member: str) -> str:
        """An enrolment code for a member of the pack's team, as the administrator would read it out."""
        return self._prepares("code", member)

    def opens(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "tests.browser.serving:app", "--port", str(self.port), "--log-level", "warning"],
                cwd=ROOT, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + LONGEST_START_S
        while not self._answers():
            assert self._server.poll() is None, (self.folder / "server.log").read_text("utf-8")
            assert time.monotonic() < until, "the server did not answer"
            time.sleep(0.1)

    def closes(self) -> None:
        """Stop the server process, this one and no other."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(20)
            self._server = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/livez", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _prepares(self, *what: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tests.browser.preparing", *what],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])

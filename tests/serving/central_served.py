"""Central as an organisation serves it, for tests of its ends: `fieldwork serve`, killed, stopped, and started again.

It is the real command. `tests.serving.dying` goes round it only to write down how far the writer is, and to die at a planned moment.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from fieldwork.settings import ROOT, Settings
from tests.postgres import end_with_parent
from tests.serving.dying import DIES_AT, SLOTS, STANDS_IN

LONGEST_START_S = 30.0
LONGEST_STOP_S = 30.0


class ServedCentral:
    """One central with its folder. `starts`, then `is_killed` or `is_asked_to_stop`, as often as wanted; at the end `ends`."""

    def __init__(self, folder: Path, database_url: str, processes: int = 1) -> None:
        self.settings = Settings(data=folder / "data", database_url=database_url)
        self.processes = processes
        self.words = folder / "server.log"
        self._standing = folder / "standing"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"FIELDWORK_DATA": str(self.settings.data), "DATABASE_URL": self.settings.database_url}

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def begins(self, *, dies_at: str = "", options: tuple[str, ...] = ()) -> float:
        """Start the command and come back at once. The moment, for `is_ready`."""
        self._standing.write_bytes(bytes(SLOTS))
        self.port = free_port()
        serve = ["serve", "--port", str(self.port), "--processes", str(self.processes), *options]
        began_at = time.monotonic()
        with self.words.open("ab") as words:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.serving.dying", *serve],
                cwd=ROOT,
                env=self.environment | {STANDS_IN: str(self._standing), DIES_AT: dies_at},
                stdout=words,
                stderr=words,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        return began_at

    def is_ready(self, began_at: float) -> float:
        """Wait until /readyz says so. Seconds since the start."""
        while self.readyz() != (200, "ready"):
            assert time.monotonic() - began_at < LONGEST_START_S, self.said()
            with suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"it ended with {self.process.wait(0.01)}: {self.said()}")
        return time.monotonic() - began_at

    def processor_s(self) -> float:
        """Seconds of a processor that the busiest of its processes has used: on a free machine it takes hardly longer."""
        used = [0.0]
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                said = path.read_text().rpartition(") ")[2].split()
                # In proc(5) these are fields 5, 14 and 15.
                if int(said[2]) == self.process.pid:
                    used.append((int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK"))
        return max(used)

    def starts(self, *, options: tuple[str, ...] = ()) -> float:
        """Start it and wait until it is ready. Seconds that this took."""
        return self.is_ready(self.begins(options=options))

    def readyz(self) -> tuple[int, str]:
        """What /readyz answers on a new connection; (0, "") where nobody does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            # What is only for whoever watches stands on a second line.
            return answer.status, answer.read().decode().split("\n", 1)[0]
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def comes_to_say(self, status: int, words: str) -> None:
        """Wait until /readyz answers this."""
        give_up_at = time.monotonic() + LONGEST_STOP_S
        while (said := self.readyz()) != (status, words):
            assert time.monotonic() < give_up_at, said

    def is_killed(self) -> str:
        """Kill −9 all of its processes, or find them dead of a planned moment. How far the writer was (`dying.py`)."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(LONGEST_STOP_S)
        return "".join(chr(slot) for slot in self._standing.read_bytes() if slot)

    def is_asked_to_stop(self) -> None:
        """SIGTERM to the process that was started, as whatever keeps central running sends it."""
        self.process.send_signal(signal.SIGTERM)

    def ends(self) -> None:
        """Leave nothing of it running, whatever a test has left behind. The second time it does nothing."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(LONGEST_STOP_S)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `fieldwork` on the same central, in a process of its own."""
        return subprocess.run(
            [sys.executable, "-c", "from fieldwork.cli import main; main()", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def said(self) -> str:
        """What it has written to its standard streams."""
        return self.words.read_text("utf-8", errors="replace") if self.words.exists() else ""


def free_port() -> int:
    """A port of loopback that nobody has taken."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

"""The tablets' process: the JavaScript core that ships, under Node, spoken to line by line (see node_tablets.js).

One command runs at a time; a command that waits for an answer from the office lets others run meanwhile. So the order of lines is
decided here, and a seed replays byte for byte.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
from pathlib import Path
from typing import Any

from sync.simulator.broken import ProgramFailed

HERE = Path(__file__).resolve().parent
SILENT_TOO_LONG_S = 60.0

Line = dict[str, Any]


class NodeTablets:
    """One Node process with any number of tablets."""

    def __init__(self) -> None:
        node = shutil.which("node")
        if node is None:
            raise ProgramFailed("Node is missing: the tablets of the simulator run under it")
        self._process = subprocess.Popen(
            [
                node,
                "--max-semi-space-size=64",
                "--import",
                (HERE / "no_chance.js").as_uri(),
                str(HERE / "node_tablets.js"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._rest = b""
        self._lines: list[bytes] = []
        self._commands = 0

    def begin(self, command: Line) -> int:
        """Send a command; its number comes back in the reply."""
        self._commands += 1
        self.say({"id": self._commands, **command})
        return self._commands

    def say(self, line: Line) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        self._process.stdin.flush()

    def forget(self, prefix: str) -> None:
        """The tablets whose names begin so are needed no more: nothing of them stays in the process."""
        self.say({"forget": prefix})

    def hear(self) -> Line:
        """The next line. Silence for a minute is a failure: nothing in there waits for a clock."""
        assert self._process.stdout is not None
        handle = self._process.stdout.fileno()
        while not self._lines:
            ready, _, _ = select.select([handle], [], [], SILENT_TOO_LONG_S)
            read = os.read(handle, 1 << 20) if ready else b""
            if not read:
                raise ProgramFailed("the tablets fell silent" if not ready else "the tablets' process ended")
            *whole, self._rest = (self._rest + read).split(b"\n")
            self._lines = whole[::-1]
        heard: Line = json.loads(self._lines.pop())
        return heard

    def close(self) -> None:
        """End the process. The second time does nothing."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.kill()
        self._process.wait()

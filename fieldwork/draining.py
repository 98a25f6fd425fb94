"""How a server process ends: it says first that it will, goes on answering for a little, and then finishes what it has begun.

Whoever deals requests out to central asks /readyz every few seconds. If central closed its door at once, every tablet that came between
two of those questions would find nobody there. A push that has begun is finished: its tablet gets its receipts and the words are
stored, or it gets none and sends again. Ctrl+C by a person at a terminal ends it without the wait. Knows no evidence.
"""

from __future__ import annotations

import signal
import time
from types import FrameType

import uvicorn

from fieldwork.web.health import DRAINING

LONGEST_END_S = 27
"""From being asked to having cut off what still runs: central has to be gone after 30 (OPS-08), and the writer finishes in between."""
LONGEST_DRAINING_S = 15
"""What is left then is enough for a push of 1 MB over a poor line."""


class Draining(uvicorn.Server):
    """Asked to stop by SIGTERM it drains for `draining_s` seconds; asked a second time, or by SIGINT, it ends at once as uvicorn does."""

    def __init__(self, config: uvicorn.Config, draining_s: float) -> None:
        super().__init__(config)
        self.draining_s = draining_s
        self._ends_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called where the signal met the program; so it only notes what was asked."""
        if sig == signal.SIGTERM and self._ends_at is None and self.draining_s > 0 and self.started:
            self.lifespan.state[DRAINING] = True
            self._ends_at = time.monotonic() + self.draining_s
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Asked ten times a second whether it is time to end."""
        if self._ends_at is not None and time.monotonic() >= self._ends_at and not self.should_exit:
            super().handle_exit(signal.SIGTERM, None)
        return await super().on_tick(counter)

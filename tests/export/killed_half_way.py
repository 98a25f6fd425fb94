"""An export process that is killed half way, as a machine kills one: at the tenth record it sends itself SIGKILL.

Started by tests in place of `fieldwork.export.process`, with the same environment and the same argument, or with a path to write to.
"""

from __future__ import annotations

import os
import signal
import sys

from fieldwork.export import process


def told(done: int, total: int) -> None:
    """Progress, up to a point."""
    process.say(done=done, total=total)
    if done == 10:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    process.told = told
    sys.exit(process.main(sys.argv[1]))

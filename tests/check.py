"""Everything that a change must pass, in the order a person wants to know: form, types, layers, then the tests.

`make test` and CI run it. Each step prints its own words; the first that fails ends the run. `--soak` runs the long searches instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
TSC = ROOT / "static" / "node_modules" / ".bin" / "tsc"

STEPS: tuple[tuple[str, list[str]], ...] = (
    ("Form", [str(BIN / "ruff"), "check", "--quiet", "."]),
    ("Layout", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
    ("Types of Python", [str(BIN / "mypy")]),
    ("Types of JavaScript", [str(TSC), "-p", "static"]),
    ("Layers", [str(BIN / "lint-imports"), "--no-cache"]),
)


def main(arguments: list[str]) -> int:
    """Run every step; returns the first bad exit code, or 0."""
    soak = "--soak" in arguments
    if not soak:
        for name, command in STEPS:
            code = _run(name, command)
            if code:
                return code
    only = ["-m", "soak"] if soak else ["-m", "not soak"]
    return _run("Tests", [sys.executable, "-m", "pytest", "-q", *only])


def _run(name: str, command: list[str]) -> int:
    began_at = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONWARNINGS": "error"}, check=False).returncode
    print(f"{name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began_at:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

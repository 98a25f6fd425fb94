"""Everything that a change must pass, in the order a person wants to know: form, types, layers, then the tests.

`make test` and CI run it. Each step prints its own words; the first that fails ends the run. `--soak` runs the long searches instead.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
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


IN_BROWSERS = (
    "tests/browser",
    "tests/test_life_of_one_note.py",
    "tests/templating/test_in_browsers.py",
    "tests/web/test_pages_in_browser.py",
    "tests/web/test_styleguide.py",
    "tests/web/test_tablet_markup.py",
)
"""What drives browsers. It runs beside everything else: there are two cores, and a browser mostly waits."""


ALONE = ("tests/sync/test_simulator.py",)
"""What is timed (300 seeds in 150 s on two processors): it runs by itself, when everything else has ended."""


def main(arguments: list[str]) -> int:
    """Run every step; returns the first bad exit code, or 0."""
    if "--soak" in arguments:
        return _run("Soak", [sys.executable, "-m", "pytest", "-q", "-m", "soak"])
    for name, command in STEPS:
        code = _run(name, command)
        if code:
            return code
    return _tests()


def _tests() -> int:
    """Two parts of the tests side by side, then what must be alone; the closing lines are of all together."""
    began_at = time.monotonic()
    rest = [f"--ignore={path}" for path in (*IN_BROWSERS, *ALONE)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        beside = [_Part("in browsers", list(IN_BROWSERS), folder), _Part("everywhere else", rest, folder)]
        codes = [part.ended() for part in beside]
        alone = _Part("alone", list(ALONE), folder)
        codes.append(alone.ended())
        counted: Counter[str] = Counter()
        results: Counter[str] = Counter()
        for part in (*beside, alone):
            facts = part.facts()
            counted.update(facts["ran_on"])
            results.update(facts["results"])
    print(f"Ran on: {', '.join(f'{kind} {number}' for kind, number in sorted(counted.items()))}")
    print(f"{results['passed']} passed, {results['failed']} failed, {results['skipped']} skipped")
    print(f"Tests took {time.monotonic() - began_at:.0f} s", flush=True)
    return next((code for code in codes if code), 0)


class _Part:
    """One pytest process with its output in a file, so that two do not talk at once."""

    def __init__(self, name: str, arguments: list[str], folder: Path) -> None:
        self.name = name
        self._words = (folder / f"{name}.txt").open("w+")
        self._facts = folder / f"{name}.json"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-m", "not soak", "--durations=15", *arguments],
            cwd=ROOT,
            env=os.environ | {"FIELDWORK_TEST_FACTS": str(self._facts)},
            stdout=self._words,
            stderr=subprocess.STDOUT,
        )

    def ended(self) -> int:
        code = self._process.wait()
        self._words.seek(0)
        print(f"\n--- {self.name}\n{self._words.read()}", flush=True)
        return code

    def facts(self) -> dict[str, dict[str, int]]:
        if not self._facts.exists():
            return {"ran_on": {}, "results": {"failed": 1}}
        read: dict[str, dict[str, int]] = json.loads(self._facts.read_text("utf-8"))
        return read


def _run(name: str, command: list[str]) -> int:
    began_at = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONWARNINGS": "error"}, check=False).returncode
    print(f"{name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began_at:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Lets pytest run the tests written in JavaScript: each `*.test.js` is one item, run by Node's own test runner."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_S = 240


class NodeFailed(Exception):
    """The file's tests failed; the message is what Node printed."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> NodeFile | None:
    """Collect `*.test.js`."""
    if file_path.name.endswith(".test.js"):
        return NodeFile.from_parent(parent, path=file_path)
    return None


class NodeFile(pytest.File):
    """One file of tests in JavaScript."""

    def collect(self) -> Iterator[pytest.Item]:
        yield NodeTests.from_parent(self, name=self.path.name)


class NodeTests(pytest.Item):
    """All tests of one file, in one process."""

    def runtest(self) -> None:
        node = shutil.which("node")
        assert node is not None, "Node is missing: run `make test`, which brings it"
        run = subprocess.run(
            [node, "--test", str(self.path)], capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
        if run.returncode != 0:
            raise NodeFailed(run.stdout + run.stderr)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.path.name

"""The closing line by engine and by store, and the rule that no test is skipped in silence.

With STRICT=1 a skip that `not_here.toml` does not explain (test, reason, where it runs instead) fails the run.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections import Counter
from pathlib import Path

import pytest

NOT_HERE = Path(__file__).parent / "not_here.toml"
counted: Counter[str] = Counter()
skipped: dict[str, str] = {}
unexplained: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    """The markers that this plugin counts by."""
    for plain in (counted, skipped, unexplained):
        plain.clear()


def kinds_of(item: pytest.Item) -> list[str]:
    """What this test ran on: a browser engine, a store, or neither."""
    engine = item.get_closest_marker("engine")
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    stores = [str(value) for value in parameters.values() if value in ("sqlite", "postgres")]
    kinds = ([str(engine.args[0])] if engine else []) + stores
    if item.nodeid.endswith(".test.js"):
        kinds.append("node")
    return kinds or ["neither"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> object:
    """Count what passed, note what was skipped."""
    report = yield
    if report.when == "call" and report.passed:
        counted.update(kinds_of(item))
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        skipped[item.nodeid] = reason
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a strict run in which something was skipped without a word."""
    if os.environ.get("STRICT") != "1":
        return
    explained = tomllib.loads(NOT_HERE.read_text())["not_here"] if NOT_HERE.exists() else []
    known = {entry["test"] for entry in explained}
    unexplained.extend(test for test in skipped if not any(test.startswith(prefix) for prefix in known))
    if unexplained and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say on what the tests ran, also to `tests.check`, which adds up two processes."""
    told = os.environ.get("FIELDWORK_TEST_FACTS")
    if told:
        stats = terminalreporter.stats
        results = {
            "passed": len(stats.get("passed", [])),
            "failed": len(stats.get("failed", [])) + len(stats.get("error", [])),
            "skipped": len(stats.get("skipped", [])),
        }
        Path(told).write_text(json.dumps({"ran_on": counted, "results": results}), "utf-8")
    by_kind = ", ".join(f"{kind} {number}" for kind, number in sorted(counted.items()))
    terminalreporter.write_line(f"Ran on: {by_kind or 'nothing'}")
    for test in unexplained:
        terminalreporter.write_line(f"Skipped without a word in not_here.toml: {test} ({skipped[test]})", red=True)

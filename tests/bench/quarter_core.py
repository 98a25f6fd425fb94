"""A quarter of a core for a whole browser: a CPU quota of 2.5 ms in every 10 ms over all its processes (design 10).

The browser's own throttling does not reach workers, so the quota is the kernel's: cgroup v2, or v1 where a machine has that. Where
neither can be made, the processes are stopped and let go on in the same rhythm. Whichever it is, a burn loop in the page and in a
worker must run 3.5 to 5.5 times slower, or the figure is not printed.

The group goes before other work on the machine, so that a quarter is a quarter also while something else runs: a browser that had to
wait for its quarter would be measured as a smaller one, and the bare floor with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.figure import SLOWDOWN_LEAST, SLOWDOWN_MOST, is_quarter

PERIOD_US = 10_000
QUOTA_US = 2_500
CHROMIUM = "/usr/bin/chromium"
CGROUPS = Path("/sys/fs/cgroup")
NAME = f"fieldwork-bench-{os.getpid()}"
ROUNDS = 8

Setting = tuple[str, str]


class NoQuarterCore(Exception):
    """A quarter core cannot be had on this machine; the sentence says why."""


class Quota:
    """One way of holding back every process that is started through `executable`. `close` undoes everything."""

    way = ""

    def __init__(self, folder: Path) -> None:
        self.pid_file = folder / "browser.pid"
        self.executable = folder / "chromium"

    def _wrap(self, *before: str) -> None:
        lines = ["#!/bin/sh", f'echo $$ > "{self.pid_file}"', *before, f'exec {CHROMIUM} "$@"']
        self.executable.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.executable.chmod(0o755)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """The quarter core lasts as long as this context."""
        raise NotImplementedError
        yield

    def close(self) -> None:
        """Nothing of the quota stays behind."""


class CgroupQuota(Quota):
    """The kernel's own quota. The browser enters the group before it starts, so every process of it is inside."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.group, self._limit, self._free = _make_group()
        self.way = f"cgroup {'v2' if self._limit[-1][0] == 'cpu.max' else 'v1'} quota, {QUOTA_US} µs of {PERIOD_US} µs"
        self._wrap(f'echo $$ > "{self.group}/cgroup.procs"')

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        _write(self.group, self._limit)
        try:
            yield
        finally:
            _write(self.group, self._free)

    def close(self) -> None:
        # Browser processes leave the group as they end, which takes a moment.
        until = time.monotonic() + 5
        while True:
            try:
                self.group.rmdir()
                return
            except FileNotFoundError:
                return
            except OSError:
                if time.monotonic() > until:
                    return
                time.sleep(0.1)


def _make_group() -> tuple[Path, list[Setting], list[Setting]]:
    """A new group that goes first, what limits it and what frees it. `OSError` where none can be made."""
    second = CGROUPS / "cgroup.controllers"
    if second.exists():
        group, first = CGROUPS / NAME, [("cpu.weight", "10000")]
        limit, free = [("cpu.max", f"{QUOTA_US} {PERIOD_US}")], [("cpu.max", f"max {PERIOD_US}")]
    else:
        group, first = CGROUPS / "cpu" / NAME, [("cpu.shares", "262144"), ("cpu.cfs_period_us", str(PERIOD_US))]
        limit, free = [("cpu.cfs_quota_us", str(QUOTA_US))], [("cpu.cfs_quota_us", "-1")]
    if not group.parent.joinpath("cgroup.procs").exists():
        raise OSError("no cpu controller is mounted")
    group.mkdir()
    try:
        _write(group, [*first, *free])
    except OSError:
        group.rmdir()
        raise
    return group, limit, free


def _write(group: Path, settings: list[Setting]) -> None:
    for name, value in settings:
        (group / name).write_text(value, encoding="ascii")


class DutyCycle(Quota):
    """Stop and go on, 2.5 ms in every 10 ms, over the browser's process group; done by a process of its own."""

    way = "stopped and continued, 2.5 ms of 10 ms (no cgroup can be made here)"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._wrap()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        pid = int(self.pid_file.read_text("ascii"))
        group = os.getpgid(pid)
        if group != pid:
            raise NoQuarterCore("the browser does not lead a process group of its own here")
        cycle = subprocess.Popen([sys.executable, "-m", "tests.bench.quarter_core", str(group)])
        try:
            yield
        finally:
            cycle.terminate()
            cycle.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGCONT)


def make_quota(folder: Path) -> Quota:
    """The best way that this machine has."""
    try:
        return CgroupQuota(folder)
    except OSError:
        return DutyCycle(folder)


BURN = """() => { const began = performance.now(); let sum = 0;
  for (let i = 0; i < 3e7; i += 1) sum += Math.sqrt(i);
  return performance.now() - began + (sum < 0 ? 1 : 0); }"""


def prove(quota: Quota, burns: dict[str, Callable[[], float]]) -> str:
    """Burn with and without the quota, in turn; the sentence to print, or `NoQuarterCore`."""
    # The quickest of each: whatever else runs on the machine can only make a burn slower.
    slowdowns = {}
    for place, burn in burns.items():
        burn()
        free, held = [], []
        for _ in range(ROUNDS):
            free.append(burn())
            with quota.held():
                held.append(burn())
        slowdowns[place] = min(held) / min(free)
    said = ", ".join(f"{place} {slowdown:.1f} times slower" for place, slowdown in slowdowns.items())
    if not all(is_quarter(slowdown) for slowdown in slowdowns.values()):
        raise NoQuarterCore(
            f"The figure at a quarter core cannot be had here: {quota.way}; a burn loop ran {said}, "
            f"and {SLOWDOWN_LEAST} to {SLOWDOWN_MOST} is asked for."
        )
    return f"quarter core by {quota.way}; burn loop: {said}"


def _stop_and_go(group: int) -> None:
    """Until terminated. The group is always left running."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        begin = time.perf_counter()
        while True:
            os.killpg(group, signal.SIGCONT)
            time.sleep(QUOTA_US / 1e6)
            os.killpg(group, signal.SIGSTOP)
            begin += PERIOD_US / 1e6
            time.sleep(max(0.0, begin - time.perf_counter()))
    except ProcessLookupError:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGCONT)


if __name__ == "__main__":
    _stop_and_go(int(sys.argv[1]))

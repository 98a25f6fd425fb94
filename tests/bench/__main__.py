"""The bench: `python -m tests.bench`, or `make bench`. Every figure is measured, judged and printed; one that fails ends it with code 1.

`--only NAME` takes one of saving, starting, typing, wire, peers; it may be given more than once. Milliseconds of a shared machine mean
little by themselves, so ours and the bare floor take turns in one run and the ratio is judged.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from fieldwork.building import build
from fieldwork.settings import ROOT
from tests.bench import quarter_core, starting
from tests.bench.figure import Figure
from tests.bench.saving import measure_saving
from tests.bench.tablet import Tablet, words
from tests.bench.typing_speed import BLOCKS, WORDS_IN_A_BLOCK, measure_typing, writes_both_records
from tests.bench.wire_size import measure_wire
from tests.browser.office import Office

NAMES = ("wire", "saving", "starting", "typing", "peers")
STARTS = 7
STARTS_AT_A_QUARTER = 5
PEERS_MOST_S = 45 * 60
QUARTER = "at a quarter core"


class Bench:
    """One run: an office, a tablet enrolled at it, and the figures that were asked for."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self.playwright = playwright
        self.folder = folder
        self.failed = 0
        self.quota = quarter_core.make_quota(folder)
        (folder / "office").mkdir()
        self.office = Office(folder / "office")
        self.office.takes_in_the_pack()
        self.office.opens()
        self.enrolled = Tablet(playwright, self.office, folder / "enrolled")
        self.enrolled.opens()
        self.enrolled.enrols()
        self.enrolled.closes()

    def run(self, names: list[str]) -> None:
        """The figures, in the order in which the office is needed."""
        if "wire" in names:
            self._say(measure_wire(self.playwright, self.office.port, self.folder))
        if "saving" in names:
            self._saving()
        if "starting" in names or "typing" in names:
            self._without_the_office(names)

    def close(self) -> None:
        """The office, and the group of processes."""
        self.office.closes()
        self.quota.close()

    def _tablet(self, name: str) -> Tablet:
        """A copy of the enrolled tablet, in a browser that can be held to a quarter core."""
        return self.enrolled.copied_to(self.folder / name, str(self.quota.executable))

    def _saving(self) -> None:
        tablet = self._tablet("saving")
        with _opened(tablet):
            tablet.unlocks()
            self._say(measure_saving(tablet, "at full speed"))

    def _without_the_office(self, names: list[str]) -> None:
        self.office.closes()
        if "starting" in names:
            starts = []
            for number in range(STARTS):
                tablet = self._tablet(f"start-{number}")
                with _opened(tablet):
                    starts.append(starting.one_start(tablet))
            self._say(starting.starting_figure(starts[1:], "at full speed"))
            # Stated and not judged, so a machine that cannot have it has not failed.
            self._guarded("starting", self._starts_at_a_quarter, counts=0)
        if "typing" in names:
            self._guarded("typing", self._typing_at_a_quarter, counts=1)

    def _starts_at_a_quarter(self) -> None:
        starts, said = [], ""
        for number in range(STARTS_AT_A_QUARTER):
            tablet = self._tablet(f"quarter-{number}")
            with _opened(tablet):
                if not said:
                    said = self._prove(tablet)
                with self.quota.held():
                    starts.append(starting.one_start(tablet))
        stated = starting.starting_figure(starts, QUARTER)
        # The threshold is for full speed; a quarter core is stated.
        self._say(Figure(stated.name, (*stated.measured, said), "stated, not judged", None))

    def _typing_at_a_quarter(self) -> None:
        tablet = self._tablet("typing")
        with _opened(tablet):
            tablet.unlocks()
            many, single = writes_both_records(tablet)
            print(self._prove(tablet), flush=True)
            for path, bare_words, shape in (
                (many, "", f"{BLOCKS} blocks"),
                (single, words(BLOCKS * WORDS_IN_A_BLOCK), "a single block"),
            ):
                with self.quota.held():
                    figure = measure_typing(tablet, path, bare_words, f"{shape}, {QUARTER}")
                self._say(figure)

    def _prove(self, tablet: Tablet) -> str:
        """Burn in a page and in a worker of this browser, with and without the quota."""
        page = tablet.context.new_page()
        page.goto("about:blank")
        page.evaluate(BURNING_WORKER, quarter_core.BURN)
        burns = {
            "in the page": lambda: float(page.evaluate(quarter_core.BURN)),
            "in a worker": lambda: float(page.evaluate("() => window.burnInWorker()")),
        }
        try:
            return quarter_core.prove(self.quota, burns)
        finally:
            page.close()
            tablet.page.bring_to_front()

    def _guarded(self, name: str, figure: Callable[[], None], counts: int) -> None:
        try:
            figure()
        except quarter_core.NoQuarterCore as problem:
            print(f"NOT HAD {name}: {problem}", flush=True)
            self.failed += counts

    def _say(self, figure: Figure) -> None:
        print("\n".join([*figure.lines(), f"       {_load()}"]), flush=True)
        self.failed += figure.passed is False


BURNING_WORKER = """(source) => {
  const body = `self.onmessage = () => self.postMessage((${source})());`;
  const worker = new Worker(URL.createObjectURL(new Blob([body], { type: 'text/javascript' })));
  window.burnInWorker = () => new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(null);
  });
}"""


@contextlib.contextmanager
def _opened(tablet: Tablet) -> Iterator[Tablet]:
    tablet.opens()
    try:
        yield tablet
    finally:
        tablet.closes()


def _load() -> str:
    one, five, _ = os.getloadavg()
    return f"load average {one:.1f}, {five:.1f} on {os.cpu_count()} processors"


def _peers(asked_for: bool) -> int:
    """The server against its peers, which has its own module and its own words; 1 when it failed."""
    if "FIELDWORK_PEERS" not in os.environ:
        print("NOT HAD peers: FIELDWORK_PEERS does not say where the driver bench_peers.py lies", flush=True)
        return int(asked_for)
    done = subprocess.run([sys.executable, "-m", "tests.bench.peers"], cwd=ROOT, timeout=PEERS_MOST_S, check=False)
    return int(done.returncode != 0)


def main(arguments: list[str]) -> int:
    """Run the figures that were asked for; 0 when each passed."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--only", action="append", choices=NAMES, help="one figure; may be given more than once")
    only = asked.parse_args(arguments).only
    names = only or list(NAMES)
    began = time.monotonic()
    failed = 0
    print(f"fieldwork's figures; {_load()}", flush=True)
    if set(names) - {"peers"}:
        build(ROOT)
        with (
            tempfile.TemporaryDirectory(prefix="fieldwork-bench-", ignore_cleanup_errors=True) as folder,
            sync_playwright() as playwright,
        ):
            bench = Bench(playwright, Path(folder))
            try:
                bench.run(names)
            finally:
                bench.close()
            failed += bench.failed
    print(f"browser figures took {time.monotonic() - began:.0f} s", flush=True)
    if "peers" in names:
        failed += _peers(asked_for=bool(only))
    print("every figure passed" if failed == 0 else f"{failed} failed", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

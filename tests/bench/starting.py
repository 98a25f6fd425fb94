"""Start without a network: the browser is started anew, the office is out of reach, and the inspector wants the list of visits.

Counted are the time from opening the address until the passphrase can be typed, and from the tap on Unlock until the list stands on the
screen. The passphrase's own cost (Argon2id, dear on purpose) is measured in the same start, in the same worker, and taken off.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass

from playwright.sync_api import expect

from fieldwork.settings import ROOT
from tests.bench.figure import Figure, Sample, judge_starting
from tests.bench.tablet import Tablet
from tests.browser.tablet import PASSPHRASE

# Runs before the page's own scripts. A thing counts as shown when the frame after it has been painted.
SHOWN = """() => {
  window.benchShown = {};
  const wanted = { locked: '#passphrase', list: '#visits .fw-rows__row' };
  const painted = (name) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { window.benchShown[name] = performance.now(); port1.close(); };
    port2.postMessage(null);
  });
  const look = () => {
    for (const [name, where] of Object.entries(wanted)) {
      if (document.querySelector(where) === null) continue;
      delete wanted[name];
      painted(name);
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  document.addEventListener('submit', (event) => {
    if (event.target.matches('form[action="/tablet/unlock"]')) window.benchShown.tapped = event.timeStamp;
  }, true);
}"""

# The same code with the product's own parameters, in the worker that stretched the passphrase a moment ago.
STRETCH = """async ([release, passphrase, { memory_kib, passes, lanes }]) => {
  const { argon2id } = await import(`${release}/static/vendor/argon2.js`);
  const salt = new TextEncoder().encode('sixteen bytes ok');
  const taken = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const began = performance.now();
    await argon2id({
      password: passphrase, salt, parallelism: lanes, iterations: passes, memorySize: memory_kib, hashLength: 32, outputType: 'binary',
    });
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b)[1];
}"""


def stretching_parameters() -> dict[str, int]:
    """What the product makes a passphrase cost, read from its source."""
    source = (ROOT / "static" / "tablet" / "ports" / "argon2.js").read_text("utf-8")
    found = re.search(r"PARAMETERS = Object\.freeze\((.*?)\)", source)
    assert found is not None
    return {name: int(value) for name, value in re.findall(r"(memory_kib|passes|lanes): ([\d_]+)", found[1])}


@dataclass(frozen=True, slots=True)
class Start:
    """One start, in milliseconds."""

    to_passphrase: float
    to_list: float
    passphrase: float

    @property
    def counted(self) -> float:
        return self.to_passphrase + max(0.0, self.to_list - self.passphrase)


def one_start(tablet: Tablet) -> Start:
    """The browser is open and has shown nothing yet; the office is closed."""
    page = tablet.page
    page.add_init_script(f"({SHOWN})()")
    page.goto(f"{tablet.office.address}/tablet/")
    expect(page.locator("#passphrase")).to_be_visible(timeout=60_000)
    page.fill("#passphrase", PASSPHRASE)
    page.click('form[action="/tablet/unlock"] button[type=submit]')
    expect(page.locator("#visits .fw-rows__row").first).to_be_visible(timeout=60_000)
    page.wait_for_timeout(300)
    shown = page.evaluate("() => window.benchShown")
    release = page.evaluate(
        "() => document.body.dataset.shell ?? document.querySelector('script[type=module]').src.split('/static/')[0]"
    )
    stretched = page.workers[0].evaluate(STRETCH, [release, PASSPHRASE, stretching_parameters()])
    return Start(float(shown["locked"]), float(shown["list"]) - float(shown["tapped"]), float(stretched))


def starting_figure(starts: list[Start], where: str) -> Figure:
    def middle(values: list[float]) -> str:
        return f"{statistics.median(values):.0f} ms" if values else "none"

    parts = ", ".join(
        (
            f"to the passphrase {middle([start.to_passphrase for start in starts])}",
            f"from the tap to the list {middle([start.to_list for start in starts])}",
            f"of that the passphrase’s own {middle([start.passphrase for start in starts])} (medians)",
        )
    )
    return judge_starting(Sample.of([start.counted for start in starts]), parts, where)

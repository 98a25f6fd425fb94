"""A tablet for the bench: Chromium with a profile of its own, enrolled at a real office, driven as a person drives it.

Text of the records is invented by `words`. What is written in bulk before a figure is taken goes the product's own way, through the
worker; what is measured is always a key or a tap.
"""

from __future__ import annotations

import random
import shutil
import uuid
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.bench.quarter_core import CHROMIUM
from tests.browser.office import Office
from tests.browser.tablet import PASSPHRASE
from tests.browser.tablet import Tablet as InspectorsTablet

MEMBER = "A-I2"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SETTLES_MS = 1_000
BETWEEN_KEYS_MS = 90
"""A person's pace."""
SCREEN: Any = {"width": 820, "height": 1180}
INVENTED = (
    "they asked me what I wanted and then it was quiet for a long while because nobody came back to say whether the school "
    "had rung or whether my nan could take us on the Friday when mum is at the clinic and the bus does not go past there"
)


def words(number: int, seed: int = 1) -> str:
    """`number` invented words in sentences, the same for the same seed."""
    chance = random.Random(seed)
    known = INVENTED.split()
    chosen = [chance.choice(known) for _ in range(number)]
    return " ".join(word + ("." if place % 12 == 11 else "") for place, word in enumerate(chosen))


class Tablet:
    """One tablet. `opens` and `closes` start and end the browser; what is on it stays in its profile."""

    def __init__(self, playwright: Playwright, office: Office, profile: Path, executable: str | None = None) -> None:
        self._playwright = playwright
        self.office = office
        self.profile = profile
        self._executable = executable or CHROMIUM
        self.context: BrowserContext = None  # type: ignore[assignment]
        self.page: Page = None  # type: ignore[assignment]

    def opens(self) -> None:
        """Start the browser with the tablet's profile."""
        self.context = self._playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=self._executable, args=ARGUMENTS, viewport=SCREEN
        )
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        # What a browser does for itself after its start is no part of any figure.
        self.page.wait_for_timeout(SETTLES_MS)

    def closes(self) -> None:
        """End the browser."""
        self.context.close()

    def copied_to(self, profile: Path, executable: str | None = None) -> Tablet:
        """Another browser with what is on this one, which is closed."""
        shutil.copytree(self.profile, profile, ignore=shutil.ignore_patterns("Singleton*"))
        return Tablet(self._playwright, self.office, profile, executable)

    def enrols(self) -> None:
        """Set the tablet up, and wait until it can start without a network."""
        self._inspectors.enrols(MEMBER)

    def unlocks(self) -> None:
        """Come back after a start.

        The passphrase is typed at a person's pace. Pasted at once it lets page and worker begin their work in the same second, and a
        browser, which collects the garbage of each for the first time half a minute after it began, would do so for both at once.
        """
        self.page.goto(f"{self.office.address}/tablet/")
        self.page.locator("#passphrase").press_sequentially(PASSPHRASE, delay=BETWEEN_KEYS_MS)
        self.page.click('form[action="/tablet/unlock"] button[type=submit]')
        expect(self.page.locator("#visits .fw-rows__row").first).to_be_visible(timeout=60_000)

    def begins_a_record(self) -> str:
        """The short form, to the place to write; the address of that place."""
        self._inspectors.opens_the_visit()
        self._inspectors.starts_a_record()
        return self.page.url.removeprefix(self.office.address)

    @property
    def _inspectors(self) -> InspectorsTablet:
        return InspectorsTablet(self.page, self.office)

    def writes_blocks(self, texts: list[str]) -> list[str]:
        """Write blocks into the record whose place to write is open; ids of the blocks."""
        records = [_block_id(place) for place in range(len(texts))]
        self.page.evaluate(WRITE, [[record, text] for record, text in zip(records, texts, strict=True)])
        return records

    def goes_to(self, path: str) -> None:
        """Follow a link of the tablet, as its pages do."""
        self.page.evaluate(FOLLOW, path)
        expect(self.page.locator(f'body[data-bench="{path}"]')).to_be_attached(timeout=60_000)


def _block_id(place: int) -> str:
    made = uuid.uuid4().int & ~(0xF << 76) | (0x7 << 76)
    return str(uuid.UUID(int=made))


WRITE = """async (blocks) => {
  const { ask } = await import(document.querySelector('script[type=module]').src);
  const { scope, evidence } = document.querySelector('form[data-writer]').dataset;
  for (const [record, text] of blocks) {
    const fields = { text, kind: 'verbatim', speaker_role: null, evidence, question: null, place: `t${new Date().toISOString()}` };
    const kept = await ask({ typed: { record, scope, evidence, base: [], shown: '{}', fields, finished: true, closed: true } });
    if (kept.state.kind === 'failed') throw new Error(kept.state.words);
  }
}"""

FOLLOW = """async (path) => {
  const link = document.createElement('a');
  link.href = path;
  document.querySelector('main').append(link);
  delete document.body.dataset.bench;
  document.addEventListener('htmx:after:settle', () => { document.body.dataset.bench = path; }, { once: true });
  link.click();
}"""

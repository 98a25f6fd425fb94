"""Save of a block: from the tap on Save to the words “Saved on this tablet”, without a network, as in a family's front room.

Ours and the bare floor take turns in one browser, batch by batch, so that a noisy machine is noisy for both.
"""

from __future__ import annotations

from playwright.sync_api import Page

from tests.bench.figure import Figure, judge_saving
from tests.bench.floor import BareSaves, bare_page, sample
from tests.bench.tablet import Tablet, words

BATCHES = 10
OURS_IN_A_BATCH = 10
FLOOR_IN_A_BATCH = 20
WORDS_IN_A_BLOCK = 90
SAVED = "Saved on this tablet"

KEPT = """() => new Promise((resolve) => {
  const place = document.getElementById('text-saved');
  const look = () => { if (place.textContent.trim() === 'Draft kept') { seen.disconnect(); resolve(true); } };
  const seen = new MutationObserver(look);
  seen.observe(place, { childList: true, subtree: true, characterData: true });
  look();
})"""

WATCH = """(saved) => {
  const place = document.getElementById('text-saved');
  const button = document.querySelector('form[data-writer][data-stays] button[type=submit]');
  window.benchSaved = new Promise((resolve) => {
    button.addEventListener('click', (event) => {
      const began = event.timeStamp;
      const look = () => { if (place.textContent.trim() === saved) { seen.disconnect(); resolve(performance.now() - began); } };
      const seen = new MutationObserver(look);
      seen.observe(place, { childList: true, subtree: true, characterData: true });
    }, { once: true, capture: true });
  });
}"""


def measure_saving(tablet: Tablet, where: str, batches: int = BATCHES) -> Figure:
    """The tablet is unlocked and has a network; it has none while the figure is taken."""
    bare = BareSaves(bare_page(tablet.context, tablet.office.address))
    tablet.begins_a_record()
    tablet.context.set_offline(True)
    try:
        bare.batch(FLOOR_IN_A_BATCH)
        _saves(tablet.page, OURS_IN_A_BATCH // 2)
        ours, floor = [], []
        for _ in range(batches):
            floor.append(bare.batch(FLOOR_IN_A_BATCH))
            ours.append(_saves(tablet.page, OURS_IN_A_BATCH))
    finally:
        tablet.context.set_offline(False)
    return judge_saving(sample(ours), sample(floor), where)


def _saves(page: Page, times: int) -> list[float]:
    # A page behind another is given less by the browser, and is not what a person looks at.
    page.bring_to_front()
    return [_save(page) for _ in range(times)]


def _save(page: Page) -> float:
    """One block, typed, kept as a draft, and saved with a tap on the button."""
    page.focus("#text")
    page.keyboard.insert_text(words(WORDS_IN_A_BLOCK))
    # The words must change on the tap, or there would be nothing to see.
    page.evaluate(KEPT)
    page.evaluate(WATCH, SAVED)
    page.click("form[data-writer][data-stays] button[type=submit]")
    return float(page.evaluate("() => window.benchSaved"))

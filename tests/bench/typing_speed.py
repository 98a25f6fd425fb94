"""Typing in a record of 10,000 words: from a key to the letter on the screen, and no task that holds the page up.

The record is 80 blocks with the box under them, and once a single block opened for change. A bare box of the same origin takes turns in
the same browser, with the same words in it as ours has.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.bench.figure import Figure, Sample, judge_typing
from tests.bench.floor import bare_page
from tests.bench.tablet import Tablet, words

BLOCKS = 80
WORDS_IN_A_BLOCK = 125
BATCHES = 4
KEYS_IN_A_BATCH = 40
BETWEEN_KEYS_MS = 90

# The key's own time stamp is the browser's, from before the page heard of it; the end is the first task after the frame.
WATCH = """() => {
  if (window.benchKeys !== undefined) return;
  window.benchKeys = [];
  window.benchTasks = [];
  document.addEventListener('keydown', (event) => {
    const began = event.timeStamp;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { window.benchKeys.push(performance.now() - began); port1.close(); };
      port2.postMessage(null);
    });
  }, true);
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.benchTasks.push(task.duration);
  }).observe({ type: 'longtask' });
}"""

TAKE = """() => {
  const taken = { keys: window.benchKeys, tasks: window.benchTasks };
  window.benchKeys = [];
  window.benchTasks = [];
  return taken;
}"""

TO_THE_END = """(words) => {
  const box = document.getElementById('text');
  if (words !== null) box.value = words;
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  box.scrollTop = box.scrollHeight;
}"""


def writes_both_records(tablet: Tablet) -> tuple[str, str]:
    """The record of 80 blocks and the one of a single block; where each is typed in. Before the quota, because nobody waits for it."""
    many = tablet.begins_a_record()
    tablet.writes_blocks([words(WORDS_IN_A_BLOCK, seed) for seed in range(BLOCKS)])
    tablet.begins_a_record()
    (block,) = tablet.writes_blocks([words(BLOCKS * WORDS_IN_A_BLOCK)])
    return many, f"/tablet/blocks/{block}/edit"


def measure_typing(tablet: Tablet, path: str, bare_words: str, where: str) -> Figure:
    """The tablet is unlocked and holds the record; the quota, if any, is the caller's."""
    bare = bare_page(tablet.context, tablet.office.address)
    tablet.page.bring_to_front()
    tablet.goes_to(path)
    pages = {"bare": bare, "ours": tablet.page}
    bare.evaluate(TO_THE_END, bare_words)
    tablet.page.evaluate(TO_THE_END, None)
    for page in pages.values():
        page.evaluate(WATCH)
        _types(page, KEYS_IN_A_BATCH // 2)
        page.evaluate(TAKE)
    keys: dict[str, list[float]] = {name: [] for name in pages}
    tasks: list[float] = []
    for _ in range(BATCHES):
        for name, page in pages.items():
            _types(page, KEYS_IN_A_BATCH)
            taken: Any = page.evaluate(TAKE)
            keys[name] += taken["keys"]
            tasks += taken["tasks"] if name == "ours" else []
    bare.close()
    return judge_typing(Sample.of(keys["ours"]), Sample.of(keys["bare"]), tasks, where)


def _types(page: Page, number: int) -> None:
    page.bring_to_front()
    for letter in words(number)[:number]:
        page.keyboard.press("Space" if letter == " " else letter)
        page.wait_for_timeout(BETWEEN_KEYS_MS)
    # What the last keys have set going belongs to them: the draft is handed on within a second.
    page.wait_for_timeout(1_200)

"""Typing in a record of 10,000 words: from a key to the letter on the screen, and no task that holds the page up.

The record is 80 blocks with the box under them, and once a single block opened for change. A bare box of the same origin takes turns in
the same browser, with the same words in it as ours has, tapped at the same place. Below the figure stands what each key cost the
processor, and in which part of the browser: most of what is slow here is painting, and none of it can be seen from a script.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from playwright.sync_api import Page

from tests.bench.figure import Figure, Sample, judge_typing
from tests.bench.floor import bare_page
from tests.bench.processor_time import Spent, browser_of, spent_by, words_of
from tests.bench.tablet import BETWEEN_KEYS_MS, Tablet, words

BLOCKS = 80
WORDS_IN_A_BLOCK = 125
# Of 160 keys the slowest twentieth is eight: with the same code the ratio of two such was between 1.05 and 2.06.
BATCHES = 10
KEYS_IN_A_BATCH = 40
# A page that comes to the front is painted whole by its first keys, ours and the bare one alike; that is no part of typing.
KEYS_TO_SETTLE = 8

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
  box.setSelectionRange(box.value.length, box.value.length);
  box.scrollTop = box.scrollHeight;
}"""


@dataclass(slots=True)
class Typist:
    """One page that is typed in, and what it took."""

    name: str
    page: Page
    keys: list[float] = field(default_factory=list)
    tasks: list[float] = field(default_factory=list)
    spent: tuple[Spent, Spent] = field(default_factory=lambda: (Counter(), Counter()))

    def taps_the_box(self, words_in_it: str | None) -> None:
        """The caret stands behind the last word. The pointer rests in the box: what lies under it is asked for after every layout."""
        self.page.bring_to_front()
        self.page.click("#text")
        self.page.evaluate(TO_THE_END, words_in_it)
        self.page.evaluate(WATCH)

    def types(self, number: int) -> None:
        self.page.bring_to_front()
        for letter in words(number)[:number]:
            self.page.keyboard.press("Space" if letter == " " else letter)
            self.page.wait_for_timeout(BETWEEN_KEYS_MS)
        # What the last keys have set going belongs to them: the draft is handed on within a second.
        self.page.wait_for_timeout(1_200)

    def is_measured(self, browser: int | None) -> None:
        """One batch."""
        self.types(KEYS_TO_SETTLE)
        self.page.evaluate(TAKE)
        before = spent_by(browser) if browser else Counter()
        self.types(KEYS_IN_A_BATCH)
        after = spent_by(browser) if browser else Counter()
        taken: Any = self.page.evaluate(TAKE)
        self.keys += taken["keys"]
        self.tasks += taken["tasks"]
        # Only threads that were there before: what a new thread did until now is not known to belong to these keys.
        known = Counter({key: used_ns for key, used_ns in after.items() if key in before})
        self.spent = (self.spent[0] + before, self.spent[1] + known)

    def longest(self) -> str:
        return f"{max(self.tasks):.0f} ms" if self.tasks else "none over 50 ms"


def writes_both_records(tablet: Tablet) -> tuple[str, str]:
    """The record of 80 blocks and the one of a single block; where each is typed in. Before the quota, because nobody waits for it."""
    many = tablet.begins_a_record()
    tablet.writes_blocks([words(WORDS_IN_A_BLOCK, seed) for seed in range(BLOCKS)])
    tablet.begins_a_record()
    (block,) = tablet.writes_blocks([words(BLOCKS * WORDS_IN_A_BLOCK)])
    return many, f"/tablet/blocks/{block}/edit"


def measure_typing(tablet: Tablet, path: str, bare_words: str, where: str) -> Figure:
    """The tablet is unlocked and holds the record; the quota, if any, is the caller's."""
    bare = Typist("bare", bare_page(tablet.context, tablet.office.address))
    tablet.page.bring_to_front()
    tablet.goes_to(path)
    ours = Typist("ours", tablet.page)
    for one, in_the_box in ((bare, bare_words), (ours, None)):
        one.taps_the_box(in_the_box)
        one.types(KEYS_IN_A_BATCH // 2)
        one.page.evaluate(TAKE)
    browser = browser_of(tablet.profile)
    for _ in range(BATCHES):
        bare.is_measured(browser)
        ours.is_measured(browser)
    bare.page.close()
    figure = judge_typing(Sample.of(ours.keys), Sample.of(bare.keys), ours.tasks, where)
    said = (
        f"longest task on the bare page: {bare.longest()}",
        *(
            f"processor time, {one.name}: {words_of(*one.spent, keys=KEYS_IN_A_BATCH * BATCHES)}"
            for one in (ours, bare)
            if browser
        ),
    )
    return replace(figure, measured=(*figure.measured, *said))

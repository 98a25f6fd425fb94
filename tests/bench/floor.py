"""The bare floor: the least that the same browser needs for the same promise, on a page of the same origin with nothing else on it.

Saving: one strict IndexedDB transaction of 1 KB and one append and flush of a journal file, in a dedicated worker, with no sealing, no
reading before and no page to change. Typing: one text box. Both answered by the bench itself, never by the product.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from tests.bench.figure import Sample

PATH = "/bench/"

SAVER = """
const bytes = crypto.getRandomValues(new Uint8Array(1024));
const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open('bench-floor', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('entries');
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const journal = (async () => {
  const root = await navigator.storage.getDirectory();
  const file = await root.getFileHandle('bench-floor.journal', { create: true });
  return file.createSyncAccessHandle();
})();
let number = 0;
self.onmessage = async ({ data: times }) => {
  const database = await opened;
  const file = await journal;
  const taken = [];
  for (let turn = 0; turn < times; turn += 1) {
    const began = performance.now();
    await new Promise((resolve, reject) => {
      const transaction = database.transaction(['entries'], 'readwrite', { durability: 'strict' });
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
      transaction.objectStore('entries').put(bytes, number += 1);
    });
    file.write(bytes, { at: file.getSize() });
    file.flush();
    taken.push(performance.now() - began);
  }
  self.postMessage(taken);
};
"""

HTML = """<!DOCTYPE html><html lang="en-GB"><meta charset="utf-8"><title>Bare</title>
<style>textarea { width: 90vw; height: 12rem; font-size: 19px }</style>
<textarea id="text" autocomplete="off" autocorrect="off" autocapitalize="off" spellcheck="false"></textarea></html>"""

START = """(source) => {
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  window.saves = (times) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(times);
  });
}"""


def bare_page(context: BrowserContext, office: str) -> Page:
    """A page of the office's origin that the product knows nothing of."""

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html; charset=utf-8", body=HTML)

    page = context.new_page()
    page.route(f"{office}{PATH}**", answer)
    page.goto(f"{office}{PATH}")
    return page


class BareSaves:
    """The floor of saving, a batch at a time."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(START, SAVER)

    def batch(self, times: int) -> list[float]:
        """Milliseconds of each of `times` saves."""
        self._page.bring_to_front()
        taken: Any = self._page.evaluate("(times) => window.saves(times)", times)
        return [float(value) for value in taken]


def sample(batches: list[list[float]]) -> Sample:
    return Sample.of([value for batch in batches for value in batch])

"""A tablet whose browser ends and starts again: the verbs of `tests.browser.tablet`, and those that kills and damage need."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.office import Office
from tests.browser.tablet import Tablet

ROWS = """store => new Promise((resolve, reject) => {
  const opening = indexedDB.open('fieldwork-unsent');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const asked = opening.result.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
  };
})"""


class KeptTablet(Tablet):
    """One start of a browser on a profile that stays."""

    def __init__(self, page: Page, office: Office) -> None:
        super().__init__(page, office)
        page.set_default_timeout(20_000)

    def begins_a_record(self) -> str:
        """Begin an evidence record in the visit, ready to write. Returns its id."""
        self.opens_the_visit()
        self.starts_a_record()
        return self.page.url.split("/")[-2]

    def comes_back(self, path: str = "/tablet/") -> None:
        """Open the tablet after a start, and unlock it."""
        self.page.goto(f"{self.office.address}{path}", wait_until="commit")
        self.unlocks()

    def saves(self, words: str) -> None:
        """Write a note and save it with the keys alone. It is said to be saved."""
        self.box.fill(words)
        self.box.press("Control+Enter")
        expect(self.box).to_have_value("")
        expect(self.saved).to_have_text("Saved on this tablet")

    def reads(self) -> list[str]:
        """The words of every note of the record on the screen, in order."""
        self.blocks.first.wait_for()
        return [words.strip() for words in self.blocks.all_text_contents()]

    def goes_to(self, link: str) -> None:
        """Follow a link of the bar and wait for its page, also where the page before it looks the same: what is typed while one page
        takes the other's place is typed into the one that goes."""
        self.page.locator("h1").evaluate("heading => { heading.dataset.before = ''; }")
        self.page.locator("#fw-links").get_by_role("link", name=link, exact=True).click()
        expect(self.page.locator("h1[data-before]")).to_have_count(0)
        expect(self.page.locator("#fw-links a[aria-current=page]")).to_have_text(link)

    def only_here(self) -> int:
        """How many changes the tablet says it alone has."""
        self.goes_to("Only here")
        words = self.page.locator("#only-here p").first.inner_text()
        return 0 if words.startswith("Nothing") else int(words.split()[0])

    def sends(self) -> None:
        """Press "Send now"."""
        self.goes_to("Only here")
        self.page.get_by_role("button", name="Send now").click()

    def rows(self, store: str) -> list[Any]:
        """What lies in a store of the unsent database, row by row."""
        rows: list[Any] = self.page.evaluate(ROWS, store)
        return rows

    @property
    def lasting_words(self) -> Locator:
        """What the bar says about everything on this tablet."""
        return self.page.locator("#fw-saved")

    @property
    def notice(self) -> Locator:
        """What the page has to say."""
        return self.page.locator(".fw-notice")

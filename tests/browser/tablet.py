"""What an inspector does on the tablet, as verbs over one page of a real browser."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.office import Office
from tests.web.styleguide import axe_violations

PASSPHRASE = "four words and a kettle"


class Tablet:
    """A browser at an office's address. Every verb waits until what it did can be seen."""

    def __init__(self, page: Page, office: Office) -> None:
        self.page, self.office = page, office
        self.seen: list[str] = []
        """What went wrong on a page without stopping it: errors of scripts and refusals of the policy."""
        page.on("pageerror", lambda error: self.seen.append(str(error)))
        page.on("console", lambda message: self.seen.append(message.text) if message.type == "error" else None)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def box(self) -> Locator:
        return self.page.locator("form[data-stays] textarea")

    @property
    def blocks(self) -> Locator:
        return self.page.locator(".fw-record__blocks .fw-block__text")

    @property
    def saved(self) -> Locator:
        return self.page.locator("form[data-writer] [data-saved]")

    def opens(self, path: str = "/tablet/") -> None:
        """Go to an address, as a start of the tablet does."""
        self.page.goto(f"{self.office.address}{path}")

    def enrols(self, member: str = "A-I2") -> None:
        """Set the tablet up for a member of the team; its visits are shown and the release is kept."""
        self.opens()
        self.sets_up(member)
        expect(self.page.locator("#visits")).to_contain_text("Ready without a connection", timeout=20_000)
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def sets_up(self, member: str = "A-I2", passphrase: str = PASSPHRASE) -> None:
        """At the page "Set up this tablet": give the code and a passphrase. What comes next is for the caller."""
        self.page.get_by_label("Code from the office").fill(self.office.code_for(member))
        self.page.get_by_label("Name of this tablet").fill("Idwal’s tablet")
        self.page.locator("#passphrase").fill(passphrase)
        self.page.get_by_role("button", name="Set up this tablet").click()

    def goes_offline(self) -> None:
        self.context.set_offline(True)

    def goes_online(self) -> None:
        self.context.set_offline(False)

    def opens_the_visit(self) -> None:
        self.page.locator("#fw-links").get_by_role("link", name="Visits").click()
        self.page.get_by_role("link", name="Area A").click()
        self.is_at("Area A")

    def opens_the_record(self, ref: str) -> None:
        """Open a record of the visit by its reference."""
        self.opens_the_visit()
        self.page.get_by_role("link", name=ref).click()
        self.is_at(ref)

    def starts_a_record(self) -> None:
        """Fill in the short form; the place to write is open."""
        self.page.get_by_role("link", name="Start an evidence record").click()
        self.is_at("Start an evidence record")
        self.page.get_by_label("What kind of activity is it?").select_option("child_interview")
        self.page.get_by_role("radio", name="Child", exact=True).check()
        self.page.get_by_label("Which tracked child is it about?").select_option("A-C01")
        self.page.get_by_role("button", name="Start writing").click()
        expect(self.box).to_be_focused()

    def writes(self, words: str, kind: str = "Exact words") -> None:
        """Write a block and save it; it stands in the list, and the box is empty."""
        before = self.blocks.count()
        self.box.fill(words)
        self.page.get_by_role("radio", name=kind).check()
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.blocks).to_have_count(before + 1)
        expect(self.box).to_have_value("")

    def locks(self) -> None:
        self.page.get_by_role("button", name="Lock", exact=True).click()
        self.is_at("Locked")

    def writes_locked(self, words: str) -> None:
        """Write while locked; the box is empty again and the words are said to be saved."""
        self.page.get_by_label("Keep writing").fill(words)
        self.page.get_by_role("button", name="Seal these words").click()
        expect(self.box).to_have_value("")
        expect(self.saved).to_have_text("Saved on this tablet")

    def unlocks(self) -> None:
        self.page.locator("#passphrase").fill(PASSPHRASE)
        self.page.get_by_role("button", name="Unlock", exact=True).click()
        expect(self.page.locator("#fw-lock button")).to_be_visible(timeout=20_000)

    def finishes_writing(self) -> None:
        self.page.get_by_role("button", name="Finish writing").click()
        expect(self.page.get_by_role("heading", name="What was said and seen")).to_be_visible()

    def is_at(self, title: str) -> None:
        """The page with this heading is shown, and the keyboard is somewhere in it (A11Y-06)."""
        expect(self.page.locator("h1")).to_contain_text(title)
        expect(self.page.locator(":focus")).to_have_count(1)

    def selects(self, words: str, block: Locator) -> None:
        """Select words in a block with the mouse, from their first letter to behind their last."""
        block.scroll_into_view_if_needed()
        start, end = block.evaluate(PLACES_OF_WORDS, words)
        self.page.mouse.move(start["x"], start["y"])
        self.page.mouse.down()
        self.page.mouse.move(end["x"], end["y"], steps=6)
        self.page.mouse.up()

    def faults(self) -> list[str]:
        """What axe finds on the page as it stands."""
        return axe_violations(self.page)


PLACES_OF_WORDS = """(text, words) => {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const place = (start, end) => {
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, end);
      return range.getBoundingClientRect();
    };
    const first = place(at, at + 1);
    const last = place(at + words.length - 1, at + words.length);
    return [{x: first.left + 0.5, y: first.top + first.height / 2}, {x: last.right + 0.5, y: last.top + last.height / 2}];
  }
  throw new Error('the words do not stand there');
}"""

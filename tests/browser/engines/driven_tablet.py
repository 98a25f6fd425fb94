"""The verbs of `tests.browser.tablet` over WebDriver, and the lead's at central."""

from __future__ import annotations

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.engines.driven_page import DrivenPage
from tests.browser.tablet import PASSPHRASE


class DrivenTablet(DrivenPage):
    """What an inspector does on the tablet."""

    def enrols(self, member: str = "A-I2") -> None:
        """Set the tablet up for a member of the team; its visits are shown and the release is kept."""
        self.opens()
        self.fills("#code", self.office.code_for(member))
        self.fills("#label", "Idwal’s tablet")
        self.fills("#passphrase", PASSPHRASE)
        self.presses("Set up this tablet")
        self.shows("#visits", "Ready without a connection")
        self.driver.execute_async_script("navigator.serviceWorker.ready.then(() => arguments[0]())")

    def opens_the_visit(self) -> None:
        """From the bar to the one visit of the demonstration."""
        self.turns_to("Visits")
        self.shows("#visits", "Area A")
        self.turns_to("Area A")
        self.is_at("Area A")

    def starts_a_record(self) -> None:
        """Fill in the short form; the place to write is open."""
        self.follows("Start an evidence record")
        self.is_at("Start an evidence record")
        self.chooses("#type", "child_interview")
        self.checks("source_role", "Child")
        self.chooses("#tracked_child", "A-C01")
        self.presses("Start writing")
        self.one("form[data-stays] textarea")

    def writes(self, words: str, kind: str = "Exact words") -> None:
        """Write a block and save it; it stands in the list, and the box is empty."""
        before = len(self.reads())
        self.types(words)
        self.checks("kind", kind)
        self.presses("Save")
        self.until(lambda: len(self.reads()) == before + 1, f"“{words}” in the list")
        self.until(lambda: self.box_value() == "", "an empty box")
        self.shows("[data-saved]", "Saved on this tablet")

    def types(self, words: str) -> None:
        """Type into the place to write, and leave it there."""
        self.sends_keys("form[data-stays] textarea", words)

    def box_value(self) -> str:
        return str(self.driver.execute_script("return document.querySelector('form[data-stays] textarea')?.value"))

    def locks(self) -> None:
        self.presses("Lock")
        self.is_at("Locked")

    def writes_locked(self, words: str) -> None:
        """Write while locked; the box is empty again and the words are said to be saved."""
        self.types(words)
        self.presses("Seal these words")
        self.until(lambda: self.box_value() == "", "an empty box")
        self.shows("[data-saved]", "Saved on this tablet")

    def unlocks(self) -> None:
        self.fills("#passphrase", PASSPHRASE)
        self.presses("Unlock")
        self.one("#fw-lock button")

    def finishes_writing(self) -> None:
        self.presses("Finish writing")
        self.until(lambda: not self.driver.find_elements(By.CSS_SELECTOR, "form[data-stays]"), "the record as read")

    def reads(self) -> list[str]:
        """The words of every note on the screen, in order."""
        read: list[str] = self.driver.execute_script(
            "return [...document.querySelectorAll('.fw-record__blocks .fw-block__text')].map((one) => one.innerText.trim())"
        )
        return read

    def codes_a_sentence(self, search: str, ref: str) -> None:
        """Give a code to the first sentence of the first block of the record that is read."""
        self.clicks(".fw-block__act[href*='/code']")
        self.is_at("Give a code")
        self.clicks("[data-sentences] summary")
        for box in self.driver.find_elements(By.CSS_SELECTOR, "[data-sentences] input[type=checkbox]")[1:]:
            if box.is_selected():
                self.driver.find_element(By.CSS_SELECTOR, f"label[for='{box.get_attribute('id')}']").click()
        self.presses("Use these sentences")
        self.fills("#code-search", search)
        self.until(lambda: len(self.driver.find_elements(By.CSS_SELECTOR, "#codes .fw-codes__code")) == 1, "one code")
        self.shows("#codes", ref)
        self.clicks(".fw-codes__choose")
        self.shows(".fw-notice", ref)
        self.follows("Back to the record")
        self.shows(".fw-codings", ref)

    def checks_for_names(self) -> None:
        """Say that the record that is read has been looked through for names."""
        self.presses("I have checked for names")
        self.shows("main", "This record has been checked for names")

    def finds(self, words: str) -> str:
        """Look for words; what the page says and shows."""
        self.looks_for(words)
        self.one("main .fw-find__words mark")
        return self.sees()

    def looks_for(self, words: str) -> None:
        """Ask for words; what the page answers is not waited for."""
        self.follows("Find words")
        self.fills("#words", words)
        self.sends_keys("#words", Keys.ENTER)

    def only_here(self) -> int:
        """How many changes the tablet says it alone has."""
        self.follows("Only here")
        self.is_at("Only on this tablet")
        words = self.until(lambda: self.one("#only-here p").text, "how much is only here")
        return 0 if words.startswith("Nothing") else int(words.split()[0])

    def sends(self) -> None:
        """Press "Send now" and see that nothing waits."""
        self.presses("Send now")
        self.shows("#only-here", "Nothing waits")


class DrivenDesk(DrivenPage):
    """What the lead does at central, in the same browser."""

    def signs_in(self, role: str) -> None:
        name, password = self.office.password_of(role)
        self.opens("/sign-in")
        self.fills("main input[name=sign_in_name]", name)
        self.fills("main input[type=password]", password)
        self.presses("Sign in")
        self.until(lambda: self.driver.current_url == f"{self.office.address}/", "the first page after signing in")

    def marks_as_seen(self, record_id: str) -> None:
        self.opens(f"/evidence/{record_id}")
        self.presses("Mark as seen")
        self.shows("main", "Seen by the lead")

    def removes(self, words: str, record_id: str) -> None:
        """Take words out of the first block of this kind, for good."""
        self.opens(f"/evidence/{record_id}")
        self.follows("Remove words from this record")
        self.follows("Exact words")
        self.fills("#words", words)
        self.clicks("input[name=reason][value=name_replaced]")
        self.presses("Continue")
        self.presses("Remove for good")
        self.shows("h1", "removed")

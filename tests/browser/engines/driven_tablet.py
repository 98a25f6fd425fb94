"""The verbs of `tests.browser.tablet` over WebDriver, for the engines that Playwright cannot drive: Firefox and WebKitGTK."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from tests.browser.office import Office
from tests.browser.tablet import PASSPHRASE

LONGEST_S = 30
Seen = TypeVar("Seen")

# What a swap may do to an element between looking and touching.
PASSING = (
    NoSuchElementException,
    StaleElementReferenceException,
    ElementNotInteractableException,
    ElementClickInterceptedException,
)


class DrivenTablet:
    """A browser at an office's address. Every verb waits until what it did can be seen."""

    def __init__(self, driver: WebDriver, office: Office) -> None:
        self.driver, self.office = driver, office

    def opens(self, path: str = "/tablet/") -> None:
        """Go to an address, as a start of the tablet does."""
        self.driver.get(f"{self.office.address}{path}")

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
        self.follows("Visits")
        self.shows("#visits", "Area A")
        self.follows("Area A")
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

    def sees(self) -> str:
        """Everything that the page shows."""
        return str(self.driver.execute_script("return document.body.innerText"))

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

    def finds(self, words: str) -> str:
        """Look for words; what the page says and shows."""
        self.follows("Find words")
        self.fills("#words", words)
        self.sends_keys("#words", Keys.ENTER)
        self.one("main .fw-find__words mark")
        return self.sees()

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

    def is_at(self, title: str) -> None:
        self.shows("h1", title)

    def one(self, css: str) -> WebElement:
        """The first element that can be seen."""
        return self.until(
            lambda: next((one for one in self.driver.find_elements(By.CSS_SELECTOR, css) if one.is_displayed()), None),
            css,
        )

    def shows(self, css: str, words: str) -> None:
        """Wait until these words stand there."""
        self.until(lambda: words in self.driver.find_element(By.CSS_SELECTOR, css).text, f"“{words}” in {css}")

    def fills(self, css: str, words: str) -> None:
        """Put words into a field in place of what stands there; again, when a swap has put another field in its place meanwhile."""

        def fill() -> bool:
            field = self.one(css)
            field.clear()
            field.send_keys(words)
            return bool(field.get_property("value") == words)

        self.until(fill, css)

    def sends_keys(self, css: str, keys: str) -> None:
        """Keys to the first such field, once."""

        def send() -> bool:
            self.one(css).send_keys(keys)
            return True

        self.until(send, css)

    def chooses(self, css: str, value: str) -> None:
        def choose() -> bool:
            Select(self.one(css)).select_by_value(value)
            return True

        self.until(choose, css)

    def checks(self, name: str, label: str) -> None:
        """Touch a choice, which lies over its label."""
        self.clicks(f"//input[@name='{name}'][following-sibling::label[normalize-space()='{label}']]")

    def follows(self, link: str) -> None:
        self.clicks(f"//a[contains(normalize-space(), '{link}')]")

    def presses(self, button: str) -> None:
        self.clicks(f"//button[normalize-space()='{button}']")

    def clicks(self, where: str) -> None:
        """A real click of the driver, on a CSS selector or a path that begins with //."""
        by = By.XPATH if where.startswith("//") else By.CSS_SELECTOR

        def click() -> bool:
            element = self.driver.find_element(by, where)
            # WebKitGTK's driver does not scroll far enough by itself.
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
            element.click()
            return True

        self.until(click, where)

    def until(self, look: Callable[[], Seen | None], what: str) -> Seen:
        """Look again and again until there is something to see."""
        until = time.monotonic() + LONGEST_S
        passing = ""
        while True:
            try:
                seen = look()
            except PASSING as problem:
                seen, passing = None, str(problem.msg)
            if seen:
                return seen
            if time.monotonic() > until:
                raise AssertionError(f"not seen: {what} ({passing})\n{self.sees()}")
            time.sleep(0.05)

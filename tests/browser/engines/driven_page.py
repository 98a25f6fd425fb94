"""A page in an engine that Playwright cannot drive, Firefox or WebKitGTK: looking and touching over WebDriver."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    InvalidElementStateException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from tests.browser.office import Office

LONGEST_S = 30
Seen = TypeVar("Seen")

# What a swap may do to an element between looking and touching.
PASSING = (
    NoSuchElementException,
    StaleElementReferenceException,
    InvalidElementStateException,  # WebKit says only this of a field that a swap takes away; "not interactable" is one kind of it.
    ElementClickInterceptedException,
)


class DrivenPage:
    """A browser at an office's address. Every verb waits until what it did can be seen."""

    def __init__(self, driver: WebDriver, office: Office) -> None:
        self.driver, self.office = driver, office

    def opens(self, path: str = "/tablet/") -> None:
        """Go to an address, as a start of the tablet does."""
        self.driver.get(f"{self.office.address}{path}")

    def sees(self) -> str:
        """Everything that the page shows."""
        return str(self.driver.execute_script("return document.body.innerText"))

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

    def turns_to(self, link: str) -> None:
        """Follow a link and wait for its page, also where the page before it looks the same: a click that is under way when the page is
        taken away meets nothing."""
        self.driver.execute_script("document.querySelector('h1').dataset.before = ''")
        self.follows(link)
        self.until(
            lambda: not self.driver.find_elements(By.CSS_SELECTOR, "h1[data-before]"),
            f"another page than before {link}",
        )

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

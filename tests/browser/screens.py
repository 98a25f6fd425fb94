"""The screens that a tablet may have, and what every page must be on each: no fault that axe finds, no wider than the screen (A11Y-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.browser.tablet import Tablet


@dataclass(frozen=True)
class Screen:
    """How much a person sees at once, in CSS pixels, and in which colours."""

    width: int
    height: int
    colours: Literal["light", "dark"] = "light"

    def __str__(self) -> str:
        return f"{self.width}-{self.height}-{self.colours}"


UPRIGHT = Screen(820, 1180)
EVERY_SCREEN = [
    Screen(width, height, colours)
    for colours in ("light", "dark")
    for width, height in ((390, 844), (UPRIGHT.width, UPRIGHT.height))
]


class LookedAt:
    """Pages of one tablet, by the name that a test gives each, with what is wrong with them."""

    def __init__(self, tablet: Tablet) -> None:
        self._tablet = tablet
        self._faults: dict[str, list[str]] = {}

    def looks(self, name: str) -> None:
        """Look at the page as it stands now."""
        page = self._tablet.page
        # From the top: what has been scrolled away lies below the bar, and axe would measure it against the links of the bar.
        page.evaluate("scrollTo(0, 0)")
        self._faults[name] = self._tablet.faults()
        if not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            self._faults[name].append("the page is wider than the screen")

    def with_faults(self) -> dict[str, list[str]]:
        """The pages that something is wrong with, and what it is."""
        return {name: faults for name, faults in self._faults.items() if faults}

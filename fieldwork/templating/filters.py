"""The house's own filters: three, each with a twin in `static/tablet/rendering/house_filters.js`.

Every filter added here is written twice and promised once, so there are few. Shared cases in
`tests/templating/filter_vectors.json` hold the two together. Words and numbers that need more than this are prepared by page
shapes before a template sees them.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape


def nl2br(text: Any) -> Markup:
    """Escape `text` and show each line break as `<br>`; text that is already markup is not escaped again.

    Line breaks are LF, CRLF and CR, as people's devices type them. The result is markup, so a second use changes nothing:
    after the first there are no line breaks left.
    """
    escaped = str(escape(text)).replace("\r\n", "\n").replace("\r", "\n")
    return Markup(escaped.replace("\n", "<br>"))


def plural(count: int, one: str, many: str) -> str:
    """`1 note`, `2 notes`: the number with thousands separated, a space, and the word that fits it."""
    return f"{thousands(count)} {one if count == 1 else many}"


def thousands(number: int) -> str:
    """A whole number with its thousands separated by commas, as GOV.UK writes them: 26,431."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"thousands takes a whole number, not {type(number).__name__}")
    return f"{number:,}"


HOUSE_FILTERS = {"nl2br": nl2br, "plural": plural, "thousands": thousands}

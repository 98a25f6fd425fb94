"""One cell of an export: words made fit for a spreadsheet so that nothing is lost and everything can be got back.

Three dangers, one function each: characters that a file format cannot hold become visible escapes; words that a spreadsheet program
would take for a formula are marked in CSV (SEC-15); what is longer than a cell may be is cut into numbered parts. Each has its way
back, and the "About this export" page says what was done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_IN_A_CELL = 32_767
"""UTF-16 units that a cell of a workbook holds."""

Cell = str | int

# C0 but TAB and LF, DEL and C1, halves of surrogate pairs, and two that XML forbids. CR is among them because XML turns it into LF.
_UNFIT = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
# Words that look like our own escape, or like the one that workbooks use, are escaped too, so that the way back is one way only.
_escaped = re.compile(rf"{_UNFIT}|\\(?=u\{{)|_(?=x[0-9a-fA-F]{{4}}_)")
_escape = re.compile(r"\\u\{([0-9A-F]{1,6})\}")
_starts_formula = re.compile("'*(?:[\t\r\n]|[\\s\ufeff\u200b]*[=+\\-@＝＋－＠])")


def visible(words: str) -> str:
    r"""The words with every character that a file cannot hold as `\u{…}`, its number in hexadecimal. `original` undoes it."""
    return _escaped.sub(lambda found: f"\\u{{{ord(found[0]):X}}}", words)


def original(words: str) -> str:
    """The words as they were before `visible`."""
    return _escape.sub(lambda found: chr(int(found[1], 16)), words)


def marked(words: str) -> str:
    """The words for a CSV cell: with `'` before them when a spreadsheet program would calculate them.

    Also words that begin with `'` and then so, so that `unmarked` always gives back what was there.
    """
    return f"'{words}" if _starts_formula.match(words) else words


def unmarked(words: str) -> str:
    """The words as they were before `marked`."""
    return words[1:] if words.startswith("'") and _starts_formula.match(words) else words


def parts(words: str, most: int = MOST_IN_A_CELL) -> Iterator[str]:
    """The words in pieces of at most `most` UTF-16 units, never in the middle of a character; put together they are the words."""
    if len(words) * 2 <= most or _units(words) <= most:
        yield words
        return
    start, units = 0, 0
    for place, character in enumerate(words):
        wide = 2 if ord(character) > 0xFFFF else 1
        if units + wide > most:
            yield words[start:place]
            start, units = place, 0
        units += wide
    yield words[start:]


def _units(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2

"""The only arithmetic on positions in text, here in code points and nowhere else (design 7).

A coding points at words by where they begin and end in one immutable revision of a block. Python counts code points, a browser
counts UTF-16 units, a file counts bytes; `static/tablet/text.js` does the same as this page for the browser, and
`sync/vectors/positions.json` holds both to the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass

CONTEXT_CP = 32


@dataclass(frozen=True, slots=True)
class Passage:
    """Words in a revision of a block, with what stands around them: at most 32 code points each side."""

    start_cp: int
    end_cp: int
    quote: str
    before: str
    after: str


class NotThere(ValueError):
    """The quoted words do not stand at the given positions."""


def passage(text: str, start_cp: int, end_cp: int) -> Passage:
    """The passage from `start_cp` up to but not including `end_cp`. NotThere when the text does not reach so far."""
    if not 0 <= start_cp < end_cp <= len(text):
        raise NotThere(f"positions {start_cp} to {end_cp} do not lie in a text of {len(text)} characters")
    return Passage(
        start_cp,
        end_cp,
        text[start_cp:end_cp],
        text[max(0, start_cp - CONTEXT_CP) : start_cp],
        text[end_cp : end_cp + CONTEXT_CP],
    )


def quoted(text: str, start_cp: int, end_cp: int, quote: str) -> Passage:
    """The passage, after checking that it reads as quoted. NotThere says what stands there instead."""
    found = passage(text, start_cp, end_cp)
    if found.quote != quote:
        raise NotThere(f"the words there are “{found.quote}”, not “{quote}”")
    return found

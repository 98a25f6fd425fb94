"""Taking words out of a block, and carrying every position over to what is left.

For a child's sake a name or a sentence must go. What stays keeps its order; where words were taken out stand other words, "[removed]"
unless something better is given; and each coding that pointed beyond them points to the same words afterwards. Pure arithmetic in code
points: `actions/evidence.py` writes the operations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STANDS_INSTEAD = "[removed]"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Removal:
    """The words are `words`; in the text they stood at each place of `places` (code points, in order)."""

    words: str
    instead: str
    text_before: str
    places: tuple[int, ...]

    @property
    def text(self) -> str:
        """The text without the words."""
        return self.text_before.replace(self.words, self.instead)

    def swallows(self, start_cp: int, end_cp: int) -> bool:
        """Whether nothing of the passage is left but what stands instead."""
        return any(place <= start_cp and end_cp <= place + len(self.words) for place in self.places)

    def moved(self, position_cp: int, *, closing: bool = False) -> int:
        """Where a position is afterwards. One inside the removed words goes to the near edge of what stands instead."""
        shift = 0
        for place in self.places:
            ends = place + len(self.words)
            if position_cp >= ends:
                shift += len(self.instead) - len(self.words)
            elif position_cp > place:
                return place + shift + (len(self.instead) if closing else 0)
        return position_cp + shift


def removal(text: str, words: str, instead: str = STANDS_INSTEAD) -> Removal:
    """Find every place of the words in the text, from the left, without overlap: the same as `str.replace`."""
    places: list[int] = []
    at = text.find(words) if words else -1
    while at >= 0:
        places.append(at)
        at = text.find(words, at + len(words))
    return Removal(words, instead, text, tuple(places))


def holds(value: object, words: str) -> bool:
    """Whether the words stand anywhere in a field's value, however deep."""
    if isinstance(value, str):
        return words in value
    if isinstance(value, list):
        return any(holds(item, words) for item in value)
    if isinstance(value, dict):
        return any(holds(item, words) for pair in value.items() for item in pair)
    return False


def holds_a_piece(earlier: str, gone: Removal) -> bool:
    """Whether an earlier version of the text holds a piece of the removed words that what is left does not.

    What somebody types is kept as they go: half of the sentence, or the beginning of a name, is a version of its own. A piece is a whole
    word of the removed ones, or the first letters of one, two at least. Sooner a version too many than one that tells the name.
    """
    left = _words_in(gone.text)
    pieces = _words_in(earlier) - left
    return any(len(piece) > 1 and word.startswith(piece) for piece in pieces for word in _words_in(gone.words) - left)


def _words_in(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def without(value: object, words: str, instead: str) -> object:
    """The value with the words taken out of every text in it."""
    if isinstance(value, str):
        return value.replace(words, instead)
    if isinstance(value, list):
        return [without(item, words, instead) for item in value]
    if isinstance(value, dict):
        return {key.replace(words, instead): without(item, words, instead) for key, item in value.items()}
    return value

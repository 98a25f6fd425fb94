"""Which words two versions of one text have in common, and which stand in one of them alone.

For a person who decides between two versions of what somebody said (rule R5): reading 1,500 words twice in search of one that
differs is how the wrong one is chosen. Word by word, exact to the letter, and bounded: of texts that have too little in common, or
repeat themselves too often, fewer words count as the same, never as alike when they are not. Nothing here decides or writes.
`static/tablet/differences.js` is the same rule on the tablet, and `sync/vectors/differences.json` holds both to the same answers.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

MOST_STEPS = 300_000
"""What one comparison may cost: half of it for the whole text, the rest for what lies between words that occur once."""
_SPACE = " \\t\\n\\r\\v\\f\\u0085\\u00a0\\u2028\\u2029"
_WORD = re.compile(f"[{_SPACE}]*[^{_SPACE}]+|[{_SPACE}]+")

Same = tuple[int, int, int]
"""A run of equal words: where it begins in the one, where in the other, how many."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a version in a row; `alone` says that the other version does not have them here."""

    text: str
    alone: bool


def difference(one: str, other: str) -> tuple[list[Run], list[Run]]:
    """Both texts, each cut into runs; together the runs of a text are that text, every letter of it."""
    mine, theirs = words_in(one), words_in(other)
    same = _without_crumbs(_same_words(*_numbered(mine, theirs)), len(mine), len(theirs))
    return _runs(mine, [(at, n) for at, _, n in same]), _runs(theirs, [(at, n) for _, at, n in same])


def words_in(text: str) -> list[str]:
    """The text as words, each with the space before it; space at the very end is a word of its own."""
    return _WORD.findall(text)


def _numbered(mine: Sequence[str], theirs: Sequence[str]) -> tuple[list[int], list[int]]:
    numbers: dict[str, int] = {}
    return (
        [numbers.setdefault(word, len(numbers)) for word in mine],
        [numbers.setdefault(word, len(numbers)) for word in theirs],
    )


def _same_words(a: list[int], b: list[int]) -> list[Same]:
    first, last = _ends(a, b)
    begin = [(0, 0, first)] if first else []
    end = [(len(a) - last, len(b) - last, last)] if last else []
    a, b = a[first : len(a) - last], b[first : len(b) - last]
    middle, steps = _shortest(a, b, MOST_STEPS // 2)
    if middle is None:
        middle = _between_anchors(a, b, MOST_STEPS - steps)
    return begin + [(x + first, y + first, n) for x, y, n in middle] + end


def _ends(a: Sequence[int], b: Sequence[int]) -> tuple[int, int]:
    """How many words both begin with, and how many of the rest both end with."""
    shorter = min(len(a), len(b))
    first = 0
    while first < shorter and a[first] == b[first]:
        first += 1
    last = 0
    while last < shorter - first and a[-1 - last] == b[-1 - last]:
        last += 1
    return first, last


def _shortest(a: Sequence[int], b: Sequence[int], most: int) -> tuple[list[Same] | None, int]:
    """The runs that leave the fewest words alone (Myers 1986), or None when that takes more than `most` steps; and the steps."""
    n, m = len(a), len(b)
    middle = n + m + 1
    furthest = [0] * (2 * middle + 1)
    saved: list[list[int]] = []
    steps = 0
    for d in range(n + m + 1):
        for k in range(-d, d + 1, 2):
            at = middle + k
            down = k == -d or (k != d and furthest[at - 1] < furthest[at + 1])
            x = furthest[at + 1] if down else furthest[at - 1] + 1
            y = x - k
            steps += 1
            while x < n and y < m and a[x] == b[y]:
                x, y, steps = x + 1, y + 1, steps + 1
            furthest[at] = x
            if x >= n and y >= m:
                return _walked_back(saved, d, n, m), steps
        if steps > most:
            return None, steps
        saved.append(furthest[middle - d : middle + d + 1])
    return [], steps


def _walked_back(saved: Sequence[Sequence[int]], d: int, n: int, m: int) -> list[Same]:
    found: list[Same] = []
    x, y = n, m
    for step in range(d, 0, -1):
        before = saved[step - 1]
        k = x - y
        down = k == -step or (k != step and before[k - 1 + step - 1] < before[k + 1 + step - 1])
        x_before = before[(k + 1 if down else k - 1) + step - 1]
        y_before = x_before - (k + 1 if down else k - 1)
        start = x_before if down else x_before + 1
        if x > start:
            found.append((start, start - k, x - start))
        x, y = x_before, y_before
    if x > 0:
        found.append((0, 0, x))
    return found[::-1]


def _between_anchors(a: list[int], b: list[int], most: int) -> list[Same]:
    """By words that occur once in each and stand in the same order; what lies between them is compared while steps are left."""
    found: list[Same] = []
    from_a = from_b = 0
    for x, y in [*_anchors(a, b), (len(a), len(b))]:
        gap_a, gap_b = a[from_a:x], b[from_b:y]
        first, last = _ends(gap_a, gap_b)
        inner, steps = _shortest(gap_a[first : len(gap_a) - last], gap_b[first : len(gap_b) - last], most)
        most = max(0, most - steps)
        found += [(from_a, from_b, first)] if first else []
        found += [(from_a + first + i, from_b + first + j, length) for i, j, length in inner or []]
        # The word itself counts with the words before it, so that runs that touch are one.
        found.append((x - last, y - last, last + (x < len(a))))
        from_a, from_b = x + 1, y + 1
    return _joined(found)


def _anchors(a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int]]:
    """The longest row of words that occur once in each text, in the order of both."""
    places: dict[int, int] = {}
    for at, word in enumerate(b):
        places[word] = -1 if word in places else at
    counts: dict[int, int] = {}
    for word in a:
        counts[word] = counts.get(word, 0) + 1
    pairs = [(at, places[word]) for at, word in enumerate(a) if counts[word] == 1 and places.get(word, -1) >= 0]
    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, y) in enumerate(pairs):
        pile = bisect_left(tops, y)
        before.append(last[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [y]
        last[pile : pile + 1] = [index]
    row: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        row.append(pairs[index])
        index = before[index]
    return row[::-1]


def _joined(found: Sequence[Same]) -> list[Same]:
    joined: list[Same] = []
    for x, y, n in found:
        if not n:
            continue
        if joined and joined[-1][0] + joined[-1][2] == x and joined[-1][1] + joined[-1][2] == y:
            joined[-1] = (*joined[-1][:2], joined[-1][2] + n)
        else:
            joined.append((x, y, n))
    return joined


def _without_crumbs(same: Sequence[Same], length_a: int, length_b: int) -> list[Same]:
    """Without single words between two longer differences: one “the” in common says nothing, and makes both harder to read."""
    kept: list[Same] = []
    from_a = from_b = 0
    ends = [*((x, y) for x, y, _ in same[1:]), (length_a, length_b)]
    for (x, y, n), (next_a, next_b) in zip(same, ends, strict=False):
        before, after = x - from_a + y - from_b, next_a - x - n + next_b - y - n
        if n > 1 or before < 3 or after < 3:
            kept.append((x, y, n))
            from_a, from_b = x + n, y + n
    return kept


def _runs(words: Sequence[str], same: Sequence[tuple[int, int]]) -> list[Run]:
    runs: list[Run] = []
    done = 0
    for at, n in [*same, (len(words), 0)]:
        for start, end, alone in ((done, at, True), (at, at + n, False)):
            text = "".join(words[start:end])
            # Where only the other text has words in between, two runs in common follow each other: they are one.
            if text and runs and runs[-1].alone == alone:
                runs[-1] = Run(runs[-1].text + text, alone)
            elif text:
                runs.append(Run(text, alone))
        done = at + n
    return runs

"""Two versions of one text, word by word, held to the cases that the tablet's JavaScript is held to as well (rule R5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.domain.differences import Run, difference

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "sync/vectors/differences.json").read_text("ascii"))
WORDS = st.lists(st.sampled_from(["I", "never", "liked", "it", "\n", " ", "he said", "ŵ", "."]), max_size=30)


def _together(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs)


def _in_common(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs if not run.alone)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_R5_two_versions_differ_in_these_words(case: dict[str, Any]) -> None:
    found = difference(case["one"], case["other"])

    assert [[{"text": run.text, "alone": run.alone} for run in side] for side in found] == case["runs"]


@pytest.mark.parametrize("case", VECTORS["long"], ids=lambda case: case["name"])
def test_R5_long_versions_differ_alike_on_both_sides(case: dict[str, Any]) -> None:
    found = difference(*_made(case["seed"], case["words"], case["vocabulary"], case["changed"]))

    assert [len(side) for side in found] == case["runs"]
    assert [_hash(side) for side in found] == case["sha256"]


@given(WORDS.map(" ".join), WORDS.map("".join))
def test_R5_no_letter_is_lost_and_what_counts_as_common_is_the_same_in_both(one: str, other: str) -> None:
    mine, theirs = difference(one, other)

    assert (_together(mine), _together(theirs)) == (one, other)
    assert _in_common(mine) == _in_common(theirs)


def _made(seed: int, words: int, vocabulary: int, changed: int) -> tuple[str, str]:
    """Two long texts by rule: the numbers are those of a small generator, so that both languages make the same words."""
    number = seed

    def draw(below: int) -> int:
        nonlocal number
        number = number * 48271 % 2147483647
        return number % below

    one = [f"w{draw(vocabulary)}" for _ in range(words)]
    other = list(one)
    for _ in range(changed):
        at = draw(words)
        other[at] = f"w{draw(vocabulary)}"
    return " ".join(one), " ".join(other)


def _hash(runs: Sequence[Run]) -> str:
    return hashlib.sha256("\n".join(f"{int(run.alone)}{run.text}" for run in runs).encode()).hexdigest()

"""Words in cells: nothing that a spreadsheet program could do to them loses them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.export.cells import MOST_IN_A_CELL, marked, original, parts, unmarked, visible

ANY_TEXT = st.text(st.characters() | st.sampled_from("\x00\x0b\r\n\t\\u{}_x0041=+-@＝＋－＠' \ud800\udfff\ufffe\ufeff"))


@given(ANY_TEXT)
def test_escaped_words_can_be_had_again_and_fit_a_file(words: str) -> None:
    """EXP-02."""
    fit = visible(words)

    assert original(fit) == words
    fit.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]", fit)


def test_an_escape_is_visible() -> None:
    assert visible("a\x00b\ud800c\ufffe\r\n") == "a\\u{0}b\\u{D800}c\\u{FFFE}\\u{D}\n"
    assert visible("\\u{41} _x0041_ C:\\users") == "\\u{5C}u{41} \\u{5F}x0041_ C:\\users"


@given(ANY_TEXT)
def test_marked_words_can_be_had_again(words: str) -> None:
    """SEC-15."""
    assert unmarked(marked(words)) == words


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "  =", "\u00a0@", "'=", "\n="]
)
def test_words_that_would_be_calculated_are_marked(start: str) -> None:
    """SEC-15."""
    assert marked(f"{start}1+1") == f"'{start}1+1"


def test_plain_words_are_not_marked() -> None:
    assert [marked(words) for words in ("", "Mum said = no", "'quoted'", "12")] == [
        "",
        "Mum said = no",
        "'quoted'",
        "12",
    ]


@given(ANY_TEXT.map(lambda words: words.replace("\ud800", "").replace("\udfff", "")), st.integers(2, 7))
def test_parts_put_together_are_the_words(words: str, most: int) -> None:
    """EXP-01."""
    pieces = list(parts(words, most))

    assert "".join(pieces) == words
    assert all(len(piece.encode("utf-16-le", "surrogatepass")) // 2 <= most for piece in pieces)


def test_a_cell_is_full_by_the_spreadsheets_own_count() -> None:
    assert len(list(parts("x" * MOST_IN_A_CELL))) == 1
    assert len(list(parts("🚌" * MOST_IN_A_CELL))) == 3

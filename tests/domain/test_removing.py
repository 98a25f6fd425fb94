"""Taking words out: what is left, where every position goes, and where a coding stands after an edit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.domain.removing import holds, holds_a_piece, removal, without

TEXT = st.text(alphabet="ab é👧", max_size=40)
WORDS = st.text(alphabet="ab é👧", min_size=1, max_size=4)


@given(TEXT, WORDS)
def test_words_are_gone_wherever_they_stood(text: str, words: str) -> None:
    gone = removal(text, words, "#")

    assert gone.text == text.replace(words, "#")
    assert words not in gone.text
    assert all(text[place : place + len(words)] == words for place in gone.places)


@given(TEXT, WORDS, st.integers(0, 40), st.integers(0, 40))
def test_a_passage_beside_the_words_reads_the_same_afterwards(text: str, words: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    gone = removal(text, words, "[removed]")
    touched = any(start < place + len(words) and place < end for place in gone.places)

    passage = gone.text[gone.moved(start) : gone.moved(end, closing=True)]

    if not touched and start < end:
        assert passage == text[start:end]
    assert words not in passage or words in "[removed]"


def test_a_passage_within_the_words_is_swallowed() -> None:
    gone = removal("He said Xanthippe.", "Xanthippe")

    assert gone.swallows(8, 17)
    assert gone.swallows(9, 12)
    assert not gone.swallows(3, 12)


def test_words_are_found_and_taken_out_however_deep() -> None:
    value = {"a": [1, None, {"Xanthippe": "old Xanthippe"}], "b": True}

    assert holds(value, "Xanthippe")
    assert without(value, "Xanthippe", "#") == {"a": [1, None, {"#": "old #"}], "b": True}
    assert not holds(without(value, "Xanthippe", "#"), "Xanthippe")


@pytest.mark.parametrize(
    ("earlier", "is_a_piece"),
    [
        ("She came late. Xanthippe hit", True),
        ("She came late. Xan", True),
        ("she came late. xanthippe", True),
        ("She came la", False),
        ("She came late. X", False),
        ("She came early and hid.", False),
        ("", False),
    ],
)
def test_an_earlier_version_holds_a_piece_of_words_that_are_removed(earlier: str, is_a_piece: bool) -> None:
    gone = removal("She came late. Xanthippe hit me. I left.", "Xanthippe hit me.")

    assert holds_a_piece(earlier, gone) is is_a_piece

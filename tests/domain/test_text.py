"""Positions in text, held to the cases that the tablet's JavaScript is held to as well (design 7)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldwork.domain.text import NotThere, Passage, passage, quoted

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "sync/vectors/positions.json").read_text("ascii"))


@pytest.mark.parametrize("case", VECTORS["passages"], ids=lambda case: case["name"])
def test_a_passage_is_counted_in_code_points(case: dict[str, Any]) -> None:
    found = passage(case["text"], case["start_cp"], case["end_cp"])

    assert found == Passage(case["start_cp"], case["end_cp"], case["quote"], case["before"], case["after"])


@pytest.mark.parametrize("case", VECTORS["not_there"], ids=lambda case: case["name"])
def test_positions_outside_the_text_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(NotThere):
        passage(case["text"], case["start_cp"], case["end_cp"])


@pytest.mark.parametrize("case", VECTORS["units"], ids=lambda case: case["name"])
def test_code_points_and_units_stand_for_the_same_place(case: dict[str, Any]) -> None:
    for units, code_points in case["places"]:
        assert len(case["text"][:code_points].encode("utf-16-le")) // 2 == units


def test_words_that_are_not_as_quoted_are_not_accepted() -> None:
    with pytest.raises(NotThere, match="the words there are “do”"):
        quoted("I don't do school.", 8, 10, "go")

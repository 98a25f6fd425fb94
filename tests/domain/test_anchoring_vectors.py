"""Where a coding stands after an edit, held to the cases that the tablet's JavaScript is held to as well (design 7)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldwork.domain.anchoring import Anchor, anchor

CASES = json.loads((Path(__file__).resolve().parents[2] / "sync/vectors/anchors.json").read_text("ascii"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_coding_is_kept_moved_changed_or_orphaned(case: dict[str, Any]) -> None:
    coded = case["coded"]

    found = anchor(case["text"], coded["start_cp"], coded["quote"], coded["before"], coded["after"])

    assert found == Anchor(**case["anchor"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_coding_that_is_kept_or_moved_stands_on_its_own_words(case: dict[str, Any]) -> None:
    found = case["anchor"]

    words = case["text"][found["start_cp"] : found["end_cp"]]

    assert words == case["coded"]["quote"] or found["standing"] in {"changed", "orphaned"}

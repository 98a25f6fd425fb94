"""What a look for names speaks for, held to the cases that the tablet's JavaScript is held to as well (R12, design 7)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldwork.domain.kept_words import kept_words
from fieldwork.domain.screening import (
    ToLookThrough,
    Values,
    entries_of,
    looks_in,
    newly_named,
    to_look_through,
    words_named,
)

CASES = json.loads((Path(__file__).resolve().parents[2] / "sync/vectors/looks.json").read_text("ascii"))["cases"]


def values(record: dict[str, Any] | None) -> Values:
    said = record["fields"] if record else {}
    return {name: [(operation, value) for operation, value in several] for name, several in said.items()}


def standing(case: dict[str, Any]) -> ToLookThrough:
    return to_look_through(
        values(case["evidence"]),
        values(case["activity"]),
        [values(one) for one in case["consents"]],
        [values(one) for one in case["blocks"]],
        {one["record"]: values(one) for one in case["codings"]},
        {one["record"]: values(one) for one in case["files"]},
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_stands_has_to_be_looked_through(case: dict[str, Any]) -> None:
    found = standing(case)

    assert {
        "words": entries_of(found.words),
        "memos": {coding: entries_of(words) for coding, words in found.memos.items()},
        "files": {file: entries_of(words) for file, words in found.files.items()},
    } == case["to_look_through"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_record_counts_as_looked_through_or_not(case: dict[str, Any]) -> None:
    assert looks_in(values(case["evidence"])).cover(standing(case).words) == case["screened"]


@pytest.mark.parametrize("case", [case for case in CASES if "look" in case], ids=lambda case: case["name"])
def test_a_look_names_what_was_seen(case: dict[str, Any]) -> None:
    look = case["look"]

    named = newly_named(standing(case), looks_in(values(case["evidence"])), words_named(look["shown"]), look["opened"])

    assert entries_of(named) == look["names"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_whoever_looks_is_shown_what_is_kept_with_the_record(case: dict[str, Any]) -> None:
    around = [one for one in (case["evidence"], case["activity"], *case["consents"]) if one]

    kept = kept_words(map(values, around), map(values, case["blocks"]), case["activity_types"], case["roles"])

    assert [list(each) for each in kept] == case["kept"]

"""Dates, times and counts as words, read aloud."""

from __future__ import annotations

import pytest

from fieldwork.domain.documents import PDF, name_as_kept
from fieldwork.domain.evidence import BlockFacts, CodingFacts, Happened, Labels, Version
from fieldwork.domain.minting import derived_operation_id, is_minted, operation_id
from fieldwork.pages.blocks import block_as_read
from fieldwork.pages.evidence import consent_words, history_words
from fieldwork.pages.words import (
    clock_in_words,
    counted,
    day_in_words,
    listed_in_words,
    moment_in_words,
    seconds_in_words,
    size_in_words,
)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (day_in_words("2025-02-11"), "11 February 2025"),
        (day_in_words("soon"), "soon"),
        (clock_in_words("10:05"), "10:05am"),
        (clock_in_words("12:00"), "midday"),
        (clock_in_words("00:00"), "midnight"),
        (clock_in_words("12:30"), "12:30pm"),
        (clock_in_words("00:30"), "12:30am"),
        (clock_in_words("half ten"), "half ten"),
        (moment_in_words("2026-07-01T09:00:00.000Z"), "1 July 2026 at 10:00am"),
        (moment_in_words("2026-11-22T09:00:00.000Z"), "22 November 2026 at 9:00am"),
        (moment_in_words("never"), "never"),
        (counted(1, "record", "records"), "1 record"),
        (counted(26431, "record", "records"), "26,431 records"),
        (seconds_in_words(1), "1 second"),
        (seconds_in_words(61), "2 minutes"),
        (size_in_words(100), "1 KB"),
        (size_in_words(2_516_582), "2.4 MB"),
        (listed_in_words([]), ""),
        (listed_in_words(["a", "b", "c"]), "a, b and c"),
    ],
)
def test_it_reads_as_a_person_would_say_it(given: str, words: str) -> None:
    assert given == words


def test_overlapping_codes_cut_the_words_without_losing_a_letter() -> None:
    text = "You have to line up five times."
    one = CodingFacts("c1", 0, 19, text[:19], "", text[19:], "A-01", "", "", "")
    other = CodingFacts("c2", 12, 30, text[12:30], text[:12], text[30:], "A-02", "", "", "")
    block = BlockFacts("b", "verbatim", "child", 0, "", [Version(text, "")], [one, other])

    shown = block_as_read(block, Labels(), first_number=7)["versions"][0]

    assert "".join(segment["text"] for segment in shown["segments"]) == text
    assert [(segment["text"], segment["depth"], segment["ends"]) for segment in shown["segments"]] == [
        ("You have to ", 1, ""),
        ("line up", 2, "7"),
        (" five times", 1, "8"),
        (".", 0, ""),
    ]


def test_revisions_of_one_person_in_a_row_are_one_sentence() -> None:
    def did(name: str, kind: str) -> Happened:
        return Happened(name, "2026-11-22T09:00:00.000Z", kind, "block")

    told = history_words([did("Ann", "create"), did("Ann", "revise"), did("Ann", "revise"), did("Bob", "revise")])

    assert [words.split(" It ")[0] for words in told] == [
        "Ann wrote a part of it.",
        "Ann changed a part of it.",
        "Bob changed a part of it.",
    ]


def test_what_people_did_not_agree_to_is_said() -> None:
    assert consent_words([]) == ["No consent has been recorded for this activity."]
    assert consent_words([{"status": "given", "agrees": {"notes": True, "quotation": False}}]) == [
        "Do not quote these words.",
        "Not agreed to: quotation.",
    ]
    assert "Do not use this record." in consent_words([{"status": "withdrawn"}])[0]


def test_a_files_name_is_kept_without_a_path_and_ends_as_its_kind_ends() -> None:
    assert name_as_kept("C:\\x\\ŵ plan.v2.exe", PDF) == "ŵ plan.v2.pdf"
    assert name_as_kept("../../etc/passwd", PDF) == "passwd.pdf"
    assert name_as_kept("\u202e\x00", PDF) == "document.pdf"
    assert len(name_as_kept("x" * 500, PDF)) <= 124


def test_an_id_minted_here_is_one_that_the_promise_knows() -> None:
    from datetime import UTC, datetime

    from sync.central.header import is_operation_id

    minted = operation_id(datetime(2026, 11, 22, tzinfo=UTC), (1 << 80) - 1)

    assert is_minted(minted)
    assert is_operation_id(minted)
    assert is_operation_id(derived_operation_id(minted, "block"))
    assert derived_operation_id(minted, "block") == derived_operation_id(minted, "block") != minted
    assert not is_minted(minted.upper())

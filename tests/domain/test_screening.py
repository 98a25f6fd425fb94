"""What a look for names covers: the words that it names, and no others."""

import pytest

from fieldwork.domain.screening import Looks, looks_in, words_in

LOOK, OTHER = "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"
SAID, LATER = "01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b"
PACKED = "01900000-0000-5000-8000-00000000000c"
AT = "2026-02-11T10:05:00.000Z"


def looks(*named: tuple[str, list[str]], unnamed: str = "", packed: bool = False) -> Looks:
    """The looks of a record whose looks are these."""
    at = [(by, f"{AT}{by}") for by, _ in named] + ([(unnamed, AT)] if unnamed else [])
    fields: dict[str, list[tuple[str, object]]] = {"ref": [(PACKED if packed else SAID, "A-1")]}
    return looks_in(fields | ({"screened_at": at} if at else {}) | ({"looked_through": list(named)} if named else {}))


def test_nobody_has_looked_until_somebody_has() -> None:
    assert not looks().cover({SAID}, {})
    assert not looks().cover(set(), {})


def test_a_look_covers_the_words_that_it_names_and_no_others() -> None:
    assert looks((LOOK, [SAID])).cover({SAID}, {})
    assert not looks((LOOK, [SAID])).cover({SAID, LATER}, {SAID: 1, LATER: 2, LOOK: 3})


def test_looks_of_two_tablets_beside_each_other_cover_what_both_name() -> None:
    assert looks((LOOK, [SAID]), (OTHER, [LATER])).cover({SAID, LATER}, {})


def test_a_look_that_names_nothing_covers_what_stood_before_it() -> None:
    """Looks that were made before they named what they were about."""
    assert looks(unnamed=LOOK).cover({SAID}, {SAID: 4, LOOK: 5})
    assert not looks(unnamed=LOOK).cover({SAID, LATER}, {SAID: 4, LOOK: 5, LATER: 6})
    assert not looks(unnamed=LOOK).cover({SAID}, {LOOK: 5})


def test_beside_a_look_that_names_its_words_one_that_names_none_covers_nothing_more() -> None:
    assert not looks((LOOK, [SAID]), unnamed=OTHER).cover({SAID, LATER}, {SAID: 1, LATER: 2, LOOK: 3, OTHER: 4})


@pytest.mark.parametrize("odd", [None, "all", {"every": "word"}, [3, None]])
def test_a_list_that_is_none_names_nothing(odd: object) -> None:
    odd_looks = looks_in({"screened_at": [(LOOK, AT)], "looked_through": [(LOOK, odd)]})

    assert not odd_looks.cover({SAID}, {SAID: 1, LOOK: 2})


def test_a_time_that_was_cleared_is_no_look() -> None:
    assert not looks_in({"screened_at": [(LOOK, None)], "looked_through": [(OTHER, [SAID])]}).cover({SAID}, {})


def test_what_came_with_a_pack_needs_no_look_and_what_is_added_to_it_does() -> None:
    assert words_in({"text": [(PACKED, "Packed.")], "minute": [(SAID, None)]}) == set()
    assert looks(packed=True).cover(set(), {})
    assert not looks(packed=True).cover({SAID}, {})
    assert looks((LOOK, [SAID]), packed=True).cover({SAID}, {})


def test_every_field_of_a_block_can_hold_words() -> None:
    assert words_in({"text": [(SAID, "One."), (LATER, "Other.")], "question": [(OTHER, "7")]}) == {SAID, LATER, OTHER}

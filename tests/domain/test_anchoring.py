"""Where coded words are after their block was changed, and what of them may be read."""

from fieldwork.domain.anchoring import Quoted, as_it_stands

HERON = Quoted("heron", "Perpetua liked the ", " best")


def test_words_of_the_revision_that_stands_are_as_they_were_coded() -> None:
    text = "Perpetua liked the heron best"

    assert as_it_stands([("none", "A heron."), ("one", text)], "one", 19, HERON) == HERON


def test_a_copy_that_never_stood_in_the_revision_it_names_does_not_come_out() -> None:
    """Nobody looks through what a coding says of its own; what comes out is read from the block."""
    forged = Quoted("Xanthippe", "Her name is ", "")

    assert as_it_stands([("one", "She liked the heron.")], "one", 14, forged) is None
    about = as_it_stands([("one", "She liked the heron.")], "one", 14, Quoted("heron", "Xanthippe", "Xanthippe"))
    assert about == Quoted("heron", "She liked the ", ".")


def test_after_a_change_the_words_come_out_with_what_stands_around_them_now() -> None:
    now = as_it_stands([("two", "She liked the heron best.")], "one", 19, HERON)

    assert now == Quoted("heron", "She liked the ", " best.")


def test_words_that_no_longer_stand_do_not_come_out_of_the_copy() -> None:
    assert as_it_stands([("two", "She liked the [bird] best.")], "one", 19, HERON) is None
    assert as_it_stands([], "one", 19, HERON) is None
    assert as_it_stands([("two", "She liked it.")], "one", 0, Quoted("", "Perpetua", "")) is None


def test_of_two_versions_the_one_that_has_the_words_is_read() -> None:
    now = as_it_stands([("two", "No bird."), ("three", "A heron best.")], "one", 2, HERON)

    assert now == Quoted("heron", "A ", " best.")

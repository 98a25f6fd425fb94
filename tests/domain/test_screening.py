"""What a look for names says, and when it is none. The cases that the tablet shares are in `sync/vectors/looks.json`."""

from hypothesis import given
from hypothesis import strategies as st

from fieldwork.domain.screening import entries_of, from_pack, is_instant, looks_in, words_named

SAID, LATER = "01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b"
PACKED = "01900000-0000-5000-8000-00000000000c"
AT = "2026-02-11T10:05:00.000Z"

ids = st.uuids(version=5) | st.uuids(version=4)
names = st.from_regex(r"[a-z0-9_]{1,12}", fullmatch=True)


@given(st.sets(st.tuples(ids.map(str), names)))
def test_what_a_look_writes_names_the_same_words_again(words: set[tuple[str, str]]) -> None:
    entries = entries_of(words)

    assert words_named(entries) == words
    assert len(entries) == len({operation for operation, _ in words})
    assert " " not in "".join(entries)


def test_only_an_instant_is_the_time_of_a_look() -> None:
    assert is_instant(AT)
    assert is_instant("2026-02-11T10:05:00Z")
    odd: tuple[object, ...] = (
        None,
        3,
        "",
        "Xanthippe",
        f"{AT} Xanthippe",
        f"{AT}\n",
        "2026-02-11",
        "２026-02-11T10:05:00Z",
    )
    assert not any(map(is_instant, odd))


def test_a_look_speaks_for_nothing_once_its_time_was_cleared() -> None:
    named = [(SAID, [f"{LATER}:text"])]

    assert looks_in({"screened_at": [(SAID, AT)], "looked_through": named}).speak_for({(LATER, "text")})
    assert not looks_in({"screened_at": [(SAID, None)], "looked_through": named}).speak_for({(LATER, "text")})


def test_only_an_operation_of_a_pack_needs_no_look() -> None:
    assert from_pack(PACKED)
    assert not from_pack(SAID)

"""Whether anybody has looked through a record's words for names, before people beyond the visit's team may read them (R12, design 7).

A look is a revision of the record of evidence, by somebody of the team, that sets `screened_at`. It names in `looked_through` the words
that were on the page, so it speaks for those and for no others: what a colleague's tablet brings later, or brought while somebody looked
at an older page, has been seen by nobody. What a pack brought was pseudonymised before it came.

The rule: every word that stands, and that somebody beyond the team can read, is named by a look that stands. For the record's own words,
with those of its activity and consents, it is all or nothing; a file and a note on a code are kept back one by one. The tablet counts
in the same way (`static/tablet/screening.js`), and `sync/vectors/looks.json` holds both to the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

LOOK = "screened_at"
LOOKED_THROUGH = "looked_through"
OF_A_LOOK = frozenset({LOOK, LOOKED_THROUGH})
"""What a look says of itself: fields of a record of evidence, and no words to look through."""
MEMO = "memo"

Values = Mapping[str, Sequence[tuple[str, object]]]
"""The fields of a record as they stand: (operation, value) for each, several where people differ."""
Word = tuple[str, str]
"""The operation that said something, and the field it said it in. An operation alone would not do: when what replaced one of its fields
is removed, the older words stand again under its name, and nobody has seen them."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)


def is_instant(value: object) -> bool:
    """Whether this is an instant as the promise writes it, and so cannot be anybody's words."""
    return isinstance(value, str) and _INSTANT.fullmatch(value) is not None


def from_pack(operation: str) -> bool:
    """Whether the operation came with a pack: only there an id is of version 5 (PROTOCOL.md 1.1)."""
    return operation[14] == "5"


def words_in(fields: Values) -> set[Word]:
    """What stands in a record now, and was said by somebody and not by a pack: what has to be looked through."""
    return {
        (operation, name)
        for name, values in fields.items()
        for operation, value in values
        if value is not None and not from_pack(operation)
    }


def words_of_evidence(fields: Values) -> set[Word]:
    """`words_in` of a record of evidence itself, which is also where the looks at it stand."""
    return words_in({name: values for name, values in fields.items() if name not in OF_A_LOOK})


def entries_of(words: Iterable[Word]) -> list[str]:
    """Words as a look names them: `operation:field,field`, in the order of operations and fields."""
    fields_of: dict[str, set[str]] = {}
    for operation, name in words:
        fields_of.setdefault(operation, set()).add(name)
    return [f"{operation}:{','.join(sorted(names))}" for operation, names in sorted(fields_of.items())]


def words_named(entries: Iterable[object]) -> set[Word]:
    """The words that these entries name. What is no entry names nothing: so did looks before they named fields."""
    return {
        (operation, name)
        for entry in entries
        if isinstance(entry, str)
        for operation, colon, names in [entry.partition(":")]
        if colon
        for name in names.split(",")
    }


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks that stand in a record of evidence: their operations, and the words that they name together."""

    operations: tuple[str, ...]
    named: frozenset[Word]
    record_from_pack: bool

    @property
    def may_count(self) -> bool:
        """Whether the record can count as screened at all, whatever words it has."""
        return self.record_from_pack or bool(self.operations)

    def speak_for(self, words: Collection[Word]) -> bool:
        """Whether all of these have been looked through. Looks of two tablets stand beside each other, each for what it names."""
        return not words or (bool(self.operations) and self.named.issuperset(words))

    def cover(self, words: Collection[Word]) -> bool:
        """Whether the record counts as screened with these words (`ToLookThrough.words`)."""
        return self.may_count and self.speak_for(words)


def looks_in(fields: Values) -> Looks:
    """The looks of a record of evidence, from its fields."""
    operations = tuple(by for by, at in fields.get(LOOK, ()) if is_instant(at))
    lists = (value for _, value in fields.get(LOOKED_THROUGH, ()) if isinstance(value, list))
    imported = any(from_pack(by) for values in fields.values() for by, _ in values)
    return Looks(operations, frozenset(words_named(one for value in lists for one in value)), imported)


@dataclass(frozen=True, slots=True)
class ToLookThrough:
    """What stands in a record and around it, for a look: `memos` by coding, `files` by file."""

    words: frozenset[Word]
    """The record's own, with its activity's, its consents' and its blocks': these decide who may read the record."""
    memos: Mapping[str, frozenset[Word]] = field(default_factory=dict)
    files: Mapping[str, frozenset[Word]] = field(default_factory=dict)

    @property
    def read_on_the_page(self) -> frozenset[Word]:
        """What somebody reads on the page of the record; a file has to be opened."""
        return self.words.union(*self.memos.values())

    @property
    def all(self) -> frozenset[Word]:
        return self.read_on_the_page.union(*self.files.values())


def to_look_through(
    evidence: Values,
    activity: Values,
    consents: Iterable[Values],
    blocks: Iterable[Values],
    codings: Mapping[str, Values],
    files: Mapping[str, Values],
) -> ToLookThrough:
    """What stands now in these records, which belong to one record of evidence. `activity` is empty where there is none."""
    words = words_of_evidence(evidence)
    for fields in (activity, *consents, *blocks):
        words |= words_in(fields)
    return ToLookThrough(
        frozenset(words),
        {coding: frozenset(memo_words(fields)) for coding, fields in codings.items() if memo_words(fields)},
        {file: frozenset(words_in(fields)) for file, fields in files.items() if words_in(fields)},
    )


def memo_words(fields: Values) -> set[Word]:
    """What has to be looked through of a coding: its note. All else in it is a term, or is read from the block (`plain_codings.py`)."""
    return words_in({MEMO: fields.get(MEMO, ())})


def newly_named(standing: ToLookThrough, looks: Looks, shown: Collection[Word], opened: Collection[str]) -> set[Word]:
    """The words that a look names: what was on its page, the files that were opened, and what was named before and still stands.

    What came while the page was open was not on it; what stands no more is not named again, or it would count when it came back.
    """
    on_the_page = set(standing.read_on_the_page).union(*(standing.files.get(file, ()) for file in opened))
    before = standing.all & looks.named if looks.operations else ()
    return on_the_page.intersection(shown).union(before)

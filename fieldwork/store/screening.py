"""Keeps `evidence.screened` true to what was looked through: the column that pages, exports and the matrix ask by.

Step 7 of the life of one note: a look that stands in the log speaks only for the words that it was about (`domain/screening.py`), so a
block, a consent or a word of the activity that comes after it takes the record back from everybody beyond the visit's team, in the
transaction that brings it. It decides nothing of its own: the same log gives the same answer, also when everything is worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from fieldwork.domain.belonging import activity_and_consents
from fieldwork.domain.screening import Word, looks_in, words_in, words_of_evidence
from fieldwork.store.statements import Ask, Row, Tell, Work, listed
from fieldwork.store.states import STATE, read_state

_EVIDENCE = (
    f"SELECT e.record, e.screened, e.activity, scope_id, {STATE} FROM evidence e JOIN record_with_words r ON r.record = e.record"
    " WHERE e.record IN {list} OR (e.record IN {list} AND e.screened = 1)"
)
_WITH_ACTIVITIES = f"{_EVIDENCE} OR e.activity IN {{list}} OR (e.activity IN {{list}} AND e.screened = 1)"
_SCREENED = "SELECT record FROM evidence WHERE record IN {list} AND screened = 1"
_SCREENED_AROUND = "SELECT DISTINCT activity FROM evidence WHERE activity IN {list} AND screened = 1"
_WORDS = (
    f"SELECT parent, scope_id, record_type, {STATE} FROM record_with_words"
    " WHERE parent IN {list} AND record_type = 'block' AND withdrawn = 0"
    f" UNION ALL SELECT parent, scope_id, record_type, {STATE} FROM record_with_words"
    " WHERE parent IN {list} AND record_type = 'consent' AND withdrawn = 0"
    f" UNION ALL SELECT record, scope_id, record_type, {STATE} FROM record_with_words"
    " WHERE record IN {list} AND record_type = 'activity'"
)


@dataclass(frozen=True, slots=True)
class Touched:
    """What has changed: records of evidence, and activities, whose words are those of every record that names them.

    `begun_in` and `begun_around` have got new words and nothing more: records of evidence in blocks, activities in themselves or in
    consents. What does not count as screened cannot do so for that, and is not looked at.
    """

    evidence: Set[str]
    begun_in: Set[str] = frozenset()
    activities: Set[str] = frozenset()
    begun_around: Set[str] = frozenset()


def still_to_screen(touched: Touched) -> Work[Touched]:
    """The same, without what has got new words and does not count as screened now. Asked before anything is written."""
    begun_in, begun_around = touched.begun_in, touched.begun_around
    if begun_in:
        begun_in = {row[0] for row in (yield Ask(_SCREENED, (listed(begun_in),)))}
    if begun_around:
        begun_around = {row[0] for row in (yield Ask(_SCREENED_AROUND, (listed(begun_around),)))}
    return replace(touched, begun_in=begun_in, begun_around=begun_around)


def screen(touched: Touched) -> Work[None]:
    """Work out again whether these records of evidence count as screened. Ids of anything else are passed over."""
    if not (touched.evidence or touched.begun_in or touched.activities or touched.begun_around):
        return
    asked, lists = _EVIDENCE, [listed(touched.evidence), listed(touched.begun_in)]
    if touched.activities or touched.begun_around:
        asked = _WITH_ACTIVITIES
        lists += [listed(touched.activities), listed(touched.begun_around)]
    found = yield Ask(asked, tuple(lists))
    if not found:
        return
    told = []
    states = {row[0]: read_state(row[0], "evidence", *row[4:]).fields for row in found}
    around = yield from _words(found)
    for record, before, activity, scope_id, *_ in found:
        words = words_of_evidence(states[record])
        words |= around.get(("block", record, scope_id), set())
        for theirs in activity_and_consents(around, activity, scope_id):
            words |= theirs or set()
        screened = int(looks_in(states[record]).cover(words))
        if screened != before:
            told.append((screened, record))
    yield Tell("UPDATE evidence SET screened = ? WHERE record = ?", told)


def _words(evidence: Sequence[Row]) -> Work[Mapping[tuple[str, str | None, int], set[Word]]]:
    """The words of blocks by their record, of consents and of activities by the activity; each with its scope.

    What names a record of another scope as its own is not (`records_under`), so the scope has to be asked for as well.
    """
    activities = listed(row[2] for row in evidence if row[2] is not None)
    asked = Ask(_WORDS, (listed(row[0] for row in evidence), activities, activities))
    words: dict[tuple[str, str | None, int], set[Word]] = {}
    for parent, scope_id, record_type, *state in (yield asked):
        words.setdefault((record_type, parent, scope_id), set()).update(
            words_in(read_state("", record_type, *state).fields)
        )
    return words

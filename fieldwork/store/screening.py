"""Keeps `evidence.screened` true to what was looked through: the column that pages, exports and the matrix ask by.

Step 7 of the life of one note: a look that stands in the log speaks only for the words that it was about (`domain/screening.py`), so a
block that comes after it takes the record back from everybody beyond the visit's team, in the transaction that brings the block. It
decides nothing of its own: the same log gives the same answer, also when everything is worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from fieldwork.domain.screening import Looks, looks_in, words_in
from fieldwork.store.statements import Ask, Tell, Work, listed
from fieldwork.store.states import read_state

_EVIDENCE = (
    "SELECT e.record, e.screened, r.scope_id, r.state FROM evidence e JOIN record r ON r.record = e.record"
    " WHERE e.record IN {list}"
)
_SCREENED = "SELECT record FROM evidence WHERE record IN {list} AND screened = 1"
_BLOCKS = (
    "SELECT parent, scope_id, state FROM record WHERE parent IN {list} AND record_type = 'block' AND withdrawn = 0"
)
_POSITIONS = "SELECT operation, position FROM operation_evidence WHERE operation IN {list} AND standing = 'stored'"


def counting_as_screened(records: Set[str]) -> Work[set[str]]:
    """Which of these count as screened now. One that does not cannot begin to by new words alone, and need not be looked at for them."""
    if not records:
        return set()
    return {row[0] for row in (yield Ask(_SCREENED, (listed(records),)))}


def screen(records: Set[str]) -> Work[None]:
    """Work out again whether these records of evidence count as screened. Ids of anything else are passed over."""
    if not records:
        return
    found = yield Ask(_EVIDENCE, (listed(records),))
    if not found:
        return
    looks = {row[0]: looks_in(read_state(row[0], "evidence", row[3]).fields) for row in found}
    words = yield from _words({row[0]: row[2] for row in found})
    positions = yield from _positions(looks, words)
    told = [(int(looks[row[0]].cover(words[row[0]], positions)), row[0], row[1]) for row in found]
    yield Tell(
        "UPDATE evidence SET screened = ? WHERE record = ?",
        [(screened, record) for screened, record, before in told if screened != before],
    )


def _words(scope_of: Mapping[str, int]) -> Work[dict[str, set[str]]]:
    """For each record the operations whose words stand in its blocks. A block of another scope is not its own (PROTOCOL.md 5)."""
    words: dict[str, set[str]] = {record: set() for record in scope_of}
    for parent, scope_id, state in (yield Ask(_BLOCKS, (listed(scope_of),))):
        if scope_id == scope_of[parent]:
            words[parent] |= words_in(read_state("", "block", state).fields)
    return words


def _positions(looks: Mapping[str, Looks], words: Mapping[str, Set[str]]) -> Work[dict[str, int]]:
    wanted = {
        operation
        for record, look in looks.items()
        if look.by_position
        for operation in (*look.operations, *words[record])
    }
    if not wanted:
        return {}
    found = yield Ask(_POSITIONS, (listed(wanted),))
    return {row[0]: row[1] for row in found}

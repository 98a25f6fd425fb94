"""Coded passages of a review by code, in a stable order and page by page: what stands under one review question.

Never shown here, whoever asks: records that consent has withdrawn from use, and records that have not been screened (design 7). A coding
that names a block of another record than its own belongs to neither: whether it was looked through could not be said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fieldwork.store.log import Log
from fieldwork.store.statements import Row, listed

_FROM = (
    "FROM coding c JOIN evidence e ON e.record = c.evidence AND e.visit = c.visit JOIN visit v ON v.record = c.visit"
    " JOIN record b ON b.record = c.block AND b.parent = c.evidence AND b.withdrawn = 0"
    " WHERE v.review = ? AND c.visit IN {list} AND c.code IN {list}"
)
_IN_USE = " AND e.screened = 1 AND e.quarantined = 0"
_PLACE = "COALESCE(v.letter, ''), COALESCE(e.ref, ''), c.record"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins or ends: after this area's letter, this record's reference and this coding."""

    letter: str
    ref: str
    coding_id: str


@dataclass(frozen=True, slots=True)
class PassageRow:
    """One coding, where it is, and what its record says about its source."""

    coding_id: str
    evidence_id: str
    letter: str
    ref: str
    source_role: str
    recorded_when: str

    @property
    def place(self) -> Place:
        return Place(self.letter, self.ref, self.coding_id)


async def passages(
    log: Log, review_id: str, visit_ids: Iterable[str], codes: Iterable[str], after: Place | None, most: int
) -> list[PassageRow]:
    """At most `most` codings after a place, in the order of area, record and coding."""
    where, parameters = _asked(review_id, visit_ids, codes)
    if after is not None:
        where += f" AND ({_PLACE}) > (?, ?, ?)"
        parameters += [after.letter, after.ref, after.coding_id]
    found = await log.ask(
        f"SELECT c.record, c.evidence, v.letter, e.ref, e.source_role, e.recorded_when {where}{_IN_USE}"
        f" ORDER BY {_PLACE} LIMIT {int(most)}",
        *parameters,
    )
    return [PassageRow(r[0], r[1], r[2] or "", r[3] or "", r[4] or "", r[5] or "") for r in found]


async def counts_by_code(log: Log, review_id: str, visit_ids: Iterable[str], codes: Iterable[str]) -> Sequence[Row]:
    """Code, letter, source role and number of codings, for coverage."""
    where, parameters = _asked(review_id, visit_ids, codes)
    return await log.ask(
        f"SELECT c.code, v.letter, e.source_role, COUNT(*) {where}{_IN_USE} GROUP BY c.code, v.letter, e.source_role",
        *parameters,
    )


async def left_out(log: Log, review_id: str, visit_ids: Iterable[str], codes: Iterable[str]) -> tuple[int, int]:
    """How many records of evidence with such codings are not shown: withdrawn from use, and not screened."""
    where, parameters = _asked(review_id, visit_ids, codes)
    found = await log.ask(
        f"SELECT COUNT(DISTINCT CASE WHEN e.quarantined = 1 THEN e.record END),"
        f" COUNT(DISTINCT CASE WHEN e.quarantined = 0 AND e.screened = 0 THEN e.record END) {where}",
        *parameters,
    )
    return int(found[0][0]), int(found[0][1])


def _asked(review_id: str, visit_ids: Iterable[str], codes: Iterable[str]) -> tuple[str, list[object]]:
    return _FROM, [review_id, listed(set(visit_ids)), listed(set(codes))]

"""Concerns, for the safeguarding lead alone: how many there are, and their exact words after a reason was given.

Concerns rest sealed and are in no list, search, export or page of evidence (rule R18). Opening them leaves an alarm line that says who,
which review, when and why, and never a word of what was opened.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from fieldwork.actions.central import Central
from fieldwork.actions.reading import ReviewSeen
from fieldwork.domain.problems import Fault, FormFaults, NotFound
from fieldwork.store.files import note_alarm
from fieldwork.store.log import instant
from fieldwork.store.operations import how_many, sealed_bodies
from fieldwork.store.visit_evidence import visits_of_review
from sync.central.body import read_body, shown
from sync.central.fold import Operation, fold, operation_of

OPENED = "concerns_opened"
REASON_MAX_CP = 500


@dataclass(frozen=True, slots=True)
class ConcernSeen:
    """One concern as it stands, opened."""

    letter: str
    exact_words: str
    said_at: str
    about_whom: str
    place: str
    received_at: str


def require_safeguarding_lead(review: ReviewSeen) -> None:
    """Raise NotFound for anybody else: the page does not exist for them."""
    if "safeguarding_lead" not in review.roles:
        raise NotFound


async def concerns_counted(central: Central, review: ReviewSeen) -> int:
    """How many concerns the visits of this review have. None is opened."""
    require_safeguarding_lead(review)
    return await how_many(central.log, "concern", await _scopes(central, review))


async def open_concerns(central: Central, person_id: str, review: ReviewSeen, reason: str) -> list[ConcernSeen]:
    """Open the concerns, and leave the line that says who did and why. FormFaults without a reason."""
    require_safeguarding_lead(review)
    if not reason.strip() or len(reason) > REASON_MAX_CP:
        raise FormFaults(Fault("reason", f"Enter why you open them, in at most {REASON_MAX_CP} characters"))
    about = json.dumps({"person": person_id, "review": review.review_id, "reason": reason.strip()})
    await note_alarm(central.log, code=OPENED, about=about, raised_at=instant(central.clock()))
    letters = {visit.visit_id: visit.letter for visit in await visits_of_review(central.log, review.review_id)}
    opened = []
    for visit_id, letter in letters.items():
        opened += await _opened(central, f"visit:{visit_id}", letter)
    return opened


async def _opened(central: Central, scope: str, letter: str) -> list[ConcernSeen]:
    by_record: dict[str, list[Operation]] = {}
    came: dict[str, str] = {}
    for header, header_hash, rested, received_at in await sealed_bodies(central.log, "concern", scope):
        if header.record_type != "concern":
            continue
        body = central.keyring.wake("concern", header_hash, rested)
        by_record.setdefault(header.record, []).append(operation_of(header, read_body(body, header.kind)))
        came.setdefault(header.record, received_at)
    seen = []
    for record_id, operations in by_record.items():
        state = fold(operations)
        if state.withdrawn:
            continue
        said = {name: " / ".join(str(shown(value)) for _, value in values) for name, values in state.fields.items()}
        seen.append(
            ConcernSeen(
                letter,
                said.get("exact_words", ""),
                said.get("said_at", ""),
                said.get("about_whom", ""),
                said.get("place", ""),
                came[record_id],
            )
        )
    return seen


async def _scopes(central: Central, review: ReviewSeen) -> list[str]:
    return [f"visit:{visit.visit_id}" for visit in await visits_of_review(central.log, review.review_id)]

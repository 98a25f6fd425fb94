"""Who takes part in a seed, on which tablets, and who may hold what: told here once more, independently of the application.

Four people and a review of two visits. One tablet is shared by two people. All of it is invented. The table of rights is written out
by hand from PROTOCOL.md 1.4, so that a mistake in the application's own rules is seen as one (I11).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

_NAMES = uuid.UUID("0b7a1b52-7d86-4c0e-a6a5-6c1f4d4ad0c1")


def _id(name: str) -> str:
    # Version 4 by its digits, because person ids and record ids of tablets are; the content follows from the name.
    return str(uuid.UUID(int=uuid.uuid5(_NAMES, name).int, version=4))


REVIEW_ID, VISIT_A_ID, VISIT_B_ID = _id("review"), _id("visit a"), _id("visit b")
REVIEW, VISIT_A, VISIT_B = f"review:{REVIEW_ID}", f"visit:{VISIT_A_ID}", f"visit:{VISIT_B_ID}"
ADA, BEN, CAL, DEE = _id("ada"), _id("ben"), _id("cal"), _id("dee")
PEOPLE = {ADA: "Ada", BEN: "Ben", CAL: "Cal", DEE: "Dee"}

Place = tuple[str, str]
"""A scope and a lane."""


@dataclass(frozen=True, slots=True)
class Part:
    """One assignment. `visit` is None for the whole review."""

    record: str
    operation: str
    person: str
    role: str
    visit: str | None


def _part(name: str, person: str, role: str, visit: str | None) -> Part:
    return Part(_id(f"part {name}"), str(uuid.uuid5(_NAMES, f"operation {name}")), person, role, visit)


ADA_A = _part("ada a", ADA, "lead", VISIT_A_ID)
ADA_B = _part("ada b", ADA, "lead", VISIT_B_ID)
BEN_A = _part("ben a", BEN, "inspector", VISIT_A_ID)
CAL_A = _part("cal a", CAL, "inspector", VISIT_A_ID)
CAL_B = _part("cal b", CAL, "inspector", VISIT_B_ID)
DEE_R = _part("dee", DEE, "safeguarding_lead", None)
PARTS = (ADA_A, ADA_B, BEN_A, CAL_A, CAL_B, DEE_R)

TABLETS: dict[str, tuple[str, ...]] = {"t1": (ADA,), "t2": (BEN,), "t3": (CAL, DEE), "t4": (BEN, CAL)}
"""The third is shared by two people; the fourth takes part in some seeds, so that a person has two tablets."""


def may_hold(person: str, ended: frozenset[str]) -> frozenset[Place]:
    """What a tablet of this person may hold while the parts named in `ended` (record ids) are over."""
    places: set[Place] = set()
    for part in PARTS:
        if part.person != person or part.record in ended:
            continue
        places.add((REVIEW, "evidence"))
        if part.role == "lead":
            places.add((REVIEW, "vault"))
        if part.role == "safeguarding_lead":
            places |= {(REVIEW, "concern"), (VISIT_A, "concern"), (VISIT_B, "concern")}
        if part.visit is not None:
            places |= {(f"visit:{part.visit}", "evidence"), (f"visit:{part.visit}", "vault")}
    return frozenset(places)


def works_in(person: str) -> tuple[str, ...]:
    """The visits that this person writes in."""
    return tuple(f"visit:{part.visit}" for part in PARTS if part.person == person and part.visit is not None)

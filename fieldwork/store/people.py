"""Who works on what, for screens: assignments with their names, and the name of a person wherever one is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from fieldwork.store.log import Log
from fieldwork.store.statements import listed


@dataclass(frozen=True, slots=True)
class Placed:
    """One person's part, as the log says it now: `visit_id` is None for a part in the whole review."""

    assignment_id: str
    review_id: str
    visit_id: str | None
    person_id: str
    name: str
    role: str
    ended_at: str | None


_PLACED = "SELECT record, review, visit, person, name, role, ended_at FROM assignment"


async def placed_in_review(log: Log, review_id: str) -> list[Placed]:
    """Every part in the review or one of its visits, ended ones too, by name."""
    return _by_name(await log.ask(f"{_PLACED} WHERE review = ?", review_id))


async def all_placed(log: Log) -> list[Placed]:
    """Every part that anybody has in anything, by name."""
    return _by_name(await log.ask(_PLACED))


async def names_of(log: Log, person_ids: Iterable[str]) -> dict[str, str]:
    """The names of these people: as their account says, or else as an assignment says."""
    wanted = listed(set(person_ids))
    if not wanted:
        return {}
    found = await log.ask("SELECT person, name FROM assignment WHERE person IN {list} AND name IS NOT NULL", wanted)
    names = {row[0]: row[1] for row in found}
    # The drivers differ in what a UUID column gives and takes, so accounts are matched by their text here.
    accounts = await log.ask("SELECT CAST(person_id AS TEXT), name FROM account")
    return names | {str(UUID(row[0])): row[1] for row in accounts if str(UUID(row[0])) in set(wanted)}


def _by_name(rows: Iterable[object]) -> list[Placed]:
    placed = [Placed(*row) for row in rows]  # type: ignore[misc]
    return sorted(placed, key=lambda part: (part.name or "", part.assignment_id))

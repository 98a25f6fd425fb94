"""A visit's lead looks after that visit and no other, by a tablet as by the page of the team (R31)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldwork.store.database import Database
from tests.store.log_authors import Author, Team, Written, new_id, team
from tests.store.log_office import Office, office

pytestmark = pytest.mark.anyio
STORED, REFUSED = [("stored", None)], [("quarantined", "not_permitted")]
ENDED = {"ended_at": "2026-02-11T10:05:00.000Z"}


@dataclass(frozen=True)
class Review:
    """A review of two visits. `lead` leads the first; `head` leads the review; both write in the review's scope."""

    people: Team
    lead: Author
    head: Author

    def visit(self, place: int) -> str:
        return self.people.visits[place][6:]

    def part(self, place: int, role: str = "inspector", person: str = "") -> dict[str, object]:
        return {"person": person or new_id(), "role": role, "visit": self.visit(place)}

    def person_of(self, role: str) -> str:
        """Who has this part since the review was made."""
        return next(str(each.fields["person"]) for each in self.people.drafts if each.fields.get("role") == role)

    def part_of(self, role: str, place: int | None) -> tuple[str, str]:
        """Record and operation of the part of this kind that the review was made with."""
        visit = None if place is None else self.visit(place)
        found = [
            each
            for each in self.people.drafts
            if each.record_type == "assignment" and (each.fields["role"], each.fields.get("visit")) == (role, visit)
        ]
        return found[0].record_id, found[0].operation_id


@pytest.fixture
def review() -> Review:
    lead, head = new_id(), new_id()
    others = [(new_id(), "lead", 1), (new_id(), "inspector", 1), (new_id(), "safeguarding_lead", 0)]
    people = team([(lead, "lead", 0), (head, "lead", None), (new_id(), "researcher", None), *others], visits=2)
    return Review(people, Author(people.review_scope, lead), Author(people.review_scope, head))


async def placed(here: Office, person: object) -> list[tuple[object, ...]]:
    found = await here.log.ask("SELECT visit, role, ended_at FROM assignment WHERE person = ?", person)
    return [tuple(row) for row in found]


def changes(author: Author, part: tuple[str, str], fields: dict[str, object], kind: str = "revise") -> Written:
    return author.writes(fields, kind=kind, record_type="assignment", record=part[0], base=(part[1],))


async def test_a_visits_lead_gives_parts_in_that_visit_and_ends_them(
    database: Database, tmp_path: Path, review: Review
) -> None:
    fields = review.part(0)
    given = review.lead.writes(fields, record_type="assignment")
    ended = review.lead.revises(given, ENDED)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)

        assert await here.push(given, ended) == STORED * 2

        assert await placed(here, fields["person"]) == [(review.visit(0), "inspector", ENDED["ended_at"])]


@pytest.mark.parametrize("role", ["safeguarding_lead", "report_writer", "queen"])
async def test_a_visits_lead_gives_nobody_a_part_that_is_not_theirs_to_give(
    database: Database, tmp_path: Path, review: Review, role: str
) -> None:
    """Else a lead could read the concerns, which are kept from them."""
    fields = review.part(0, role, review.lead.person)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)

        assert await here.push(review.lead.writes(fields, record_type="assignment")) == REFUSED

        assert await placed(here, review.lead.person) == [(review.visit(0), "lead", None)]


@pytest.mark.parametrize("where", ["another visit", "the whole review", "a visit that is not stated"])
async def test_a_visits_lead_gives_no_part_beyond_that_visit(
    database: Database, tmp_path: Path, review: Review, where: str
) -> None:
    fields = review.part(1)
    fields |= {"the whole review": {"visit": None}, "another visit": {}, "a visit that is not stated": {"visit": 3}}[
        where
    ]
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)

        assert await here.push(review.lead.writes(fields, record_type="assignment")) == REFUSED

        assert await placed(here, fields["person"]) == []


async def test_a_visits_lead_moves_no_part_out_of_the_visit_and_none_into_it(
    database: Database, tmp_path: Path, review: Review
) -> None:
    fields = review.part(0)
    given = review.lead.writes(fields, record_type="assignment")
    out = review.lead.revises(given, {"visit": review.visit(1)})
    whole = review.lead.revises(given, {"visit": None, "role": "researcher"})
    greater = review.lead.revises(given, {"role": "safeguarding_lead"})
    taken = changes(review.lead, review.part_of("inspector", 1), {"visit": review.visit(0)})
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)

        assert await here.push(given, out, whole, greater, taken) == STORED + REFUSED * 4

        assert await placed(here, fields["person"]) == [(review.visit(0), "inspector", None)]


@pytest.mark.parametrize("kind", ["revise", "withdraw", "create"])
@pytest.mark.parametrize(("role", "place"), [("lead", 1), ("inspector", 1), ("researcher", None)])
async def test_a_visits_lead_ends_no_part_beyond_that_visit(
    database: Database, tmp_path: Path, review: Review, kind: str, role: str, place: int | None
) -> None:
    part = review.part_of(role, place)
    fields = {"revise": ENDED, "withdraw": {}, "create": review.part(0)}[kind]
    reaching = review.lead.writes(
        fields, kind=kind, record_type="assignment", record=part[0], base=() if kind == "create" else (part[1],)
    )
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)
        before = await here.log.ask("SELECT * FROM assignment WHERE record = ?", part[0])

        assert await here.push(reaching) == REFUSED

        assert await here.log.ask("SELECT * FROM assignment WHERE record = ?", part[0]) == before


async def test_of_another_kind_of_part_in_their_visit_a_lead_says_nothing_but_its_end(
    database: Database, tmp_path: Path, review: Review
) -> None:
    part = review.part_of("safeguarding_lead", 0)
    mine = changes(review.lead, part, {"person": review.lead.person})
    opened = changes(review.lead, part, {"ended_at": None})
    ended = changes(review.lead, part, ENDED)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)

        assert await here.push(mine, opened, ended) == REFUSED * 2 + STORED


async def test_an_edit_of_a_part_that_is_not_here_gives_nobody_one(
    database: Database, tmp_path: Path, review: Review
) -> None:
    fields = review.part(0)
    guess = review.lead.writes(fields, kind="revise", record_type="assignment", base=(review.part_of("lead", 0)[1],))
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)

        assert await here.push(guess) == REFUSED


async def test_what_was_refused_is_not_let_in_by_whom_it_was_refused(
    database: Database, tmp_path: Path, review: Review
) -> None:
    fields = review.part(1, "lead", review.lead.person)
    reaching = review.lead.writes(fields, record_type="assignment")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)
        assert await here.push(reaching) == REFUSED

        assert await here.push(review.lead.releases(reaching)) == REFUSED
        assert await placed(here, review.lead.person) == [(review.visit(0), "lead", None)]

        assert await here.push(review.head.releases(reaching)) == STORED
        assert (review.visit(1), "lead", None) in await placed(here, review.lead.person)


async def test_an_ended_part_does_not_come_back_because_a_visits_lead_removes_the_word_that_ended_it(
    database: Database, tmp_path: Path, review: Review
) -> None:
    part = review.part_of("inspector", 1)
    ended = changes(review.head, part, ENDED)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)
        await here.push(ended)

        await here.push(review.lead.redacts(ended, record_type="finding"))

        [[ended_at]] = await here.log.ask("SELECT ended_at FROM assignment WHERE record = ?", part[0])
        assert ended_at == ENDED["ended_at"]


async def test_a_visits_lead_keeps_the_facts_of_that_visit_and_of_no_other(
    database: Database, tmp_path: Path, review: Review
) -> None:
    mine = review.lead.writes({"status": "closed"}, kind="revise", record_type="visit", record=review.visit(0))
    other = review.lead.writes({}, kind="withdraw", record_type="visit", record=review.visit(1))
    new = review.lead.writes({"letter": "Z"}, record_type="visit")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)

        assert await here.push(mine, other, new) == STORED + REFUSED * 2


async def test_whoever_leads_the_review_gives_and_ends_any_part(
    database: Database, tmp_path: Path, review: Review
) -> None:
    wide = review.head.writes({"person": new_id(), "role": "safeguarding_lead"}, record_type="assignment")
    ended = changes(review.head, review.part_of("lead", 1), ENDED)
    visit = review.head.writes({"letter": "Z"}, record_type="visit")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)

        assert await here.push(wide, ended, visit) == STORED * 3


@pytest.mark.parametrize("called", ["finding", "memo"])
async def test_a_part_is_not_changed_by_calling_it_something_else(
    database: Database, tmp_path: Path, review: Review, called: str
) -> None:
    """A record is what it was begun as, whatever a later operation calls it."""
    researcher = Author(review.people.review_scope, review.person_of("researcher"))
    record, operation = review.part_of("inspector", 1)
    disguised = [
        author.writes(fields, kind="revise", record_type=called, record=record, base=(operation,))
        for author, fields in ((researcher, {"person": researcher.person}), (review.lead, {"visit": review.visit(0)}))
    ]
    concerns = review.part_of("safeguarding_lead", 0)
    mine = {"person": review.lead.person}
    reaching = review.lead.writes(mine, kind="revise", record_type=called, record=concerns[0], base=(concerns[1],))
    fine = researcher.writes({"statement": "Some children said so."}, record_type="finding")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)

        assert await here.push(*disguised, reaching, fine) == REFUSED * 3 + STORED

        [[person, visit]] = await here.log.ask("SELECT person, visit FROM assignment WHERE record = ?", record)
        assert person != researcher.person
        assert visit == review.visit(1)


async def test_an_analyst_does_not_look_through_a_record_by_calling_it_a_coding(
    database: Database, tmp_path: Path, review: Review
) -> None:
    """R12: else whoever may not read the words could say that they were checked."""
    scope = review.people.visits[0]
    team, analyst = Author(scope, review.lead.person), Author(scope, review.person_of("researcher"))
    evidence = team.writes({"ref": "A-1"}, record_type="evidence")
    block = team.writes({"evidence": evidence.record, "text": "Her name is Xanthippe."})
    named = [f"{evidence.id}:ref", f"{block.id}:evidence,text"]
    fields = {"screened_at": "2026-02-11T12:00:00.000Z", "looked_through": named}
    look = analyst.writes(fields, kind="revise", record_type="coding", record=evidence.record, base=(evidence.id,))
    twin = analyst.writes(fields, record_type="coding", record=evidence.record)
    coding = analyst.writes({"evidence": evidence.record, "block": block.record, "code": "X"}, record_type="coding")
    async with office(database, tmp_path / "keys") as here:
        await here.brings(review.people)
        await here.push(evidence, block)

        assert await here.push(look, twin, coding) == REFUSED * 2 + STORED

        assert [row[0] for row in await here.log.ask("SELECT screened FROM evidence")] == [0]

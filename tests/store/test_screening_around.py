"""What is said around a record, in its activity and consents, has to be looked through like its own words (R12, design 7)."""

from __future__ import annotations

import pytest

from tests.store.log_office import Office, Visit, a_visit
from tests.store.looks import all_screened, block_in, look, record_of, screened

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("what", ["its activity", "a consent", "its own field"])
async def test_what_is_said_around_the_blocks_after_the_look_takes_the_record_back(
    here: Office, visit: Visit, what: str
) -> None:
    author, colleague = visit.inspector, visit.lead
    activity = author.writes({"type": "interview"}, record_type="activity")
    one, other = (record_of(author, activity=activity.record) for _ in range(2))
    alone = record_of(author)
    said = {
        "its activity": lambda: colleague.revises(activity, {"supporter": "Xanthippe"}),
        "a consent": lambda: colleague.writes(
            {"activity": activity.record, "restriction": "Xanthippe"}, record_type="consent"
        ),
        "its own field": lambda: colleague.revises(one, {"document": {"title": "Xanthippe"}}),
    }[what]()
    await here.push(activity, one, other, alone)
    await here.push(look(author, one, activity), look(author, other, activity), look(author, alone, alone))
    assert await all_screened(here) == {one.record, other.record, alone.record}

    await here.push(said)

    # An activity's words are those of every record of it.
    left = {alone.record} | ({other.record} if what == "its own field" else set())
    assert await all_screened(here) == left
    assert not await screened(here, one)
    if what != "its own field":
        about = {"its activity": (said,), "a consent": (said,)}[what]
        await here.push(colleague.redacts(*about))
        assert await all_screened(here) == {one.record, other.record, alone.record}
        assert await screened(here, one)


async def test_a_consent_of_another_visit_is_no_word_of_this_record(here: Office, visit: Visit) -> None:
    neighbour = a_visit()
    activity = visit.inspector.writes({"type": "interview"}, record_type="activity")
    evidence = record_of(visit.inspector, activity=activity.record)
    fields = {"activity": activity.record, "restriction": "Xanthippe"}
    await here.brings(neighbour.people)
    await here.push(activity, evidence, look(visit.inspector, evidence, activity))

    await here.push(neighbour.inspector.writes(fields, record_type="consent"))

    assert await screened(here, evidence)


async def test_consents_of_an_activity_that_never_came_keep_nothing_back_until_it_comes(
    here: Office, visit: Visit
) -> None:
    """Nobody could be shown them, so nobody could ever look them through."""
    author = visit.inspector
    missing = visit.lead.would_write({"type": "interview"}, record_type="activity")
    evidence = record_of(author, activity=missing.record)
    block = block_in(author, evidence)
    consent = author.writes({"activity": missing.record, "status": "given by Xanthippe"}, record_type="consent")
    await here.push(evidence, block, consent, look(author, evidence, block))
    assert await screened(here, evidence)

    arrived = visit.lead.writes({"type": "interview"}, record_type="activity", record=missing.record)
    await here.push(arrived)

    assert not await screened(here, evidence)

"""A record of evidence is gathered with all that belongs to it, and with nothing of another visit that says so of itself."""

from __future__ import annotations

import pytest

from fieldwork.store.gathered import Gathered, around, gather
from fieldwork.store.records import record_of as stored_record
from fieldwork.store.records import records_named
from tests.store.log_authors import Author, Written
from tests.store.log_office import Office, Visit, a_visit
from tests.store.looks import block_in, record_of

pytestmark = pytest.mark.anyio


def activity_of(author: Author) -> Written:
    return author.writes({"type": "interview"}, record_type="activity")


def consent_to(author: Author, activity: Written) -> Written:
    return author.writes({"activity": activity.record, "status": "given"}, record_type="consent")


async def gathered(here: Office, evidence: Written) -> Gathered:
    record = await stored_record(here.log, evidence.record)
    assert record is not None
    return await gather(here.log, record)


async def test_a_record_is_gathered_with_its_activity_consents_blocks_codings_and_files(
    here: Office, visit: Visit
) -> None:
    author = visit.inspector
    activity = activity_of(author)
    consent = consent_to(author, activity)
    evidence = record_of(author, activity=activity.record)
    block = block_in(author, evidence)
    coding = author.writes({"evidence": evidence.record, "block": block.record}, record_type="coding")
    await here.push(activity, consent, evidence, block, coding)

    whole = await gathered(here, evidence)

    assert whole.activity is not None
    assert whole.activity.record_id == activity.record
    belonging = (whole.consents, whole.blocks, whole.codings, whole.files)
    assert [[one.record_id for one in those] for those in belonging] == [
        [consent.record],
        [block.record],
        [coding.record],
        [],
    ]
    assert not whole.looks.may_count
    assert {(activity.id, "type"), (consent.id, "status"), (block.id, "text")} <= whole.to_look_through.words


async def test_what_is_of_another_visit_is_not_gathered_whatever_it_says(here: Office, visit: Visit) -> None:
    neighbour = a_visit()
    own, theirs = activity_of(visit.inspector), activity_of(neighbour.inspector)
    one, other = (record_of(visit.inspector, activity=activity.record) for activity in (own, theirs))
    await here.brings(neighbour.people)
    await here.push(own, theirs, one, other)
    await here.push(consent_to(neighbour.inspector, own), consent_to(neighbour.inspector, theirs))
    await here.push(block_in(neighbour.inspector, one))

    first, second = await gathered(here, one), await gathered(here, other)

    assert (first.activity is not None, first.consents, first.blocks) == (True, [], [])
    assert (second.activity, second.consents) == (None, [])


async def test_consents_of_what_is_no_activity_or_has_not_come_are_not_gathered(here: Office, visit: Visit) -> None:
    author = visit.inspector
    setting = author.writes({"type": "school"}, record_type="setting")
    missing = visit.lead.would_write({"type": "interview"}, record_type="activity")
    records = [record_of(author, activity=named.record) for named in (setting, missing)]
    await here.push(setting, *records, consent_to(author, setting), consent_to(author, missing))

    wholes = [await gathered(here, evidence) for evidence in records]

    assert [(whole.activity, whole.consents) for whole in wholes] == [(None, []), (None, [])]


async def test_records_of_one_activity_have_the_same_consents_around_them(here: Office, visit: Visit) -> None:
    author = visit.inspector
    shared, alone = activity_of(author), activity_of(author)
    consents = [consent_to(author, shared), consent_to(author, shared)]
    one, other, third = (record_of(author, activity=activity.record) for activity in (shared, shared, alone))
    await here.push(shared, alone, *consents, one, other, third)

    found = await around(here.log, await records_named(here.log, [one.record, other.record, third.record]))

    told = {record: [each.record_id for each in those] for record, (_, those) in found.items()}
    both = [consent.record for consent in consents]
    assert told == {one.record: both, other.record: both, third.record: []}

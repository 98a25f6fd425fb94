"""A search by chance: whatever comes, in whatever order, no word that nobody looked through stands in a screened record (R12)."""

from __future__ import annotations

import random

import pytest

from sync.central.body import read_body
from sync.central.fold import fold, operation_of
from sync.central.header import read_header
from tests.store.log_authors import Author, Written
from tests.store.log_office import Office, Visit
from tests.store.looks import AT, block_in, look, record_of, screened

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_comes_in_whatever_order_no_unlooked_word_stands_in_a_screened_record(
    here: Office, visit: Visit, seed: int
) -> None:
    chance = random.Random(seed)
    authors = [visit.inspector, visit.lead, Author(visit.scope, visit.inspector.person)]
    activities = [chance.choice(authors).writes({"type": "interview"}, record_type="activity") for _ in range(2)]
    records = [record_of(chance.choice(authors), activity=chance.choice(activities).record) for _ in range(3)]
    around: list[Written] = list(activities)
    blocks: list[Written] = []
    written = [*activities, *records]
    for _ in range(60):
        author, evidence, what = chance.choice(authors), chance.choice(records), chance.random()
        heads = tuple(each.id for each in written if each.record == evidence.record)[-2:]
        if what < 0.25 or not blocks:
            one = block_in(author, evidence, f"word {len(written)}")
            blocks.append(one)
        elif what < 0.35:
            one = _around(chance, author, activities, f"word {len(written)}")
            around.append(one)
        elif what < 0.65:
            named = [each for each in (*around, *blocks) if chance.random() < 0.9]
            base = [each for each in written if each.id in heads]
            one = look(author, evidence, *named, base=base) if named else author.revises(evidence, {"screened_at": AT})
        else:
            about = chance.choice(blocks)
            fields = chance.choice([{"text": f"word {len(written)}"}, {"evidence": evidence.record}])
            kind = "withdraw" if chance.random() < 0.2 else "revise"
            one = (
                author.redacts(about)
                if what > 0.92
                else author.writes(fields, kind=kind, record=about.record, base=(about.id,))
            )
            if one.header.kind == "revise":
                blocks.append(one)
        written.append(one)
    by_author = {
        author.incarnation: [w for w in written if w.header.incarnation == author.incarnation] for author in authors
    }
    while any(by_author.values()):
        theirs = chance.choice([each for each in by_author.values() if each])
        size = chance.randint(1, 9)
        await here.push(*theirs[:size])
        del theirs[:size]

    for evidence in records:
        if await screened(here, evidence):
            assert await _not_looked_through(here, evidence.record) == set()


def _around(chance: random.Random, author: Author, activities: list[Written], word: str) -> Written:
    """A consent, or a word of the activity."""
    activity = chance.choice(activities)
    if chance.random() < 0.5:
        return author.writes({"activity": activity.record, "restriction": word}, record_type="consent")
    return author.revises(activity, {"supporter": word})


async def _not_looked_through(here: Office, evidence_id: str) -> set[str]:
    """Operations whose words stand in the record and that no standing look names, or came before, worked out from the log alone."""
    stored = await here.log.ask(
        "SELECT header, body, position, record_type FROM operation_evidence WHERE standing = 'stored' AND kind <> 'redact'"
    )
    position_of, by_record = {}, {}
    for raw, body, position, record_type in stored:
        header = read_header(bytes(raw))
        fields = None if body is None else read_body(bytes(body), header.kind)
        position_of[header.operation] = position
        by_record.setdefault((record_type, header.record), []).append(operation_of(header, fields))
    states = {name: fold(operations) for name, operations in by_record.items()}
    own = states[("evidence", evidence_id)].fields
    [[activity]] = await here.log.ask("SELECT activity FROM evidence WHERE record = ?", evidence_id)
    standing = [{name: values for name, values in own.items() if name not in ("screened_at", "looked_through")}]
    for (record_type, record), state in states.items():
        field, parent = {"block": ("evidence", evidence_id), "consent": ("activity", activity)}.get(
            record_type, ("", "")
        )
        of = [value for _, value in state.fields.get(field, [])][:1]
        if (record_type, record) == ("activity", activity) or (not state.withdrawn and of == [parent]):
            standing.append(state.fields)
    named = {
        f"{entry.partition(':')[0]} {name}"
        for _, entries in own.get("looked_through", [])
        for entry in entries
        for name in entry.partition(":")[2].split(",")
    }
    return {
        f"{operation} {name}"
        for fields in standing
        for name, values in fields.items()
        for operation, value in values
        if value is not None
    } - named

"""After an update of the office nothing counts as screened that an older version may have called so (R12, design 7)."""

from __future__ import annotations

from importlib import import_module

import pytest

from fieldwork.domain.draft import Draft
from fieldwork.store.rebuilding import rebuild_all
from fieldwork.store.statements import Tell, Work
from tests.store.log_authors import import_incarnation, new_id
from tests.store.log_office import Office, Visit
from tests.store.looks import AT, all_screened, block_in, id_of_a_pack, look, record_of

pytestmark = pytest.mark.anyio


async def test_after_an_update_nothing_counts_as_screened_that_an_older_version_may_have_called_so_by_mistake(
    here: Office, visit: Visit
) -> None:
    packed, mistaken = id_of_a_pack(), record_of(visit.inspector)
    early = look(visit.inspector, mistaken)
    fine = record_of(visit.inspector)
    draft = Draft(packed, visit.scope, "evidence", "evidence", new_id(), "create", {"ref": "A-1"}, b"0" * 16)
    said = {"evidence": draft.record_id, "text": "Packed."}
    packed_block = Draft(id_of_a_pack(), visit.scope, "evidence", "block", new_id(), "create", said, b"0" * 16)
    words = block_in(visit.inspector, fine)
    late = block_in(visit.lead, mistaken)
    statement = import_module("fieldwork.store.migrations.0003_screening").STATEMENT
    await here.log.import_drafts([draft, packed_block], import_incarnation("a pack"))
    await here.push(mistaken, early, late, fine, words)
    await here.push(look(visit.inspector, fine, words))
    await here.log.in_one_transaction(lambda: _tell("UPDATE evidence SET screened = 1"))

    await here.log.in_one_transaction(lambda: _tell(statement))

    assert await all_screened(here) == {draft.record_id}
    await rebuild_all(here.log)
    assert await all_screened(here) == {draft.record_id, fine.record}


async def test_after_an_update_nothing_counts_as_screened_that_no_look_names_field_by_field(
    here: Office, visit: Visit
) -> None:
    """Looks of before named operations, or blocks alone: what else may be read was on no page."""
    author = visit.inspector
    activity, packed_activity = author.writes({"type": "interview"}, record_type="activity"), new_id()
    fine, older, around = record_of(author, activity=activity.record), record_of(author), record_of(author)
    words = block_in(author, fine)
    packs = [id_of_a_pack() for _ in range(4)]
    about = {"activity": packed_activity}
    pure, with_consent, with_block = (new_id() for _ in range(3))
    drafts = [
        Draft(packs[0], visit.scope, "evidence", "evidence", pure, "create", {"ref": "A-1"}, b"0" * 16),
        Draft(packs[1], visit.scope, "evidence", "evidence", with_consent, "create", about, b"1" * 16),
        Draft(packs[3], visit.scope, "evidence", "activity", packed_activity, "create", {"type": "x"}, b"3" * 16),
        Draft(packs[2], visit.scope, "evidence", "evidence", with_block, "create", {"ref": "A-3"}, b"2" * 16),
    ]
    consent = author.writes({**about, "restriction": "Xanthippe"}, record_type="consent")
    added = author.writes({"evidence": with_block, "text": "Xanthippe"})
    mark = visit.lead.writes({"evidence": pure, "heads": [packs[0]]}, record_type="seen")
    coded = author.writes({"evidence": pure, "block": new_id(), "memo": "Xanthippe"}, record_type="coding")
    old = {"screened_at": AT, "looked_through": [older.id]}
    statement = import_module("fieldwork.store.migrations.0005_looks_name_fields").STATEMENT
    await here.log.import_drafts(drafts, import_incarnation("a pack"))
    await here.push(activity, fine, older, around, words, consent, added, coded)
    await here.push(look(author, fine, activity, words), author.revises(older, old), mark)
    await here.log.in_one_transaction(lambda: _tell("UPDATE evidence SET screened = 1"))

    await here.log.in_one_transaction(lambda: _tell(statement))

    assert await all_screened(here) == {pure}
    await rebuild_all(here.log)
    assert await all_screened(here) == {pure, fine.record}


def _tell(statement: str) -> Work[None]:
    yield Tell(statement, [()])

"""Nobody says what is not theirs to say by calling a record something else than it is (PROTOCOL.md 5, R3, R12)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldwork.store.database import Database
from fieldwork.store.projecting import Stored, of_its_type
from fieldwork.store.rebuilding import rebuild_all
from fieldwork.store.records import record_of
from sync.central.fold import Operation
from tests.store.log_authors import Author, Written, new_operation_id
from tests.store.log_office import Office, Visit, a_visit, office, projections

pytestmark = pytest.mark.anyio
STORED = [("stored", None)]
CASES = json.loads((Path(__file__).resolve().parents[2] / "sync/vectors/types.json").read_text("ascii"))["cases"]
AT_THE_OFFICE = [case for case in CASES if all(one["position"] is not None for one in case["operations"])]


@pytest.mark.parametrize("case", AT_THE_OFFICE, ids=lambda case: case["name"])
def test_what_adds_to_a_record_is_what_calls_it_what_it_was_made_as(case: dict[str, Any]) -> None:
    stored = [
        Stored(Operation(one["operation"], one["record_type"], "r", one["kind"], (), {}), 1, one["position"])
        for one in case["operations"]
        # A redact is never asked for: it belongs to no record.
        if one["kind"] != "redact"
    ]

    for some in (stored, stored[::-1]):
        assert sorted(each.operation.operation for each in of_its_type(some)) == case["own"]


class Marked:
    """A record of evidence that the lead has marked as seen, and what others then call the mark and the record."""

    def __init__(self, visit: Visit) -> None:
        self.early = [new_operation_id() for _ in range(4)]
        self.visit, self.colleague = visit, Author(visit.scope, visit.inspector.person)
        self.evidence = visit.inspector.writes({"ref": "A-1"}, record_type="evidence")
        self.block = visit.inspector.writes({"evidence": self.evidence.record, "text": "A heron."})
        self.mark = visit.lead.writes(
            {"evidence": self.evidence.record, "heads": [self.evidence.id]}, record_type="seen"
        )

    def forged(self, way: str) -> Written:
        about, fields = self.mark, {"heads": [self.evidence.id, self.block.id], "evidence": self.evidence.record}
        if way == "revised as a block":
            return self.called("block", about, fields, base=(about.id,))
        if way == "withdrawn as a block":
            return self.called("block", about, {}, kind="withdraw", base=(about.id,))
        if way == "created again as a block with a smaller id":
            return self.called("block", about, fields, kind="create", operation=self.early[0])
        if way == "a record of evidence created again as a memo with a smaller id":
            return self.called("memo", self.evidence, {"text": "x"}, kind="create", operation=self.early[1])
        if way == "a block revised as a coding":
            return self.called("coding", self.block, {"text": "Xanthippe", "code": "X"}, base=(self.block.id,))
        assert way == "a record of evidence withdrawn as an activity"
        return self.called("activity", self.evidence, {}, kind="withdraw", base=(self.evidence.id,))

    def called(self, record_type: str, about: Written, fields: dict[str, object], **parts: Any) -> Written:
        kind = parts.pop("kind", "revise")
        return self.colleague.writes(fields, kind=kind, record_type=record_type, record=about.record, **parts)


WAYS = (
    "revised as a block",
    "withdrawn as a block",
    "created again as a block with a smaller id",
    "a record of evidence created again as a memo with a smaller id",
    "a block revised as a coding",
    "a record of evidence withdrawn as an activity",
)


@pytest.mark.parametrize("together", [False, True], ids=["in a later push", "in the same push"])
@pytest.mark.parametrize("way", WAYS)
async def test_what_somebody_of_the_team_calls_by_another_type_is_kept_and_changes_nothing(
    database: Database, tmp_path: Path, way: str, together: bool
) -> None:
    marked = Marked(a_visit())
    forged = marked.forged(way)
    async with office(database, tmp_path / "keys") as here:
        await here.brings(marked.visit.people)
        assert await here.push(marked.evidence, marked.block) == STORED * 2
        if together:
            assert await here.push(marked.mark, forged) == STORED * 2
        else:
            assert await here.push(marked.mark) == STORED
            before = await projections(here.log)
            assert await here.push(forged) == STORED
            assert await projections(here.log) == before

        drawn = await projections(here.log)
        await _is_what_the_lead_said(here, marked)
        await rebuild_all(here.log)
        assert await projections(here.log) == drawn
        await _is_what_the_lead_said(here, marked)
        [[kept]] = await here.log.ask("SELECT count(*) FROM operation_evidence WHERE operation = ?", forged.id)
        assert kept == 1


async def _is_what_the_lead_said(here: Office, marked: Marked) -> None:
    mark = await record_of(here.log, marked.mark.record)
    assert mark is not None
    assert (mark.record_type, mark.withdrawn, mark.get("heads")) == ("seen", False, [marked.evidence.id])
    evidence = await record_of(here.log, marked.evidence.record)
    block = await record_of(here.log, marked.block.record)
    assert evidence is not None
    assert block is not None
    assert (evidence.record_type, evidence.withdrawn, block.record_type) == ("evidence", False, "block")
    assert block.get("text") == "A heron."


async def test_what_a_lead_lets_in_unawares_changes_nothing_either(database: Database, tmp_path: Path) -> None:
    """A stranger's entry that calls the lead's mark a block is a block to whoever lets it in."""
    marked = Marked(a_visit())
    stranger = marked.visit.stranger
    fields = {"heads": [marked.evidence.id, marked.block.id]}
    forged = stranger.writes(fields, kind="revise", record=marked.mark.record, base=(marked.mark.id,))
    async with office(database, tmp_path / "keys") as here:
        await here.brings(marked.visit.people)
        await here.push(marked.evidence, marked.block, marked.mark)
        assert await here.push(forged) == [("quarantined", "not_assigned")]

        assert await here.push(marked.visit.lead.releases(forged)) == STORED

        await _is_what_the_lead_said(here, marked)
        drawn = await projections(here.log)
        await rebuild_all(here.log)
        assert await projections(here.log) == drawn

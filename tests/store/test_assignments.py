"""Who is assigned to what: an assignment counts in the review that its visit belongs to, and in no other."""

import hashlib
import uuid
from pathlib import Path

import pytest

from fieldwork.actions.arrivals import permit
from fieldwork.domain.draft import Draft
from fieldwork.domain.rights import may_pull, roles_in
from fieldwork.store.assignments import assignments_of
from fieldwork.store.database import Database
from fieldwork.store.keyring import open_keyring
from fieldwork.store.log import Log

pytestmark = pytest.mark.anyio


def draft(scope: str, record_type: str, record_id: str, fields: dict[str, object]) -> Draft:
    operation_id = str(uuid.uuid5(uuid.UUID(record_id), "operation"))
    return Draft(operation_id, scope, "evidence", record_type, record_id, "create", fields, b"\x07" * 16)


async def test_a_lead_of_one_review_cannot_appoint_themself_to_anothers_visit(
    database: Database, tmp_path: Path
) -> None:
    ours, theirs, visit, lead = (str(uuid.uuid4()) for _ in range(4))
    log = Log(database, open_keyring(tmp_path / "keys"), permit, incarnation=str(uuid.uuid4()))
    drafts = [
        draft(f"review:{theirs}", "visit", visit, {"letter": "B"}),
        draft(f"review:{ours}", "assignment", str(uuid.uuid4()), {"person": lead, "role": "lead", "visit": visit}),
    ]

    async with log.open():
        await log.import_drafts(drafts, f"import:{hashlib.sha256(b'test').hexdigest()}")
        assignments, review = await assignments_of(log, lead, f"visit:{visit}")

    assert review == theirs
    assert not may_pull(roles_in(f"visit:{visit}", assignments, review), f"visit:{visit}", "evidence")

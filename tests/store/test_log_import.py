"""A pack enters the log once, whole, on either store."""

import uuid
from pathlib import Path

import pytest

from fieldwork.domain.pack import read_pack
from fieldwork.domain.pack_operations import operations_of
from fieldwork.store.database import Database
from fieldwork.store.keyring import open_keyring
from fieldwork.store.log import Log
from sync.central.facts import Facts
from sync.central.header import Header

pytestmark = pytest.mark.anyio
DEMONSTRATION = Path(__file__).parents[2] / "fieldwork" / "demonstration"


def everybody_may(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    return None


async def test_importing_a_pack_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    files = {str(path.relative_to(DEMONSTRATION)): path.read_bytes() for path in DEMONSTRATION.rglob("*.json")}
    pack = read_pack(files)
    drafts = list(operations_of(pack))
    log = Log(database, open_keyring(tmp_path / "keys"), everybody_may, incarnation=str(uuid.uuid4()))

    async with log.open():
        first = await log.import_drafts(drafts, f"import:{pack.hash}")
        second = await log.import_drafts(drafts, f"import:{pack.hash}")

    assert {receipt.verdict for receipt in first.receipts} == {"stored"}
    assert len(first.entered) == len(drafts)
    assert second.entered == []
    [[codings]] = await log.ask("SELECT count(*) FROM coding")
    assert codings == 376

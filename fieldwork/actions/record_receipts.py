"""Making a receipt for one record: every entry and every file of it is read and hashed anew, now (R2, R3).

For the team of its visit: entries that nobody has looked through for names are among them, though no word of them is told.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import anyio.to_thread

from fieldwork.actions.central import Central
from fieldwork.actions.files import path_of
from fieldwork.actions.reading import EvidenceSeen, require_team
from fieldwork.domain.record_receipts import EntryFacts, ReceiptFacts
from fieldwork.store.log import instant
from fieldwork.store.people import names_of
from fieldwork.store.record_entries import Entry, entries_of
from fieldwork.store.records import records_under

NAMELESS = "Somebody whose name is not known here"


async def receipt_of(central: Central, evidence: EvidenceSeen, title: str) -> ReceiptFacts:
    """The receipt as it is at this moment. NotAllowed beyond the visit's team."""
    require_team(evidence.visit)
    async with central.database.reading():
        entries, waiting = await entries_of(central.log, evidence.record)
        files = await records_under(central.log, [evidence.evidence_id], "file")
        names = await names_of(central.log, [one.header.person for one in entries if one.header.person])
    sums = [str(one.get("sha256", "")) for one in files]
    whole = [await anyio.to_thread.run_sync(_is_whole, central.settings.files, sha256) for sha256 in sums]
    return ReceiptFacts(
        evidence_id=evidence.evidence_id,
        letter=evidence.visit.row.letter,
        ref=str(evidence.record.get("ref", "") or ""),
        title=title,
        entries=[_facts(one, names) for one in entries],
        waiting=waiting,
        files=len(files),
        files_whole=sum(whole),
        verified_at=instant(central.clock()),
    )


def _facts(one: Entry, names: dict[str, str]) -> EntryFacts:
    header = one.header
    return EntryFacts(
        header_hash=one.header_hash,
        record_type=header.record_type,
        kind=header.kind,
        by=names.get(header.person, NAMELESS) if header.person else "",
        at=one.received_at,
        standing="differs" if not one.whole else "words_removed" if one.redacted else "whole",
    )


def _is_whole(files: Path, sha256: str) -> bool:
    """Whether the bytes on the disk are those that the record names."""
    if len(sha256) != 64 or not sha256.isalnum():
        return False
    try:
        with path_of(files, sha256).open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False

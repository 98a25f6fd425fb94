"""The entries of one record of evidence as bytes, for its receipt: with its activity, consents, parts, codes and files.

What was withdrawn is among them, because its entries are kept. Nothing is believed here: the hashes are computed from the bytes that lie
in the database now. Permission is not asked here: whoever calls has asked it (`actions`).
"""

from __future__ import annotations

from dataclasses import dataclass

from fieldwork.store.gathered import id_in
from fieldwork.store.log import Log
from fieldwork.store.records import Record
from fieldwork.store.statements import listed
from sync.central.header import Header, hash_of, read_header

_PARENTS = (("consent", "activity"), ("block", "evidence"), ("file", "evidence"), ("coding", "block"))
"""What belongs to what, in an order in which each parent comes before its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored operation, hashed anew. `whole` says that header and body are what their hashes say; a removed body is `redacted`."""

    header: Header
    header_hash: str
    received_at: str
    redacted: bool
    whole: bool


async def entries_of(log: Log, evidence: Record) -> tuple[list[Entry], int]:
    """Every stored entry of the record in the order of the log, and how many entries on it were not taken in."""
    records = await _records_of(log, evidence)
    found = await log.ask(
        "SELECT header, header_hash, body, redacted_by, received_at, standing FROM operation_evidence WHERE record IN {list}"
        " ORDER BY position, id",
        listed(records),
    )
    stored = [row for row in found if row[5] == "stored"]
    return [_entry(bytes(row[0]), row[1], row[2], row[3], row[4]) for row in stored], len(found) - len(stored)


async def _records_of(log: Log, evidence: Record) -> set[str]:
    of_type: dict[str, set[str]] = {"evidence": {evidence.record_id}, "activity": set()}
    activity_id = id_in(evidence, "activity")
    named = await log.ask(
        "SELECT r.record FROM record r JOIN scope s ON s.id = r.scope_id"
        " WHERE r.record = ? AND r.record_type = 'activity' AND s.scope = ? AND s.lane = 'evidence'",
        activity_id,
        evidence.scope,
    )
    of_type["activity"] = {row[0] for row in named}
    for record_type, parent in _PARENTS:
        found = await log.ask(
            "SELECT r.record FROM record r JOIN scope s ON s.id = r.scope_id"
            " WHERE r.parent IN {list} AND r.record_type = ? AND s.scope = ? AND s.lane = 'evidence'",
            listed(of_type[parent]),
            record_type,
            evidence.scope,
        )
        of_type[record_type] = {row[0] for row in found}
    return set().union(*of_type.values())


def _entry(raw: bytes, stored_hash: str, body: bytes | None, redacted_by: str | None, received_at: str) -> Entry:
    header = read_header(raw)
    header_hash = hash_of(raw)
    redacted = body is None and redacted_by is not None
    kept = body is not None and hash_of(bytes(body)) == header.body_hash
    return Entry(header, header_hash, received_at, redacted, header_hash == stored_hash and (kept or redacted))

"""Reading a whole review for an export: record after record, with its consent, its blocks, its codings and where each stands in the log.

Used inside `database.reading()`, so that every count and every word is of one moment. Records come in a stable order and a few at a
time: a national review never has to fit in memory. Only the evidence lane is read; the vault and the concerns are out of reach here.
Permission is not asked here: whoever calls names the visits that may be read, and has asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from fieldwork.store.database import Dialect
from fieldwork.store.gathered import Gathered, around, id_in
from fieldwork.store.log import Log
from fieldwork.store.records import Record, records_in, records_named, records_under
from fieldwork.store.statements import listed
from sync.central.header import read_header

RECORDS_AT_A_TIME = 20

#: Order by code point on both stores; a server's own language would sort "a-1" and "A-2" in its own way.
BY_CODE_POINT: dict[Dialect, str] = {"sqlite": "COLLATE BINARY", "postgres": 'COLLATE "C"'}


@dataclass(frozen=True, slots=True)
class Visit:
    """One area's visit. `letter` is "A"; areas have no other name here (rule R22)."""

    visit_id: str
    letter: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What the visits hold, as one question answers it: the walk over the records must come to the same."""

    records: int
    consent_withdrawn: int
    unscreened: int
    withdrawn: int
    codings: int
    codings_of_these_records: int
    blocks_without_record: int


@dataclass(frozen=True, slots=True)
class Creation:
    """The operation that began a record. `person_id` and `device_at` are None for what came with a pack."""

    operation_id: str
    header_hash: str
    person_id: str | None
    device_at: str | None
    imported: bool


@dataclass(frozen=True, slots=True)
class CodedRecord(Gathered):
    """One evidence record with everything that hangs on it, and where each stands in the log. `created` is by record id.

    `codings` are all that name the record, also those of a block that is gone: an export counts what it leaves out.
    `revisions` gives the header hash of each revision that a block stands at or a coding names. `removed` are revisions whose words were
    redacted, also before they arrived; `withdrawn` are blocks that their author took back.
    """

    visit: Visit
    created: dict[str, Creation]
    revisions: dict[str, str]
    removed: frozenset[str]
    withdrawn: frozenset[str]


async def reviews(log: Log) -> dict[str, str]:
    """The title of every review in the store by its id."""
    found = await log.ask("SELECT record FROM record WHERE record_type = 'review' AND withdrawn = 0")
    records = await records_named(log, (row[0] for row in found))
    return {record.record_id: str(record.get("title", "")) for record in records}


async def visits_of(log: Log, review_id: str) -> list[Visit]:
    """Every visit of a review, in order of the areas' letters."""
    found = await log.ask("SELECT record, letter FROM visit WHERE review = ?", review_id)
    return sorted((Visit(row[0], row[1] or "not stated") for row in found), key=lambda v: (v.letter, v.visit_id))


async def names_in(log: Log, review_id: str) -> dict[str, str]:
    """The names of the people who are or were assigned to a review, by person id."""
    found = await log.ask("SELECT person, name FROM assignment WHERE review = ? ORDER BY record", review_id)
    return {row[0]: row[1] for row in found if row[1]}


async def terms_of(log: Log, review_id: str, record_type: str) -> list[Record]:
    """The review's own terms of one type (codes, codebooks, types of activity), in their order."""
    return await records_in(log, f"review:{review_id}", record_type)


async def positions_of(log: Log, scopes: Iterable[str]) -> dict[str, int]:
    """How far the log of each scope's evidence goes at this moment; a scope without any is 0."""
    wanted = listed(set(scopes))
    found = await log.ask("SELECT scope, last_position FROM scope WHERE lane = 'evidence' AND scope IN {list}", wanted)
    return dict.fromkeys(wanted, 0) | {row[0]: row[1] for row in found}


async def taken_back_since(log: Log, scopes: Iterable[str], moment: str) -> bool:
    """Whether words were redacted, or a consent withdrawn, in one of these scopes at or after this instant.

    A stored export that was made before must then go (PROTOCOL.md I8).
    """
    found = await log.ask(
        "SELECT o.operation FROM operation_evidence o JOIN scope s ON s.id = o.scope_id"
        " WHERE s.scope IN {list} AND s.lane = 'evidence' AND o.received_at >= ?"
        " AND (o.kind = 'redact' OR o.record IN (SELECT record FROM evidence WHERE quarantined = 1)) LIMIT 1",
        listed(set(scopes)),
        moment,
    )
    return bool(found)


async def count(log: Log, visits: Sequence[Visit]) -> Counted:
    """What these visits hold, and how many of it a coded export leaves out."""
    visit_ids = listed({visit.visit_id for visit in visits})
    by_standing = await log.ask(
        "SELECT quarantined, screened, count(*) FROM evidence WHERE visit IN {list} GROUP BY quarantined, screened",
        visit_ids,
    )
    [[withdrawn]] = await log.ask(
        "SELECT count(*) FROM record r JOIN scope s ON s.id = r.scope_id WHERE s.scope IN {list}"
        " AND s.lane = 'evidence' AND r.record_type = 'evidence' AND r.withdrawn = 1",
        listed({f"visit:{visit_id}" for visit_id in visit_ids}),
    )
    [[codings]] = await log.ask("SELECT count(*) FROM coding WHERE visit IN {list}", visit_ids)
    [[of_these]] = await log.ask(
        "SELECT count(*) FROM evidence e JOIN coding c ON c.evidence = e.record AND c.visit = e.visit"
        " WHERE e.visit IN {list} AND e.quarantined = 0 AND e.screened = 1",
        visit_ids,
    )
    [[lost]] = await log.ask(
        "SELECT count(*) FROM record r JOIN scope s ON s.id = r.scope_id WHERE s.scope IN {list} AND s.lane = 'evidence'"
        " AND r.record_type = 'block' AND r.withdrawn = 0"
        " AND NOT EXISTS (SELECT 1 FROM record p WHERE p.record = r.parent)",
        listed({f"visit:{visit_id}" for visit_id in visit_ids}),
    )
    return Counted(
        records=sum(row[2] for row in by_standing if not row[0] and row[1]),
        consent_withdrawn=sum(row[2] for row in by_standing if row[0]),
        unscreened=sum(row[2] for row in by_standing if not row[0] and not row[1]),
        withdrawn=withdrawn,
        codings=codings,
        codings_of_these_records=of_these,
        blocks_without_record=lost,
    )


async def coded_evidence(log: Log, visit: Visit) -> AsyncIterator[CodedRecord]:
    """The screened records of a visit to whose use consent stands, in order of their references."""
    order = BY_CODE_POINT[log.database.dialect]
    after = ("", "")
    while True:
        found = await log.ask(
            f"SELECT record, COALESCE(ref, '') FROM evidence WHERE visit = ? AND quarantined = 0 AND screened = 1"
            f" AND (COALESCE(ref, '') {order}, record {order}) > (?, ?)"
            f" ORDER BY COALESCE(ref, '') {order}, record {order} LIMIT {RECORDS_AT_A_TIME}",
            visit.visit_id,
            *after,
        )
        if not found:
            return
        for record in await _whole(log, visit, [row[0] for row in found]):
            yield record
        after = (found[-1][1], found[-1][0])


async def _whole(log: Log, visit: Visit, evidence_ids: Sequence[str]) -> list[CodedRecord]:
    scope = f"visit:{visit.visit_id}"
    found = await log.ask(
        "SELECT record FROM coding WHERE visit = ? AND evidence IN {list}", visit.visit_id, listed(evidence_ids)
    )
    evidence = {record.record_id: record for record in await records_named(log, evidence_ids)}
    codings = await records_named(log, (row[0] for row in found))
    activities_and_consents = await around(log, evidence.values())
    blocks = await records_under(log, evidence_ids, "block")
    files = await records_under(log, evidence_ids, "file")
    gone = await records_named(log, {id_in(c, "block") for c in codings} - {b.record_id for b in blocks})
    withdrawn = frozenset(block.record_id for block in gone if block.withdrawn)
    created = await _created(log, [*evidence, *(r.record_id for r in (*blocks, *codings))])
    revisions, removed = await _revisions(
        log, {*(id_in(c, "revision") for c in codings), *(o for b in blocks for o, _ in b.state.fields.get("text", []))}
    )

    def here(records: Iterable[Record], evidence_id: str) -> list[Record]:
        # What names this record from another scope does not belong to it, whatever it says.
        return [r for r in records if r.scope == scope and id_in(r, "evidence") == evidence_id]

    return [
        CodedRecord(
            record,
            *activities_and_consents[record.record_id],
            here(blocks, record.record_id),
            here(codings, record.record_id),
            here(files, record.record_id),
            visit,
            created,
            revisions,
            removed,
            withdrawn,
        )
        for record in (evidence[evidence_id] for evidence_id in evidence_ids)
    ]


async def _created(log: Log, record_ids: Iterable[str]) -> dict[str, Creation]:
    found = await log.ask(
        "SELECT record, header, header_hash FROM operation_evidence WHERE record IN {list} AND kind = 'create'"
        " AND standing = 'stored' ORDER BY position DESC",
        listed(set(record_ids)),
    )
    created: dict[str, Creation] = {}
    for record_id, raw, header_hash in found:
        header = read_header(bytes(raw))
        created[record_id] = Creation(header.operation, header_hash, header.person, header.device_at, header.is_import)
    return created


async def _revisions(log: Log, operation_ids: set[str]) -> tuple[dict[str, str], frozenset[str]]:
    wanted = listed(operation_ids)
    found = await log.ask(
        "SELECT operation, header_hash, redacted_by FROM operation_evidence WHERE operation IN {list}", wanted
    )
    removed = {row[0] for row in found if row[2] is not None}
    # A redaction may be here before what it removes; its words must not come out through a coding that was quicker.
    early = await log.ask("SELECT operation FROM redaction WHERE operation IN {list}", wanted)
    removed |= {row[0] for row in early} - {row[0] for row in found}
    return {row[0]: row[1] for row in found}, frozenset(removed)

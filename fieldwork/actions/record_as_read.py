"""Gathering one evidence record with all that is read with it: blocks, codings, consent, files, history.

Whoever calls has asked whether the person may read it (`reading.evidence_to_read`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fieldwork.actions.central import Central
from fieldwork.actions.reading import EvidenceSeen
from fieldwork.actions.seeing import seen_states
from fieldwork.domain.conflicts import to_decide
from fieldwork.domain.evidence import BlockFacts, CodingFacts, FileFacts, Happened, Labels, RecordFacts, Version
from fieldwork.domain.plain_codings import is_plain
from fieldwork.domain.problems import NotFound
from fieldwork.domain.screening import words_in
from fieldwork.store.codebooks import codebook_terms
from fieldwork.store.gathered import Gathered, gather
from fieldwork.store.operations import LoggedOperation, operations_on
from fieldwork.store.people import names_of
from fieldwork.store.records import Record, records_in, records_under
from sync.central.body import shown


async def labels_of_review(central: Central, review_id: str) -> Labels:
    """What this review calls things."""

    async def labels(record_type: str, ref: str) -> Mapping[str, str]:
        found = await records_in(central.log, f"review:{review_id}", record_type)
        return {str(one.get(ref)): str(one.get("label", "")) for one in found if one.get(ref)}

    return Labels(
        await labels("activity_type", "ref"),
        await labels("participant_role", "ref"),
        await labels("group", "code"),
        await labels("code", "ref"),
    )


async def record_as_read(central: Central, evidence: EvidenceSeen) -> tuple[RecordFacts, Gathered]:
    """The record as this person may read it, and the records that it was made from.

    Beyond the visit's team, what nobody has looked through is kept back and counted (design 7). NotFound where that is the record.
    """
    log, record = central.log, evidence.record
    gathered = await gather(log, record)
    if not evidence.visit.of_the_team and not gathered.looks.cover(gathered.to_look_through.words):
        # Words can come between the asking and the reading.
        raise NotFound
    blocks = gathered.blocks
    labels = await labels_of_review(central, evidence.visit.row.review_id)
    codings, files = gathered.codings, gathered.files
    if not evidence.visit.of_the_team:
        terms = await codebook_terms(central.log, evidence.visit.row.review_id)
        codings = [one for one in codings if is_plain(one.state.fields, terms)]
        files = [one for one in files if gathered.looks.speak_for(words_in(one.state.fields))]
    operations = await operations_on(log, [evidence.evidence_id, *(block.record_id for block in blocks)])
    seen = (await seen_states(central, [record]))[record.record_id]
    seen_by = await _operation(central, seen.operation, evidence.evidence_id)
    people = {one.header.person for one in operations} | {str(coding.get("coder")) for coding in codings}
    people |= {seen_by.header.person} if seen_by else set()
    names = await names_of(log, [person for person in people if person])
    facts = RecordFacts(
        evidence_id=evidence.evidence_id,
        letter=evidence.visit.row.letter,
        fields=_fields(record),
        activity=_fields(gathered.activity) if gathered.activity else {},
        consents=[_fields(consent) for consent in gathered.consents],
        blocks=[_block(block, codings, operations, names) for block in blocks],
        files=[_file(one) for one in files],
        history=_history(operations, names),
        seen_standing=seen.standing,
        seen_name=names.get(seen_by.header.person or "", "") if seen_by else "",
        seen_at=seen_by.received_at if seen_by else "",
        screened=evidence.screened,
        differences=_differences(record, gathered.activity),
        decides=evidence.visit.of_the_team,
        files_kept_back=len(gathered.files) - len(files),
        codings_kept_back=len(gathered.codings) - len(codings),
        labels=labels,
    )
    return facts, gathered


def _differences(record: Record, activity: Record | None) -> list[tuple[str, str]]:
    found = [record, *([activity] if activity else [])]
    return [(name, one.record_id) for one in found for name in to_decide(one.state.conflicts)]


async def _operation(central: Central, operation: str, evidence_id: str) -> LoggedOperation | None:
    if not operation:
        return None
    marks = await records_under(central.log, [evidence_id], "seen")
    found = await operations_on(central.log, [mark.record_id for mark in marks])
    return next((one for one in found if one.header.operation == operation), None)


def _fields(record: Record) -> dict[str, Any]:
    return {name: record.get(name) for name in record.state.fields if record.get(name) is not None}


def _block(
    block: Record, codings: Iterable[Record], operations: Sequence[LoggedOperation], names: Mapping[str, str]
) -> BlockFacts:
    by_operation = {one.header.operation: one for one in operations}
    versions = []
    for operation, value in block.state.fields.get("text", []):
        author = by_operation[operation].header.person if operation in by_operation else None
        if value is not None:
            versions.append(Version(_shown(block, operation), names.get(author or "", "")))
    minute = block.get("minute")
    return BlockFacts(
        block_id=block.record_id,
        kind=str(block.get("kind", "")),
        speaker_role=str(block.get("speaker_role", "") or ""),
        minute=minute if isinstance(minute, int) else None,
        question=str(block.get("question", "") or ""),
        versions=versions,
        codings=[_coding(coding, names) for coding in codings if coding.parent_id == block.record_id],
        differences=[name for name in block.state.conflicts if name != "text"],
        removal=None if versions else _removal(block, operations, names),
    )


def _shown(block: Record, operation: str) -> str:
    value = next(value for by, value in block.state.fields["text"] if by == operation)
    return str(shown(value))


def _removal(block: Record, operations: Sequence[LoggedOperation], names: Mapping[str, str]) -> Happened | None:
    done = [one for one in operations if one.header.record == block.record_id and one.header.kind == "redact"]
    return _happened(done[-1], names) if done else None


def _coding(coding: Record, names: Mapping[str, str]) -> CodingFacts:
    start, end = coding.get("start_cp"), coding.get("end_cp")
    coder = str(coding.get("coder", "") or "")
    return CodingFacts(
        coding_id=coding.record_id,
        start_cp=start if isinstance(start, int) else 0,
        end_cp=end if isinstance(end, int) else 0,
        quote=str(coding.get("quote", "") or ""),
        before=str(coding.get("before", "") or ""),
        after=str(coding.get("after", "") or ""),
        code=str(coding.get("code", "") or ""),
        valence=str(coding.get("valence", "") or ""),
        agency=str(coding.get("agency", "") or ""),
        coder=names.get(coder, coder),
    )


def _file(record: Record) -> FileFacts:
    size = record.get("size_bytes")
    return FileFacts(
        record.record_id,
        str(record.get("name", "document")),
        str(record.get("media_type", "")),
        size if isinstance(size, int) else 0,
    )


def _history(operations: Sequence[LoggedOperation], names: Mapping[str, str]) -> list[Happened]:
    stored = [one for one in operations if one.standing == "stored"]
    return [_happened(one, names) for one in sorted(stored, key=lambda one: one.position or 0)]


def _happened(one: LoggedOperation, names: Mapping[str, str]) -> Happened:
    header = one.header
    return Happened(
        name=names.get(header.person or "", "Somebody whose name is not known here") if header.person else "",
        at=one.received_at,
        kind=header.kind,
        record_type=header.record_type,
        reason=header.reason or "",
        imported=header.person is None,
    )

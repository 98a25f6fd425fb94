"""Conflicts at the office: which there are in a visit, what their versions say, and a person's decision (rule R5).

Who may read a version is who may read the record that it stands in, and of the visit's team: what is not decided has been looked through by
nobody. A decision is a revision that names every version it was made from; one that comes meanwhile stays beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fieldwork.actions.central import Central
from fieldwork.actions.reading import VisitSeen, evidence_to_read, visit_to_read
from fieldwork.actions.record_as_read import labels_of_review
from fieldwork.actions.sealed_copies import CARRIER as SEALED_COPY
from fieldwork.actions.writing import draft, minted, write
from fieldwork.domain.conflicts import FREE_WORDS, NOT_DECIDED, ConflictFacts, VersionFacts, Where, to_decide
from fieldwork.domain.problems import Fault, FormFaults, FormNotOurs, NotAllowed, NotFound
from fieldwork.domain.rights import may_write
from fieldwork.store.gathered import id_in
from fieldwork.store.operations import LoggedOperation, operations_on
from fieldwork.store.own_writing import WordsRemoved
from fieldwork.store.people import names_of
from fieldwork.store.records import Record, record_of, records_in_conflict, records_under
from fieldwork.store.visit_evidence import evidence_of_visit
from sync.central.body import shown
from sync.central.header import MOST_BASE, is_uuid

REMOVED_MEANWHILE = "This version was removed meanwhile. Choose again"
NAMELESS = "Somebody whose name is not known here"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided on one field: one of the versions, or words of their own where `operation` is ""."""

    operation: str
    own: str = ""


@dataclass(frozen=True, slots=True)
class ConflictSeen:
    """A record that this person may decide on. `facts.fields` is empty where nothing stands to be decided any more."""

    record: Record
    visit: VisitSeen
    facts: ConflictFacts
    operations: Mapping[str, LoggedOperation]
    """What is stored of the record, by operation."""


async def conflict_to_read(central: Central, person_id: str, record_id: str) -> ConflictSeen:
    """The versions of a record, for somebody of the team of its visit.

    NotFound where the person may not read it, or where it may not be shown; NotAllowed for whoever may read the record it stands in.
    """
    record = await record_of(central.log, record_id) if is_uuid(record_id) else None
    if record is None or record.withdrawn or not record.scope.startswith("visit:"):
        raise NotFound
    visit = await visit_to_read(central, person_id, record.scope.removeprefix("visit:"))
    evidence_id = await _read_in(central, person_id, record)
    if not visit.of_the_team or not may_write(visit.roles, record.scope, "evidence", record.record_type):
        raise NotAllowed if evidence_id else NotFound
    stored = {one.header.operation: one for one in await _stored(central, record_id)}
    names = await names_of(central.log, [one.header.person for one in stored.values() if one.header.person])
    fields = {
        name: [_version(stored[operation], value, names) for operation, value in record.state.fields[name]]
        for name in to_decide(record.state.conflicts)
    }
    labels = await labels_of_review(central, visit.row.review_id)
    facts = ConflictFacts(
        record_id, record.record_type, evidence_id, visit.visit_id, visit.row.letter, record.state.heads, fields, labels
    )
    return ConflictSeen(record, visit, facts, stored)


async def conflicts_of_visit(central: Central, visit: VisitSeen) -> list[tuple[Record, list[str], Record | None]]:
    """What stands to be decided in a visit, for its team: the record, the fields, and the record of evidence that it is read in."""
    if not visit.of_the_team:
        return []
    waiting = await records_in_conflict(central.log, visit.scope)
    if not waiting:
        return []
    listed = await evidence_of_visit(central.log, visit.visit_id, with_unscreened=True)
    readable = {one.record_id: one for one in listed.records}
    of_activity = {id_in(one, "activity"): one for one in reversed(listed.records)}
    found = []
    for record in waiting:
        fields = to_decide(record.state.conflicts)
        may = may_write(visit.roles, record.scope, "evidence", record.record_type)
        named = await _evidence_ids(central, record)
        inside = readable.get(named[0]) if len(named) == 1 else of_activity.get(_activity_of(record))
        # What belongs to a record that consent withdrew from use is not shown here either.
        if fields and may and (inside is not None or not named):
            found.append((record, fields, inside))
    return found


async def decide(
    central: Central,
    person_id: str,
    conflict: ConflictSeen,
    *,
    operation: str,
    base: Collection[str],
    choices: Mapping[str, Choice],
) -> bool:
    """Write what was chosen as one revision that follows `base`, the versions that the page showed. The same form again writes nothing.

    False when nothing was written. FormFaults for what the person can mend; FormNotOurs where the form names what is not of this record.
    """
    minted(operation)
    if operation in conflict.operations or not choices:
        return False
    if not base or not set(base) <= conflict.operations.keys():
        raise FormNotOurs
    faults = []
    fields: dict[str, object] = {}
    if not choices.keys().isdisjoint(NOT_DECIDED):
        raise FormNotOurs
    for name, choice in choices.items():
        if not choice.operation:
            fields[name] = choice.own
            if name not in FREE_WORDS:
                raise FormNotOurs
            if not choice.own.strip():
                faults.append(Fault(f"own-{name}", "Write how it should read, or choose one of the versions"))
            continue
        chosen = conflict.operations.get(choice.operation)
        if chosen is None:
            raise FormNotOurs
        if chosen.fields is None or name not in chosen.fields:
            faults.append(Fault(f"choice-{name}", REMOVED_MEANWHILE))
            continue
        fields[name] = chosen.fields[name]
    if faults:
        raise FormFaults(*faults)
    record = conflict.record
    # Where more than a header can name stand beside each other, those that are left out stay beside the decision.
    revision = draft(
        operation, record.scope, record.record_type, record.record_id, "revise", fields, base=sorted(base)[:MOST_BASE]
    )
    chosen_from = {name: choice.operation for name, choice in choices.items() if choice.operation}
    try:
        return await write(central, [revision], person_id, rests_on=chosen_from.values())
    except WordsRemoved:
        # A redact was quicker by a moment. Which of them it named is seen when the page is read again.
        raise FormFaults(*(Fault(f"choice-{name}", REMOVED_MEANWHILE) for name in chosen_from)) from None


async def _stored(central: Central, record_id: str) -> list[LoggedOperation]:
    found = await operations_on(central.log, [record_id])
    return [one for one in found if one.standing == "stored" and one.header.kind != "redact"]


async def _read_in(central: Central, person_id: str, record: Record) -> str:
    """The record of evidence that a record is read in, or "". NotFound where it belongs to some, and none of them may be read."""
    named = await _evidence_ids(central, record)
    for evidence_id in named:
        try:
            evidence = await evidence_to_read(central, person_id, evidence_id)
        except NotFound:
            continue
        if evidence.visit.scope == record.scope:
            return evidence_id
    if named:
        raise NotFound
    return ""


async def _evidence_ids(central: Central, record: Record) -> list[str]:
    if record.record_type == "evidence":
        return [record.record_id]
    activity_id = _activity_of(record)
    if activity_id:
        return [one.record_id for one in await records_under(central.log, [activity_id], "evidence")]
    evidence_id = id_in(record, "evidence")
    return [evidence_id] if evidence_id else []


def _activity_of(record: Record) -> str:
    return record.record_id if record.record_type == "activity" else id_in(record, "activity")


def _version(one: LoggedOperation, value: object, names: Mapping[str, str]) -> VersionFacts:
    header = one.header
    by = names.get(header.person, NAMELESS) if header.person else ""
    return VersionFacts(header.operation, shown(value), by, header.device_at or "", one.received_at, _where(one))


def _where(one: LoggedOperation) -> Where:
    if one.header.person is None:
        return "pack"
    if one.carrier is None:
        return "office"
    return "sealed_copy" if one.carrier == SEALED_COPY else "tablet"

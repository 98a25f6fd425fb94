"""Removing words from a record, so that they are gone everywhere and the record of their removal stays.

The block is written again without the words, every coding on it is carried over, and every operation that held them loses its body: one
write, one transaction. The log then sweeps the database's files. A lead may do it to anybody's words, an author to their own (design 5, 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fieldwork.actions.central import Central
from fieldwork.actions.reading import EvidenceSeen, require_team
from fieldwork.actions.writing import draft, minted, write
from fieldwork.domain.anchoring import anchor
from fieldwork.domain.draft import Draft
from fieldwork.domain.minting import derived_operation_id
from fieldwork.domain.problems import Fault, FormFaults, NotFound
from fieldwork.domain.removing import STANDS_INSTEAD, Removal, holds, holds_a_piece, removal, without
from fieldwork.domain.screening import LOOK, LOOKED_THROUGH, MEMO, entries_of
from fieldwork.domain.text import CONTEXT_CP
from fieldwork.store.gathered import gather
from fieldwork.store.holding_words import records_holding
from fieldwork.store.log import instant
from fieldwork.store.operations import LoggedOperation, operations_on
from fieldwork.store.records import Record, record_of, records_under
from fieldwork.store.visit_evidence import visibility_of

REASONS = ("written_in_error", "name_replaced", "consent_withdrawn", "erasure", "disclosure")
MOST_REDACTED_AT_ONCE = 500
FEWEST_WORDS_CP = 2
MOST_WORDS_CP = 4000


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """What removing the words would do: shown to a person before it is done."""

    block: Record
    removal: Removal
    reason: str
    codings: Sequence[Record]
    swallowed: frozenset[str]
    operations: Sequence[LoggedOperation]
    """The operations that lose their bodies."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What was done. `elsewhere` names records of the visit in which the same words still stand: id, type, parent."""

    operations: int
    elsewhere: Sequence[tuple[str, str, str | None]]


async def plan_removal(
    central: Central, person_id: str, evidence: EvidenceSeen, *, block_id: str, words: str, instead: str, reason: str
) -> RemovalPlan:
    """Work out what would go, and change nothing. FormFaults for what the person can mend; NotFound for another's block."""
    require_team(evidence.visit)
    block = await record_of(central.log, block_id)
    if block is None or block.parent_id != evidence.evidence_id or block.record_type != "block" or block.withdrawn:
        raise NotFound
    # A form sends line breaks as CR LF; words are kept as they were typed.
    words, instead = words.replace("\r\n", "\n"), (instead.replace("\r\n", "\n") or STANDS_INSTEAD)
    faults = list(_faults(block, words, instead, reason))
    if faults:
        raise FormFaults(*faults)
    gone = removal(_text_of(block), words, instead)
    codings = await records_under(central.log, [block_id], "coding")
    operations = await operations_on(central.log, [block_id, *(coding.record_id for coding in codings)])
    touched = {coding.record_id for coding in codings if _touches(coding, gone)}
    to_go = [
        one
        for one in operations
        if one.header.kind in ("create", "revise")
        and not one.redacted
        and (holds(one.fields, words) or one.header.record in touched or _is_on_the_way(one, block, gone))
    ]
    if not evidence.visit.leads and any(one.header.person != person_id for one in to_go):
        raise FormFaults(
            Fault(
                "words", "These words are in what other people wrote as well. Ask the lead of the visit to remove them"
            )
        )
    swallowed = frozenset(c.record_id for c in codings if gone.swallows(*_range(c, gone.text_before)))
    return RemovalPlan(block, gone, reason, codings, swallowed, to_go)


async def redact_words(
    central: Central,
    person_id: str,
    evidence: EvidenceSeen,
    *,
    operation: str,
    block_id: str,
    words: str,
    instead: str,
    reason: str,
) -> Removed:
    """Remove the words for good. The same form sent a second time changes nothing."""
    minted(operation)
    if any(one.header.operation == operation for one in await operations_on(central.log, [block_id])):
        return Removed(0, ())
    plan = await plan_removal(
        central, person_id, evidence, block_id=block_id, words=words, instead=instead, reason=reason
    )
    scope = evidence.visit.scope
    going = {one.header.operation for one in plan.operations}
    drafts: list[Draft] = []
    gone = plan.removal
    new_block, block_revision = _again(
        plan.block, going, scope, operation, lambda value: without(value, gone.words, gone.instead)
    )
    drafts += new_block
    for coding in plan.codings:
        drafts += _coding_again(coding, plan, going, scope, operation, block_revision)
    drafts += await _still_looked_through(central, evidence, going, drafts, operation)
    drafts += _redactions(plan, sorted(going), scope, operation)
    await write(central, drafts, person_id)
    elsewhere = await records_holding(central.log, scope, plan.removal.words)
    return Removed(len(going), elsewhere)


def _faults(block: Record, words: str, instead: str, reason: str) -> Iterable[Fault]:
    if len(words.strip()) < FEWEST_WORDS_CP:
        yield Fault("words", "Enter the words to remove, as they stand in the record")
    elif len(words) > MOST_WORDS_CP:
        yield Fault("words", f"Remove at most {MOST_WORDS_CP} characters at a time")
    elif not any(words in str(value) for _, value in block.state.fields.get("text", [])):
        yield Fault("words", "These words do not stand in this part of the record. Copy them exactly")
    if words and words in instead:
        yield Fault("instead", "What stands instead cannot hold the words that you remove")
    if len(instead) > CONTEXT_CP * 4:
        yield Fault("instead", f"What stands instead can have at most {CONTEXT_CP * 4} characters")
    if reason not in REASONS:
        yield Fault("reason", "Choose why the words are removed")


def _is_on_the_way(one: LoggedOperation, block: Record, gone: Removal) -> bool:
    """Whether it is a version of the block that stands no more and holds a piece of the words, as they were kept while somebody typed."""
    standing = {by for by, _ in block.state.fields.get("text", [])}
    if one.header.record != block.record_id or one.header.operation in standing:
        return False
    return holds_a_piece(str((one.fields or {}).get("text") or ""), gone)


def _text_of(block: Record) -> str:
    values = block.state.fields.get("text") or [("", "")]
    return str(values[0][1] or "")


def _range(coding: Record, text: str) -> tuple[int, int]:
    start = coding.get("start_cp", 0)
    quote, before, after = (str(coding.get(name, "") or "") for name in ("quote", "before", "after"))
    found = anchor(text, start if isinstance(start, int) else 0, quote, before, after)
    return found.start_cp, found.end_cp


def _touches(coding: Record, gone: Removal) -> bool:
    """Whether the coding's quote or its context can hold any part of the words, also less than the whole of them."""
    start, end = _range(coding, gone.text_before)
    if coding.get("start_cp") != start or coding.get("end_cp") != end or start == end:
        return True
    return any(start - CONTEXT_CP < place + len(gone.words) and place < end + CONTEXT_CP for place in gone.places)


def _again(
    record: Record, going: set[str], scope: str, operation: str, cleaned: Callable[[object], object]
) -> tuple[list[Draft], str]:
    """The record's values written again, where the operation that said them goes. Returns also the revision of its text.

    Without a conflict it is one revise upon all heads. With one, each side is written again upon its own operation, so that both
    voices stay and nobody's is chosen by removing words.
    """
    values: dict[str, dict[str, object]] = {}
    for name, said in record.state.fields.items():
        for by, value in said:
            if by in going:
                values.setdefault(by, {})[name] = cleaned(value)
    revision = record.written_by("text") or ""
    if not values:
        return [], revision
    if not record.state.conflicts:
        new = derived_operation_id(operation, record.record_id)
        fields = {name: value for said in values.values() for name, value in said.items()}
        revised = draft(new, scope, record.record_type, record.record_id, "revise", fields, base=record.state.heads)
        return [revised], new if "text" in fields else revision
    drafts = []
    for by, fields in sorted(values.items()):
        new = derived_operation_id(operation, f"{record.record_id}/{by}")
        drafts.append(draft(new, scope, record.record_type, record.record_id, "revise", fields, base=[by]))
        revision = new if by == revision else revision
    return drafts, revision


def _coding_again(
    coding: Record, plan: RemovalPlan, going: set[str], scope: str, operation: str, block_revision: str
) -> list[Draft]:
    gone = plan.removal
    if coding.record_id in plan.swallowed:
        new = derived_operation_id(operation, coding.record_id)
        return [draft(new, scope, "coding", coding.record_id, "withdraw", {}, base=coding.state.heads)]
    start, end = _range(coding, gone.text_before)
    placed = _placed(gone, start, end) if start < end else {}
    fields: dict[str, object] = {**placed, "revision": block_revision} if placed else {}
    drafts, _ = _again(coding, going, scope, operation, lambda value: without(value, gone.words, gone.instead))
    if not drafts:
        if not fields:
            return []
        new = derived_operation_id(operation, coding.record_id)
        return [draft(new, scope, "coding", coding.record_id, "revise", fields, base=coding.state.heads)]
    return [_with(one, fields) for one in drafts]


async def _still_looked_through(
    central: Central, evidence: EvidenceSeen, going: set[str], drafts: Sequence[Draft], operation: str
) -> list[Draft]:
    """A look at the record goes on counting when words are taken out of it: whoever did so has just read what is left.

    The record is read before it is asked whether it counts as screened, so that no word which came meanwhile is taken in.
    """
    record = await record_of(central.log, evidence.evidence_id)
    if record is None:
        return []
    gathered = await gather(central.log, record)
    visibility = await visibility_of(central.log, evidence.evidence_id)
    if visibility is None or not visibility.screened:
        return []
    looks, standing = gathered.looks, gathered.to_look_through
    words = {word for word in standing.words | (standing.all & looks.named) if word[0] not in going}
    for one in drafts:
        if one.record_type == "block":
            words |= {(one.operation_id, name) for name in one.fields}
        elif MEMO in one.fields and looks.speak_for(standing.memos.get(one.record_id, ())):
            words.add((one.operation_id, MEMO))
    fields: dict[str, object] = {LOOKED_THROUGH: entries_of(words)}
    if not looks.operations:
        fields[LOOK] = instant(central.clock())
    new = derived_operation_id(operation, record.record_id)
    return [draft(new, record.scope, "evidence", record.record_id, "revise", fields, base=record.state.heads)]


def _placed(gone: Removal, start: int, end: int) -> dict[str, object]:
    new_start, new_end = gone.moved(start), gone.moved(end, closing=True)
    text = gone.text
    return {
        "start_cp": new_start,
        "end_cp": new_end,
        "quote": text[new_start:new_end],
        "before": text[max(0, new_start - CONTEXT_CP) : new_start],
        "after": text[new_end : new_end + CONTEXT_CP],
    }


def _with(one: Draft, fields: Mapping[str, object]) -> Draft:
    return Draft(
        one.operation_id,
        one.scope,
        one.lane,
        one.record_type,
        one.record_id,
        one.kind,
        {**one.fields, **fields},
        one.salt,
        one.base,
    )


def _redactions(plan: RemovalPlan, going: Sequence[str], scope: str, operation: str) -> list[Draft]:
    drafts = []
    for number, start in enumerate(range(0, len(going), MOST_REDACTED_AT_ONCE)):
        first = draft(
            operation if number == 0 else derived_operation_id(operation, f"redact/{number}"),
            scope,
            "block",
            plan.block.record_id,
            "redact",
            {},
        )
        named = tuple(going[start : start + MOST_REDACTED_AT_ONCE])
        drafts.append(
            Draft(
                first.operation_id,
                first.scope,
                first.lane,
                first.record_type,
                first.record_id,
                first.kind,
                first.fields,
                first.salt,
                redacts=named,
                reason=plan.reason,
            )
        )
    return drafts

"""What the fields of a record say, in words for a cell: consent in full, memory as memory, absence as absence.

Pure functions over records as they stand. Nothing is invented: what a pack did not state is said to be not stated. A field about which
two people's versions wait for a decision is shown with both (PROTOCOL.md 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fieldwork.domain.kept_words import ABOUT_A_BLOCK
from fieldwork.domain.plain_codings import TERMS_OF_A_CODING
from fieldwork.domain.screening import OF_A_LOOK
from fieldwork.export.cells import Cell
from fieldwork.store.coded_evidence import Creation
from fieldwork.store.records import Record

NOT_STATED = "not stated"
NOT_STATED_IN_PACK = "not stated in the pack"

RECORDED_WHEN = {
    "at_the_time": "at the time",
    "within_24h": "within 24 hours",
    "later": "later",
    "from_memory_after_loss": "from memory after loss",
}
NOT_AGREED = {
    "take_part": "does not take part",
    "notes": "no notes",
    "quotation": "no quotation",
    "recording": "no recording",
    "photo": "no photo",
    "named": "not named",
}
"""What to say for each thing that a participant did not agree to, in the order in which it is said."""
ENDED = ("withdrawn", "refused", "expired")


def plain(value: Any) -> str:
    """Any value of a field as words: lists and objects read out, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{spaced(str(key))}: {plain(each)}" for key, each in value.items() if each is not None)
    if isinstance(value, Sequence):
        return "; ".join(map(plain, value))
    return str(value)


def spaced(term: str) -> str:
    """A term of the pack as it is read: `inspector_thought` is "inspector thought"."""
    return term.replace("_", " ")


def values_of(record: Record | None, name: str) -> list[Any]:
    """Every value of a field as it was written, without those that were cleared."""
    if record is None:
        return []
    return [value for _, value in record.state.fields.get(name, []) if value is not None]


def first(record: Record | None, name: str) -> Any:
    """The field's value as it was written, the first of several in a conflict; None where there is none."""
    values = values_of(record, name)
    return values[0] if values else None


def said(record: Record | None, name: str, absent: str = "") -> str:
    """The field in words."""
    value = first(record, name)
    return absent if value is None else plain(value)


def term(record: Record | None, name: str, absent: str = "") -> str:
    """The field in words, where its value is one of the pack's terms."""
    return spaced(said(record, name, absent))


def whole(record: Record, name: str) -> Cell:
    """A position or a count; words where somebody wrote something else there."""
    value = first(record, name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else plain(value)


def recorded_when(evidence: Record) -> str:
    """In words; "from memory after loss" is seen in every view and export (rule R10)."""
    values = [RECORDED_WHEN.get(str(value), spaced(plain(value))) for value in values_of(evidence, "recorded_when")]
    return " or ".join(values) or NOT_STATED


def undecided(*records: Record | None) -> str:
    """The fields of these records for which several versions wait for a decision, with every version; the words have rows of their own.

    Not what a look for names says of itself. Of a block only what the look shows beside its text, and of a coding only what is a term: its
    copies of words were looked through by nobody.
    """
    return "; ".join(
        f"{spaced(name)}: {' | '.join(plain(value) for _, value in record.state.fields[name])}"
        for record in records
        if record is not None
        for name in record.state.conflicts
        if _is_told(record.record_type, name)
    )


def _is_told(record_type: str, name: str) -> bool:
    if record_type == "coding":
        return name in TERMS_OF_A_CODING
    if record_type == "block":
        return name in ABOUT_A_BLOCK
    return not (record_type == "evidence" and name in OF_A_LOOK)


def restrictions(consents: Iterable[Record]) -> str:
    """What the participants of an activity did not agree to; it travels with every excerpt (rule R16).

    One participant's refusal counts for the activity, because a passage does not say who of them spoke. A thing that the consent does
    not mention was not agreed to.
    """
    found: set[str] = set()
    recorded = False
    for consent in consents:
        recorded = True
        found.update(str(status) for status in values_of(consent, "status") if status in ENDED)
        for agrees in values_of(consent, "agrees") or [{}]:
            found.update(_not_agreed(agrees if isinstance(agrees, Mapping) else {}))
    if not recorded:
        return "no consent recorded"
    order = (*ENDED, "does not take part", "no notes", "notes only", *NOT_AGREED.values())
    return "; ".join(sorted(found, key=order.index)) or "none"


def _not_agreed(agrees: Mapping[str, Any]) -> Iterable[str]:
    for name, words in NOT_AGREED.items():
        if agrees.get(name) is not True:
            yield words
    if agrees.get("notes") is True and not any(agrees.get(n) is True for n in ("quotation", "recording", "photo")):
        yield "notes only"


def author(record: Record, field: str | None, created: Creation | None, names: Mapping[str, str]) -> str:
    """Who wrote a record: the field where it is stated, else the author of the operation that began it."""
    stated = said(record, field) if field else ""
    if stated:
        return names.get(stated, stated)
    if created is None:
        return NOT_STATED
    if created.person_id is None:
        return NOT_STATED_IN_PACK
    return names.get(created.person_id, created.person_id)


def written_at(record: Record, field: str, created: Creation | None) -> str:
    """When, by the field where it is stated, else by the writer's clock."""
    if created is not None and created.imported:
        return said(record, field, NOT_STATED_IN_PACK)
    return said(record, field) or (created.device_at if created else None) or NOT_STATED

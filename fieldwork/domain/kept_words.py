"""What is kept with a record of evidence and is not a term of the review: shown to whoever looks it through for names (R12).

A page shows the words that were said; a document's title, who supported a child or what was lost stand in the record's other fields, and
people beyond the team read those as well. So the look shows them. The tablet shows the same (`static/tablet/kept_words.js`), held to
the same answers by `sync/vectors/looks.json`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from fieldwork.domain.screening import OF_A_LOOK, Values, from_pack

TERMS: Mapping[str, frozenset[str]] = {
    "source_role": frozenset({"child", "parent", "practitioner", "leader", "record", "data"}),
    "recorded_when": frozenset({"at_the_time", "within_24h", "later", "from_memory_after_loss"}),
    "origin": frozenset({"typed", "dictated", "transcribed_from_paper", "imported"}),
    "mode": frozenset({"in_person", "phone", "video", "desk"}),
    "place_kind": frozenset({"home", "school", "provider", "clinic", "office", "community", "online", "desk"}),
    "status": frozenset({"draft", "complete", "checked", "given", "restricted", "refused", "withdrawn", "expired"}),
    "language": frozenset({"en"}),
    "kind": frozenset({"verbatim", "paraphrase", "observation", "document_fact", "inspector_thought", "question"}),
}
ABOUT_A_BLOCK = ("kind", "minute", "question", "speaker_role")
"""What a block says beside its text, which the page shows."""
_NO_WORDS = re.compile(
    r"|\d{1,2}(\.\d{1,2})?|\d{4}-\d\d-\d\d|\d\d:\d\d|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.ASCII,
)
"""Nothing, the number of a question, a day, a time of day, an id."""


def kept_words(
    around: Iterable[Values], blocks: Iterable[Values], activity_types: Collection[str], roles: Collection[str]
) -> list[tuple[str, str]]:
    """Field and words, in the order of records and fields; every version where people differ.

    `around` are the record of evidence, its activity and its consents. Left out is what cannot be words (dates, times, ids, numbers,
    terms of ours or of the review) and what a pack brought.
    """
    terms = {**TERMS, "type": activity_types, "speaker_role": roles}
    beside = ({name: fields[name] for name in ABOUT_A_BLOCK if name in fields} for fields in blocks)
    return [
        (name.replace("_", " "), in_words(value))
        for fields in (*around, *beside)
        for name, values in sorted(fields.items())
        if name not in OF_A_LOOK
        for operation, value in values
        if not from_pack(operation) and not _is_term(value, terms.get(name, ()))
    ]


def in_words(value: object) -> str:
    """A value read out, with what is inside it and under which names."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {in_words(each)}" for key, each in value.items() if each is not None)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(in_words(each) for each in value if each is not None)
    return "" if value is None else str(value)


def _is_term(value: object, known: Collection[str]) -> bool:
    if isinstance(value, list):
        return all(_is_term(each, known) for each in value)
    if isinstance(value, str):
        return value in known or _NO_WORDS.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int | float)

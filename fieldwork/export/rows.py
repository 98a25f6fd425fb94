"""From one evidence record to rows: one for each coding, one for the record, one for each block's words.

This is where words are put beside who said them, when they were written down, and what was agreed. A coding whose words were redacted
afterwards loses them here too: its quote is a copy, and what was removed for a child's sake is gone everywhere. Rows that are left out
are counted, never dropped in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldwork.domain.plain_codings import CodebookTerms, is_plain
from fieldwork.domain.screening import LOOK, MEMO, is_instant, memo_words, words_in
from fieldwork.domain.text import CONTEXT_CP
from fieldwork.export.cells import Cell
from fieldwork.export.tables import BLOCKS, CODINGS, RECORDS, Table
from fieldwork.export.words import (
    NOT_STATED,
    author,
    first,
    plain,
    recorded_when,
    restrictions,
    said,
    spaced,
    term,
    undecided,
    values_of,
    whole,
    written_at,
)
from fieldwork.store.coded_evidence import CodedRecord
from fieldwork.store.records import Record

AS_CODED = "as coded"
REMOVED = "the words were removed"
REMOVED_BUT_STANDS = "the revision that was coded was removed; these words still stand"
BLOCK_WITHDRAWN = "codings of a block that its author withdrew"
RECORD_IN_DOUBT = "codings of a record whose consent is in doubt"
NOT_IN_TERMS = "codings that are not in the words of the codebook"
NOT_LOOKED_THROUGH = "kept back: not yet checked for names"

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)

Row = tuple[Table, dict[str, Cell]]


@dataclass(frozen=True, slots=True)
class Term:
    """A code of the codebook, as the codings' rows say it."""

    label: str
    family: str
    questions: str


@dataclass(frozen=True, slots=True)
class ReviewTerms:
    """The review's own words: codes by (version of the codebook, reference or id), types of activity, people's names."""

    codes: Mapping[tuple[str, str], Term]
    activity_types: Mapping[str, str]
    names: Mapping[str, str]
    plain: CodebookTerms

    def code(self, version: str, code: str) -> Term:
        """The code in the version that was coded with; where that is not here, in whichever has it."""
        return self.codes.get((version, code)) or self.codes.get(("", code)) or Term(NOT_STATED, NOT_STATED, "")


@dataclass(slots=True)
class Rows:
    """Makes the rows of record after record, and counts what it leaves out in `left_out`, by reason."""

    terms: ReviewTerms
    left_out: Counter[str] = field(default_factory=Counter)
    records_in_doubt: int = 0
    files_kept_back: int = 0
    memos_kept_back: int = 0

    def of(self, record: CodedRecord) -> Iterator[Row]:
        """The rows of one record: its own, then its blocks', then its codings', in order of the words."""
        if values_of(record.evidence, "quarantine"):
            # Of two versions that wait for a decision, one says that consent was withdrawn. Until then nobody reads it.
            self.records_in_doubt += 1
            self.left_out[RECORD_IN_DOUBT] += len(record.codings)
            return
        common = self._common(record)
        yield RECORDS, common | self._record(record)
        codings_of = Counter(said(coding, "block") for coding in record.codings)
        for number, block in enumerate(record.blocks, 1):
            for words in self._block(record, block):
                count = codings_of[block.record_id]
                yield BLOCKS, common | words | {"number": number, "codings": count}
        places = {block.record_id: number for number, block in enumerate(record.blocks)}
        blocks = {block.record_id: block for block in record.blocks}
        for coding in sorted(record.codings, key=lambda coding: _place(coding, places)):
            block_id = said(coding, "block")
            if block_id in record.withdrawn:
                self.left_out[BLOCK_WITHDRAWN] += 1
                continue
            if not is_plain(coding.state.fields, self.terms.plain):
                self.left_out[NOT_IN_TERMS] += 1
                continue
            yield CODINGS, common | self._coding(record, coding, blocks.get(block_id))

    def _common(self, record: CodedRecord) -> dict[str, Cell]:
        evidence = record.evidence
        activity_type = said(record.activity, "type") or said(evidence, "type")
        return {
            "area": f"Area {record.visit.letter}",
            "record": said(evidence, "ref", NOT_STATED),
            "record_id": evidence.record_id,
            "activity_type": self.terms.activity_types.get(activity_type, spaced(activity_type)) or NOT_STATED,
            "activity_date": said(record.activity, "date", NOT_STATED),
            "source_role": term(evidence, "source_role", NOT_STATED),
            "recorded_when": recorded_when(evidence),
            "origin": term(evidence, "origin", NOT_STATED),
            "consent": restrictions(record.consents),
            "screened": _screened(record),
        }

    def _record(self, record: CodedRecord) -> dict[str, Cell]:
        evidence, activity = record.evidence, record.activity
        created = record.created.get(evidence.record_id)
        files = [one for one in record.files if record.looks.speak_for(words_in(one.state.fields))]
        self.files_kept_back += len(record.files) - len(files)
        return {
            "activity_start": said(activity, "start"),
            "activity_end": said(activity, "end"),
            "mode": term(activity, "mode"),
            "place_kind": term(activity, "place_kind"),
            "present": _people(first(activity, "present")),
            "supporter": plain(first(activity, "supporter")),
            "type": term(evidence, "type"),
            "setting_type": term(evidence, "setting_type"),
            "status": term(evidence, "status"),
            **{
                name: said(evidence, name)
                for name in ("group", "age_band", "phase", "send_status", "questions", "language", "abbreviations")
            },
            **{name: said(evidence, name) for name in ("loss_incident", "paper", "document")},
            "blocks": len(record.blocks),
            "codings": len(record.codings),
            "files": len(files),
            "file_hashes": "; ".join(_hash_of(file) for file in files),
            "undecided": undecided(evidence, record.activity, *record.consents),
            "recorded_by": author(evidence, None, created, self.terms.names),
            "record_operation": created.operation_id if created else "",
            "record_header_hash": created.header_hash if created else "",
        }

    def _block(self, record: CodedRecord, block: Record) -> Iterator[dict[str, Cell]]:
        versions = [(o, value) for o, value in block.state.fields.get("text", []) if value is not None]
        of_all: dict[str, Cell] = {
            "kind": term(block, "kind", NOT_STATED),
            "speaker_role": term(block, "speaker_role"),
            "minute": said(block, "minute"),
            "question": said(block, "question"),
            "undecided": undecided(block),
            "recorded_by": author(block, None, record.created.get(block.record_id), self.terms.names),
            "block_id": block.record_id,
        }
        if not versions:
            yield of_all | {"words": "", "version": REMOVED, "revision_operation": "", "revision_header_hash": ""}
        for number, (operation, value) in enumerate(versions, 1):
            several = f"{number} of {len(versions)}, not yet decided between"
            yield of_all | {
                "words": plain(value),
                "version": several if len(versions) > 1 else "",
                "revision_operation": operation,
                "revision_header_hash": record.revisions.get(operation, ""),
            }

    def _coding(self, record: CodedRecord, coding: Record, block: Record | None) -> dict[str, Cell]:
        created = record.created.get(coding.record_id)
        version, code = said(coding, "codebook_version"), said(coding, "code")
        meaning = self.terms.code(version, code)
        memo = said(coding, MEMO)
        if memo and not record.looks.speak_for(memo_words(coding.state.fields)):
            self.memos_kept_back += 1
            memo = NOT_LOOKED_THROUGH
        return {
            **_words_of(record, coding, block),
            "code": code,
            "code_label": meaning.label,
            "code_family": meaning.family,
            "code_questions": meaning.questions,
            "codebook_version": version or NOT_STATED,
            "valence": term(coding, "valence", NOT_STATED),
            "agency": term(coding, "agency", NOT_STATED),
            "memo": memo,
            "coder": author(coding, "coder", created, self.terms.names),
            "coded_at": written_at(coding, "coded_at", created),
            "block_kind": term(block, "kind", NOT_STATED),
            "speaker_role": term(block, "speaker_role"),
            "block_question": said(block, "question"),
            "undecided": undecided(coding, block, record.evidence),
            "coding_id": coding.record_id,
            "coding_operation": created.operation_id if created else "",
            "coding_header_hash": created.header_hash if created else "",
            "revision_operation": said(coding, "revision"),
            "block_id": said(coding, "block"),
        }


def _place(coding: Record, places: Mapping[str, int]) -> tuple[int, int, int, str]:
    start, end = whole(coding, "start_cp"), whole(coding, "end_cp")
    return (
        places.get(said(coding, "block"), len(places)),
        start if isinstance(start, int) else 0,
        end if isinstance(end, int) else 0,
        coding.record_id,
    )


def _screened(record: CodedRecord) -> str:
    created = record.created.get(record.evidence.record_id)
    at = next(filter(is_instant, values_of(record.evidence, LOOK)), "")
    if at:
        return f"yes, {at}"
    return "yes, before it was imported" if created and created.imported else "yes"


def _hash_of(file: Record) -> str:
    """The file's hash, where it is one."""
    return said(file, "sha256") if _SHA256.fullmatch(said(file, "sha256")) else NOT_STATED


def _people(present: object) -> str:
    """Who was there, by role and pseudonym: never a name."""
    if not isinstance(present, Sequence) or isinstance(present, str):
        return plain(present)
    return "; ".join(
        " ".join(plain(person.get(name)) for name in ("role", "pseudonym") if person.get(name)).replace("_", " ")
        if isinstance(person, Mapping)
        else plain(person)
        for person in present
    )


def _words_of(record: CodedRecord, coding: Record, block: Record | None) -> dict[str, Cell]:
    """The quote with what stands around it and where, and whether it still reads so.

    The quote is a copy of the revision that was coded. The words come out only where they stand in the block as it is now, and what
    stands around them is read from there: what was looked through for names is the block, not the copy.
    """
    revision, quote = said(coding, "revision"), said(coding, "quote")
    here: dict[str, Cell] = {
        "quote": quote,
        "before": said(coding, "before"),
        "after": said(coding, "after"),
        "start_cp": whole(coding, "start_cp"),
        "end_cp": whole(coding, "end_cp"),
    }
    texts = [(operation, plain(value)) for operation, value in (block.state.fields.get("text", []) if block else [])]
    removed = revision in record.removed or not quote
    words_now = REMOVED if removed else _still(revision, quote, here["start_cp"], texts, block is not None)
    for operation, text in texts if quote else ():
        place = here["start_cp"] if words_now == AS_CODED else _as_whole_words(text, quote)
        if isinstance(place, int) and (words_now != AS_CODED or operation == revision):
            here["before"] = text[max(0, place - CONTEXT_CP) : place]
            here["after"] = text[place + len(quote) : place + len(quote) + CONTEXT_CP]
            return here | {"words_now": REMOVED_BUT_STANDS if removed else words_now}
    return here | {"quote": "", "before": "", "after": "", "words_now": words_now}


def _still(revision: str, quote: str, start: Cell, texts: Sequence[tuple[str, str]], block_is_here: bool) -> str:
    if not block_is_here:
        return "the block is not at the office"
    here = [o for o, text in texts if isinstance(start, int) and text[start : start + len(quote)] == quote]
    if revision in here:
        return AS_CODED
    if here:
        return "the block was changed; these words still stand at the same place"
    if any(quote in text for _, text in texts):
        return "the block was changed; these words stand elsewhere in it"
    return "the block was changed; these words no longer stand in it"


def _as_whole_words(text: str, quote: str) -> int | None:
    """Where the quote stands in the text, not as a part of longer words: a removed "Tom" is not in "tomorrow"."""
    place = text.find(quote)
    while place != -1:
        before, after = text[:place][-1:], text[place + len(quote) :][:1]
        if not (before.isalnum() and quote[:1].isalnum()) and not (after.isalnum() and quote[-1:].isalnum()):
            return place
        place = text.find(quote, place + 1)
    return None

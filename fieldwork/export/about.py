"""What an export says about itself: who made it, when and why, of which moment it is, and what it leaves out.

Every export carries this (EXP-06). Whoever is handed a file years later can tell what it is, check by hash that it is whole, and knows
that records are missing from it and for which reason, by number and never by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fieldwork.export.meaning import Meant
from fieldwork.export.tables import BLOCKS, CODINGS, RECORDS
from fieldwork.store.coded_evidence import Counted, Visit


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for. `by` is a name for people; `visit_ids` are the visits they may export, None for every one."""

    review_id: str
    format: str
    by: str
    purpose: str
    asked_at: datetime
    visit_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What the export was made of: the review, its visits inside and outside the export, and how far the log went."""

    title: str
    inside: Sequence[Visit]
    outside: Sequence[Visit]
    counted: Counted
    positions: Mapping[str, int]
    left_out: Mapping[str, int]
    records_in_doubt: int
    files_kept_back: int
    memos_kept_back: int


def watermark(wish: Wish) -> str:
    """One line for every printed page."""
    return f"Exported by {wish.by} on {at(wish.asked_at)} for: {wish.purpose}"


def at(moment: datetime) -> str:
    """An instant in words, in UTC."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y at %H:%M:%S} UTC"


def content_sha256(meant: Meant) -> str:
    """One hash for all that was exported of the evidence; the same for a workbook and for CSV of the same moment."""
    lines = (f"{t.title}\t{meant.count(t)}\t{meant.sha256(t)}\n" for t in (CODINGS, RECORDS, BLOCKS))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def about(wish: Wish, moment: Moment, meant: Meant) -> list[tuple[str, str]]:
    """The page, as pairs of what and which."""
    return [
        ("Watermark", watermark(wish)),
        ("Exported by", wish.by),
        ("Exported at", at(wish.asked_at)),
        ("Purpose", wish.purpose),
        ("Review", moment.title),
        ("Review id", wish.review_id),
        ("Areas in this export", _letters(moment.inside)),
        ("Areas not in this export", _outside(moment.outside)),
        ("Which records", "Records screened for names, to whose use consent stands. Nothing else was filtered."),
        *_counts(meant),
        *_left_out(moment),
        *((f"SHA-256 of the rows of {t.title}", meant.sha256(t)) for t in (CODINGS, RECORDS, BLOCKS)),
        ("SHA-256 of all rows", content_sha256(meant)),
        *_positions(moment),
        *_HOW_TO_READ,
    ]


def _letters(visits: Sequence[Visit]) -> str:
    return ", ".join(f"Area {visit.letter}" for visit in visits) or "none"


def _outside(visits: Sequence[Visit]) -> str:
    return f"{_letters(visits)}: not assigned to {'them' if len(visits) > 1 else 'it'}" if visits else "none"


def _counts(meant: Meant) -> list[tuple[str, str]]:
    return [(f"Rows of {table.title}", str(meant.count(table))) for table in (CODINGS, RECORDS, BLOCKS)]


def _left_out(moment: Moment) -> list[tuple[str, str]]:
    counted = moment.counted
    reasons = {
        "Records left out: consent was withdrawn": counted.consent_withdrawn,
        "Records left out: not yet screened for names": counted.unscreened,
        "Records left out: withdrawn by their author": counted.withdrawn,
        "Records left out: two versions disagree whether consent was withdrawn": moment.records_in_doubt,
        "Codings left out: of records that are left out, or whose own words were removed": counted.codings
        - counted.codings_of_these_records,
    }
    reasons["Blocks left out: they name no record that is here"] = counted.blocks_without_record
    reasons |= {f"Codings left out: {reason}": number for reason, number in sorted(moment.left_out.items())}
    reasons["Files left out of the records’ counts: not yet checked for names"] = moment.files_kept_back
    reasons["Memos left out: not yet checked for names"] = moment.memos_kept_back
    return [(reason, str(number)) for reason, number in reasons.items()]


def _positions(moment: Moment) -> list[tuple[str, str]]:
    letters = {f"visit:{visit.visit_id}": f"the visit to Area {visit.letter}" for visit in moment.inside}
    return [
        (f"Position in the log of {letters.get(scope, 'the review')} ({scope})", str(position))
        for scope, position in sorted(moment.positions.items())
    ]


_HOW_TO_READ = (
    (
        "Consent restrictions",
        "What the people of the activity did not agree to. They travel with every excerpt: words with “no quotation” must not be"
        " quoted. “No consent recorded” stands where an activity has none, for example a document.",
    ),
    (
        "Recorded when",
        "When the words were written down. “From memory after loss” means that notes were lost and written again from memory.",
    ),
    (
        "Start and end position",
        "Counted in characters (Unicode code points) from 0 in the revision of the block that was coded, up to and not including the end.",
    ),
    (
        "Characters that a file cannot hold",
        "Stand as \\u{…} with their number in hexadecimal, for example \\u{0}. Where a person typed such a thing, its backslash stands as"
        " \\u{5C}; _ before a workbook's own escape stands as \\u{5F}. The words as typed stay in the log.",
    ),
    (
        "Long words",
        "A cell of a workbook holds 32,767 characters. Longer words go on in the sheet “Continued”, in numbered parts to be put together"
        " in their order, and the column “Longer cells” says so. Cells of a CSV file are whole, but some programs show only the beginning.",
    ),
    (
        "Counts and report text",
        "Counts are for coverage. A report says “most”, “many”, “some” or “a few”, and never compares areas.",
    ),
    (
        "Hashes",
        "SHA-256 over the rows of a table in their order, each as a JSON array of its cells as text (ASCII, without spaces) and LF;"
        " long cells put together, without the apostrophe that marks a CSV cell. “All rows” is over “title TAB rows TAB hash LF” of"
        " Codings, Records and Blocks.",
    ),
)

"""The tables of an export and their columns: codings, records, blocks, and what the export says about itself.

`name` is the column in CSV, for programs; `heading` is the column in a workbook, for people. Columns are added at the end and never
renamed: somebody's analysis reads them by name.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDE, MIDDLE, NARROW = 60, 22, 11


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` is in characters; wide columns wrap. `whole_number` cells are numbers in a workbook."""

    name: str
    heading: str
    width: int = MIDDLE
    whole_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `title` is the sheet's name, `stem` is what its CSV file's name ends in ("" for the file asked for)."""

    title: str
    stem: str
    columns: tuple[Column, ...]


_WHERE_FROM = (
    Column("area", "Area", NARROW),
    Column("record", "Record", NARROW),
)
_TERMS = (
    Column("recorded_when", "Recorded when"),
    Column("origin", "Origin"),
    Column("consent", "Consent restrictions", 34),
)

CODINGS = Table(
    "Codings",
    "",
    (
        *_WHERE_FROM,
        Column("quote", "Quote", WIDE),
        Column("before", "Words before", 34),
        Column("after", "Words after", 34),
        Column("start_cp", "Start position", NARROW, whole_number=True),
        Column("end_cp", "End position", NARROW, whole_number=True),
        Column("words_now", "The words now"),
        Column("code", "Code", NARROW),
        Column("code_label", "Code label", 34),
        Column("code_family", "Code family", 34),
        Column("code_questions", "Review questions of the code", NARROW),
        Column("valence", "Valence", NARROW),
        Column("agency", "Agency", NARROW),
        Column("memo", "Memo", WIDE),
        Column("coder", "Coder"),
        Column("coded_at", "Coded at"),
        Column("codebook_version", "Codebook version", NARROW),
        Column("block_kind", "Kind of block"),
        Column("speaker_role", "Speaker"),
        Column("block_question", "Question of the block", NARROW),
        Column("activity_type", "Activity"),
        Column("activity_date", "Date", NARROW),
        Column("source_role", "Source"),
        *_TERMS,
        Column("screened", "Screened for names"),
        Column("undecided", "Not yet decided between", 34),
        Column("coding_id", "Coding id", 38),
        Column("coding_operation", "Operation of the coding", 38),
        Column("coding_header_hash", "Header hash of that operation", 66),
        Column("revision_operation", "Revision of the block that was coded", 38),
        Column("block_id", "Block id", 38),
        Column("record_id", "Record id", 38),
    ),
)

RECORDS = Table(
    "Records",
    "-records",
    (
        *_WHERE_FROM,
        Column("activity_type", "Activity"),
        Column("activity_date", "Date", NARROW),
        Column("activity_start", "Start", NARROW),
        Column("activity_end", "End", NARROW),
        Column("mode", "Mode", NARROW),
        Column("place_kind", "Kind of place"),
        Column("present", "Present", 34),
        Column("supporter", "Supporter", 34),
        Column("type", "Type of record"),
        Column("source_role", "Source"),
        Column("group", "Group", NARROW),
        Column("setting_type", "Type of setting"),
        Column("age_band", "Age band", NARROW),
        Column("phase", "Phase", NARROW),
        Column("send_status", "SEND status"),
        Column("questions", "Review questions"),
        Column("language", "Language", NARROW),
        Column("abbreviations", "Abbreviations"),
        *_TERMS,
        Column("loss_incident", "Loss of notes", 34),
        Column("paper", "Paper", 34),
        Column("document", "Document", 34),
        Column("status", "Status"),
        Column("screened", "Screened for names"),
        Column("blocks", "Number of blocks", NARROW, whole_number=True),
        Column("codings", "Number of codings", NARROW, whole_number=True),
        Column("files", "Number of files", NARROW, whole_number=True),
        Column("file_hashes", "SHA-256 of the files", 34),
        Column("undecided", "Not yet decided between", 34),
        Column("recorded_by", "Recorded by"),
        Column("record_operation", "Operation that began the record", 38),
        Column("record_header_hash", "Header hash of that operation", 66),
        Column("record_id", "Record id", 38),
    ),
)

BLOCKS = Table(
    "Blocks",
    "-blocks",
    (
        *_WHERE_FROM,
        Column("number", "Number in the record", NARROW, whole_number=True),
        Column("kind", "Kind of block"),
        Column("speaker_role", "Speaker"),
        Column("minute", "Minute", NARROW),
        Column("question", "Question", NARROW),
        Column("words", "Words", WIDE),
        Column("version", "Version"),
        Column("codings", "Number of codings", NARROW, whole_number=True),
        *_TERMS,
        Column("undecided", "Not yet decided between", 34),
        Column("recorded_by", "Recorded by"),
        Column("revision_operation", "Operation of these words", 38),
        Column("revision_header_hash", "Header hash of that operation", 66),
        Column("block_id", "Block id", 38),
        Column("record_id", "Record id", 38),
    ),
)

ABOUT = Table("About this export", "-about", (Column("item", "About", 44), Column("value", "Value", 110)))

TABLES = (CODINGS, RECORDS, BLOCKS, ABOUT)

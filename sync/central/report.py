"""What a tablet found wrong with its own copies at a start, as counts: `fieldwork-report/1` and the answer to it.

It stands beside the life of a note: step 5 compares and restores, and the office hears of it from here. No word of anybody, no name and
no id of a record is in it, so whoever looks after tablets may read it. Nothing is stored or judged here. Source: PROTOCOL.md 4.8 and 7.
"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sync.central.header import LARGEST_NUMBER, is_instant, is_uuid_4
from sync.central.line import AnswerProblem, PushProblem

MOST_REPORT_BYTES = 4_096

_Count = Annotated[int, Meta(ge=0, le=LARGEST_NUMBER)]


class Report(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The keys of PROTOCOL 4.8 in the order of its table. `persisted` is None where the browser does not say."""

    format: Literal["fieldwork-report/1"]
    report: str
    found_at: str
    found_empty: bool
    restored: _Count
    repaired: _Count
    copied: _Count
    lost: _Count
    lost_streams: _Count
    damaged: _Count
    certain: bool
    journal_damaged_bytes: _Count
    drafts_unopened: _Count
    persisted: bool | None


class _Reported(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["fieldwork-reported/1"]
    epoch: str
    report: str


_is_spaced = re.compile(rb"[ \t\r\n]").search
_decode = msgspec.json.Decoder(Report).decode


def read_report(raw: bytes) -> Report:
    """Read a report. Raises PushProblem `report_not_readable`, and for nothing else."""
    try:
        report = _decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise PushProblem("report_not_readable") from problem
    # A key that came twice would let two readers see two reports. Without spaces each `":` ends a key, and no value here can hold it.
    keys = raw.count(b'":')
    if _is_spaced(raw) or keys != len(Report.__struct_fields__) or not _is_as_promised(report):
        raise PushProblem("report_not_readable")
    return report


def _is_as_promised(report: Report) -> bool:
    if not is_uuid_4(report.report) or not is_instant(report.found_at):
        return False
    return report.lost_streams <= report.lost and (report.lost > 0) == (report.lost_streams > 0)


def write_report(report: Report) -> bytes:
    return msgspec.json.encode(report)


def write_reported(epoch: str, report: str) -> bytes:
    """The answer: this report is kept, now or before."""
    return msgspec.json.encode(_Reported("fieldwork-reported/1", epoch, report))


def read_reported(raw: bytes) -> tuple[str, str]:
    """The epoch, and the id of the report that is kept. Raises AnswerProblem `answer_not_readable`."""
    try:
        answer = msgspec.json.decode(raw, type=_Reported)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise AnswerProblem("answer_not_readable") from problem
    if not is_uuid_4(answer.report):
        raise AnswerProblem("answer_not_readable")
    return answer.epoch, answer.report

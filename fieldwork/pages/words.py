"""Dates, counts and values as words: whatever a template prints has been words here first.

Times of central are shown in British time. A value that this page does not know is shown as it is, with its underscores as spaces, never
hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

try:
    BRITISH: ZoneInfo | None = ZoneInfo("Europe/London")
except ZoneInfoNotFoundError:  # a machine without a time zone database: UTC is said, not hidden
    BRITISH = None

_ANOTHER_HOUR_S = 3_600
MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 (read aloud)
)

ROLE_WORDS = {
    "lead": "Lead inspector",
    "inspector": "Inspector",
    "researcher": "Researcher",
    "report_writer": "Report writer",
    "safeguarding_lead": "Safeguarding lead",
}
RECORDED_WHEN_WORDS = {
    "at_the_time": "At the time",
    "within_24h": "Within 24 hours",
    "later": "Later than 24 hours after",
    "from_memory_after_loss": "From memory after loss",
}
ORIGIN_WORDS = {
    "typed": "Typed",
    "dictated": "Dictated",
    "transcribed_from_paper": "Copied from paper",
    "imported": "Imported",
}
KIND_WORDS = {
    "verbatim": "Exact words",
    "paraphrase": "In our words",
    "observation": "Seen and heard",
    "document_fact": "From a document",
    "inspector_thought": "Inspector’s thought",
    "question": "Question",
}
MODE_WORDS = {"in_person": "In person", "phone": "By phone", "video": "By video call", "desk": "At a desk"}
SOURCE_WORDS = {
    "child": "Child",
    "parent": "Parent or carer",
    "practitioner": "Practitioner",
    "leader": "Leader",
    "record": "Record",
    "data": "Data",
}
VALENCE_WORDS = {"strength": "Strength", "weakness": "Weakness", "mixed": "Mixed", "neutral": "Neutral"}
AGENCY_WORDS = {
    "education": "education services",
    "school": "the school",
    "health": "health services",
    "social_care": "social care",
    "family": "the family",
    "national": "national rules",
}
VISIT_STATUS_WORDS = {
    "planned": "Planned",
    "notified": "The area has been told",
    "off_site": "Fieldwork at a distance",
    "on_site": "On site",
    "closed": "Closed",
}
REASON_WORDS = {
    "name_replaced": "A name was replaced",
    "moved_to_lane": "Moved to a place of its own",
    "disclosure": "A disclosure, kept with the concerns",
    "consent_withdrawn": "Consent was withdrawn",
    "erasure": "The person asked for it",
    "written_in_error": "Written in error",
}
RECORD_TYPE_WORDS = {
    "evidence": "the record",
    "block": "a part of it",
    "coding": "a code",
    "activity": "the activity",
    "consent": "a consent",
    "seen": "a mark as seen",
    "file": "a file",
    "decision": "a decision",
}


def words_for(value: Any, known: Mapping[str, str]) -> str:
    """The words for a value of a list; an unknown value as it is."""
    text = str(value)
    return typeset(known.get(text, text.replace("_", " ").strip().capitalize()))


def typeset(words: str) -> str:
    """A label or a title with a printer's apostrophe. Never for what a person said: that stands as it was typed."""
    return words.replace("'", "’")


def day_in_words(text: Any) -> str:
    """ "2025-02-11" as "11 February 2025"; anything else as it stands."""
    try:
        day = date.fromisoformat(str(text)[:10])
    except ValueError:
        return str(text)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_in_words(text: Any) -> str:
    """ "14:05" as "2:05pm"; anything else as it stands."""
    hours, _, minutes = str(text).partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes[:2].isascii() and minutes[:2].isdigit()):
        return str(text)
    hour, minute = int(hours), int(minutes[:2])
    if (hour, minute) == (12, 0):
        return "midday"
    if (hour, minute) == (0, 0):
        return "midnight"
    return f"{(hour - 1) % 12 + 1}:{minute:02d}{'am' if hour < 12 else 'pm'}"


def moment_in_words(moment: datetime | str) -> str:
    """An instant as "22 November 2026 at 2:33am", in British time."""
    if isinstance(moment, str):
        try:
            read = datetime.fromisoformat(moment)
        except ValueError:
            return moment
    else:
        read = moment
    here = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(BRITISH or UTC)
    said = f"{day_in_words(here.date().isoformat())} at {clock_in_words(here.strftime('%H:%M'))}"
    return said if BRITISH else f"{said} UTC"


def by_its_own_clock(what: str, claimed_at: str, ours_s: float) -> str:
    """ " (by the tablet’s clock it was saved on 22 November 2026 at 2:33am)", where that is another hour than by ours; else "".

    `what` is "it was saved on"; `ours_s` is the same moment by central's clock, in seconds since 1970.
    """
    claimed = datetime.fromisoformat(claimed_at)
    # At either end of the calendar there is no British time.
    if not 1971 <= claimed.year <= 9998 or abs(claimed.timestamp() - ours_s) < _ANOTHER_HOUR_S:
        return ""
    return f" (by the tablet’s clock {what} {moment_in_words(claimed)})"


def counted(count: int, one: str, many: str) -> str:
    """ "1 record", "2 records", "1,200 records"."""
    return f"{count:,} {one if count == 1 else many}"


def seconds_in_words(seconds: int) -> str:
    """How long to wait, rounded up: "8 seconds", "2 minutes"."""
    if seconds < 60:
        return counted(seconds, "second", "seconds")
    return counted(-(-seconds // 60), "minute", "minutes")


def size_in_words(size_bytes: int) -> str:
    """ "2.4 MB", "12 KB", with a point."""
    if size_bytes >= 1024 * 1024:
        return f"{size_bytes / (1024 * 1024):.1f} MB"
    return f"{max(1, round(size_bytes / 1024))} KB"


def listed_in_words(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def is_are(count: int) -> str:
    """The verb that fits a count."""
    return "is" if count == 1 else "are"

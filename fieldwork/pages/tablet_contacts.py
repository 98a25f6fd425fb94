"""What tablets say is on them alone, in words: for the lead of a visit in the evening, and for whoever looks after tablets.

A tablet that has said nothing is never called empty, and one that was not here for long is never called safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fieldwork.domain.tablet_contact import TabletContact, waited_s
from fieldwork.pages.frame import Page
from fieldwork.pages.words import BRITISH, by_its_own_clock, counted, is_are, moment_in_words

HOUR_S, DAY_S = 3_600, 86_400
JUST_NOW_S = 600
"""A sign of life is noted every five minutes at most, so nothing finer than this can be said."""
WORTH_SAYING_S = HOUR_S


@dataclass(frozen=True, slots=True)
class TabletLine:
    """One tablet on a visit's board. `waiting` counts what waits of this visit; None when the tablet has said nothing yet."""

    label: str
    person: str
    standing: str
    """"on_the_team", "part_ended", or "elsewhere": its person has no part in this visit."""
    last_seen_at: datetime
    revoked_at: datetime | None
    told_at: datetime | None
    waiting: int | None
    oldest_age_s: int | None
    persisted: bool | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """A line, how long its oldest has waited, and the short words of its alarm: "" where there is none."""

    line: TabletLine
    oldest_s: int
    alarm: str


def board(
    lines: Sequence[TabletLine], without: Sequence[str], *, alarm_after: timedelta, on_site: bool, now: datetime
) -> Page:
    """The tablets of a visit: those that somebody must ask after first, then by person; those that were revoked last."""
    judged = [_judged(line, alarm_after, on_site, now) for line in lines]
    judged.sort(key=lambda one: (not one.alarm, one.line.revoked_at is not None, one.line.standing, one.line.person))
    alarms = sum(bool(one.alarm) for one in judged)
    return {
        "rows": [_row(one, now) for one in judged],
        "without": [f"{name or 'Somebody whose name is not stated'} has no tablet yet." for name in without],
        "alarm": f"{counted(alarms, 'tablet needs', 'tablets need')} you: look at the tablets of this visit."
        if alarms
        else "",
    }


def is_on_site(from_day: object, to_day: object, now: datetime) -> bool:
    """Whether the team is on site, or came back yesterday. False where the dates are not stated."""
    try:
        first, last = date.fromisoformat(str(from_day)), date.fromisoformat(str(to_day))
    except ValueError:
        return False
    today = now.astimezone(BRITISH or UTC).date()
    return first <= today and (today - last).days <= 1


def last_here(last_seen_at: datetime, now: datetime) -> str:
    """ "Last here 2 days ago, on 20 November 2026 at 9:00am."."""
    gone_s = max(0, int((now - last_seen_at).total_seconds()))
    if gone_s < JUST_NOW_S:
        return "Here in the last 10 minutes."
    return f"Last here {length_in_words(gone_s)} ago, on {moment_in_words(last_seen_at)}."


def length_in_words(length_s: int) -> str:
    """ "5 minutes", "3 hours", "2 days", rounded down."""
    if length_s < HOUR_S:
        return counted(max(1, length_s // 60), "minute", "minutes")
    if length_s < DAY_S:
        return counted(length_s // HOUR_S, "hour", "hours")
    return counted(length_s // DAY_S, "day", "days")


def only_on_it(waiting: int, of_what: str = "") -> str:
    """What a tablet says is on it alone, counted as the tablet itself counts it."""
    if waiting == 0:
        return f"It says that nothing{of_what} is only on it."
    return f"It says that {counted(waiting, 'change', 'changes')}{of_what} {is_are(waiting)} still only on it."


def said_last(contact: TabletContact | None, *, last_seen_at: datetime, alarm_after: timedelta, now: datetime) -> Page:
    """Everything a tablet said, for whoever looks after tablets: an alarm, which may be "", and the words."""
    if contact is None:
        return {"alarm": "", "words": "It has not said yet what is only on it."}
    oldest_s = waited_s(contact.oldest_age_s or 0, contact.told_at, now)
    late = contact.waiting > 0 and oldest_s > alarm_after.total_seconds()
    return {
        "alarm": "Something has waited too long." if late else "",
        "words": " ".join(_everything(contact, last_seen_at, oldest_s)),
    }


def _everything(contact: TabletContact, last_seen_at: datetime, oldest_s: int) -> Iterator[str]:
    yield only_on_it(contact.waiting)
    if contact.waiting:
        ours_s = contact.told_at.timestamp() - (contact.oldest_age_s or 0)
        claimed = by_its_own_clock("it was saved on", contact.oldest_at or "", ours_s)
        yield f"The oldest has waited {length_in_words(oldest_s)}{claimed}."
    if contact.attention:
        yield f"{counted(contact.attention, 'change needs', 'changes need')} a person to look."
    if contact.drafts:
        yield f"{counted(contact.drafts, 'draft was', 'drafts were')} being written."
    if contact.persisted is False:
        yield "The tablet may delete notes when it runs out of space."
    if (last_seen_at - contact.told_at).total_seconds() >= WORTH_SAYING_S:
        yield f"It said so on {moment_in_words(contact.told_at)}, and nothing since."
    yield f"It runs release {contact.app_version}."


def _judged(line: TabletLine, alarm_after: timedelta, on_site: bool, now: datetime) -> _Judged:
    """A tablet needs somebody when what it told of has waited too long; and while the team is on site when it is silent for as long."""
    limit_s = alarm_after.total_seconds()
    oldest_s = waited_s(line.oldest_age_s or 0, line.told_at, now) if line.told_at else 0
    if line.waiting and oldest_s > limit_s:
        return _Judged(line, oldest_s, "Waiting too long")
    silent = (now - line.last_seen_at).total_seconds() > limit_s
    if silent and on_site and line.revoked_at is None and line.standing == "on_the_team":
        return _Judged(line, oldest_s, "Not heard of for too long")
    return _Judged(line, oldest_s, "")


def _row(judged: _Judged, now: datetime) -> Page:
    line = judged.line
    return {
        "label": line.label or "Tablet without a name",
        "person": f"{line.person or 'Name not stated'}{_STANDING_WORDS[line.standing]}",
        "words": " ".join(_sentences(judged, now)),
        "revoked": f"Revoked on {moment_in_words(line.revoked_at)}." if line.revoked_at else "",
        "state": _state(judged, now),
    }


_STANDING_WORDS = {
    "on_the_team": "",
    "part_ended": ", no longer on the team",
    "elsewhere": ", not on the team of this visit",
}


def _sentences(judged: _Judged, now: datetime) -> Iterator[str]:
    line = judged.line
    yield last_here(line.last_seen_at, now)
    if line.waiting is None or line.told_at is None:
        yield "It has not said yet what is only on it."
        return
    yield only_on_it(line.waiting, " of this visit")
    if line.waiting:
        yield f"The oldest has waited {length_in_words(judged.oldest_s)}."
    elif (now - line.told_at).total_seconds() >= DAY_S and line.revoked_at is None:
        yield "What was written on it since then is not known here."
    if line.waiting and line.persisted is False:
        yield "The tablet may delete notes when it runs out of space."


def _state(judged: _Judged, now: datetime) -> Page:
    line = judged.line
    if judged.alarm:
        return {"kind": "attention", "words": judged.alarm}
    if line.waiting:
        return {"kind": "tablet", "words": f"{counted(line.waiting, 'change', 'changes')} only on it"}
    is_news = line.told_at is not None and (now - line.told_at).total_seconds() < DAY_S
    if line.waiting == 0 and line.revoked_at is None and is_news:
        return {"kind": "safe", "words": "Nothing is waiting"}
    return {"kind": "", "words": ""}

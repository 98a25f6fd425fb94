"""The administrator's pages: people with their parts, one account, and tablets with their last contact. Never content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fieldwork.domain.tablet_contact import TabletContact
from fieldwork.domain.tablet_report import TabletReport
from fieldwork.pages.frame import Page, choice, field
from fieldwork.pages.tablet_contacts import last_here, said_last
from fieldwork.pages.tablet_reports import reports
from fieldwork.pages.words import ROLE_WORDS, counted, moment_in_words, words_for

RESTORE_TOLD_FOR = timedelta(days=30)
"""Nearly every tablet has come by then; one that has not still shows when it was last here."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account."""

    account_id: str
    name: str
    sign_in_name: str
    is_administrator: bool
    is_demonstration: bool
    disabled_at: datetime | None
    parts: Sequence[tuple[str, str, bool]]
    """(role, where in words, whether it has ended)"""


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One tablet or desk browser, and what it said last of what is on it alone."""

    device_id: str
    person: str
    label: str
    last_seen_at: datetime
    revoked_at: datetime | None
    contact: TabletContact | None = None
    """What it said last; None when it has said nothing."""
    reports: Sequence[TabletReport] = ()
    """What it found wrong with its own copies, the last first."""
    reading_waits: bool = False
    """It gets nothing until somebody has said, after a restore, that it is still the office's."""


@dataclass(frozen=True, slots=True)
class RestoreLine:
    """When this office was restored, from a backup of when, and how many entries have arrived so far."""

    at: datetime
    backup_of: datetime
    arrived_since: int


def browse(accounts: Sequence[AccountLine]) -> Page:
    """Everybody who may sign in."""
    return {
        "title": "People",
        "rows": [
            {
                "href": f"/people/{line.account_id}",
                "words": line.name,
                "more": _more(line),
                "state": {"kind": "attention", "words": "Disabled"} if line.disabled_at else {"kind": "", "words": ""},
            }
            for line in accounts
        ],
    }


def draft(
    people: Sequence[tuple[str, str]], given: dict[str, str] | None = None, faults: dict[str, str] | None = None
) -> Page:
    """The form for a new account. `people` are (person id, words) of teams who have none yet."""
    given, faults = given or {}, faults or {}
    chosen = given.get("person_id", "")
    return {
        "title": "Add an account",
        "name": field(
            "name",
            "Name",
            value=given.get("name", ""),
            hint="Leave this empty to use the name that the team has for the person.",
            error=faults.get("name", ""),
        ),
        "sign_in_name": field(
            "sign_in_name", "Sign-in name", value=given.get("sign_in_name", ""), error=faults.get("sign_in_name", "")
        ),
        "person": field(
            "person_id",
            "Who is it?",
            hint="A person of a team sees their visits at once. A new person sees nothing until a lead gives them a part.",
            error=faults.get("person_id", ""),
        ),
        "people": [
            choice("", "A new person", chosen=not chosen),
            *(choice(person_id, words, chosen=person_id == chosen) for person_id, words in people),
        ],
        "administrator": field("is_administrator", "What else may they do?"),
        "administrator_choices": [
            choice(
                "1",
                "Look after people and tablets",
                hint="An administrator reads no evidence.",
                chosen=given.get("is_administrator") == "1",
            )
        ],
    }


def show(
    line: AccountLine, devices: Sequence[DeviceLine], *, is_self: bool, alarm_after: timedelta, now: datetime
) -> Page:
    """One account, with what can be done to it."""
    return {
        "title": line.name,
        "sign_in_name": line.sign_in_name,
        "facts": _facts(line),
        "action": f"/people/{line.account_id}",
        "disabled": line.disabled_at is not None,
        "is_self": is_self,
        "devices": [_device(one, alarm_after, now) for one in devices],
    }


def secret(*, title: str, told: Sequence[str], words: str, back_href: str, back_words: str) -> Page:
    """Something that is shown once and kept nowhere: a first password, or a code for a tablet."""
    return {"title": title, "told": list(told), "secret": words, "back_href": back_href, "back_words": back_words}


def devices(
    lines: Sequence[DeviceLine],
    *,
    alarm_after: timedelta,
    now: datetime,
    restored: RestoreLine | None = None,
    given: str | None = None,
    faults: dict[str, str] | None = None,
) -> Page:
    """Every tablet: those with something that has waited too long, then the one that was here last first.

    After how many hours the office is warned is shown as well, and can be changed. For a month after a restore it
    is said which tablets have come since.
    """
    recent = restored if restored is not None and now - restored.at < RESTORE_TOLD_FOR else None
    shown = [_device(line, alarm_after, now, recent) for line in lines]
    hours = int(alarm_after.total_seconds()) // 3600
    return {
        "title": "Tablets",
        "restored": [] if recent is None else _restored(lines, recent),
        "waiting": _waiting(sum(_waits(line) for line in lines)),
        "waiting_href": "/devices/still-ours",
        "devices": sorted(shown, key=lambda device: not device["said"]["alarm"]),
        "action": "/devices/alarm",
        "hours": field(
            "hours",
            "Warn after this many hours",
            value=str(hours) if given is None else given,
            hint="Leads and administrators are warned when something has waited longer than this on a tablet.",
            error=(faults or {}).get("hours", ""),
        ),
    }


def confirm_revoke(line: DeviceLine, *, alarm_after: timedelta, now: datetime) -> Page:
    """One more look at a tablet before it is revoked."""
    return {"title": "Revoke this tablet?", "device": _device(line, alarm_after, now)}


def _restored(lines: Sequence[DeviceLine], restored: RestoreLine) -> list[str]:
    known = [line for line in lines if line.revoked_at is None]
    came = sum(line.last_seen_at >= restored.at for line in known)
    arrived = counted(restored.arrived_since, "entry has", "entries have") if restored.arrived_since else "Nothing has"
    return [
        f"This office was restored on {moment_in_words(restored.at)}, from a backup of"
        f" {moment_in_words(restored.backup_of)}.",
        f"{came} of {counted(len(known), 'tablet has', 'tablets have')} been here since. A tablet that comes sends what"
        f" is missing here. {arrived} arrived so far.",
    ]


def _device(line: DeviceLine, alarm_after: timedelta, now: datetime, restored: RestoreLine | None = None) -> Page:
    seen = last_here(line.last_seen_at, now)
    if _waits(line):
        seen += " It sends, and gets nothing until you say that it is still yours."
    if restored is not None and line.revoked_at is None and line.last_seen_at < restored.at:
        seen += " It has not been here since the office was restored."
    return {
        "id": f"device-{line.device_id}",
        "label": line.label or "Tablet without a name",
        "person": line.person,
        "seen": seen,
        "said": said_last(line.contact, last_seen_at=line.last_seen_at, alarm_after=alarm_after, now=now),
        "revoked": f"Revoked on {moment_in_words(line.revoked_at)}." if line.revoked_at else "",
        "reports": reports(line.reports, line.person),
        "action": f"/devices/{line.device_id}/revoke",
    }


def _waiting(number: int) -> list[str]:
    if number == 0:
        return []
    wait = counted(number, "tablet waits", "tablets wait")
    return [
        f"{wait} for you. This office was restored from a backup, and a tablet that was revoked after the backup was made is not marked"
        " as revoked any more. So no tablet gets anything from the office until you have said that it is still yours.",
        "Nobody’s notes wait for this. Every tablet sends what it holds, and people go on writing.",
    ]


def _waits(line: DeviceLine) -> bool:
    return line.reading_waits and line.revoked_at is None


def _facts(line: AccountLine) -> list[Page]:
    told = [("Sign-in name", line.sign_in_name)]
    if line.is_administrator:
        told.append(("Looks after", "People and tablets. Reads no evidence"))
    for role, where, ended in line.parts:
        told.append((words_for(role, ROLE_WORDS), where + (" (ended)" if ended else "")))
    if line.is_demonstration:
        told.append(("Made for", "The demonstration"))
    if line.disabled_at:
        told.append(("Disabled", moment_in_words(line.disabled_at)))
    return [{"key": key, "value": value} for key, value in told]


def _more(line: AccountLine) -> str:
    told = [f"{words_for(role, ROLE_WORDS)}, {where}" for role, where, ended in line.parts if not ended]
    if line.is_administrator:
        told.insert(0, "Administrator")
    return f"{line.sign_in_name}. {'. '.join(told) or 'No part in any visit'}."

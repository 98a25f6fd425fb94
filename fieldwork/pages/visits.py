"""The page of one visit: dates, team, and its evidence with the state of each record in words; and what has come since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldwork.pages.conflicts import waiting_words
from fieldwork.pages.frame import Page
from fieldwork.pages.reviews import on_site_words
from fieldwork.pages.words import (
    RECORDED_WHEN_WORDS,
    ROLE_WORDS,
    SOURCE_WORDS,
    VISIT_STATUS_WORDS,
    clock_in_words,
    counted,
    day_in_words,
    is_are,
    typeset,
    words_for,
)


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One record in a visit's list."""

    evidence_id: str
    fields: Mapping[str, Any]
    activity: Mapping[str, Any]
    blocks: int
    seen: str
    screened: bool


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One person of the team."""

    name: str
    role: str
    discipline: str
    body: str
    ended: bool


def show(
    *,
    visit_id: str,
    letter: str,
    review_id: str,
    review_title: str,
    fields: Mapping[str, Any],
    team: Sequence[TeamLine],
    evidence: Sequence[EvidenceLine],
    activity_types: Mapping[str, str],
    withdrawn_from_use: int,
    not_screened: int,
    position: int,
    held: int | None,
    conflicts: int,
    tablets: Page | None,
) -> Page:
    """The page of a visit. `held` and `tablets` (tablet_contacts.board) are None for everybody but the lead."""
    return {
        "title": f"Area {letter}",
        "place": f"Area {letter}",
        "review": {"href": f"/reviews/{review_id}", "words": typeset(review_title)},
        "facts": _facts(fields),
        "team": [_member(member) for member in team],
        "rows": [row(line, activity_types) for line in evidence],
        "count": f"{counted(len(evidence), 'record', 'records')} at the office.",
        "hidden": hidden_words(withdrawn_from_use, not_screened),
        "team_href": f"/visits/{visit_id}/team" if held is not None else "",
        "held": _held_words(held),
        "held_href": f"/visits/{visit_id}/held" if held is not None else "",
        "conflicts": waiting_words(conflicts),
        "conflicts_href": f"/visits/{visit_id}/conflicts",
        "is_lead": tablets is not None,
        "tablets": tablets or {"rows": [], "without": [], "alarm": ""},
        "arrived": arrived(visit_id=visit_id, position=position, told=0, new=0, changed=0),
    }


def arrived(*, visit_id: str, position: int, told: int, new: int, changed: int) -> Page:
    """What has come since the page was made: a quiet line with a way to see it, and the address to ask again."""
    words = ""
    if new:
        words = counted(new, "new record has", "new records have") + " arrived."
    elif changed:
        words = counted(changed, "record has", "records have") + " changed."
    return {
        "words": words,
        "show": "Show them" if max(new, changed) != 1 or (new and changed) else "Show it",
        "href": f"/visits/{visit_id}",
        "again_href": f"/visits/{visit_id}/arrived?after={position}&told={told}",
    }


def hidden_words(withdrawn_from_use: int, not_screened: int) -> list[str]:
    """What is not shown, counted in words, so that nobody believes the list is all there is."""
    told = []
    if withdrawn_from_use:
        what = counted(withdrawn_from_use, "record", "records")
        told.append(f"{what} {is_are(withdrawn_from_use)} not shown: consent was withdrawn.")
    if not_screened:
        what = counted(not_screened, "record", "records")
        told.append(f"{what} {is_are(not_screened)} not shown: nobody has checked for names yet.")
    return told


def row(line: EvidenceLine, activity_types: Mapping[str, str]) -> Page:
    """One record in a list, with its state in words (rule R3)."""
    return {
        "href": f"/evidence/{line.evidence_id}",
        "words": record_title(line.fields, line.activity, activity_types),
        "more": _more(line),
        "state": state_of(line.seen),
    }


def record_title(fields: Mapping[str, Any], activity: Mapping[str, Any], activity_types: Mapping[str, str]) -> str:
    """A record's name: its reference where it has one, and the kind of activity."""
    kind = fields.get("type") or activity.get("type") or "record"
    words = words_for(kind, activity_types)
    return f"{fields['ref']} {words}" if fields.get("ref") else words


def state_of(seen: str) -> Page:
    """Where the record is: at the office, or seen by the lead."""
    if seen == "seen":
        return {"kind": "seen", "words": "Seen by the lead"}
    if seen == "changed":
        return {"kind": "safe", "words": "At the office. Changed since the lead saw it"}
    return {"kind": "safe", "words": "At the office"}


def when_words(activity: Mapping[str, Any]) -> str:
    """The day and the time of an activity, as far as stated."""
    told = []
    if activity.get("date"):
        told.append(day_in_words(activity["date"]))
    if activity.get("start"):
        told.append(clock_in_words(activity["start"]))
    if activity.get("end") and told:
        told[-1] += f" to {clock_in_words(activity['end'])}"
    return ", ".join(told)


def _more(line: EvidenceLine) -> str:
    told = [when_words(line.activity)]
    if line.fields.get("source_role"):
        told.append(words_for(line.fields["source_role"], SOURCE_WORDS))
    told.append(counted(line.blocks, "part", "parts"))
    words = ". ".join(one for one in told if one) + "."
    if line.fields.get("recorded_when") == "from_memory_after_loss":
        words += f" {RECORDED_WHEN_WORDS['from_memory_after_loss']}."
    if not line.screened:
        words += " Not yet checked for names: only the visit’s team can read it."
    return words


def _facts(fields: Mapping[str, Any]) -> list[Page]:
    told = []
    if fields.get("status"):
        told.append({"key": "Status", "value": words_for(fields["status"], VISIT_STATUS_WORDS)})
    on_site = on_site_words(str(fields.get("on_site_from") or ""), str(fields.get("on_site_to") or ""))
    if on_site:
        told.append({"key": "Dates", "value": on_site})
    for name, key in (("notified_on", "The area was told"), ("feedback_meeting", "Feedback meeting")):
        if fields.get(name):
            told.append({"key": key, "value": day_in_words(fields[name])})
    return told


def _member(member: TeamLine) -> Page:
    role = words_for(member.role, ROLE_WORDS)
    told = [role]
    if member.discipline and member.discipline not in ("lead", member.role):
        told.append(member.discipline)
    if member.body:
        told.append(member.body)
    if member.ended:
        told.append("no longer on the team")
    return {"name": member.name or "Name not stated", "more": typeset(", ".join(told))}


def _held_words(held: int | None) -> str:
    if not held:
        return ""
    return f"{counted(held, 'entry needs', 'entries need')} you: not taken in yet."

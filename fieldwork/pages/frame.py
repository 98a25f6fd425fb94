"""What every page at central has around it: the bar, its links, the foot. Printed by `layouts/page.html` and `layouts/swap.html`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Page = dict[str, Any]
"""What a template prints: text, whole numbers, booleans, and lists and dicts of those."""

DONE = {
    "seen": ("Marked as seen.", "The team’s tablets will show it."),
    "seen_before": ("", "This record was marked as seen already."),
    "looked_through": ("Checked for names.", "People beyond the visit’s team can read what you looked through."),
    "looked_through_before": ("", "This was checked for names already."),
    "decided": ("Decided.", "The record shows what you chose. The versions that it was made from stay with it."),
    "decided_before": ("", "This was decided already. The record shows how it stands."),
    "not_decided": ("", "Nothing was decided. All versions are kept, as before."),
    "let_in": ("Let in.", "The record is now part of the visit."),
    "left_out": ("Left out.", "It is kept whole, and can be let in later."),
    "file": ("File added.", "It goes with this record."),
    "disabled": ("Account disabled.", "The person is signed out everywhere and cannot sign in."),
    "enabled": ("Account enabled.", "The person can sign in again."),
    "revoked": ("Tablet revoked.", "It can still bring what it carries. It gets nothing more."),
    "still_ours": ("Tablets confirmed.", "They get what others write again."),
    "alarm": ("Hours changed.", "Warnings follow them from now on."),
    "joined": ("Added to the team.", "They see this visit from now on."),
    "part_ended": ("The part has ended.", "What they wrote stays. They see this visit no more."),
    "signed_out": ("You are signed out.", "Nothing of yours stays open in this browser."),
    "password": ("Password changed.", "Sign in with your new password."),
}


def frame(
    *,
    whole: bool,
    assets: str,
    csrf: str,
    title: str,
    place: str = "",
    current: str = "",
    name: str = "",
    is_administrator: bool = False,
    done: str = "",
    problems: Sequence[Page] = (),
    notices: Sequence[Page] = (),
) -> Page:
    """The frame of a page. `name` is "" for somebody who is not signed in; `done` names a line of DONE to be said once."""
    links = _links(current, name, is_administrator) if name else []
    told = list(notices)
    if done in DONE:
        lead, words = DONE[done]
        told.insert(0, {"kind": "news", "lead": lead, "words": words})
    return {
        "whole": whole,
        "assets": assets,
        "csrf": csrf,
        "title": title,
        "problems": list(problems),
        "notices": told,
        "bar": {
            "place": place,
            "lock_href": "",
            "connection": {"kind": "", "words": ""},
            "saved": {"kind": "", "words": ""},
            "links": links,
        },
        "foot": [],
    }


def field(name: str, label: str, *, value: str = "", hint: str = "", error: str = "") -> Page:
    """One field of a form."""
    return {"name": name, "label": label, "value": value, "hint": hint, "error": error}


def choice(value: str, words: str, *, hint: str = "", chosen: bool = False) -> Page:
    """One choice of a field."""
    return {"value": value, "words": words, "hint": hint, "chosen": chosen}


def summary(faults: dict[str, str], first_of: dict[str, str] | None = None) -> list[Page]:
    """The error summary's lines: each leads to its field. `first_of` gives the id of a field that is a group of choices."""
    ids = first_of or {}
    return [{"href": f"#{ids.get(name, name)}", "words": words} for name, words in faults.items()]


def _links(current: str, name: str, is_administrator: bool) -> list[Page]:
    links = [("reviews", "/", "Reviews")]
    if is_administrator:
        links += [("people", "/people", "People"), ("devices", "/devices", "Tablets")]
    links.append(("account", "/account", name))
    return [{"href": href, "words": words, "current": key == current} for key, href, words in links]

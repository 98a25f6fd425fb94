"""Which tablets are still ours: asked of the administrator of a restored office, so that those may read again. Never content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fieldwork.pages.frame import Page, choice, field
from fieldwork.pages.people import DeviceLine
from fieldwork.pages.tablet_contacts import last_here
from fieldwork.pages.words import counted

MOST_AT_ONCE = 50
"""Fewer than a form may have fields; the others come on the same page when these are done."""


def still_ours(waiting: Sequence[DeviceLine], *, now: datetime, error: str = "") -> Page:
    """The tablets that wait, each with whose it is and when it was last here. None is ticked: each has to be thought of."""
    shown, more = waiting[:MOST_AT_ONCE], len(waiting) - MOST_AT_ONCE
    return {
        "title": "Which tablets are still yours?",
        "action": "/devices/still-ours",
        "device": field(
            "device",
            "Tablets that wait",
            hint="Choose those that you know to be in the hands of their people. If one was lost, leave it out and revoke it.",
            error=error,
        ),
        "choices": [
            choice(
                line.device_id,
                f"{line.label or 'Tablet without a name'}, {line.person}",
                hint=last_here(line.last_seen_at, now),
            )
            for line in shown
        ],
        "more": f"{counted(more, 'more tablet waits', 'more tablets wait')}. They come here next." if more > 0 else "",
    }

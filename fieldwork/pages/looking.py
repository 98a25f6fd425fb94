"""The look for names on the page of a record: printed by `templates/evidence/_names.html`, at the office and on a tablet alike (R12)."""

from __future__ import annotations

from collections.abc import Sequence

from fieldwork.domain.evidence import FileFacts
from fieldwork.pages.frame import Page, choice, field
from fieldwork.pages.words import counted, size_in_words

NOTHING_TO_LOOK_AT: Page = {"action": "", "done": False, "files_elsewhere": ""}
"""For whoever is not of the visit's team."""


def names(
    *,
    evidence_id: str,
    operation: str,
    shown: str,
    words: bool,
    memos: bool = False,
    looked: bool,
    again: bool,
    kept: Sequence[tuple[str, str]],
    files: Sequence[FileFacts],
    error: str = "",
) -> Page:
    """What is left to be looked through: the record's own `words`, `memos` on its codes, and files.

    `looked`: somebody has looked; `again`: or it came with a pack, so that what waits is newer than that.
    """
    if not (words or memos or files):
        return NOTHING_TO_LOOK_AT | {"done": looked}
    return {
        "action": f"/evidence/{evidence_id}/looked-through",
        "done": False,
        "operation": operation,
        "shown": shown,
        "again": again,
        "record_waits": words,
        "kept": [{"key": _key(what), "value": said} for what, said in kept],
        "files": [{"href": f"/files/{one.file_id}", "words": one.name} for one in files],
        "files_elsewhere": "",
        "opened": field("opened", "Files that you have opened and looked through", error=error),
        "choices": [choice(one.file_id, f"{one.name} ({size_in_words(one.size_bytes)})") for one in files],
        "waiting": f"{counted(len(files), 'file has', 'files have')} not been checked for names." if files else "",
    }


def _key(what: str) -> str:
    return what[:1].upper() + what[1:]

"""What could not be taken in, for the lead of the visit: each with the reason in words, and whether it can be let in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fieldwork.pages.frame import Page, field
from fieldwork.pages.words import RECORD_TYPE_WORDS, moment_in_words

CODE_WORDS = {
    "not_assigned": "The author is not on the team of this visit.",
    "assignment_ended": "The author’s part in this visit had ended when it arrived.",
    "not_permitted": "The author’s part does not allow this.",
    "chain_broken": "It does not follow on from what the author’s tablet sent before.",
    "not_opened": "It could not be opened: it was damaged on the way, or sealed with another key.",
    "body_hash_differs": "Its words are not the ones that were sent. A better copy may still come.",
    "body_not_readable": "Its words are not in a form that can be read.",
    "same_id_other_bytes": "Another entry with the same number of its own is here already. Both are kept.",
    "fork": "The author’s tablet used a number twice. Both are kept.",
    "gap": "An earlier entry from the same tablet has not arrived.",
    "file_missing": "The file that it names has not arrived.",
    "body_missing": "Its words have not arrived.",
}


TO_DO_WORDS = {
    "not_opened": "Ask the author to send from their tablet again: a copy that opens takes its place by itself.",
    "body_hash_differs": "Ask the author to send from their tablet again: a better copy takes its place by itself.",
    "body_not_readable": "Tell whoever looks after the office’s server.",
    "same_id_other_bytes": "Ask the author whether their tablet was copied or restored, and compare with the record.",
    "fork": "Ask the author whether their tablet was copied or restored, and compare with the record.",
    "gap": "It is taken in by itself when the earlier entry comes. Ask the author to press “Send now”.",
    "file_missing": "It is taken in by itself when the file comes. Ask the author to press “Send now”.",
    "body_missing": "It is taken in by itself when its words come. Ask the author to press “Send now”.",
}
RELEASABLE_TO_DO = (
    "Let it in if it belongs to this visit. Otherwise leave it out: it stays here, whole, and can be let in later."
)
WAITS_BY_ITSELF = frozenset({"gap", "file_missing", "body_missing"})


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One entry that was not taken in. `text` is what it says, where it can be read; `left` why a lead left it out, or ""."""

    operation: str
    author: str
    record_type: str
    code: str
    received_at: str
    text: str
    releasable: bool
    left: str = ""


def browse(
    *,
    visit_id: str,
    letter: str,
    lines: Sequence[HeldLine],
    operation: str,
    faults: dict[str, str] | None = None,
    about: str = "",
    reason: str = "",
) -> Page:
    """The list, what one author wrote and one rule stopped together. `about` is the group whose form came back."""
    groups: dict[tuple[str, str, str], list[HeldLine]] = {}
    for line in lines:
        groups.setdefault((line.left, line.author, line.code), []).append(line)
    shown = [_group(group, faults or {}, about, reason) for group in groups.values()]
    return {
        "title": "Not taken in yet",
        "place": f"Area {letter}",
        "action": f"/visits/{visit_id}/held",
        "operation": operation,
        "back_href": f"/visits/{visit_id}",
        "entries": [group for group in shown if not group["left"]],
        "left_out": [group for group in shown if group["left"]],
    }


def group_id(operations: Sequence[str]) -> str:
    """What names a group's own field: its first entry."""
    return f"reason-{operations[0]}"


def _group(group: Sequence[HeldLine], faults: dict[str, str], about: str, reason: str) -> Page:
    operations = [line.operation for line in group]
    mine = about.split()[:1] == operations[:1]
    first = group[0]
    what = RECORD_TYPE_WORDS.get(first.record_type, first.record_type.replace("_", " "))
    wrote = what if len(group) == 1 else f"{len(group)} entries"
    return {
        "about": " ".join(operations),
        "title": f"{first.author} wrote {wrote}",
        "came": f"{'It' if len(group) == 1 else 'The first'} reached the office on {moment_in_words(first.received_at)}.",
        "why": CODE_WORDS.get(first.code, "It needs somebody to look at it."),
        "to_do": RELEASABLE_TO_DO if first.releasable else TO_DO_WORDS.get(first.code, ""),
        "left": f"Left out. The reason given: {first.left}" if first.left else "",
        "texts": [line.text for line in group if line.text],
        "act": "Let it in" if len(group) == 1 else f"Let all {len(group)} in",
        "releasable": first.releasable,
        "leavable": not first.left and first.code not in WAITS_BY_ITSELF,
        "leave": "Leave it out" if len(group) == 1 else f"Leave all {len(group)} out",
        "reason": field(
            group_id(operations),
            "Why? The reason stays with your decision.",
            value=reason if mine else "",
            error=faults.get("reason", "") if mine else "",
        ),
    }

"""One evidence record as read: printed by `templates/evidence/_record.html`, at the office and on a tablet alike.

When it was recorded and how it came into being always stand at the top (rule R10), and so does what the people did not agree to (R16).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fieldwork.domain.evidence import Fields, Happened, RecordFacts
from fieldwork.pages.blocks import numbered
from fieldwork.pages.conflicts import field_in_words
from fieldwork.pages.frame import Page
from fieldwork.pages.visits import record_title, state_of, when_words
from fieldwork.pages.words import (
    MODE_WORDS,
    ORIGIN_WORDS,
    REASON_WORDS,
    RECORD_TYPE_WORDS,
    RECORDED_WHEN_WORDS,
    SOURCE_WORDS,
    counted,
    day_in_words,
    is_are,
    listed_in_words,
    moment_in_words,
    size_in_words,
    typeset,
    words_for,
)

AGREED_TO = {
    "take_part": "taking part",
    "notes": "notes",
    "quotation": "quotation",
    "recording": "a recording",
    "photo": "photographs",
    "named": "being named",
}


def record(facts: RecordFacts) -> Page:
    """The record, for the template that both renderers share."""
    return {
        "id": facts.evidence_id,
        "made": _made(facts),
        "labels": _labels(facts),
        "facts": _facts(facts),
        "consent": consent_words(facts.consents),
        "blocks": numbered(facts.blocks, facts.labels, decides=facts.decides),
        "none": "" if facts.blocks else "Nothing has been written in this record yet.",
        "files": [_file(one.file_id, one.name, one.size_bytes) for one in facts.files],
        "kept_back": kept_back_words(facts.files_kept_back, facts.codings_kept_back),
        "history": history_words(facts.history),
        "differences": [_difference(name, record_id, facts.decides) for name, record_id in facts.differences],
        "state": state_of(facts.seen_standing),
        "state_more": _seen_words(facts),
    }


def title_of(facts: RecordFacts) -> str:
    """The record's name, for the heading."""
    return record_title(facts.fields, facts.activity, facts.labels.activity_types)


def kept_back_words(files: int, codings: int) -> list[str]:
    """What of the record is not shown to somebody beyond the team, counted in words."""
    told = []
    if files:
        told.append(f"{counted(files, 'file', 'files')} {is_are(files)} not shown: nobody has checked for names yet.")
    if codings:
        told.append(
            f"{counted(codings, 'code', 'codes')} {is_are(codings)} not shown: not in the words of the codebook."
        )
    return told


def consent_words(consents: Sequence[Fields]) -> list[str]:
    """What the people of this activity did not agree to, in sentences: it goes with every word (rule R16)."""
    told: list[str] = []
    refused: set[str] = set()
    for consent in consents:
        if consent.get("status") == "withdrawn":
            told.append("Consent was withdrawn. Do not use this record.")
        if consent.get("restriction"):
            told.append(f"Restriction: {consent['restriction']}.")
        agrees = consent.get("agrees")
        if isinstance(agrees, Mapping):
            refused |= {str(name) for name, agreed in agrees.items() if agreed is False}
    ordered = [words for name, words in AGREED_TO.items() if name in refused]
    if "quotation" in refused:
        told.append("Do not quote these words.")
    if ordered:
        told.append(f"Not agreed to: {listed_in_words(ordered)}.")
    if not consents:
        told.append("No consent has been recorded for this activity.")
    return list(dict.fromkeys(told))


def history_words(history: Sequence[Happened]) -> list[str]:
    """What happened to the record, in sentences. Revisions of one person in a row are one sentence."""
    told: list[str] = []
    imported = [one for one in history if one.imported]
    if imported:
        what = counted(len(imported), "entry", "entries")
        came = moment_in_words(imported[0].at)
        told.append(f"{what} came with the review pack on {came}. Who wrote them, and when, is not stated in the pack.")
    last: tuple[str, str, str] | None = None
    for one in history:
        if one.imported:
            continue
        key = (one.name, one.kind, one.record_type)
        if key == last and one.kind == "revise":
            told.pop()
        told.append(_sentence(one))
        last = key
    return told


def _sentence(one: Happened) -> str:
    what = RECORD_TYPE_WORDS.get(one.record_type, "a part of it")
    when = moment_in_words(one.at)
    if one.kind == "redact":
        return f"{one.name} removed words on {when}. {words_for(one.reason, REASON_WORDS)}."
    done = {"create": "wrote", "revise": "changed", "withdraw": "withdrew"}[one.kind]
    return f"{one.name} {done} {what}. It reached the office on {when}."


def _made(facts: RecordFacts) -> str:
    """Where and when, when it was recorded, and how it came into being: always in sight (rule R10)."""
    when = when_words(facts.activity)
    recorded = words_for(facts.fields.get("recorded_when", "not stated"), RECORDED_WHEN_WORDS)
    origin = words_for(facts.fields.get("origin", "not stated"), ORIGIN_WORDS)
    told = [f"Area {facts.letter}", when, f"Recorded: {recorded[:1].lower()}{recorded[1:]}", origin]
    return ". ".join(words for words in told if words) + "."


def _labels(facts: RecordFacts) -> list[str]:
    told = []
    if facts.fields.get("recorded_when") == "from_memory_after_loss":
        told.append("From memory after loss")
    if not facts.screened:
        told.append("Not yet checked for names. Only the visit’s team can read it")
    if facts.fields.get("status") == "draft":
        told.append("Not complete")
    return told


def _facts(facts: RecordFacts) -> list[Page]:
    fields, activity = facts.fields, facts.activity
    told = [("Area", f"Area {facts.letter}")]
    if when_words(activity):
        told.append(("When", when_words(activity)))
    told.append(("Recorded", words_for(fields.get("recorded_when", "not stated"), RECORDED_WHEN_WORDS)))
    told.append(("How it was made", words_for(fields.get("origin", "not stated"), ORIGIN_WORDS)))
    if fields.get("source_role"):
        told.append(("Source", words_for(fields["source_role"], SOURCE_WORDS)))
    if fields.get("group"):
        told.append(("Group", typeset(facts.labels.groups.get(str(fields["group"]), str(fields["group"])))))
    if activity.get("mode"):
        told.append(("How it took place", words_for(activity["mode"], MODE_WORDS)))
    present = _present(activity.get("present"), facts.labels.roles)
    if present:
        told.append(("Who was there", present))
    if fields.get("questions"):
        told.append(("Review questions", ", ".join(str(number) for number in fields["questions"])))
    told += _documents(fields)
    return [{"key": key, "value": value} for key, value in told]


def _present(present: Any, roles: Mapping[str, str]) -> str:
    if not isinstance(present, list):
        return ""
    counts: dict[str, int] = {}
    for person in present:
        if isinstance(person, Mapping):
            words = words_for(person.get("role", "other"), roles)
            counts[words] = counts.get(words, 0) + 1
    said = [words if count == 1 else f"{words} ({count})" for words, count in counts.items()]
    return listed_in_words([word if index == 0 else word[:1].lower() + word[1:] for index, word in enumerate(said)])


def _documents(fields: Fields) -> list[tuple[str, str]]:
    told = []
    paper, lost, document = fields.get("paper"), fields.get("loss_incident"), fields.get("document")
    if isinstance(document, Mapping) and document.get("title"):
        told.append(("Document", str(document["title"])))
    if isinstance(paper, Mapping):
        pages = paper.get("pages")
        copied = f"{counted(pages, 'page', 'pages')}" if isinstance(pages, int) else "Paper"
        if paper.get("transcribed_on"):
            copied += f", copied on {day_in_words(paper['transcribed_on'])}"
        told.append(("Paper", copied))
    if isinstance(lost, Mapping):
        told.append(("What was lost", str(lost.get("extent", "Not stated"))))
        if lost.get("recovered_from"):
            told.append(("Written again from", str(lost["recovered_from"])))
    return told


def _difference(name: str, record_id: str, decides: bool) -> Page:
    words = f"There is more than one version of “{field_in_words(name)}”. The first is shown until somebody decides."
    return {"words": words, "href": f"/conflicts/{record_id}" if decides else ""}


def _file(file_id: str, name: str, size_bytes: int) -> Page:
    return {"href": f"/files/{file_id}", "words": name, "more": size_in_words(size_bytes)}


def _seen_words(facts: RecordFacts) -> str:
    if facts.seen_standing == "unseen" or not facts.seen_name:
        return ""
    return f"{facts.seen_name} marked it on {moment_in_words(facts.seen_at)}."


def codes_words(count: int) -> str:
    """How many passages are coded."""
    return f"{counted(count, 'passage', 'passages')} {is_are(count)} coded."

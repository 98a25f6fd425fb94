"""A conflict as a person decides on it: the versions beside each other, with the words that stand in one of them alone.

The tablet makes the same shape (`static/tablet/pages/conflicts.js`), and `templates/conflicts/_conflict.html` prints both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from fieldwork.domain.conflicts import FREE_WORDS, ConflictFacts, VersionFacts
from fieldwork.domain.differences import Run, difference
from fieldwork.domain.evidence import Labels
from fieldwork.pages.frame import Page, choice, field
from fieldwork.pages.words import (
    AGENCY_WORDS,
    KIND_WORDS,
    MODE_WORDS,
    ORIGIN_WORDS,
    RECORDED_WHEN_WORDS,
    SOURCE_WORDS,
    VALENCE_WORDS,
    counted,
    listed_in_words,
    moment_in_words,
    words_for,
)

KEEP, OWN = "", "own"
FIELD_WORDS = {
    "text": "The words",
    "kind": "What kind of words these are",
    "speaker_role": "Who spoke",
    "memo": "The note on the code",
    "source_role": "Whose account it is",
    "recorded_when": "When it was recorded",
    "origin": "How it was made",
    "present": "Who was there",
}
_LISTS: dict[str, Mapping[str, str]] = {
    "kind": KIND_WORDS,
    "mode": MODE_WORDS,
    "origin": ORIGIN_WORDS,
    "recorded_when": RECORDED_WHEN_WORDS,
    "source_role": SOURCE_WORDS,
    "valence": VALENCE_WORDS,
    "agency": AGENCY_WORDS,
    "status": {},
}
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def show(
    facts: ConflictFacts,
    *,
    operation: str,
    given: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Page:
    """The page of one record's conflict. `given` is what a form that came back held, by the names of its fields."""
    back = f"/evidence/{facts.evidence_id}" if facts.evidence_id else f"/visits/{facts.visit_id}"
    anchor = f"#block-{facts.record_id}" if facts.record_type == "block" else ""
    return {
        "title": title_of(facts.fields),
        "place": f"Area {facts.letter}",
        "back": {"href": back + anchor, "words": "Back to the record" if facts.evidence_id else "Back to the visit"},
        "lead": lead_of(facts.fields),
        "action": f"/conflicts/{facts.record_id}",
        "operation": operation,
        "base": " ".join(facts.heads),
        "unsaved": [
            words
            for name, words in (given or {}).items()
            if name.startswith("own-")
            and name.removeprefix("own-") not in facts.fields
            and is_edited(words, (given or {}).get(name.replace("own-", "began-", 1), ""))
        ],
        "fields": [
            _field(name, versions, facts.labels, given or {}, faults or {}) for name, versions in facts.fields.items()
        ],
    }


def browse(*, visit_id: str, letter: str, lines: Sequence[tuple[str, str, Sequence[str]]]) -> Page:
    """What stands to be decided in a visit: record id, the name of the record it is read in, and the fields."""
    return {
        "title": "Versions to decide on",
        "place": f"Area {letter}",
        "back": {"href": f"/visits/{visit_id}", "words": "Back to the visit"},
        "lead": lead_of_list(len(lines)),
        "rows": [
            {
                "href": f"/conflicts/{record_id}",
                "words": title,
                "more": listed_in_words([field_in_words(name) for name in fields]),
                "state": {"kind": "attention", "words": "Not decided"},
            }
            for record_id, title, fields in lines
        ],
    }


def waiting_words(count: int) -> str:
    """The line on a visit's page; "" when nothing stands to be decided."""
    if not count:
        return ""
    return f"{counted(count, 'place was', 'places were')} written twice at the same time. Decide what the record should say."


def lead_of_list(count: int) -> str:
    """The sentence above the list."""
    if not count:
        return "There is nothing to decide in this visit."
    return (
        f"{counted(count, 'place was', 'places were')} written twice at the same time. All versions are kept, and all are"
        " shown on the record, until somebody of the visit’s team decides."
    )


def title_of(fields: Mapping[str, Sequence[object]]) -> str:
    """ "Two versions"; "Nothing to decide" when none stands beside another any more."""
    most = max((len(versions) for versions in fields.values()), default=0)
    if most < 2:
        return "Nothing to decide"
    return f"{NUMBERS[most] if most < len(NUMBERS) else most} versions"


def lead_of(fields: Mapping[str, Sequence[object]]) -> list[str]:
    """What has happened and what deciding does, in sentences."""
    if not fields:
        return ["This has one version. Somebody has decided, or a version was removed."]
    return [
        "They were written at the same time, each without the others. All of them are kept, and all are shown, until"
        " somebody of the visit’s team decides.",
        "Deciding removes nothing. Your choice is written as a new version, in your name, and the versions that it was"
        " made from stay with the record.",
    ]


def field_in_words(name: str) -> str:
    """What a field is called on these pages."""
    return FIELD_WORDS.get(name, words_for(name, {}))


def _field(
    name: str, versions: Sequence[VersionFacts], labels: Labels, given: Mapping[str, str], faults: Mapping[str, str]
) -> Page:
    texts = [value_in_words(name, one.value, labels) for one in versions]
    as_typed = (
        name not in _LISTS
        and name != "speaker_role"
        and all(one.value and isinstance(one.value, str) for one in versions)
    )
    cut = compared(texts) if as_typed else [[Run(text, False)] for text in texts]
    chosen = given.get(f"choice-{name}", KEEP)
    free = name in FREE_WORDS
    offered = [choice(KEEP, f"Keep {'both' if len(versions) == 2 else 'all of them'} for now", chosen=chosen == KEEP)]
    offered += [
        choice(one.operation, _heading(number, one), chosen=chosen == one.operation)
        for number, one in enumerate(versions, 1)
    ]
    own: Page | str = ""
    if free:
        offered.append(choice(OWN, "What I write below", chosen=chosen == OWN))
        label = "How it should read, if none of them is right"
        hint = "It begins as version 1. It counts only if you choose it above."
        begins = str(versions[0].value or "")
        value = given.get(f"own-{name}", begins)
        own = field(f"own-{name}", label, value=value, hint=hint, error=faults.get(f"own-{name}", ""))
        own["began"] = given.get(f"began-{name}") or mark_of(begins)
    return {
        "name": name,
        "title": field_in_words(name),
        "compared": compared_words(len(versions), cut),
        "versions": [
            {
                "id": f"version-{name}-{number}",
                "title": _heading(number, one),
                "when": _when(one),
                "words": [shown for run in runs for shown in _shown(run)],
            }
            for number, (one, runs) in enumerate(zip(versions, cut, strict=True), 1)
        ],
        "choice": field(f"choice-{name}", "What should the record say?", error=faults.get(f"choice-{name}", "")),
        "choices": offered,
        "own": own,
        "write_href": "",
    }


def mark_of(words: str) -> str:
    """What the form carries to tell whether somebody wrote in its box: no word of what stood there. A box knows one line break."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def is_edited(words: str, began: str) -> bool:
    """Whether a box holds words that it did not begin with. An empty box holds none."""
    return bool(words.strip()) and mark_of(words) != began


def compared(texts: Sequence[str]) -> list[list[Run]]:
    """The first cut against the second, each other against the first."""
    first, second = difference(texts[0], texts[1])
    return [first, second, *(difference(texts[0], text)[1] for text in texts[2:])]


def compared_words(count: int, cut: Sequence[Sequence[Run]]) -> str:
    """How to read the marks; "" where there are none."""
    if not any(run.alone for runs in cut for run in runs):
        return ""
    if count == 2:
        return "Words that stand in one version only are underlined and on a coloured ground."
    return (
        "Words that differ are underlined and on a coloured ground: those of version 1 differ from version 2, those of the"
        " others from version 1."
    )


def value_in_words(name: str, value: Any, labels: Labels) -> str:
    """A value as a person reads it. What somebody typed stands as it was typed."""
    if value is None or value == "":
        return "Nothing: it was taken out"
    if name == "speaker_role":
        return words_for(value, labels.roles)
    if name in _LISTS:
        return words_for(value, _LISTS[name])
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(value_in_words("", one, labels) for one in value)
    if isinstance(value, dict):
        return ", ".join(
            f"{words_for(key, {})}: {value_in_words('', one, labels)}" for key, one in sorted(value.items())
        )
    return str(value)


def _shown(run: Run) -> list[Page]:
    """The space before marked words is not marked with them: at the end of a line it would look like a mark on nothing."""
    words = run.text.lstrip(" \n")
    space = run.text[: len(run.text) - len(words)] if run.alone and words else ""
    return [
        {"text": text, "alone": alone} for text, alone in ((space, False), (run.text[len(space) :], run.alone)) if text
    ]


def _heading(number: int, one: VersionFacts) -> str:
    return f"Version {number}, {one.by}" if one.by else f"Version {number}, from the review pack"


def _when(one: VersionFacts) -> str:
    came = moment_in_words(one.received_at)
    if one.where == "pack":
        return f"It came with the review pack on {came}. Who wrote it, and when, is not stated there."
    if one.where == "office":
        return f"Written at the office on {came}."
    how = (
        "It was brought to the office in a sealed copy on" if one.where == "sealed_copy" else "It reached the office on"
    )
    return f"Written on a tablet on {moment_in_words(one.written_at)}, by that tablet’s clock. {how} {came}."

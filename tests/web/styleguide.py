"""The living style guide: every component in every state, with the invented words of record A-01.

Used to take pictures and to have axe look at each component in light, dark, at 200 % text and in three widths, and by
any test that wants a page on which everything stands.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "static/node_modules/axe-core/axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
WIDTHS = {390: 844, 820: 1180, 1180: 820}

START_PROBLEM = "Enter the time the interview began, such as 10:05"

Context = dict[str, Any]


def pages(assets: str) -> dict[str, Context]:
    """Each page of the style guide by its template's name, with the context that it prints."""
    problem = {"href": "#start", "words": START_PROBLEM}
    return {
        "styleguide/show.html": _frame(assets, "How fieldwork looks", [problem]) | _everything(),
        "styleguide/capture.html": _frame(assets, "Talking with a child") | _capture(),
        "styleguide/sealed.html": _locked(_frame(assets, "This tablet is locked")) | _sealed(),
    }


def axe_violations(page: Any) -> list[str]:
    """What axe finds on a Playwright page, one sentence for each: the rule, the element and why."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(result => result.violations)", AXE_TAGS
    )
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in found
        for node in rule["nodes"]
    ]


def _frame(assets: str, title: str, problems: list[dict[str, str]] | None = None) -> Context:
    return {
        "whole": True,
        "assets": assets,
        "csrf": "an-invented-token",
        "title": title,
        "problems": problems or [],
        "notices": [
            {"kind": "news", "lead": "Marked complete.", "words": "You can open it again until the lead has seen it."},
            {"kind": "attention", "lead": "", "words": "Saved once. Second copy failed. Keep this tablet on."},
        ]
        if problems
        else [],
        "bar": {
            "place": "Area A, child at home",
            "lock_href": "/lock",
            "connection": {"kind": "off", "words": "No signal. 3 records wait"},
            "saved": {"kind": "tablet", "words": "Saved on this tablet"},
            "links": [
                {"href": "/visits", "words": "Visits", "current": True},
                {"href": "/review", "words": "Review", "current": False},
                {"href": "/findings", "words": "Findings", "current": False},
            ]
            if problems
            else [],
        },
        "foot": [
            {"href": "/help", "words": "Help", "current": False},
            {"href": "/accessibility", "words": "Accessibility", "current": False},
        ],
    }


def _locked(frame: Context) -> Context:
    return frame | {"bar": frame["bar"] | {"place": "", "lock_href": ""}}


def _segment(text: str, depth: int = 0, ends: str = "", changed: bool = False) -> Context:
    mark_id = f"m-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return {"id": mark_id, "text": text, "depth": depth, "ends": ends, "changed": changed}


def _block(number: int, kind: str, speaker: str, when: str, *segments: Context | str, **more: Any) -> Context:
    cut = [_segment(segment) if isinstance(segment, str) else segment for segment in segments]
    return {
        "id": f"block-{number}",
        "kind": kind,
        "speaker": speaker,
        "when": when,
        "removed": "",
        "segments": cut,
        "codings": [],
    } | more


def _coding(number: str, ref: str, label: str, by: str, standing: str = "") -> Context:
    return {
        "id": f"coding-{ref}-{number}",
        "number": number,
        "href": f"/codings/{ref}-{number}",
        "ref": ref,
        "label": label,
        "by": by,
        "standing": standing,
    }


def _blocks() -> list[Context]:
    return [
        _block(
            0,
            "observation",
            "",
            "At the start",
            "Kitchen. Child under the table with a wooden train set when we came in. Three magnets on the fridge door: "
            "green, yellow, red. Child moved the green one down to his own height. Long gaps between answers, often "
            "ten seconds or more. We waited.",
        ),
        _block(1, "question", "Inspector", "", "Can you tell me about when going to school got hard?"),
        _block(2, "verbatim", "Child", "5 minutes in", "The line."),
        _block(
            3,
            "observation",
            "",
            "6 minutes in",
            "Child laid eleven carriages in a row on the floor, pushed them so each one bumped the next, then ",
            _segment("took the last one out of the row and held it in his fist", 1, "1", True),
            ".",
            codings=[
                _coding(
                    "1", "RSN-11", "Anxiety or emotionally based avoidance", "Idwal Pennistow", "Words have changed"
                )
            ],
        ),
        _block(
            4,
            "verbatim",
            "Child",
            "7 minutes in",
            "You have to line up five times. ",
            _segment("Everyone touches you. ", 1),
            _segment("If you don't line up you go on amber. If you do amber", 2, "1"),
            _segment(" you miss Choosing.", 1, "2"),
            " I was on amber all the days.",
            codings=[
                _coding("1", "VOX-01", "Child on school", "Idwal Pennistow"),
                _coding("2", "RSN-05", "Rigid behaviour policy", "Kofi Lanternby"),
            ],
        ),
        _block(5, "question", "Inspector", "", "Who asked you about stopping school?"),
        _block(6, "verbatim", "Child", "33 minutes in", "Nobody asked. It just was the last day."),
        _block(
            7,
            "paraphrase",
            "Special needs coordinator",
            "",
            "Child was ‘on the radar’ from Year 1. Part-time timetable began 27 February 2023, planned for six weeks.",
        ),
        _block(
            8,
            "document_fact",
            "",
            "",
            "School file, shown during the meeting: one timetable sheet dated 27/02/2023, no end date, box for parent "
            "signature empty. No review record.",
        ),
        _block(9, "verbatim", "Child", "", "", removed="These words were removed. They named a person."),
        _block(
            10,
            "inspector_thought",
            "",
            "41 minutes in",
            "He reads at speed when the subject is his. He did not once look at his mother before answering. Ask at "
            "the tracking meeting: who has seen this binder?",
        ),
    ]


STATES = [
    {"kind": "tablet", "words": "On this tablet"},
    {"kind": "sending", "words": "Sending"},
    {"kind": "safe", "words": "Safe at the office"},
    {"kind": "seen", "words": "Seen by the lead"},
    {"kind": "attention", "words": "Needs attention"},
    {"kind": "failed", "words": "Saved once. Second copy failed."},
]


def _everything() -> Context:
    names = ["Child at home", "Mother", "School meeting", "Group of parents", "Clinic file", "Provider visit"]
    return {
        "states": STATES,
        "rows": [
            {"href": f"/records/{i}", "words": f"A-0{i + 1} {name}", "more": "11 February, 10:05", "state": STATES[i]}
            for i, name in enumerate(names)
        ],
        "pages": {
            "label": "Records of this visit",
            "words": "1 to 6 of 12",
            "earlier_href": "/records?page=0",
            "later_href": "/records?page=2",
        },
        "cards": [
            {"what": "2.2 What kept a child in school", "count": "1 record", "more": "No parent yet", "thin": True},
            {"what": "8.1 What children say", "count": "5 records", "more": "3 children, 1 group", "thin": False},
            {"what": "8.3 Listened to", "count": "Nothing yet", "more": "", "thin": True},
        ],
        "blocks": _blocks(),
        "passage": {
            "quote": "Everyone touches you.",
            "acts": [
                {"href": "/codings/draft", "words": "Give a code", "name": "act", "value": "code"},
                {"href": "/quotations/draft", "words": "Mark as a quotation", "name": "act", "value": "quotation"},
                {"href": "/passage/close", "words": "Close", "name": "act", "value": "close"},
            ],
        },
        "codes": {
            "action": "/codings",
            "search_action": "/codes",
            "search": "school",
            "found": "3 codes have “school”",
            "list": [
                {"id": "c1", "ref": "VOX-01", "label": "Child on school", "meaning": "What children say about school."},
                {
                    "id": "c2",
                    "ref": "SCH-01",
                    "label": "Early help in school that worked",
                    "meaning": "The school acted early and the child stayed, or stayed longer, because of it.",
                },
                {
                    "id": "c3",
                    "ref": "RSN-11",
                    "label": "Anxiety or emotionally based avoidance",
                    "meaning": "Fear, worry or low mood made going to school feel impossible.",
                },
            ],
        },
        "fields": _fields(),
    }


def _fields() -> Context:
    def field(name: str, label: str, value: str = "", hint: str = "", error: str = "") -> dict[str, str]:
        return {"name": name, "label": label, "value": value, "hint": hint, "error": error}

    def choice(value: str, words: str, hint: str = "", chosen: bool = False) -> Context:
        return {"value": value, "words": words, "hint": hint, "chosen": chosen}

    return {
        "place": field("place", "Kind of place", "Home"),
        "start": field("start", "When did it begin?", "half ten", error=START_PROBLEM),
        "memo": field("memo", "Why this code?", "Said flat, without upset.", "Your thought, not evidence."),
        "recorded_when": field("recorded_when", "When was this written?"),
        "recorded_when_choices": [
            choice("at_the_time", "At the time", "", True),
            choice("within_24h", "Within 24 hours"),
            choice("from_memory", "From memory after a loss", "The record will say so wherever it is shown."),
        ],
        "present": field("present", "Who was in the room?"),
        "present_choices": [
            choice("child", "Child", "", True),
            choice("parent", "Parent or carer"),
            choice("other", "Other"),
        ],
        "agency": field("agency", "Whom do the words speak about?"),
        "agency_choices": [
            choice("school", "School", "", True),
            choice("family", "Family"),
            choice("health", "Health"),
        ],
        "photo": field("photo", "Photo of a paper note", "", "Photograph the paper only, never a person."),
        "passphrase": field("passphrase", "Passphrase"),
    }


CHECKS = {"yellow_href": "/checks/yellow", "red_href": "/checks/red", "disclosure_href": "/concerns/draft"}


def _capture() -> Context:
    kinds = ["Exact words", "In our words", "Seen", "Document", "My thought", "Question"]
    return {
        "blocks": _blocks()[:7],
        "writer": {
            "action": "/records/1/blocks",
            "record": "0193c7a0-0000-7000-8000-000000000001",
            "scope": "visit:0193c7a0-0000-7000-8000-000000000002",
            "evidence": "0193c7a0-0000-7000-8000-000000000003",
            "began_ms": "0",
            "text": "",
            "kinds": [{"value": f"k{i}", "words": words, "chosen": i == 0} for i, words in enumerate(kinds)],
            "speakers": [
                {"value": "child", "words": "Child", "chosen": True},
                {"value": "inspector", "words": "Inspector", "chosen": False},
            ],
            "others": [{"value": "teacher", "words": "Teacher or support staff"}],
            "saved": {"kind": "tablet", "words": "Saved on this tablet"},
        },
        "checks": CHECKS,
        "prompts": {
            "title": "Questions for a child",
            "list": [
                {
                    "value": "1.1",
                    "words": "Can you tell me about when going to school got hard?",
                    "asked": "Has words already",
                    "prompt": True,
                },
                {"value": "2.2", "words": "What did grown-ups at school do that helped?", "asked": "", "prompt": True},
                {"value": "8.1", "words": "Were there children you liked?", "asked": "", "prompt": True},
                {
                    "value": "8.3",
                    "words": "Who asked you about stopping school?",
                    "asked": "Has words already",
                    "prompt": True,
                },
                {
                    "value": "8.5",
                    "words": "If you could change one thing, what would it be?",
                    "asked": "",
                    "prompt": True,
                },
            ],
        },
    }


def _sealed() -> Context:
    return {
        "sealed": {
            "title": "This tablet is locked",
            "words": "Nothing can be read. You can keep writing: your words are sealed, and join the record when you "
            "unlock.",
            "write_action": "/sealed",
            "unlock_action": "/unlock",
            "passkey": {
                "asks": "unlock",
                "action": "/unlock/passkey",
                "words": "Unlock with this tablet’s fingerprint, face or PIN",
                "hint": "With your passkey.",
                "error": "",
                "more": "",
                "credential": "AAEC",
                "salt": "AAEC",
                "transports": "internal",
                "handle": "",
                "name": "",
            },
            "saved": {"kind": "tablet", "words": "Sealed on this tablet"},
            "error": "",
        },
        "checks": CHECKS,
    }

"""Contexts for the example templates under `tests/templating/templates`: an evidence record, a list of 300 visits, a code tree."""

from __future__ import annotations

from typing import Any

_WORDS = [
    "They",
    "never",
    "asked",
    "me",
    "what",
    "I",
    "wanted,",
    "they",
    "only",
    "asked",
    "my",
    "mum,",
    "and",
    "I",
    "said",
    "<nothing>",
    "&",
    "waited.",
]


def record_context() -> dict[str, Any]:
    """One visit with a form in error; the words hold quotes, markup characters, an emoji and a line break."""
    return {
        "waiting": 1,
        "draft": 'He said "no" & left\n\nthen came back',
        "errors": {"speaker": "Say who said it, or choose ‘not known’"},
        "visit": {
            "visit_id": "visit/7 é",
            "place": "Family Hub <North> O'Hara",
            "state": "Open",
            "is_open": True,
            "facts": [
                {"key": {"text": "Area"}, "value": {"text": "Area B & C"}},
                {"key": {"text": "Visited"}, "value": {"html": "<b>3 March</b>"}, "actions": {"items": []}},
            ],
            "blocks": [
                {
                    "block_id": f"b{number}",
                    "kind": ("verbatim", "observation", "thought")[number % 3],
                    "text": f"It's number {number} 😀\nsecond <line>",
                    "author": "A. Inspector",
                    "said_at": "3 March, 10:15am",
                    "codes": ["voice of the child", "<delay>"][: number % 3],
                }
                for number in range(5)
            ],
        },
    }


def list_context(rows: int = 300) -> dict[str, Any]:
    """A list page; 300 rows is the length that the tablet's speed is measured with."""
    return {
        "waiting": 1234,
        "rows": [
            {
                "visit_id": f"v{number}",
                "place": f"Place {number} & Sons",
                "people": ["Ann O'Neil", "Bo", "Cé"][: number % 4],
                "excerpt": " ".join(_WORDS[number % 7 :] + _WORDS[: number % 5]),
                "state": ("open", "closed")[number % 2],
                "tone": ("green", "grey")[number % 2],
                "unsent": number % 3,
            }
            for number in range(rows)
        ],
    }


def tree_context() -> dict[str, Any]:
    """A code tree three deep, and passages in three areas."""
    return {
        "passages": [
            {"area": area, "quote": f"Passage {number} from {area}, it's <said>"}
            for number, area in enumerate(["B", "a", "C", "b", "A", "B", "c"])
        ],
        "codes": [
            {
                "code_id": str(top),
                "label": f"Theme {top} & more",
                "children": [
                    {
                        "code_id": f"{top}.{child}",
                        "label": f"Code {9 - child}",
                        "children": [{"code_id": f"{top}.{child}.1", "label": "Leaf", "children": []}] if child else [],
                    }
                    for child in range(top)
                ],
            }
            for top in range(4)
        ],
    }


EXAMPLES: dict[str, dict[str, Any]] = {
    "examples/visits/record.html": record_context(),
    "examples/visits/list.html": list_context(),
    "examples/codes/tree.html": tree_context(),
}

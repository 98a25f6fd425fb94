"""The style guide's pages, with the contexts that the style guide itself is shown with; whole and as a swap."""

from __future__ import annotations

from typing import Any

from tests.web.styleguide import pages


def cases() -> dict[str, list[dict[str, Any]]]:
    """Each page twice: with the layout around it, and as the fragment that a tablet swaps in."""
    return {
        name: [context | {"whole": True}, context | {"whole": False}]
        for name, context in pages("/assets/made-up-release").items()
    }

"""Central's own log for whoever runs it: one line of JSON for a thing that happened, with fields that are on a list and no others.

Words of evidence, names and ids of records never come here (SEC-13); that is why a field that is not on the list is a fault, and not left
out in silence. `open_log` sends the lines to the error output; until then, as in tests and the simulator, nobody hears them.
"""

from __future__ import annotations

import logging
import sys
from typing import Final

import structlog

LOGGER: Final = "fieldwork"

FIELDS: Final[dict[str, frozenset[str]]] = {
    "not_taken_in": frozenset({"hindrance"}),
    "log_damaged": frozenset({"problems"}),
    "log_sound_again": frozenset({"problems"}),
    "log_not_looked_through": frozenset(),
    "tablet_reported": frozenset(
        {
            "device",
            "found_empty",
            "restored",
            "repaired",
            "copied",
            "lost",
            "lost_streams",
            "damaged",
            "certain",
            "journal_damaged_bytes",
            "drafts_unopened",
            "persisted",
        }
    ),
    "sealed_copy_taken_in": frozenset({"whole", "stored", "already_here", "held", "attention", "unreadable"}),
}
"""What each kind of line may say."""

_logger = structlog.wrap_logger(
    logging.getLogger(LOGGER),
    processors=[structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.JSONRenderer()],
)


def write_line(event: str, **facts: str | int | bool | None) -> None:
    """Write a line. Raises ValueError for an event or a field that is not on the list."""
    told = {name for name in facts if name not in FIELDS.get(event, frozenset())}
    if event not in FIELDS or told:
        raise ValueError(f"{event} may not say {', '.join(sorted(told)) or 'anything'}")
    _logger.info(event, **facts)


def open_log() -> None:
    """Send the lines to the error output of this process. The second time changes nothing."""
    logger = logging.getLogger(LOGGER)
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False

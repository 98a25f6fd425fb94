"""The log of a server process: what went wrong in our program or in a library, and never a word of anybody (`traces.py`, SEC-13)."""

from __future__ import annotations

import logging
from typing import Any

from uvicorn.config import LOGGING_CONFIG
from uvicorn.logging import DefaultFormatter

from fieldwork.traces import trace_of


class TraceFormatter(DefaultFormatter):
    """A line of the server's log; of an error, the first line of what is said and the trace."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            # What asyncio says of a lost task goes on with the task and its error, word for word.
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        return trace_of(ei[1])


SERVER_LOG: dict[str, Any] = LOGGING_CONFIG | {
    "formatters": {name: each | {"()": TraceFormatter} for name, each in LOGGING_CONFIG["formatters"].items()},
    "root": {"handlers": ["default"], "level": "WARNING"},
}
"""The log of a server process, libraries and lost tasks included."""

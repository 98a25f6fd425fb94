"""Where the program stopped, and never in the error's own words: they may quote evidence, and logs are read by others (SEC-13).

PostgreSQL puts the row that it refuses into its error, Python the key that it did not find. So a trace of ours names the kind of each
error and the lines of code, and nothing that came from a person. It knows no evidence and writes to the error output alone.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType


def trace_of(error: BaseException | None) -> str:
    """The error and what led to it, the first cause first: for each the lines of code and its kind."""
    return "".join(
        f"{''.join(traceback.format_tb(each.__traceback__))}{type(each).__name__}\n" for each in _chain(error)
    )


def where_only(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    """What `sys.excepthook` is given, said as a trace with the time."""
    told = trace_of(error) or f"{''.join(traceback.format_tb(where))}{kind.__name__}\n"
    sys.stderr.write(f"{told.removesuffix(chr(10))} at {datetime.now(UTC):%H:%M:%S} UTC\n")


def say_where_only() -> None:
    """Have whatever ends this process, or one of its threads, said as a trace. The second time changes nothing."""
    sys.excepthook = where_only
    threading.excepthook = lambda died: where_only(died.exc_type, died.exc_value, died.exc_traceback)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links:
        links.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    yield from reversed(links)

"""What tablets reported of their own copies, in words for whoever looks after tablets. Counts become sentences here, and nought never
becomes "nothing is missing" where the tablet could not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fieldwork.domain.tablet_report import TabletReport
from fieldwork.pages.frame import Page
from fieldwork.pages.words import by_its_own_clock, counted, moment_in_words

MOST_SHOWN = 5


def reports(told: Sequence[TabletReport], person: str) -> list[Page]:
    """At most five of a tablet's reports; `told` is the last first. Those that need a look come before the others."""
    lines = []
    for place, report in enumerate(told):
        lines.append((report.needs_a_look, _line(report, person, told[place + 1 :])))
    lines.sort(key=lambda line: not line[0])
    return [line for _, line in lines[:MOST_SHOWN]]


def _line(report: TabletReport, person: str, earlier: Sequence[TabletReport]) -> Page:
    # Another hour: it had no signal, or its clock is wrong.
    claimed = by_its_own_clock("it was", report.found_at, report.received_at.timestamp())
    return {
        "when": f"{moment_in_words(report.received_at)}{claimed}",
        "attention": _attention(report),
        "words": " ".join(_sentences(report, person, earlier)),
    }


def _attention(report: TabletReport) -> str:
    if report.missing:
        return "Something is missing."
    return "Something may be missing." if report.needs_a_look else ""


def _sentences(report: TabletReport, person: str, earlier: Sequence[TabletReport]) -> Iterator[str]:
    if report.found_empty:
        yield "The tablet’s main store was found empty."
    if report.came_back:
        yield f"{counted(report.came_back, 'change', 'changes')} came back from the second copy."
    if report.copied:
        yield f"{counted(report.copied, 'change was', 'changes were')} copied into the second copy again."
    if report.journal_damaged_bytes:
        yield f"{counted(report.journal_damaged_bytes, 'byte', 'bytes')} of the second copy could not be read."
    yield from _about_what_is_missing(report, person, earlier)
    if report.drafts_unopened:
        what = (
            "draft does not open for its writer and is"
            if report.drafts_unopened == 1
            else "drafts do not open for their writer and are"
        )
        yield f"{report.drafts_unopened:,} {what} kept on the tablet."
    if report.persisted is False:
        yield "The tablet may delete notes when it runs out of space."


def _about_what_is_missing(report: TabletReport, person: str, earlier: Sequence[TabletReport]) -> Iterator[str]:
    look = f"Ask {person} to look at what is on the tablet before anything else is written there."
    if report.missing:
        yield f"{counted(report.missing, 'change', 'changes')} could not be restored."
        if not report.certain:
            yield "The tablet cannot tell whether that is the right number."
        yield f"What it had sent before is safe at the office. {look}"
    elif not report.certain:
        yield f"The tablet cannot tell whether anything is missing. {look}"
    elif report.found_empty or report.came_back or report.copied:
        yield _nothing_missing(earlier)


def _nothing_missing(earlier: Sequence[TabletReport]) -> str:
    """A start knows only what it compared: what an earlier one could not find out, it does not know either."""
    if any(not report.certain for report in earlier):
        return "This start found nothing missing."
    return "Nothing else is missing." if any(report.missing for report in earlier) else "Nothing is missing."

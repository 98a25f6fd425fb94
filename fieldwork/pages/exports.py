"""Exports of a review: asking for one, how far it is, and taking it away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fieldwork.domain.export_job import ExportJob
from fieldwork.pages.frame import Page, choice, field
from fieldwork.pages.words import counted, moment_in_words

FORMATS = {
    "xlsx": ("A workbook (XLSX)", "Codings, records, the words whole, and a sheet about the export."),
    "csv": ("Tables (CSV)", "The same as plain tables, for other programs."),
}


def browse(
    *,
    review_id: str,
    review_title: str,
    jobs: Sequence[ExportJob],
    names: dict[str, str],
    given: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
) -> Page:
    """The exports of a review, and the form that asks for one."""
    given, faults = given or {}, faults or {}
    return {
        "title": "Exports",
        "place": review_title,
        "review": {"href": f"/reviews/{review_id}", "words": review_title},
        "action": f"/reviews/{review_id}/exports",
        "format": field("format", "What do you need?", error=faults.get("format", "")),
        "formats": [
            choice(name, words, hint=hint, chosen=name == given.get("format", "xlsx"))
            for name, (words, hint) in FORMATS.items()
        ],
        "purpose": field(
            "purpose",
            "What is it for?",
            value=given.get("purpose", ""),
            hint="This is written into the export, with your name and the date.",
            error=faults.get("purpose", ""),
        ),
        "rows": [_row(job, names) for job in jobs],
    }


def show(job: ExportJob, *, review_id: str, asked_by: str, files: Sequence[tuple[str, str]], ends: datetime) -> Page:
    """One export: waiting, being written, ready, or failed."""
    return {
        "title": f"Export: {_format(job)}",
        "state": _state(job),
        "asked": f"{asked_by} asked for it on {moment_in_words(job.asked_at)}.",
        "progress": _progress(job),
        "problem": job.problem or "",
        "files": [
            {"href": f"/exports/{job.id}/files/{name}", "words": f"Take {name} away", "more": size}
            for name, size in files
        ],
        "hash": (job.sha256 or "") if files else "",
        "ends": _ends(job, files, ends),
        "unfinished": job.state in ("waiting", "running"),
        "again_href": f"/exports/{job.id}",
        "progress_href": f"/exports/{job.id}/arrived",
        "back_href": f"/reviews/{review_id}/exports",
    }


def _ends(job: ExportJob, files: Sequence[tuple[str, str]], ends: datetime) -> str:
    if files:
        return f"This copy is removed on {moment_in_words(ends)} at the latest, and at once when words in it are taken back."
    return "Its copy here has been removed. Ask again if you need it." if job.state == "done" else ""


def _row(job: ExportJob, names: dict[str, str]) -> Page:
    asked_by = names.get(str(job.asked_by), "Somebody")
    return {
        "href": f"/exports/{job.id}",
        "words": _format(job),
        "more": f"{asked_by} asked for it on {moment_in_words(job.asked_at)}.",
        "state": _state(job),
    }


def _format(job: ExportJob) -> str:
    return FORMATS.get(job.format, (job.format.upper(), ""))[0]


def _state(job: ExportJob) -> Page:
    words = {"waiting": "Waiting", "running": "Being written", "done": "Ready", "failed": "Could not be made"}
    kinds = {"waiting": "", "running": "sending", "done": "safe", "failed": "failed"}
    return {"kind": kinds[job.state], "words": words[job.state]}


def _progress(job: ExportJob) -> str:
    if job.state != "running" or not job.progress_total:
        return ""
    return f"{job.progress_done:,} of {counted(job.progress_total, 'row', 'rows')} written."

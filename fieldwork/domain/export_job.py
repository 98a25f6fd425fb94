"""An export that somebody asked for: waiting, running, done or failed.

A report writer asks for the evidence of a review as a file; it is written outside the web process, can take minutes,
and says how far it is. The file's hash is stated so that whoever receives it can check that it is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

ExportState = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class ExportJob:
    """One export. `path` is relative to the data folder; `sha256` is hex; `problem` is a sentence for the person who
    asked.
    """

    id: UUID
    review_id: UUID
    format: str
    asked_by: UUID
    asked_at: datetime
    state: ExportState
    progress_done: int
    progress_total: int
    path: str | None = None
    sha256: str | None = None
    problem: str | None = None
    finished_at: datetime | None = None

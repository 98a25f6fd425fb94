"""Export jobs: what was asked for, what is being written, and what came of it.

The web process stores the wish and shows how far it is; the export process takes the oldest wish and writes the file.
If it is killed, its job waits again at the next start. Two export processes never take the same job.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from fieldwork.domain.export_job import ExportJob, ExportState
from fieldwork.store import tables
from fieldwork.store.database import Database


async def ask_for_export(
    database: Database, *, review_id: UUID, export_format: str, asked_by: UUID, now: datetime
) -> ExportJob:
    """Store the wish; the export process finds it."""
    async with database.writing() as connection:
        row = await tables.ExportJob.create(
            using_db=connection,
            id=uuid4(),
            review_id=review_id,
            format=export_format,
            asked_by=asked_by,
            asked_at=now,
            state="waiting",
            progress_done=0,
            progress_total=0,
        )
    return _shape_of(row)


async def take_next_export(database: Database) -> ExportJob | None:
    """The oldest waiting job, now running and this caller's; None when nothing waits."""
    async with database.writing() as connection:
        while True:
            waiting = tables.ExportJob.filter(state="waiting").using_db(connection)
            row = await waiting.order_by("asked_at", "id").first()
            if row is None:
                return None
            # On PostgreSQL another process may have taken it since it was read; the update says who did.
            if await waiting.filter(id=row.id).update(state="running"):
                return _shape_of(await tables.ExportJob.get(id=row.id, using_db=connection))


async def note_progress(database: Database, job_id: UUID, *, done: int, total: int) -> None:
    """How far a running job is, in records."""
    async with database.writing() as connection:
        running = tables.ExportJob.filter(id=job_id, state="running").using_db(connection)
        await running.update(progress_done=done, progress_total=total)


async def finish_export(database: Database, job_id: UUID, *, path: str, sha256: str, now: datetime) -> None:
    """The file was written and read again. `path` is relative to the data folder."""
    async with database.writing() as connection:
        running = tables.ExportJob.filter(id=job_id, state="running").using_db(connection)
        await running.update(state="done", path=path, sha256=sha256, finished_at=now)


async def fail_export(database: Database, job_id: UUID, *, problem: str, now: datetime) -> None:
    """The export could not be made; `problem` is a sentence for the person who asked and holds no words of evidence."""
    async with database.writing() as connection:
        running = tables.ExportJob.filter(id=job_id, state="running").using_db(connection)
        await running.update(state="failed", problem=problem, finished_at=now)


async def wait_again(database: Database) -> int:
    """Put jobs that a killed export process left running back to waiting; returns how many. For the start of the only
    export process.
    """
    async with database.writing() as connection:
        left = tables.ExportJob.filter(state="running").using_db(connection)
        return await left.update(state="waiting", progress_done=0, progress_total=0)


async def export_job_of(database: Database, job_id: UUID) -> ExportJob | None:
    """The job with this id."""
    row = await tables.ExportJob.get_or_none(id=job_id, using_db=database.reader)
    return _shape_of(row) if row else None


async def export_jobs_of_review(database: Database, review_id: UUID) -> tuple[ExportJob, ...]:
    """The jobs of one review, the newest first."""
    rows = await tables.ExportJob.filter(review_id=review_id).using_db(database.reader).order_by("-asked_at", "id")
    return tuple(_shape_of(row) for row in rows)


def _shape_of(row: tables.ExportJob) -> ExportJob:
    return ExportJob(
        id=row.id,
        review_id=row.review_id,
        format=row.format,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=cast(ExportState, row.state),
        progress_done=row.progress_done,
        progress_total=row.progress_total,
        path=row.path,
        sha256=row.sha256,
        problem=row.problem,
        finished_at=row.finished_at,
    )

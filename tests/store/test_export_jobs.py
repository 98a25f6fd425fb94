"""An export is asked for, taken by one process, and ends in a file or in a sentence."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from fieldwork.domain.export_job import ExportJob
from fieldwork.store import export_jobs
from fieldwork.store.database import Database
from tests.store.test_accounts import NOW

pytestmark = pytest.mark.anyio


async def ask(database: Database, review_id: UUID, minutes: int = 0) -> ExportJob:
    return await export_jobs.ask_for_export(
        database, review_id=review_id, export_format="xlsx", asked_by=uuid4(), now=NOW + timedelta(minutes=minutes)
    )


async def test_the_oldest_wish_is_taken_first(database: Database) -> None:
    review_id = uuid4()
    second, first = await ask(database, review_id, 5), await ask(database, review_id, 1)

    taken = [await export_jobs.take_next_export(database) for _ in range(3)]

    assert [job.id if job else None for job in taken] == [first.id, second.id, None]
    assert await export_jobs.export_jobs_of_review(database, uuid4()) == ()
    listed = await export_jobs.export_jobs_of_review(database, review_id)
    assert [(job.id, job.state) for job in listed] == [(second.id, "running"), (first.id, "running")]


async def test_processes_that_look_at_the_same_moment_never_take_the_same_job(database: Database) -> None:
    wishes = [await ask(database, uuid4(), minutes) for minutes in range(6)]

    taken = await asyncio.gather(*(export_jobs.take_next_export(database) for _ in range(10)))

    assert sorted(job.id for job in taken if job) == sorted(wish.id for wish in wishes)


async def test_a_finished_export_names_its_file_and_hash_and_is_not_changed_any_more(database: Database) -> None:
    wish = await ask(database, uuid4())
    await export_jobs.take_next_export(database)
    later = NOW + timedelta(minutes=3)

    await export_jobs.note_progress(database, wish.id, done=40_000_000_000, total=80_000_000_000)
    await export_jobs.finish_export(database, wish.id, path="exports/a.xlsx", sha256="a" * 64, now=later)
    await export_jobs.fail_export(database, wish.id, problem="too late", now=later)
    await export_jobs.note_progress(database, wish.id, done=0, total=0)

    job = await export_jobs.export_job_of(database, wish.id)
    assert job is not None
    assert (job.state, job.path, job.sha256, job.finished_at) == ("done", "exports/a.xlsx", "a" * 64, later)
    assert (job.progress_done, job.problem) == (40_000_000_000, None)


async def test_a_failed_export_says_why(database: Database) -> None:
    wish = await ask(database, uuid4())
    await export_jobs.take_next_export(database)

    await export_jobs.fail_export(database, wish.id, problem="There is no room on the disk.", now=NOW)

    job = await export_jobs.export_job_of(database, wish.id)
    assert job is not None
    assert (job.state, job.problem) == ("failed", "There is no room on the disk.")
    assert await export_jobs.export_job_of(database, uuid4()) is None


async def test_a_job_whose_process_was_killed_waits_again(database: Database) -> None:
    wish = await ask(database, uuid4())
    await export_jobs.take_next_export(database)

    assert await export_jobs.wait_again(database) == 1
    taken = await export_jobs.take_next_export(database)

    assert taken is not None
    assert taken.id == wish.id

"""Asking for an export, having it written, fetching it, and forgetting it again.

Evidence leaves central through here: whoever asks must have the right, gets only the visits that they may read, and leaves their name,
the time and the purpose behind (EXP-06). The writing is another process's (`fieldwork.export.process`), one at a time. A finished file is
kept for a day at most, and goes at once when words in it were redacted or a consent was withdrawn.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from fieldwork.actions.carrying import roles_of
from fieldwork.actions.central import Central
from fieldwork.actions.processes_beside import alone, environment_of
from fieldwork.domain.export_job import ExportJob
from fieldwork.domain.rights import may_export
from fieldwork.store import export_jobs
from fieldwork.store.accounts import account_of_person
from fieldwork.store.coded_evidence import Visit, names_in, taken_back_since, visits_of
from fieldwork.store.log import instant
from fieldwork.store.settings import set_setting, setting

FORMATS = ("xlsx", "csv")
"""What the export process can write; a test holds it equal to `fieldwork.export.review.FORMATS`."""
KEPT_FOR = timedelta(hours=24)
LOOK_AGAIN_S = 5.0
MOST_PURPOSE_CP = 500
_PROCESS = "fieldwork.export.process"
LOCK = "writing.lock"


class ExportRefused(Exception):
    """The person may not have this, or there is no such thing: the two are one answer."""


class ExportNotUnderstood(Exception):
    """The wish cannot be fulfilled as it stands; the sentence says why."""


@dataclass(frozen=True, slots=True)
class ExportScope:
    """What an export by this person would hold and what not: shown before it is asked for."""

    inside: tuple[Visit, ...]
    outside: tuple[Visit, ...]


async def export_scope(central: Central, person_id: str, review_id: str) -> ExportScope:
    """The visits of the review that this person may export. Raises ExportRefused where there are none."""
    visits = await visits_of(central.log, review_id)
    inside = [v for v in visits if may_export(await roles_of(central.log, person_id, f"visit:{v.visit_id}"))]
    if not inside:
        raise ExportRefused
    return ExportScope(tuple(inside), tuple(visit for visit in visits if visit not in inside))


async def ask_for_export(
    central: Central, person_id: str, review_id: str, export_format: str, purpose: str
) -> ExportJob:
    """Store the wish; it is written when its turn comes. Asking twice makes two exports.

    Raises ExportRefused, or ExportNotUnderstood for a format that there is not or a purpose that says nothing.
    """
    scope = await export_scope(central, person_id, review_id)
    if export_format not in FORMATS:
        raise ExportNotUnderstood(f"Choose {' or '.join(FORMATS)}")
    purpose = " ".join(purpose.split())
    if not 0 < len(purpose) <= MOST_PURPOSE_CP:
        raise ExportNotUnderstood(f"Enter what the export is for, in {MOST_PURPOSE_CP} characters or fewer")
    by = await _name_of(central, person_id, review_id)
    async with central.database.writing():
        job = await export_jobs.ask_for_export(
            central.database,
            review_id=UUID(review_id),
            export_format=export_format,
            asked_by=UUID(person_id),
            now=central.clock(),
        )
        await _keep(central, job.id, by=by, purpose=purpose, scope=scope)
    return job


async def asked_for(central: Central, job_id: UUID) -> dict[str, Any]:
    """Who asked (`by`), what for (`purpose`) and for which visits (`visits`): the audit entry of an export. Empty when there is none."""
    kept = await setting(central.database, _key(job_id))
    return json.loads(kept) if kept else {}


async def files_of(central: Central, person_id: str, job_id: UUID) -> tuple[Path, ...]:
    """The files of a finished export, the main one first, for the person who asked for it and still may.

    Raises ExportRefused when they may not, or when the files have been forgotten.
    """
    job = await export_jobs.export_job_of(central.database, job_id)
    if job is None or job.asked_by != UUID(person_id) or job.state != "done":
        raise ExportRefused
    scope = await export_scope(central, person_id, str(job.review_id))
    asked = set((await asked_for(central, job_id)).get("visits", []))
    if not asked <= {visit.visit_id for visit in scope.inside} or await _is_over(central, job):
        raise ExportRefused
    files = _stored(central, job_id)
    if not files:
        raise ExportRefused
    return files


async def keep_writing_exports(central: Central) -> None:
    """Write what waits and forget what is old, for as long as the server runs. Cancel it to end it."""
    while True:
        await forget_old_exports(central)
        await write_waiting_exports(central)
        await asyncio.sleep(LOOK_AGAIN_S)


async def write_waiting_exports(central: Central) -> int:
    """Write every export that waits, one after another; returns how many ended, well or not.

    0 at once while another process of this server is writing. What a server that was killed left running waits again first.
    """
    central.settings.exports.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(central.settings.exports / LOCK) as lock:
        if lock is None:
            return 0
        # Nobody else writes here now, so what lies unfinished is a killed process's, with words in it.
        for left in central.settings.exports.glob(".fieldwork-export-*"):
            shutil.rmtree(left, ignore_errors=True)
        await export_jobs.wait_again(central.database)
        ended = 0
        while job := await export_jobs.take_next_export(central.database):
            await _write(central, job, lock)
            ended += 1
        return ended


async def forget_old_exports(central: Central) -> int:
    """Remove the files of exports that are over; returns of how many. Their jobs stay as a record of who took what, and why.

    Also files that no finished job owns: of a process that was killed between writing and saying so.
    """
    if not central.settings.exports.is_dir():
        return 0
    over = 0
    for job_id in {_job_of(path) for path in central.settings.exports.iterdir()} - {None}:
        assert job_id is not None
        job = await export_jobs.export_job_of(central.database, job_id)
        if job is not None and job.state in ("waiting", "running"):
            continue
        if job is None or job.state != "done" or await _is_over(central, job):
            _forget(central, job_id)
            over += 1
    return over


async def _is_over(central: Central, job: ExportJob) -> bool:
    """Whether a finished export may no longer be kept: a day has passed, or words in its scope were taken back since."""
    asked_at = job.asked_at if job.asked_at.tzinfo else job.asked_at.replace(tzinfo=UTC)
    if central.clock() - asked_at >= KEPT_FOR:
        return True
    visits = (await asked_for(central, job.id)).get("visits", [])
    scopes = [f"review:{job.review_id}", *(f"visit:{visit_id}" for visit_id in visits)]
    return await taken_back_since(central.log, scopes, instant(asked_at))


async def _write(central: Central, job: ExportJob, lock: int) -> None:
    """Have one export written, and write down how it went."""
    try:
        scope = await export_scope(central, str(job.asked_by), str(job.review_id))
    except ExportRefused:
        await _failed(central, job, "The person who asked may no longer export this review. Nothing was written.")
        return
    asked = await asked_for(central, job.id)
    # What was asked for, less what they may no longer read: a part in a visit can end while a job waits.
    inside = tuple(visit for visit in scope.inside if visit.visit_id in asked.get("visits", []))
    await _keep(
        central, job.id, by=asked.get("by", ""), purpose=asked.get("purpose", ""), scope=ExportScope(inside, ())
    )
    said = await _have_it_written(central, job, lock)
    if "sha256" in said:
        path = f"{central.settings.exports.name}/{said['file']}"
        await export_jobs.finish_export(central.database, job.id, path=path, sha256=said["sha256"], now=central.clock())
        return
    stopped = (
        f"The export process stopped ({said['ended']}) before the file was whole. Nothing of it was kept. Ask again."
    )
    await _failed(central, job, said.get("problem", stopped))


async def _have_it_written(central: Central, job: ExportJob, lock: int) -> dict[str, Any]:
    """Run the process and listen to it; the last things it said, and how it `ended`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _PROCESS,
        str(job.id),
        env=environment_of(central.settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        # The process keeps the lock while it lives, also when this one is killed: two never write at once.
        pass_fds=(lock,),
    )
    said: dict[str, Any] = {}
    try:
        assert process.stdout is not None
        async for line in process.stdout:
            news = json.loads(line)
            if "total" in news:
                await export_jobs.note_progress(central.database, job.id, done=news["done"], total=news["total"])
            else:
                said |= news
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said["ended"] = f"signal {-code}" if code < 0 else f"code {code}"
    if code != 0:
        said.pop("sha256", None)
    return said


async def _failed(central: Central, job: ExportJob, problem: str) -> None:
    _forget(central, job.id)
    await export_jobs.fail_export(central.database, job.id, problem=problem, now=central.clock())


async def _keep(central: Central, job_id: UUID, *, by: str, purpose: str, scope: ExportScope) -> None:
    kept = {"by": by, "purpose": purpose, "visits": [visit.visit_id for visit in scope.inside]}
    await set_setting(central.database, _key(job_id), json.dumps(kept))


async def _name_of(central: Central, person_id: str, review_id: str) -> str:
    account = await account_of_person(central.database, UUID(person_id))
    if account is not None:
        return account.name
    return (await names_in(central.log, review_id)).get(person_id, person_id)


def _key(job_id: UUID) -> str:
    return f"export/{job_id}"


def _stored(central: Central, job_id: UUID) -> tuple[Path, ...]:
    """The files of a job: `<job>.<format>` first, then what lies beside it."""
    found = central.settings.exports.glob(f"{job_id}[.-]*")
    return tuple(sorted(found, key=lambda path: (not path.name.startswith(f"{job_id}."), path.name)))


def _forget(central: Central, job_id: UUID) -> None:
    for path in _stored(central, job_id):
        path.unlink(missing_ok=True)


def _job_of(path: Path) -> UUID | None:
    try:
        return UUID(path.name[:36])
    except ValueError:
        return None


async def exports_shown(central: Central, person_id: str, review_id: str) -> Sequence[ExportJob]:
    """This person's exports of a review, newest first, waiting ones among them. Raises ExportRefused."""
    await export_scope(central, person_id, review_id)
    jobs = await export_jobs.export_jobs_of_review(central.database, UUID(review_id))
    return [job for job in jobs if job.asked_by == UUID(person_id)]

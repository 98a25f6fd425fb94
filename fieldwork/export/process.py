"""The process that writes one export: `python -m fieldwork.export.process JOB`, started by `actions/exports.py`.

It has its own connection, only reads the database, holds no key, and may use so much memory and no more; the web process goes on serving
tablets whatever happens here. It says on its standard output, one JSON object a line, how far it is and how it ended; the web process
writes that down, because an SQLite file has one writer.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from datetime import UTC
from typing import Any
from uuid import UUID

from fieldwork.export.about import Wish
from fieldwork.export.meaning import ExportProblem
from fieldwork.export.review import Exported, export_review
from fieldwork.settings import Settings, read_settings
from fieldwork.store.database import Database
from fieldwork.store.export_jobs import export_job_of
from fieldwork.store.keyring import Keyring
from fieldwork.store.log import Log
from fieldwork.store.migrate import check_schema
from fieldwork.store.settings import setting
from fieldwork.traces import say_where_only
from sync.central.facts import Facts
from sync.central.header import Header

MEMORY_LIMIT_BYTES = 1024**3
EVERY = 20
"""Progress is said after so many records."""


def nobody_may(header: Header, facts: Facts, *, words_of_others: bool = False) -> str | None:
    """An export writes nothing, in nobody's name."""
    return "not_permitted"


def reading_log(database: Database) -> Log:
    """The log for reading alone: without keys, and without a writer."""
    return Log(database, Keyring({}, {}), nobody_may, incarnation="export")


def say(**what: Any) -> None:
    """One line for the process that started this one. When nobody listens any more, there is nobody to write for."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def told(done: int, total: int) -> None:
    """Progress, now and then."""
    if done % EVERY == 0 or done == total:
        say(done=done, total=total)


async def run(settings: Settings, job_id: UUID) -> Exported:
    """Write the export that this job asks for. Raises ExportProblem."""
    async with Database(settings.database_url) as database:
        await check_schema(database)
        job = await export_job_of(database, job_id)
        kept = await setting(database, f"export/{job_id}")
        if job is None or kept is None:
            raise ExportProblem("There is no such export.")
        asked = json.loads(kept)
        wish = Wish(
            review_id=str(job.review_id),
            format=job.format,
            by=asked["by"],
            purpose=asked["purpose"],
            asked_at=job.asked_at.astimezone(UTC) if job.asked_at.tzinfo else job.asked_at.replace(tzinfo=UTC),
            visit_ids=tuple(asked["visits"]),
        )
        settings.exports.mkdir(mode=0o700, parents=True, exist_ok=True)
        return await export_review(reading_log(database), wish, settings.exports / f"{job_id}.{job.format}", told)


def main(job_id: str) -> int:
    """Returns 0 when the export is there, 1 when it is not and a sentence was said."""
    say_where_only()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    os.nice(10)
    try:
        exported = asyncio.run(run(read_settings(), UUID(job_id)))
    except ExportProblem as problem:
        say(problem=str(problem))
        return 1
    except MemoryError:
        say(problem="The export needed more memory than it may use. Nothing of it was kept.")
        return 1
    say(file=exported.files[-1].name, sha256=exported.sha256, rows=exported.rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

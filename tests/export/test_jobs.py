"""An export asked for on a page: who may, what they get, what they see when it fails, and when it is gone again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from fieldwork.actions import exports
from fieldwork.actions.exports import (
    ExportNotUnderstood,
    ExportRefused,
    ask_for_export,
    asked_for,
    export_scope,
    exports_shown,
    files_of,
    forget_old_exports,
    write_waiting_exports,
)
from fieldwork.export import review
from fieldwork.store.export_jobs import export_job_of
from fieldwork.store.records import record_of
from tests.export.conftest import Office
from tests.export.reading import about_json_of, about_of, csv_of, sheets_of

pytestmark = pytest.mark.anyio
WRITER = "00000000-0000-4000-8000-00000000a11e"


@pytest.fixture
async def writer(office: Office) -> str:
    """A report writer of the whole review, by person id."""
    await office.places({"person": WRITER, "name": "Petra Quill", "role": "report_writer"})
    return WRITER


async def ended(office: Office, job_id: UUID) -> tuple[str, str | None]:
    job = await export_job_of(office.central.database, job_id)
    assert job is not None
    return job.state, job.problem


async def test_a_report_writer_asks_and_fetches_a_checked_file(office: Office, writer: str) -> None:
    """EXP-06: another process writes it; who, what for and for which areas is on record."""
    job = await ask_for_export(office.central, writer, office.review_id, "xlsx", "  chapter 3,\n quotations ")
    assert [each.state for each in await exports_shown(office.central, writer, office.review_id)] == ["waiting"]

    assert await write_waiting_exports(office.central) == 1

    done = await export_job_of(office.central.database, job.id)
    assert done is not None
    assert (done.state, done.problem, done.progress_done, done.progress_total) == ("done", None, 28, 28)
    [file] = await files_of(office.central, writer, job.id)
    assert done.path == f"exports/{file.name}"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == done.sha256
    assert (file.stat().st_mode & 0o777, len(sheets_of(file)["Codings"])) == (0o600, 356)
    about = about_of(file)
    assert (about["Exported by"], about["Purpose"]) == ("Petra Quill", "chapter 3, quotations")
    kept = await asked_for(office.central, job.id)
    assert (kept["by"], kept["purpose"], len(kept["visits"])) == ("Petra Quill", "chapter 3, quotations", 6)


async def test_csv_comes_with_its_other_tables(office: Office, writer: str) -> None:
    job = await ask_for_export(office.central, writer, office.review_id, "csv", "chapter 3")

    await write_waiting_exports(office.central)

    files = await files_of(office.central, writer, job.id)
    assert [file.name.removeprefix(str(job.id)) for file in files] == [
        ".csv",
        "-about.json",
        "-blocks.csv",
        "-records.csv",
    ]
    assert len(csv_of(files[0])) == 356


async def test_whoever_has_no_right_is_refused(office: Office, writer: str) -> None:
    """R31: inspectors and the safeguarding lead take no evidence out, and strangers do not learn that a review is there."""
    safeguarding = str(uuid4())
    fields = {"person": safeguarding, "name": "Sam", "role": "safeguarding_lead"}
    await office.places(fields)
    for person in (office.person("A-I2"), safeguarding, str(uuid4())):
        with pytest.raises(ExportRefused):
            await ask_for_export(office.central, person, office.review_id, "xlsx", "curiosity")
    with pytest.raises(ExportRefused):
        await ask_for_export(office.central, writer, str(uuid4()), "xlsx", "curiosity")

    assert await write_waiting_exports(office.central) == 0


async def test_a_lead_takes_out_their_own_visit_alone(office: Office) -> None:
    """R31."""
    lead = office.person("A-I1")
    scope = await export_scope(office.central, lead, office.review_id)
    assert [visit.letter for visit in scope.inside] == ["A"]
    assert [visit.letter for visit in scope.outside] == ["B", "C", "D", "E", "F"]

    job = await ask_for_export(office.central, lead, office.review_id, "csv", "feedback meeting")
    await write_waiting_exports(office.central)

    files = await files_of(office.central, lead, job.id)
    assert {row["area"] for row in csv_of(files[0])} == {"Area A"}
    assert about_json_of(files[0])["about"]["Areas in this export"] == "Area A"


async def test_a_wish_that_says_nothing_is_sent_back(office: Office, writer: str) -> None:
    with pytest.raises(ExportNotUnderstood, match="Choose xlsx or csv"):
        await ask_for_export(office.central, writer, office.review_id, "docx", "chapter 3")
    for purpose in (" \n ", "x" * 501):
        with pytest.raises(ExportNotUnderstood, match="what the export is for"):
            await ask_for_export(office.central, writer, office.review_id, "csv", purpose)
    assert exports.FORMATS == review.FORMATS


async def test_a_right_that_ended_while_the_wish_waited_ends_the_wish(office: Office, writer: str) -> None:
    job = await ask_for_export(office.central, writer, office.review_id, "csv", "chapter 3")
    [[assignment]] = await office.central.log.ask("SELECT record FROM assignment WHERE person = ?", WRITER)
    await office.places({"ended_at": "2025-03-01T00:00:00.000Z"}, assignment)

    await write_waiting_exports(office.central)

    state, problem = await ended(office, job.id)
    assert (state, problem) == (
        "failed",
        "The person who asked may no longer export this review. Nothing was written.",
    )


async def test_a_process_that_is_killed_half_way_offers_nothing(
    office: Office, writer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXP-05: the job says so in words, no part of the file is there, and the next wish is fulfilled."""
    monkeypatch.setattr(exports, "_PROCESS", "tests.export.killed_half_way")
    killed = await ask_for_export(office.central, writer, office.review_id, "xlsx", "chapter 3")
    await write_waiting_exports(office.central)

    state, problem = await ended(office, killed.id)
    assert state == "failed"
    assert problem == (
        "The export process stopped (signal 9) before the file was whole. Nothing of it was kept. Ask again."
    )
    with pytest.raises(ExportRefused):
        await files_of(office.central, writer, killed.id)
    folder = office.central.settings.exports
    assert [path.name for path in folder.iterdir() if path.is_file() and path.name != "writing.lock"] == []
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1

    monkeypatch.undo()
    again = await ask_for_export(office.central, writer, office.review_id, "xlsx", "chapter 3")
    await write_waiting_exports(office.central)

    assert await ended(office, again.id) == ("done", None)
    assert sorted(path.name for path in folder.iterdir()) == sorted([f"{again.id}.xlsx", "writing.lock"])


async def test_a_killed_export_leaves_the_older_file_as_it_was(office: Office, writer: str) -> None:
    """EXP-05: the process is started by hand, and killed by the system while it writes over an older file."""
    job = await ask_for_export(office.central, writer, office.review_id, "csv", "chapter 3")
    folder = office.central.settings.exports
    folder.mkdir(parents=True)
    older = folder / f"{job.id}.csv"
    older.write_text("older")

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.export.killed_half_way",
        str(job.id),
        env=exports.environment_of(office.central.settings),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()

    assert process.returncode == -signal.SIGKILL
    assert json.loads(said.splitlines()[-1]) == {"done": 10, "total": 28}
    assert older.read_text() == "older"
    assert [path.name for path in folder.iterdir() if path.suffix in (".csv", ".json")] == [older.name]


async def test_one_export_is_written_at_a_time(office: Office, writer: str) -> None:
    """Another server process is writing: the wish waits, and is seen to wait."""
    job = await ask_for_export(office.central, writer, office.review_id, "csv", "chapter 3")
    office.central.settings.exports.mkdir(parents=True)

    with exports.alone(office.central.settings.exports / exports.LOCK) as lock:
        assert lock is not None
        assert await write_waiting_exports(office.central) == 0
        assert await ended(office, job.id) == ("waiting", None)

    assert await write_waiting_exports(office.central) == 1


async def test_a_process_that_finds_no_job_says_so(office: Office) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "fieldwork.export.process",
        str(uuid4()),
        env=exports.environment_of(office.central.settings) | {"PYTHONWARNINGS": "error"},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()

    assert (process.returncode, json.loads(said)) == (1, {"problem": "There is no such export."})


async def test_a_stored_file_is_for_whoever_asked_and_for_a_day(office: Office, writer: str) -> None:
    """EXP-06: at most 24 hours; that it was made stays on record."""
    job = await ask_for_export(office.central, writer, office.review_id, "csv", "chapter 3")
    await write_waiting_exports(office.central)
    colleague = str(uuid4())
    await office.places({"person": colleague, "name": "Ola", "role": "report_writer"})
    with pytest.raises(ExportRefused):
        await files_of(office.central, colleague, job.id)

    office.clock.later = timedelta(hours=23)
    assert await forget_old_exports(office.central) == 0
    assert len(await files_of(office.central, writer, job.id)) == 4
    office.clock.later = timedelta(hours=24)
    with pytest.raises(ExportRefused):
        await files_of(office.central, writer, job.id)
    assert await forget_old_exports(office.central) == 1

    assert os.listdir(office.central.settings.exports) == ["writing.lock"]
    assert (await asked_for(office.central, job.id))["purpose"] == "chapter 3"


async def test_a_stored_file_goes_when_words_in_it_are_redacted(office: Office, writer: str) -> None:
    """I8: no body of a redacted operation in stored exports."""
    _, [block] = await office.record("A-90", "Wilhelmina said so.")
    job = await ask_for_export(office.central, writer, office.review_id, "csv", "chapter 3")
    await write_waiting_exports(office.central)
    assert len(await files_of(office.central, writer, job.id)) == 4

    await office.write("block", {}, by="A-I2", kind="redact", record_id=block[0], base=(block[1],), redacts=(block[1],))

    with pytest.raises(ExportRefused):
        await files_of(office.central, writer, job.id)
    assert await forget_old_exports(office.central) == 1
    assert os.listdir(office.central.settings.exports) == ["writing.lock"]


async def test_a_stored_file_goes_when_a_consent_is_withdrawn(office: Office, writer: str) -> None:
    """R17."""
    evidence, _ = await office.record("A-90", "The bus was late.")
    await ask_for_export(office.central, writer, office.review_id, "csv", "chapter 3")
    await write_waiting_exports(office.central)

    record = await record_of(office.central.log, evidence)
    assert record is not None
    fields = {"quarantine": {"reason": "consent withdrawn, do not use"}}
    await office.write("evidence", fields, kind="revise", record_id=evidence, base=record.state.heads)

    assert await forget_old_exports(office.central) == 1

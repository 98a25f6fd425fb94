"""What a tablet found wrong with its copies is kept once, on each store, and read the last first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from fieldwork.domain.tablet_report import TabletReport
from fieldwork.store import devices, tables
from fieldwork.store.database import Database
from fieldwork.store.retrying import retrying
from fieldwork.store.tablet_reports import MOST_OF_A_DEVICE, keep_report, reports_of
from tests.store.test_accounts import NOW

pytestmark = pytest.mark.anyio


async def known_device(database: Database) -> UUID:
    code, _ = await devices.make_enrolment_code(database, person_id=uuid4(), made_by=uuid4(), now=NOW)
    enrolled = await devices.enrol_device(database, code, label="tablet", app_version="1.0", now=NOW)
    assert enrolled is not None
    return enrolled[1].id


def report_of(device_id: UUID) -> TabletReport:
    return TabletReport(
        device_id, uuid4(), NOW, "2026-11-22T16:02:00.000Z", found_empty=True, restored=2**53 - 1, repaired=1, copied=2, lost=3,
        lost_streams=1, damaged=4, certain=False, journal_damaged_bytes=5, drafts_unopened=6, persisted=None,
    )  # fmt: skip


async def test_a_report_comes_back_as_it_was_kept(database: Database) -> None:
    report = report_of(await known_device(database))

    assert await keep_report(database, report) is True

    assert await reports_of(database, [report.device_id]) == {report.device_id: [report]}


async def test_the_same_report_twice_is_one_and_the_first_stays(database: Database) -> None:
    report = report_of(await known_device(database))
    await keep_report(database, report)

    again = await keep_report(database, replace(report, restored=1, received_at=NOW + timedelta(hours=1)))

    assert again is False
    assert await reports_of(database, [report.device_id]) == {report.device_id: [report]}


async def test_a_report_that_comes_six_times_at_the_same_moment_is_one(database: Database) -> None:
    report = report_of(await known_device(database))

    await asyncio.gather(*(retrying(lambda: keep_report(database, report)) for _ in range(6)))

    assert await reports_of(database, [report.device_id]) == {report.device_id: [report]}


async def test_two_tablets_may_draw_the_same_id_and_neither_loses_its_report(database: Database) -> None:
    first, second = await known_device(database), await known_device(database)
    report = report_of(first)

    await keep_report(database, report)
    assert await keep_report(database, replace(report, device_id=second)) is True

    found = await reports_of(database, [first, second, uuid4()])
    assert {device: len(told) for device, told in found.items()} == {first: 1, second: 1}


async def test_the_last_report_comes_first_and_a_page_reads_a_bounded_number(database: Database) -> None:
    device_id = await known_device(database)
    told = [replace(report_of(device_id), restored=number) for number in range(MOST_OF_A_DEVICE + 3)]
    for report in told:
        await keep_report(database, report)

    found = await reports_of(database, [device_id])

    assert [report.restored for report in found[device_id]] == [report.restored for report in told[:2:-1]]


def a_quiet_one(device_id: UUID) -> TabletReport:
    return replace(report_of(device_id), lost=0, lost_streams=0, damaged=0, certain=True)


@pytest.mark.parametrize(
    "found",
    [{"lost": 1, "lost_streams": 1}, {"damaged": 1}, {"certain": False}],
    ids=["lost", "damaged", "not certain"],
)
async def test_a_report_that_needs_a_look_is_read_however_many_quiet_ones_came_after_it(
    database: Database, found: dict[str, int | bool]
) -> None:
    quiet = a_quiet_one(await known_device(database))
    needs_a_look = replace(quiet, **found)
    await keep_report(database, needs_a_look)
    for _ in range(MOST_OF_A_DEVICE + 1):
        await keep_report(database, replace(quiet, report=uuid4()))

    told = (await reports_of(database, [quiet.device_id]))[quiet.device_id]

    assert told[-1] == needs_a_look
    assert len(told) == MOST_OF_A_DEVICE + 1


async def test_a_tablet_that_reports_at_every_start_fills_no_database_and_no_other_tablet_loses_one(
    database: Database,
) -> None:
    quiet, other = [a_quiet_one(await known_device(database)) for _ in range(2)]
    looks = replace(quiet, report=uuid4(), damaged=1)
    for report in (looks, other, quiet):
        await keep_report(database, report)
    last = [replace(quiet, report=uuid4()) for _ in range(MOST_OF_A_DEVICE)]
    for report in last:
        await keep_report(database, report)

    kept = tables.TabletReport.filter(device_id=quiet.device_id).using_db(database.reader)

    assert {row.report for row in await kept} == {looks.report, *(report.report for report in last)}
    assert await reports_of(database, [other.device_id]) == {other.device_id: [other]}

"""Reports of tablets about their own copies: kept once for each device and id, and read where tablets are looked after.

Those that say that something is missing, or may be, are never removed, and no number of others hides them.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tortoise.expressions import Q

from fieldwork.domain.tablet_report import TabletReport
from fieldwork.store import tables
from fieldwork.store.database import Database

MOST_OF_A_DEVICE = 200
"""A tablet reports when something was wrong at a start. So many say enough, and bound what a page has to read."""

NEEDS_A_LOOK = Q(lost__gt=0) | Q(damaged__gt=0) | Q(certain=False)
"""`TabletReport.needs_a_look`, as the database is asked."""


async def keep_report(database: Database, report: TabletReport) -> bool:
    """Keep it, and say whether it was new. Of two with one id from one device the first stays, however often it comes.

    Of those that need no look, the last `MOST_OF_A_DEVICE` of a device are kept: a tablet that reports at every start fills nothing.
    """
    async with database.writing() as connection:
        known = tables.TabletReport.filter(device_id=report.device_id, report=report.report).using_db(connection)
        new = not await known.exists()
        # On PostgreSQL the same report may come to another process at the same time.
        await tables.TabletReport.bulk_create([_row_of(report)], ignore_conflicts=True, using_db=connection)
        quiet = tables.TabletReport.filter(~NEEDS_A_LOOK, device_id=report.device_id).using_db(connection)
        too_many = await quiet.order_by("-id").offset(MOST_OF_A_DEVICE).limit(1).values_list("id", flat=True)
        if too_many:
            await quiet.filter(id__lte=too_many[0]).delete()
    return new


async def reports_of(database: Database, device_ids: Iterable[UUID]) -> dict[UUID, list[TabletReport]]:
    """What each of these devices reported, the last first; a device that has reported nothing is left out.

    Of those that need a look and of all, the last `MOST_OF_A_DEVICE` each.
    """
    found: dict[UUID, list[TabletReport]] = {}
    for device_id in device_ids:
        rows = tables.TabletReport.filter(device_id=device_id).using_db(database.reader).order_by("-id")
        latest = [*await rows.limit(MOST_OF_A_DEVICE), *await rows.filter(NEEDS_A_LOOK).limit(MOST_OF_A_DEVICE)]
        told = {row.id: _shape_of(row) for row in latest}
        if told:
            found[device_id] = [told[number] for number in sorted(told, reverse=True)]
    return found


def _row_of(report: TabletReport) -> tables.TabletReport:
    return tables.TabletReport(**{name: getattr(report, name) for name in TabletReport.__slots__})


def _shape_of(row: tables.TabletReport) -> TabletReport:
    return TabletReport(**{name: getattr(row, name) for name in TabletReport.__slots__})

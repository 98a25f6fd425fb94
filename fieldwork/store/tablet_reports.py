"""Reports of tablets about their own copies: kept once for each device and id, and read where tablets are looked after."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from fieldwork.domain.tablet_report import TabletReport
from fieldwork.store import tables
from fieldwork.store.database import Database

MOST_OF_A_DEVICE = 200
"""A tablet reports when something was wrong at a start. So many say enough, and bound what a page has to read."""


async def keep_report(database: Database, report: TabletReport) -> bool:
    """Keep it, and say whether it was new. Of two with one id from one device the first stays, however often it comes."""
    async with database.writing() as connection:
        known = tables.TabletReport.filter(device_id=report.device_id, report=report.report).using_db(connection)
        new = not await known.exists()
        # On PostgreSQL the same report may come to another process at the same time.
        await tables.TabletReport.bulk_create([_row_of(report)], ignore_conflicts=True, using_db=connection)
    return new


async def reports_of(database: Database, device_ids: Iterable[UUID]) -> dict[UUID, list[TabletReport]]:
    """What each of these devices reported, the last first; a device that has reported nothing is left out."""
    found: dict[UUID, list[TabletReport]] = {}
    for device_id in device_ids:
        rows = tables.TabletReport.filter(device_id=device_id).using_db(database.reader).order_by("-id")
        shapes = [_shape_of(row) for row in await rows.limit(MOST_OF_A_DEVICE)]
        if shapes:
            found[device_id] = shapes
    return found


def _row_of(report: TabletReport) -> tables.TabletReport:
    return tables.TabletReport(**{name: getattr(report, name) for name in TabletReport.__slots__})


def _shape_of(row: tables.TabletReport) -> TabletReport:
    return TabletReport(**{name: getattr(row, name) for name in TabletReport.__slots__})

"""Taking in what a tablet found wrong with its own copies. It gives nobody a right and changes no evidence (PROTOCOL.md 4.8)."""

from __future__ import annotations

from uuid import UUID

from fieldwork.actions.carrying import Carrier
from fieldwork.actions.central import Central
from fieldwork.actions.log_lines import FIELDS, write_line
from fieldwork.domain.tablet_report import TabletReport
from fieldwork.store.tablet_reports import keep_report
from sync.central.report import Report


async def take_report(central: Central, carrier: Carrier, report: Report) -> None:
    """Keep the report of this carrier, also of a revoked one. The second time changes nothing and writes no line."""
    kept = TabletReport(
        device_id=UUID(carrier.device_id),
        report=UUID(report.report),
        received_at=central.clock(),
        found_at=report.found_at,
        found_empty=report.found_empty,
        restored=report.restored,
        repaired=report.repaired,
        copied=report.copied,
        lost=report.lost,
        lost_streams=report.lost_streams,
        damaged=report.damaged,
        certain=report.certain,
        journal_damaged_bytes=report.journal_damaged_bytes,
        drafts_unopened=report.drafts_unopened,
        persisted=report.persisted,
    )
    if await keep_report(central.database, kept):
        counts = {name: getattr(kept, name) for name in sorted(FIELDS["tablet_reported"] - {"device"})}
        write_line("tablet_reported", device=carrier.device_id, **counts)

"""What a tablet found wrong with its own copies reaches the office in counts, once, and never with a word in it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fieldwork.store.devices import revoke_device
from fieldwork.store.tablet_reports import reports_of
from sync.central.report import MOST_REPORT_BYTES, read_reported
from sync.vectors.cases_of_reports import REPORT, report_values
from sync.vectors.plain import compact
from tests.web.wire import wire

pytestmark = pytest.mark.anyio


async def test_what_a_start_found_is_kept_once_and_the_operator_is_told_once(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with wire(database_url, tmp_path) as here:
        raw = compact(report_values(lost=2, lost_streams=1, certain=False)).encode()

        with caplog.at_level(logging.INFO, "fieldwork"):
            first = await here.call("POST", "/sync/report", raw)
            again = await here.call("POST", "/sync/report", compact(report_values()).encode())

        answers = [(answer.status, read_reported(answer.body)) for answer in (first, again)]
        assert answers == [(200, (here.central.epoch, REPORT))] * 2
        [kept] = (await reports_of(here.central.database, [here.device_id]))[here.device_id]
        assert (kept.restored, kept.lost, kept.certain, kept.persisted) == (3, 2, False, False)
        assert kept.found_at == "2026-11-22T16:02:00.000Z"
        [line] = [json.loads(message) for message in caplog.messages]
        assert (line["event"], line["device"], line["lost"]) == ("tablet_reported", str(here.device_id), 2)
        assert here.inspector.person not in caplog.text


async def test_a_report_that_was_cut_is_not_kept_and_the_next_try_is(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        raw = compact(report_values()).encode()

        cut = await here.call("POST", "/sync/report", raw, cut_at=40)
        unheard = await here.call("POST", "/sync/report", raw, answer_cut=True)
        answer = await here.call("POST", "/sync/report", raw)

        assert (cut.status, unheard.status, answer.status) == (400, 0, 200)
        assert len((await reports_of(here.central.database, [here.device_id]))[here.device_id]) == 1


async def test_a_revoked_tablet_may_report_as_it_may_bring(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        await revoke_device(here.central.database, here.device_id, now=datetime.now(UTC))

        answer = await here.call("POST", "/sync/report", compact(report_values()).encode())

        assert answer.status == 200
        assert here.device_id in await reports_of(here.central.database, [here.device_id])


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (compact(report_values(words="Her name is Xanthippe.")), 400),
        (compact(report_values()).replace("{", "{" + " " * MOST_REPORT_BYTES), 413),
    ],
    ids=["words", "too long"],
)
async def test_a_report_with_words_in_it_or_too_long_is_refused_and_nothing_of_it_is_kept(
    database_url: str, tmp_path: Path, raw: str, status: int
) -> None:
    async with wire(database_url, tmp_path) as here:
        answer = await here.call("POST", "/sync/report", raw.encode())

        assert answer.status == status
        assert await reports_of(here.central.database, [here.device_id]) == {}

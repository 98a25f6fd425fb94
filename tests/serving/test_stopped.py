"""Asked to stop under load (OPS-08): /readyz says so first, no push is done in part, and the end comes in time."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.serving.central_served import LONGEST_STOP_S, ServedCentral
from tests.serving.tablets_pushing import half_stored, integrity_of, missing_of, prepared, stored_in

pytestmark = pytest.mark.anyio

TABLETS = 6


async def test_asked_to_stop_central_says_so_first_and_leaves_no_push_half_done(
    database_url: str, tmp_path: Path
) -> None:
    """OPS-08: one process on SQLite, two on PostgreSQL."""
    central = ServedCentral(tmp_path, database_url, processes=1 if database_url.startswith("sqlite") else 2)
    try:
        tablets = await prepared(central, TABLETS, "stopped")
        await asyncio.to_thread(lambda: central.starts(options=("--drain", "1")))
        pushing = [asyncio.create_task(tablet.pushes_until_nobody_answers(central.port)) for tablet in tablets]
        await asyncio.gather(*(tablet.has_receipts.wait() for tablet in tablets))

        central.is_asked_to_stop()
        asked_at = time.monotonic()
        await asyncio.to_thread(central.comes_to_say, 503, "not ready: draining")
        when_said = [tablet.pushes for tablet in tablets]
        ended = await asyncio.to_thread(central.process.wait, LONGEST_STOP_S)
        took_s = time.monotonic() - asked_at
        await asyncio.gather(*pushing)

        assert ended in (0, -signal.SIGTERM)
        assert took_s <= LONGEST_STOP_S
        # It went on answering for as long as it had said.
        assert sum(tablet.pushes for tablet in tablets) > sum(when_said)
        assert [tablet.problems for tablet in tablets] == [[]] * TABLETS
        assert [refused for tablet in tablets for refused in tablet.refused] == []
        stored, _ = await stored_in(database_url)
        acknowledged = {header: body for tablet in tablets for header, body in tablet.acknowledged.items()}
        assert missing_of(acknowledged, stored) == half_stored(tablets, stored) == []
        assert integrity_of(database_url) == "ok"

        await asyncio.to_thread(central.starts)
        await asyncio.gather(*(tablet.sends_what_waits(central.port) for tablet in tablets))
        assert [tablet.problems for tablet in tablets] == [[]] * TABLETS
    finally:
        central.ends()


@pytest.mark.parametrize("asked", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]], ids=["Ctrl+C", "twice"])
async def test_who_asks_at_a_terminal_or_asks_twice_does_not_wait(
    database_url: str, tmp_path: Path, asked: list[signal.Signals]
) -> None:
    central = ServedCentral(tmp_path, database_url, processes=1 if database_url.startswith("sqlite") else 2)
    try:
        await prepared(central, 1, "terminal")
        await asyncio.to_thread(lambda: central.starts(options=("--drain", "15")))

        for place, number in enumerate(asked, 1):
            central.process.send_signal(number)
            if place < len(asked):
                central.comes_to_say(503, "not ready: draining")
        asked_at = time.monotonic()
        await asyncio.to_thread(central.process.wait, LONGEST_STOP_S)

        assert time.monotonic() - asked_at < 10
    finally:
        central.ends()


@pytest.mark.soak
async def test_a_tablet_whose_push_never_ends_does_not_keep_central_from_stopping(
    database_url: str, tmp_path: Path
) -> None:
    """OPS-08: half of a body came, and nothing after it."""
    central = ServedCentral(tmp_path, database_url, processes=1 if database_url.startswith("sqlite") else 2)
    try:
        [tablet] = await prepared(central, 1, "never")
        await asyncio.to_thread(central.starts)
        with socket.create_connection(("127.0.0.1", central.port), timeout=20) as line:
            tablet.writes_ahead(1)
            raw = tablet.ready[0].raw
            head = f"POST /sync/push HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {tablet.token}\r\n"
            line.sendall(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw[: len(raw) // 2])

            central.is_asked_to_stop()
            await asyncio.to_thread(central.process.wait, LONGEST_STOP_S)

        assert (await stored_in(database_url))[0].keys().isdisjoint(tablet.acknowledged)
        assert tablet.acknowledged == {}
    finally:
        central.ends()

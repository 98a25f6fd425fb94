"""Fifty tablets push to SQLite while the command line writes beside the server (OPS-04): nobody is told that the database is locked."""

from __future__ import annotations

import asyncio
import shutil
import time
from itertools import chain, cycle
from pathlib import Path

import pytest

from fieldwork.settings import ROOT
from tests.serving.central_served import ServedCentral
from tests.serving.tablets_pushing import SMALL, integrity_of, missing_of, prepared, stored_in

pytestmark = pytest.mark.anyio

WRITERS = 50


async def written_by_many(folder: Path, template: Path, at_least_s: float) -> None:
    """Everybody writes until each command has run and the time is over."""
    path = folder / "central.sqlite3"
    shutil.copyfile(template, path)
    central = ServedCentral(folder, f"sqlite://{path}")
    commands = (
        ("export", "--format", "csv", "--out", str(folder / "coded.csv")),
        ("import", str(ROOT / "fieldwork" / "demonstration")),
        ("verify",),
        ("rebuild",),
    )
    try:
        tablets = await prepared(central, WRITERS, "fifty", sizes=(SMALL,))
        await asyncio.to_thread(central.starts)
        enough = asyncio.Event()
        began_at = time.monotonic()
        pushing = [asyncio.create_task(tablet.pushes_until_nobody_answers(central.port, enough)) for tablet in tablets]
        # The export says which review by itself as long as there is one; so it comes once, before the import.
        for words in chain(commands, cycle(commands[1:])):
            done = await asyncio.to_thread(central.command, *words)
            assert done.returncode == 0, (words, done.stdout + done.stderr)
            if words == ("rebuild",) and time.monotonic() - began_at >= at_least_s:
                break
        enough.set()
        await asyncio.gather(*pushing)

        assert [refused for tablet in tablets for refused in tablet.refused] == []
        assert [tablet.problems for tablet in tablets] == [[]] * WRITERS
        assert min(tablet.pushes for tablet in tablets) > 0
        assert [tablet for tablet in tablets if tablet.waiting is not None] == []
        assert "locked" not in central.said()
        stored, _ = await stored_in(central.settings.database_url)
        acknowledged = {header: body for tablet in tablets for header, body in tablet.acknowledged.items()}
        assert missing_of(acknowledged, stored) == []
        assert integrity_of(central.settings.database_url) == "ok"
    finally:
        central.ends()


async def test_fifty_writers_and_the_command_line_beside_them_are_never_told_that_it_is_locked(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """OPS-04"""
    await written_by_many(tmp_path, sqlite_template, at_least_s=0)


@pytest.mark.soak
async def test_fifty_writers_for_a_minute_are_never_told_that_it_is_locked(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """OPS-04"""
    await written_by_many(tmp_path, sqlite_template, at_least_s=60)

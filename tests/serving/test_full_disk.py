"""The disk of the database is full (OPS-02): central refuses in its own words, acknowledges nothing, and recovers by itself.

Two kinds of full: a small disk of its own, where one can be mounted, and a limit of the system on the size of any file of the process.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fieldwork.store.database import database_address
from tests.serving.central_served import ServedCentral
from tests.serving.tablets_pushing import LARGE, SMALL, Tablet, integrity_of, missing_of, prepared, stored_in, stored_of

pytestmark = pytest.mark.anyio

TABLETS = 3
DISK_BYTES = 96 * 1024 * 1024
"""More than what /readyz wants free."""
LEFT_BYTES = 1024 * 1024
LONGEST_S = 60


@contextmanager
def a_small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own for the database. It takes the right to mount, which not every machine gives to its tests."""
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "small-disk", str(folder)]
    mounted = subprocess.run(mounting, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


async def pushes_until_refused(tablets: list[Tablet], port: int) -> None:
    async with asyncio.timeout(LONGEST_S):
        await asyncio.gather(*(tablet.pushes_until_nobody_answers(port) for tablet in tablets))


async def goes_full_and_gets_room(
    central: ServedCentral, fill: Callable[[], None], give_room: Callable[[], None], full: set[tuple[int, str, str]]
) -> None:
    """The disk fills under the tablets' pushes and gets room again: what they are told, and what lies there."""
    tablets = await prepared(central, TABLETS, "full", sizes=(SMALL, LARGE))
    url = central.settings.database_url
    epoch = await asyncio.to_thread(lambda: central.starts() and epoch_of(central))
    fill()

    await pushes_until_refused(tablets, central.port)

    told = Counter(refused for tablet in tablets for refused in tablet.refused)
    problems = {(status, *(json.loads(body)[each] for each in ("format", "problem"))) for status, body in told}
    assert problems <= full
    assert len(told) > 0
    assert {json.loads(body)["epoch"] for _, body in told} == {epoch}
    stored, _ = await stored_in(url)
    acknowledged = {header: body for tablet in tablets for header, body in tablet.acknowledged.items()}
    assert missing_of(acknowledged, stored) == []
    # Of what was refused, nothing at all.
    assert [stored_of(tablet, stored) for tablet in tablets] == [0] * TABLETS

    give_room()
    await asyncio.gather(*(tablet.sends_what_waits(central.port) for tablet in tablets))

    assert central.readyz() == (200, "ready")
    assert [tablet.problems for tablet in tablets] == [[]] * TABLETS
    stored, _ = await stored_in(url)
    acknowledged = {header: body for tablet in tablets for header, body in tablet.acknowledged.items()}
    assert len(acknowledged) > 0
    assert missing_of(acknowledged, stored) == []
    assert integrity_of(url) == "ok"
    proved = central.command("verify")
    assert proved.returncode == 0, proved.stdout + proved.stderr


def epoch_of(central: ServedCentral) -> str:
    """What every answer of this central names."""
    path = database_address(central.settings.database_url).path
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as raw:
        [[epoch]] = raw.execute("SELECT value FROM setting WHERE key = 'epoch'").fetchall()
    return str(epoch)


async def test_a_full_disk_acknowledges_nothing_and_takes_all_once_it_has_room(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """OPS-02: a disk that is really full."""
    with a_small_disk(tmp_path / "disk") as disk:
        shutil.copyfile(sqlite_template, disk / "central.sqlite3")
        central = ServedCentral(tmp_path, f"sqlite://{disk / 'central.sqlite3'}")
        ballast = disk / "ballast"

        def fill() -> None:
            with ballast.open("wb") as filled:
                os.posix_fallocate(filled.fileno(), 0, shutil.disk_usage(disk).free - LEFT_BYTES)
            assert central.readyz() == (503, "not ready: the disk is full")

        try:
            await goes_full_and_gets_room(central, fill, ballast.unlink, {(507, "fieldwork-problem/1", "no_room")})
        finally:
            central.ends()


async def test_a_file_that_may_not_grow_is_a_full_disk_to_tablets(tmp_path: Path, sqlite_template: Path) -> None:
    """OPS-02: a limit of the system, as a quota is one. No special right is needed, so it runs everywhere."""
    path = tmp_path / "central.sqlite3"
    shutil.copyfile(sqlite_template, path)
    central = ServedCentral(tmp_path, f"sqlite://{path}")

    def limit(most_bytes: int) -> None:
        resource.prlimit(central.process.pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))

    try:
        await goes_full_and_gets_room(
            central,
            lambda: limit(LEFT_BYTES),
            lambda: limit(resource.RLIM_INFINITY),
            {(503, "fieldwork-problem/1", "not_now"), (507, "fieldwork-problem/1", "no_room")},
        )
    finally:
        central.ends()

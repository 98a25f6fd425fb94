"""What people and tablets are told while the database takes nothing in, and that it passes by itself (OPS-02, OPS-09; PROTOCOL.md 4.7)."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from fieldwork.actions.central import Central
from fieldwork.actions.log_lines import LOGGER
from fieldwork.store import sessions
from fieldwork.store.log import Log
from fieldwork.store.sqlite_backend import FencedSqliteClient
from fieldwork.store.verifying import verify_all
from fieldwork.store.writer import LogClosed
from tests.web.office import Office, words_of
from tests.web.wire import wire

NO_LIMIT = 1_073_741_823


def may_grow_to(pages: int | None) -> Callable[[sqlite3.Connection], None]:
    """Have the file grow to so many pages and no further; None: not at all."""

    def limit(raw: sqlite3.Connection) -> None:
        [[there]] = raw.execute("PRAGMA page_count")
        raw.execute(f"PRAGMA max_page_count = {there if pages is None else pages}").fetchall()

    return limit


async def grow(central: Central, pages: int | None) -> None:
    await cast(FencedSqliteClient, central.database.connection).in_thread(may_grow_to(pages))


def full() -> sqlite3.OperationalError:
    """SQLite's own error."""
    raw = sqlite3.connect(":memory:")
    raw.execute("PRAGMA max_page_count = 1")
    with pytest.raises(sqlite3.OperationalError) as found:
        raw.execute("CREATE TABLE note (words TEXT)")
    raw.close()
    return found.value


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("notes", [1, 40])
async def test_a_push_to_a_full_disk_is_refused_whole_and_taken_once_there_is_room(
    database_url: str, tmp_path: Path, notes: int, caplog: pytest.LogCaptureFixture
) -> None:
    """OPS-02: whether it is judged in its own transaction or ahead of it."""
    async with wire(database_url, tmp_path) as here:
        await here.push(here.carry.push_raw(here.inspector.writes()))
        written = [here.inspector.writes({"text": "s" * (800_000 // notes)}) for _ in range(notes)]
        raw = here.carry.push_raw(*written)
        await grow(here.central, None)

        with caplog.at_level(logging.INFO, LOGGER):
            answer = await here.call("POST", "/sync/push", raw)

        assert (answer.status, answer.headers["retry-after"]) == (507, "30")
        assert orjson.loads(answer.body) == {
            "format": "fieldwork-problem/1",
            "epoch": here.central.epoch,
            "problem": "no_room",
        }
        assert len(await here.pulled(here.inspector.scope)) == 1
        assert [orjson.loads(line)["hindrance"] for line in caplog.messages] == ["no_room"]

        await grow(here.central, NO_LIMIT)

        assert {receipt.verdict for receipt in await here.push(raw)} == {"stored"}
        assert len(await here.pulled(here.inspector.scope)) == 1 + notes
        assert await verify_all(here.central.log) == []


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("error", "status", "problem"),
    [(LogClosed(), 503, "stopping"), (ConnectionRefusedError("invented"), 503, "not_now")],
)
async def test_a_tablet_is_refused_in_words_that_are_centrals(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, problem: str
) -> None:
    async with wire(database_url, tmp_path) as here:

        async def refuses(*_: Any) -> None:
            raise error

        monkeypatch.setattr(Log, "take_in", refuses)

        answer = await here.call("POST", "/sync/push", here.carry.push_raw(here.inspector.writes()))

        assert (answer.status, answer.headers["retry-after"]) == (status, "5")
        said = orjson.loads(answer.body)
        assert (said["format"], said["epoch"], said["problem"]) == ("fieldwork-problem/1", here.central.epoch, problem)
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_mistake_of_ours_is_not_called_a_hindrance(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wire(database_url, tmp_path) as here:

        async def fails(*_: Any) -> None:
            raise sqlite3.OperationalError("no such table: invented")

        monkeypatch.setattr(Log, "take_in", fails)

        with pytest.raises(sqlite3.OperationalError):
            await here.call("POST", "/sync/push", here.carry.push_raw(here.inspector.writes()))


def test_people_are_told_that_there_is_no_room_and_what_to_do(office: Office) -> None:
    """OPS-02: signing in writes."""
    office.run(grow, office.central, None)
    password = office.template.passwords["lead"]

    for _ in range(400):
        answer = office.browser().signs_in("lead@demonstration.example", password)
        if answer.status_code != 303:
            break

    assert answer.status_code == 507
    words = words_of(answer.text)
    assert "There is no room left at the office" in words
    assert "Nothing more can be taken in until there is room on its disk" in words

    office.run(grow, office.central, NO_LIMIT)
    office.signed_in("lead")


def test_who_is_signed_in_still_reads_where_nothing_can_be_written(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = office.signed_in("lead")
    error = full()

    async def refuses(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(sessions, "note_use", refuses)
    office.clock.goes_on(minutes=2)

    assert "Area A" in words_of(browser.opens(f"/visits/{office.visit_id('A')}"))


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_disk_of_the_database_is_looked_at_where_it_is_another(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-09: files and keys on one disk with room, the database on one without."""

    def usage(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=10**12 if Path(folder) == tmp_path / "data" else 10**6)

    async with wire(database_url, tmp_path / "data") as here:
        ready = await here.call("GET", "/readyz")
        monkeypatch.setattr(shutil, "disk_usage", usage)

        answer = await here.call("GET", "/readyz")

    assert (ready.status, ready.body) == (200, b"ready\nnote: no backup was made here yet\n")
    assert (answer.status, answer.body) == (503, b"not ready: the disk is full\n")


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_central_is_not_ready_while_the_database_is_hindered(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-09: SQLite's own error, which comes past Tortoise."""
    async with wire(database_url, tmp_path) as here:
        error = full()

        async def refuses(*_: Any) -> None:
            raise error

        monkeypatch.setattr(Log, "in_one_transaction", refuses)

        answer = await here.call("GET", "/readyz")

    assert (answer.status, answer.body) == (503, b"not ready: the log cannot be written\n")

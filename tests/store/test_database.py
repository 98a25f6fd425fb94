"""A database is opened from an address, keeps what a finished block wrote, and shows each reader one moment."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from tortoise.exceptions import OperationalError, TransactionManagementError

from fieldwork.store import settings
from fieldwork.store.database import Database, DatabaseUnreachable, database_address
from fieldwork.store.migrate import migrate
from fieldwork.store.sqlite_backend import statements_of
from fieldwork.store.states import STATE
from tests.postgres import PostgresCluster

WORDS = "words of a child that were removed"


def test_an_address_with_three_slashes_is_an_absolute_path() -> None:
    assert database_address("sqlite:///var/fieldwork/central.sqlite3").path == Path("/var/fieldwork/central.sqlite3")
    assert database_address("sqlite:////var/a%20b.sqlite3").path == Path("/var/a b.sqlite3")
    assert database_address("sqlite://central.sqlite3").path == Path.cwd() / "central.sqlite3"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://:memory:",
        "sqlite://",
        "sqlite:///file.sqlite3?synchronous=OFF",
        "postgres://db.example",
        "mysql://db.example/fieldwork",
        "/var/fieldwork/central.sqlite3",
    ],
)
def test_an_address_that_could_not_keep_notes_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        database_address(url)


def test_a_password_in_an_address_is_not_shown() -> None:
    address = database_address("postgres://fieldwork:s3cret@db.example/central")

    assert "s3cret" not in f"{address!r} {address} {address.shown}"


@pytest.mark.anyio
async def test_a_finished_block_is_stored_and_a_failed_one_is_not(database: Database) -> None:
    async def fail_half_way() -> None:
        async with database.writing():
            await settings.set_setting(database, "failed", "1")
            raise RuntimeError("half way")

    await settings.set_setting(database, "finished", "1")
    with pytest.raises(RuntimeError):
        await fail_half_way()

    assert await settings.all_settings(database) == {"finished": "1"}


@pytest.mark.anyio
async def test_a_failed_block_inside_another_takes_back_only_its_own(database: Database) -> None:
    async def fail_inside() -> None:
        async with database.writing() as inner:
            await inner.execute_query_dict("INSERT INTO setting (key, value) VALUES ('inner', '1')")
            raise TransactionManagementError("inside")

    async with database.writing() as outer:
        await outer.execute_query_dict("INSERT INTO setting (key, value) VALUES ('outer', '1')")
        with pytest.raises(TransactionManagementError):
            await fail_inside()
        seen_inside = await settings.all_settings(database)

    assert seen_inside == {"outer": "1"}
    assert await settings.all_settings(database) == {"outer": "1"}


@pytest.mark.anyio
async def test_a_script_in_a_failed_block_is_taken_back_with_it(database: Database) -> None:
    """Python's own way to run a script on SQLite commits first what was open."""

    async def fail_after_a_script() -> None:
        async with database.writing() as connection:
            await connection.execute_query_dict("INSERT INTO setting (key, value) VALUES ('first', '1')")
            await connection.execute_script(
                "INSERT INTO setting (key, value) VALUES ('a;b', '1'); CREATE TABLE lamp (id INTEGER);"
            )
            raise RuntimeError("after the script")

    with pytest.raises(RuntimeError):
        await fail_after_a_script()

    assert await settings.all_settings(database) == {}
    with pytest.raises(OperationalError):
        await database.connection.execute_query("SELECT id FROM lamp")


def test_a_script_is_cut_at_the_ends_of_its_statements_only() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END;"

    assert statements_of(f"SELECT ';';; {trigger}\nSELECT 2") == ["SELECT ';';", trigger, "SELECT 2;"]


@pytest.mark.anyio
async def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    await settings.set_setting(database, "word", "before")
    read_once, written = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        await read_once.wait()
        await settings.set_setting(database, "word", "after")
        written.set()

    writer = asyncio.create_task(write())
    async with database.reading():
        first = await settings.setting(database, "word")
        read_once.set()
        async with asyncio.timeout(20):
            await written.wait()
        second = await settings.setting(database, "word")
    await writer

    assert (first, second) == ("before", "before")
    assert await settings.setting(database, "word") == "after"


@pytest.mark.anyio
async def test_a_writer_holds_the_file_from_its_first_moment_and_a_reader_never_does(tmp_path: Path) -> None:
    """Else a second process fails at once where it should wait: a read that turns into a write is not waited for."""
    path = tmp_path / "central.sqlite3"
    async with Database(f"sqlite://{path}") as database:
        await migrate(database)
        other = sqlite3.connect(path, isolation_level=None, timeout=0)

        async with database.writing():
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        async with database.reading():
            other.execute("BEGIN IMMEDIATE")
        other.close()


@pytest.mark.anyio
async def test_a_reader_cannot_write(database: Database) -> None:
    async def write_with_its_connection() -> None:
        async with database.reading() as connection:
            await connection.execute_query("INSERT INTO setting (key, value) VALUES ('word', '1')")

    async def write_beside_it() -> None:
        async with database.reading():
            await settings.set_setting(database, "word", "1")

    for write in (write_with_its_connection, write_beside_it):
        with pytest.raises((TransactionManagementError, OperationalError)):
            await write()

    assert await settings.all_settings(database) == {}


@pytest.mark.anyio
async def test_a_second_database_waits_until_the_first_is_closed(database: Database, tmp_path: Path) -> None:
    other = Database(f"sqlite://{tmp_path / 'other.sqlite3'}")

    with pytest.raises(DatabaseUnreachable, match="close it first"):
        await other.open()
    await database.close()

    async with other:
        await migrate(other)
        assert await settings.all_settings(other) == {}
    with pytest.raises(DatabaseUnreachable, match="not open"):
        _ = other.connection


@pytest.mark.anyio
async def test_one_process_can_use_both_stores_one_after_the_other(
    sqlite_template: Path, postgres: PostgresCluster, postgres_template: str, tmp_path: Path
) -> None:
    lite = f"sqlite://{tmp_path / 'lite.sqlite3'}"
    name = await asyncio.to_thread(postgres.new_database, postgres_template)

    for url in (lite, postgres.url(name), lite):
        async with Database(url) as database:
            await migrate(database)
            await settings.set_setting(database, f"word-{database.dialect}", "1")
            assert await settings.setting(database, f"word-{database.dialect}") == "1"


def test_a_request_finds_the_database_that_the_lifespan_opened(database_url: str) -> None:
    """The lifespan runs in another task than the requests."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with Database(database_url) as database:
            yield {"database": database}

    async def page(request: Request) -> JSONResponse:
        database = request.state["database"]
        await settings.set_setting(database, "word", "stored")
        return JSONResponse({"word": await settings.setting(database, "word")})

    app = Starlette(routes=[Route("/", page)], lifespan=lifespan)

    for _ in range(2):
        with TestClient(app) as client:
            assert client.get("/").json() == {"word": "stored"}


@pytest.mark.anyio
async def test_a_server_that_is_not_there_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldwork.store.database.CONNECT_LIMIT_S", 0.0)
    nowhere = Database("postgres://fieldwork:s3cret@127.0.0.1:1/central?sslmode=disable")

    with pytest.raises(DatabaseUnreachable, match=r"central on 127\.0\.0\.1 does not answer") as refused:
        await nowhere.open()

    assert "s3cret" not in str(refused.value)


@pytest.mark.anyio
async def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(DatabaseUnreachable, match="cannot be made or opened"):
        await Database(f"sqlite://{tmp_path / 'file' / 'central.sqlite3'}").open()


@pytest.mark.anyio
async def test_only_this_user_can_read_the_database_file_and_its_journals(tmp_path: Path) -> None:
    path = tmp_path / "new" / "central.sqlite3"

    async with Database(f"sqlite://{path}") as database:
        await migrate(database)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

    assert "central.sqlite3-wal" in modes
    assert set(modes.values()) == {0o600}


@pytest.mark.anyio
async def test_removed_words_are_in_no_file_of_the_database_after_a_sweep(tmp_path: Path) -> None:
    path = tmp_path / "central.sqlite3"

    async with Database(f"sqlite://{path}") as database:
        await migrate(database)
        await settings.set_setting(database, "note", WORDS * 500)
        await settings.set_setting(database, "note", "removed")
        assert WORDS.encode() in bytes_of(tmp_path)

        assert await database.sweep_deleted(("setting",))

        assert WORDS.encode() not in bytes_of(tmp_path)


@pytest.mark.anyio
async def test_a_sweep_works_on_both_stores(database: Database) -> None:
    await settings.set_setting(database, "note", WORDS)
    await settings.set_setting(database, "note", "removed")

    assert await database.sweep_deleted(("setting", "account"))

    assert await settings.setting(database, "note") == "removed"


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_question_by_ids_walks_through_no_table_whose_rows_nobody_has_counted(database: Database) -> None:
    """A plan is kept for as long as a connection lives. The one that was made while a table was new must do for a full one."""
    async with database.writing() as connection:
        await connection.execute_query(
            "INSERT INTO record (record, scope_id, record_type, withdrawn, position)"
            " SELECT 'record ' || number, 1, 'block', 0, number FROM generate_series(1, 400) AS number"
        )
        await connection.execute_query("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute_query(
            f"PREPARE asked (text[]) AS SELECT record, {STATE} FROM record_with_words WHERE record = ANY ($1)"
        )

        plan = await connection.execute_query_dict("EXPLAIN EXECUTE asked ('{}')")

    assert [row["QUERY PLAN"] for row in plan if "Seq Scan" in row["QUERY PLAN"]] == []

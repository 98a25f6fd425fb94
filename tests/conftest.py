"""What every room of the tests may ask for: a PostgreSQL server, and an empty, migrated database on either store."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fieldwork.store.database import Database
from fieldwork.store.migrate import migrate
from tests.postgres import PostgresCluster, PostgresMissing

# An example is judged by what it shows. How long a busy machine took over it is no fault of the code.
settings.register_profile("fieldwork", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fieldwork")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A private PostgreSQL server for this run."""
    try:
        cluster = PostgresCluster()
    except PostgresMissing as missing:
        pytest.skip(str(missing))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


async def _migrated(url: str) -> None:
    async with Database(url) as database:
        await migrate(database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy; migrating costs more than the test that needs it."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    asyncio.run(_migrated(f"sqlite://{path}"))
    # Two connections that are closed at the same moment may each think that the other will fold the journal into the file.
    with closing(sqlite3.connect(path)) as alone:
        assert alone.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresCluster) -> str:
    """The name of a migrated PostgreSQL database to copy."""
    name = postgres.new_database()
    asyncio.run(_migrated(postgres.url(name)))
    return name


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database of this test's own, on each store in turn; nothing is connected to
    it.
    """
    if request.param == "sqlite":
        path = tmp_path / "central.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite://{path}"
    else:
        template = request.getfixturevalue("postgres_template")
        postgres = request.getfixturevalue("postgres")
        name = postgres.new_database(template)
        yield postgres.url(name)
        postgres.drop_database(name)


@pytest.fixture
async def database(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    """A migrated, empty, open `Database`, on each store in turn."""
    async with Database(database_url) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database in which nothing was ever made, on each store in turn."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'empty.sqlite3'}"
    else:
        postgres = request.getfixturevalue("postgres")
        name = postgres.new_database()
        yield postgres.url(name)
        postgres.drop_database(name)

"""What the tests of backups may ask for: an office at work on each store in turn, and empty places to restore it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldwork.settings import Settings
from tests.backup.offices import Lost, lost_office


@pytest.fixture
def lost(database_url: str, tmp_path: Path) -> Lost:
    """An office at work, on each store in turn, that will be lost."""
    return lost_office(Settings(data=tmp_path / "data", database_url=database_url), tmp_path / "shares")


@pytest.fixture
def on_sqlite(sqlite_template: Path, tmp_path: Path) -> Lost:
    """An office at work on SQLite, for what does not depend on the store."""
    path = tmp_path / "data" / "central.sqlite3"
    path.parent.mkdir()
    path.write_bytes(sqlite_template.read_bytes())
    return lost_office(Settings(data=tmp_path / "data", database_url=f"sqlite://{path}"), tmp_path / "shares")


@pytest.fixture(params=["sqlite", "postgres"])
def either_place(request: pytest.FixtureRequest, empty_place: Callable[[str], Settings]) -> Settings:
    """An empty place on each kind of database in turn."""
    return empty_place(request.param)


@pytest.fixture
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Settings]]:
    """Makes an empty data folder with an empty database of a kind."""
    made: list[str] = []

    def make(kind: str) -> Settings:
        data = tmp_path / f"restored-on-{kind}"
        if kind == "sqlite":
            return Settings(data=data, database_url=f"sqlite://{data / 'central.sqlite3'}")
        postgres = request.getfixturevalue("postgres")
        made.append(postgres.new_database())
        return Settings(data=data, database_url=postgres.url(made[-1]))

    yield make
    for name in made:
        request.getfixturevalue("postgres").drop_database(name)

"""Nouns for the tests of the log: one visit with its people, and an office that knows them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fieldwork.store.database import Database
from tests.store.log_office import Office, Visit, a_visit, office


@pytest.fixture
def visit() -> Visit:
    """One visit with its lead, an inspector and a stranger."""
    return a_visit()


@pytest.fixture
async def here(database: Database, tmp_path: Path, visit: Visit) -> AsyncIterator[Office]:
    """An open office, on each store in turn, that has been told of the visit."""
    async with office(database, tmp_path / "keys") as here:
        await here.brings(visit.people)
        yield here

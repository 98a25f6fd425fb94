"""What the tests of central's pages may ask for: an office, and the people in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from fieldwork.actions import passwords
from tests.web.looked_through import Record
from tests.web.office import Office, Template, make_template, open_office


@pytest.fixture(scope="session")
def quick_passwords() -> Iterator[None]:
    """Passwords hashed with less work than in earnest: a test signs in many times."""
    earnest = passwords.HASHER
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    yield
    passwords.HASHER = earnest


@pytest.fixture(scope="session")
def office_template(tmp_path_factory: pytest.TempPathFactory, quick_passwords: None) -> Template:
    """The demonstration, imported once."""
    return make_template(tmp_path_factory.mktemp("office") / "data")


@pytest.fixture
def office(office_template: Template, tmp_path: Path) -> Iterator[Office]:
    """An office of this test's own."""
    with open_office(office_template, tmp_path) as opened:
        yield opened


@pytest.fixture
def record(office: Office) -> Record:
    """A record of area A that its author has looked through for names."""
    return Record(office)

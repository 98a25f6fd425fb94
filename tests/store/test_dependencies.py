"""The packages are the ones that are meant."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest


def test_the_python_package_called_htmx_is_not_installed() -> None:
    """It has only its name in common with the browser library that the pages use, and pulls Starlette back to an old
    version.
    """
    with pytest.raises(PackageNotFoundError):
        version("htmx")


def test_the_drivers_are_the_versions_whose_inner_workings_the_backends_rely_on() -> None:
    assert (version("tortoise-orm"), version("aiosqlite"), version("asyncpg")) == ("1.1.9", "0.22.1", "0.32.0")

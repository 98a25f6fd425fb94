"""Where a tablet that deletes what a window stores may be set up: the organisation's word, and how a tablet hears it (DUR-12)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

from fieldwork.actions.central import open_central
from fieldwork.actions.demonstration import make_demonstration_accounts
from fieldwork.actions.installing import must_be_installed, set_installed_only
from fieldwork.building import build
from fieldwork.settings import ROOT, Settings
from fieldwork.web.assets import Assets
from fieldwork.web.tablet import SHELL, TabletRoutes
from tests.web.office import Office


def test_a_new_office_wants_the_home_screen(tmp_path: Path) -> None:
    """DUR-12: on, where nobody has said anything."""
    settings = Settings(data=tmp_path, database_url=f"sqlite://{tmp_path}/central.sqlite3")

    async def wanted() -> bool:
        async with open_central(settings, migrating=True) as central:
            return await must_be_installed(central)

    assert asyncio.run(wanted())


def test_the_demonstration_does_not_and_never_takes_back_what_somebody_said(office: Office) -> None:
    """DUR-12: off in the demonstration; making its people again changes nothing."""
    before = office.run(must_be_installed, office.central)

    office.run(set_installed_only, office.central, True)
    office.run(make_demonstration_accounts, office.central, office.template.pack)

    assert not before
    assert office.run(must_be_installed, office.central)


@pytest.mark.parametrize("wanted", [True, False])
def test_the_shell_tells_the_tablet(wanted: bool) -> None:
    """DUR-12: in brotli and without, at each address, and in the copy that is kept for the time without signal."""
    build(ROOT)

    async def installed_only(_request: Request) -> bool:
        return wanted

    tablet = TestClient(Starlette(routes=TabletRoutes(Assets(ROOT), installed_only).routes))

    for encoding in ("br", "identity"):
        for address in ("/tablet/", "/tablet/enrol", SHELL):
            text = tablet.get(address, headers={"accept-encoding": encoding}).text
            assert (" data-installed-only>" in text) is wanted

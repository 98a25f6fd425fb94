"""What a restore gives back to tablets: they send at once; what others wrote they get when somebody has said that they are still ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldwork.settings import Settings
from fieldwork.store.devices import give_reading_token, let_read, revoke_device
from tests.backup.offices import NOW
from tests.backup.test_tablets_offer_again import brings, restored_from_yesterday, served
from tests.store.log_authors import Author, import_incarnation, new_id, team
from tests.web.enrolling import enrolled
from tests.web.wire import Wire


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_tablet_that_was_revoked_after_the_backup_reads_nothing_after_the_restore(
    database_url: str, empty_place: Callable[[str], Settings], tmp_path: Path, kind: str
) -> None:
    """SEC-06 and I10: nobody at the restored office can know which one it was, so none reads and all of them send."""
    writers = [new_id(), new_id()]
    people = team([(person, "inspector", 0) for person in writers])
    lost = Settings(data=tmp_path / "data", database_url=database_url, allowed_hosts=("central",))

    async def yesterday(wire: Wire) -> list[tuple[str, object]]:
        await wire.central.log.import_drafts(people.drafts, import_incarnation(people))
        known = [await enrolled(wire.central, person) for person in writers]
        return [(await give_reading_token(wire.central.database, device), device) for _, device in known]

    async def today(wire: Wire) -> None:
        await revoke_device(wire.central.database, tablets[1][1], now=NOW)  # type: ignore[arg-type]
        assert await reads(wire, tablets[0][0]) == 200
        assert await reads(wire, tablets[1][0]) == 401

    async def after(wire: Wire) -> None:
        for (token, _), person in zip(tablets, writers, strict=True):
            assert await reads(wire, token) == 403
            await brings(wire, token, Author(people.visits[0], person), 2)
        await let_read(wire.central.database, [tablets[0][1]])  # type: ignore[list-item]
        assert [await reads(wire, token) for token, _ in tablets] == [200, 403]

    tablets = asyncio.run(served(lost, yesterday))
    restored_from_yesterday(lost, empty_place(kind), tmp_path, today, after)


async def reads(wire: Wire, token: str) -> int:
    return (await wire.call("GET", "/sync/scopes", token=token)).status

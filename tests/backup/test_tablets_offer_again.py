"""SYN-12: an office is lost and restored from yesterday's backup; five tablets bring back what it lacks, once (I10)."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fieldwork.app import create_app
from fieldwork.backup.keys import make_keys, private_key, read_share, share_file
from fieldwork.backup.making import back_up
from fieldwork.backup.restoring import restore
from fieldwork.settings import Settings
from fieldwork.simulation import FieldworkPremises, settings_in
from fieldwork.store.database import Database
from fieldwork.store.devices import devices_that_wait, let_read
from fieldwork.store.verifying import verify_all
from sync.simulator.run import simulate
from tests.backup.offices import NOW
from tests.store.log_authors import Author, Carry, Written, import_incarnation, new_id, team
from tests.store.log_office import Office
from tests.web.enrolling import enrolled
from tests.web.wire import Wire

SEEDS = 4
FIRST_SEED = 1


class RestoringPremises(FieldworkPremises):
    """The application, whose office is restored as an operator does it: by `fieldwork backup` and `fieldwork restore`."""

    async def set_epoch(self, folder: Path, epoch: str) -> None:
        problems: list[BaseException] = []

        def in_a_thread_of_its_own() -> None:
            try:
                _backed_up_and_restored(folder)
            except BaseException as problem:  # noqa: BLE001 (raised again below, where the simulator sees it)
                problems.append(problem)

        thread = threading.Thread(target=in_a_thread_of_its_own)
        thread.start()
        thread.join()
        if problems:
            raise problems[0]
        # The simulator counts on an epoch of its own choice; what a restore chooses is at random.
        await super().set_epoch(folder, epoch)


def _backed_up_and_restored(folder: Path) -> None:
    here, beside = settings_in(folder), folder.with_name(f"{folder.name}-backup")
    shares = beside / "shares"
    make_keys(folder, folder / "keys", shares, replace=True)
    back_up(here, beside / "file", NOW)
    place = settings_in(beside / "restored")
    private = private_key(*(read_share(share_file(shares, number)) for number in (1, 2)))
    restore(beside / "file", private, place, NOW)
    asyncio.run(_said_to_be_still_ours(place))
    for left in folder.glob("central.sqlite3*"):
        left.unlink()
    shutil.copyfile(place.data / "central.sqlite3", folder / "central.sqlite3")
    shutil.rmtree(beside)


async def _said_to_be_still_ours(place: Settings) -> None:
    """As an administrator does on the page of tablets: in these days none was lost."""
    async with Database(place.database_url) as database:
        await let_read(database, [each.id for each in await devices_that_wait(database)])


def test_SYN_12_days_whose_office_is_restored_by_the_real_commands_hold_every_invariant() -> None:
    """SYN-12, I10: seeds in which the office is lost; everything that a tablet held is back, once, whatever else went wrong."""
    batch = simulate(RestoringPremises, SEEDS, FIRST_SEED, workers=1)

    assert not batch.failures, "\n\n".join(each.told() for each in batch.failures)
    assert batch.counts["fault office_restored"] > 0


def test_SYN_12_five_tablets_with_newer_safe_notes_bring_them_back_within_one_sync_once(
    database_url: str, either_place: Settings, tmp_path: Path
) -> None:
    people = team([(new_id(), "inspector", 0) for _ in range(5)])
    writers = [str(draft.fields["person"]) for draft in people.drafts if draft.record_type == "assignment"]
    lost = Settings(data=tmp_path / "data", database_url=database_url, allowed_hosts=("central",))
    authors = [Author(people.visits[0], person) for person in writers]

    async def yesterday(wire: Wire) -> tuple[list[str], list[list[Written]]]:
        await wire.central.log.import_drafts(people.drafts, import_incarnation(people))
        tokens = [await carrying(wire, person) for person in writers]
        return tokens, [await brings(wire, token, author, 2) for token, author in zip(tokens, authors, strict=True)]

    async def today(wire: Wire) -> list[list[Written]]:
        return [await brings(wire, token, author, 3) for token, author in zip(tokens, authors, strict=True)]

    async def after(wire: Wire) -> tuple[list[int], list[str], list[int], list[bytes], list[Any]]:
        behind = [await highest(wire, token, author) for token, author in zip(tokens, authors, strict=True)]
        verdicts = []
        for token, author, notes in zip(tokens, authors, written, strict=True):
            lacking = notes[await highest(wire, token, author) :]
            carried = wire.carry
            verdicts += [each.verdict for each in await wire.push(carried.push_raw(*lacking), token=token)]
        reached = [await highest(wire, token, author) for token, author in zip(tokens, authors, strict=True)]
        here = Office(wire.central.log, wire.carry)
        return behind, verdicts, reached, await here.headers(people.visits[0]), await verify_all(wire.central.log)

    tokens, written = asyncio.run(served(lost, yesterday))
    make_keys(lost.data, lost.keys, tmp_path / "shares")
    back_up(lost, tmp_path / "backup", NOW)
    for notes, more in zip(written, asyncio.run(served(lost, today)), strict=True):
        notes += more
    place = Settings(data=either_place.data, database_url=either_place.database_url, allowed_hosts=("central",))
    private = private_key(*(read_share(share_file(tmp_path / "shares", number)) for number in (1, 2)))
    restored = restore(tmp_path / "backup", private, place, datetime.now(UTC))
    behind, verdicts, reached, pulled, problems = asyncio.run(served(place, after))

    assert restored.rows["device"] == 5
    assert behind == [2] * 5
    assert verdicts == ["stored"] * 15
    assert reached == [5] * 5
    assert sorted(pulled) == sorted(note.header_raw for notes in written for note in notes)
    assert problems == []


def restored_from_yesterday(
    lost: Settings,
    place: Settings,
    beside: Path,
    today: Callable[[Wire], Any],
    after: Callable[[Wire], Any],
) -> None:
    """A backup of the lost office, what happens there afterwards, and what happens where the backup was restored."""
    make_keys(lost.data, lost.keys, beside / "shares")
    back_up(lost, beside / "backup", NOW)
    asyncio.run(served(lost, today))
    place = Settings(data=place.data, database_url=place.database_url, allowed_hosts=("central",))
    private = private_key(*(read_share(share_file(beside / "shares", number)) for number in (1, 2)))
    restore(beside / "backup", private, place, datetime.now(UTC))
    asyncio.run(served(place, after))


async def served(settings: Settings, work: Callable[[Wire], Any]) -> Any:
    """The whole application over ASGI while some work is done; its epoch is in every answer."""
    app = create_app(settings, with_browser_half=False)
    async with app.router.lifespan_context(app) as state:
        nobody = team([])
        return await work(Wire(app, dict(state), "", None, nobody, None, None))  # type: ignore[arg-type]


async def carrying(wire: Wire, person: str) -> str:
    """The token of a new tablet of this person."""
    return (await enrolled(wire.central, person))[0]


async def brings(wire: Wire, token: str, author: Author, number: int) -> list[Written]:
    notes = [author.writes({"text": f"note {each}"}) for each in range(number)]
    receipts = await wire.push(Carry.to(wire.central.keyring.public_keys()).push_raw(*notes), token=token)
    assert [each.verdict for each in receipts] == ["stored"] * number
    return notes


async def highest(wire: Wire, token: str, author: Author) -> int:
    """What the office says of a stream when its tablet compares."""
    stream = author.stream
    asked = {name: getattr(stream, name) for name in ("incarnation", "person", "scope", "lane")}
    body = json.dumps({"format": "fieldwork-streams/1", "streams": [asked]}).encode()
    answer = await wire.call("POST", "/sync/manifest", body, token=token, headers={"content-type": "application/json"})
    said = json.loads(answer.body)
    assert said["epoch"] == wire.central.epoch
    assert said["streams"][0]["count"] == said["streams"][0]["highest"]
    return int(said["streams"][0]["highest"])

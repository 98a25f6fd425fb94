"""OPS-06: a look that comes by itself finds damage to the log, and nothing is called safe on top of it until somebody has seen to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fieldwork.actions import soundness
from fieldwork.actions.backups_made import FILE as LAST_BACKUP
from fieldwork.actions.backups_made import note_backup
from fieldwork.actions.central import Central
from fieldwork.actions.soundness import (
    LOOK_AGAIN_AFTER,
    LOOK_EVERY,
    hear_what_was_found,
    is_due,
    look_if_due,
    look_through,
)
from fieldwork.app import create_app
from fieldwork.store.log import LogDamaged
from fieldwork.store.soundness import FILE, Soundness, note_soundness, soundness_in
from tests.web.wire import Wire, wire

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAMAGE = "stream 1 of nobody in visit:1, evidence, number 1: body_hash_differs"


async def stored(here: Wire) -> None:
    receipts = await here.push(here.carry.push_raw(here.inspector.writes({"text": "a canary sang"})))
    assert [each.verdict for each in receipts] == ["stored"]


async def flip_a_byte(here: Wire) -> None:
    """One bit of one stored note; the second time it is as it was."""
    [[operation, body]] = await here.central.log.ask(
        "SELECT operation, body FROM operation_evidence WHERE record_type = 'block' ORDER BY id LIMIT 1"
    )
    flipped = bytearray(body)
    flipped[-3] ^= 1
    text = f"UPDATE operation_evidence SET body = {_as_literal(here, flipped)} WHERE operation = '{operation}'"
    async with here.central.database.writing() as connection:
        await connection.execute_query(text)


def _as_literal(here: Wire, content: bytes) -> str:
    return f"x'{content.hex()}'" if here.central.database.dialect == "sqlite" else f"'\\x{content.hex()}'::bytea"


async def test_OPS_06_a_flipped_byte_is_found_and_the_office_takes_nothing_in_until_it_is_mended(
    database_url: str, tmp_path: Path
) -> None:
    """OPS-06"""
    async with wire(database_url, tmp_path) as here:
        await stored(here)
        note = here.inspector.would_write({"text": "written meanwhile"})
        await flip_a_byte(here)

        assert await look_through(here.central)
        refused = await here.call("POST", "/sync/push", here.carry.push_raw(note))
        ready = await here.call("GET", "/readyz")
        read = await here.pulled(here.people.visits[0])

        assert (refused.status, b'"problem":"damaged"' in refused.body, refused.headers["retry-after"]) == (
            503,
            True,
            "600",
        )
        assert (ready.status, ready.body) == (503, b"not ready: the database is damaged\n")
        assert len(read) == 1
        assert (soundness_in(tmp_path).problems[0]).endswith("number 1: body_hash_differs")  # type: ignore[union-attr]
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600

        await flip_a_byte(here)
        assert await look_through(here.central)
        assert [each.verdict for each in await here.push(here.carry.push_raw(note))] == ["stored"]


async def test_OPS_06_what_was_found_holds_through_a_restart_and_is_heard_by_every_process(
    database_url: str, tmp_path: Path
) -> None:
    """OPS-06"""
    async with wire(database_url, tmp_path) as here:
        await stored(here)
        note_soundness(tmp_path, [DAMAGE], NOW)
        hear_what_was_found(here.central)
        assert (await here.call("GET", "/readyz")).status == 503
    app = create_app(here.central.settings, with_browser_half=False)
    async with app.router.lifespan_context(app) as state:
        again = replace(here, app=app, state=dict(state), answers=[])
        assert (await again.call("GET", "/readyz")).status == 503

        note_soundness(tmp_path, [DAMAGE], NOW, go_on=True)
        hear_what_was_found(again.central)

        await stored(again)


async def test_OPS_06_a_damaged_office_takes_in_nothing_from_a_desk_or_from_a_pack_either(
    database_url: str, tmp_path: Path
) -> None:
    """OPS-06"""
    async with wire(database_url, tmp_path) as here:
        note_soundness(tmp_path, [DAMAGE], NOW)
        hear_what_was_found(here.central)

        with pytest.raises(LogDamaged):
            await here.central.log.write([], "nobody")
        with pytest.raises(LogDamaged):
            await here.central.log.import_drafts([], "import:again")


async def test_OPS_06_what_a_look_found_is_not_forgotten_because_its_file_cannot_be_read(
    database_url: str, tmp_path: Path
) -> None:
    """OPS-06"""
    async with wire(database_url, tmp_path) as here:
        note_soundness(tmp_path, [DAMAGE], NOW)
        hear_what_was_found(here.central)
        (tmp_path / FILE).write_text("{}")

        hear_what_was_found(here.central)

        assert (await here.call("GET", "/readyz")).status == 503


async def test_a_look_that_cannot_be_finished_says_nothing_and_is_tried_again(
    database_url: str, tmp_path: Path
) -> None:
    async with wire(database_url, tmp_path) as here:
        elsewhere = replace(here.central.settings, database_url="postgres://nobody@127.0.0.1:9/nothing")

        finished = await look_through(replace(here.central, settings=elsewhere))

        assert not finished
        assert soundness_in(tmp_path) is None
        await stored(here)


async def test_OPS_06_looks_come_by_themselves_and_one_that_fails_is_not_begun_again_at_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-06"""
    looked: list[str] = []
    async with wire(database_url, tmp_path) as here:
        now = here.central.clock()

        async def fails(central: Central) -> bool:
            looked.append("fails")
            raise OSError(28, "No space left on device")

        too_early = await look_if_due(here.central, now + timedelta(minutes=9))
        monkeypatch.setattr(soundness, "look_through", fails)
        after_failure = await look_if_due(here.central, now)
        in_between = await look_if_due(here.central, after_failure)
        monkeypatch.undo()
        await look_if_due(here.central, now)

    assert too_early == now + timedelta(minutes=9)
    assert after_failure >= now + LOOK_AGAIN_AFTER
    assert (in_between, looked) == (after_failure, ["fails"])
    assert soundness_in(tmp_path) is not None


async def test_two_processes_never_look_at_once(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        with soundness.alone(tmp_path / soundness.LOCK):
            assert not await look_through(here.central)

        assert await look_through(here.central)
    assert soundness_in(tmp_path).problems == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("found", "after", "due"),
    [
        (None, timedelta(0), True),
        (Soundness(NOW), LOOK_EVERY - timedelta(seconds=1), False),
        (Soundness(NOW), LOOK_EVERY, True),
        (Soundness(NOW, (DAMAGE,)), LOOK_AGAIN_AFTER, True),
        (Soundness(NOW + timedelta(days=400)), timedelta(0), True),
    ],
)
def test_OPS_06_a_look_is_due_twice_within_a_day(found: Soundness | None, after: timedelta, due: bool) -> None:
    """OPS-06: within 24 hours, also when one look fails, and when a wrong clock wrote that one was made next year."""
    assert is_due(found, NOW + after) is due
    assert timedelta(hours=24) >= 2 * LOOK_EVERY


def test_what_somebody_goes_on_with_stops_nothing_and_what_comes_on_top_of_it_does(tmp_path: Path) -> None:
    stops = [
        note_soundness(tmp_path, problems, NOW, go_on=go_on).stops
        for problems, go_on in (
            ([], False),
            ([DAMAGE], False),
            ([DAMAGE], True),
            ([DAMAGE], False),
            ([DAMAGE, f"{DAMAGE} too"], False),
            (["record 1: words_not_found"], False),
        )
    ]

    assert stops == [False, True, False, False, True, False]


def test_a_file_that_is_no_word_of_a_look_is_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{}")

    assert soundness_in(tmp_path) is None


async def test_OPS_09_readyz_says_how_old_the_last_good_backup_is_and_takes_notes_all_the_same(
    database_url: str, tmp_path: Path
) -> None:
    """OPS-05 and OPS-09."""
    async with wire(database_url, tmp_path) as here:
        said = []
        for hours in (None, 0, 1, 50):
            if hours is not None:
                note_backup(here.central.settings, here.central.clock() - timedelta(hours=hours))
            answer = await here.call("GET", "/readyz")
            said.append((answer.status, answer.body.decode().splitlines()))
        (tmp_path / LAST_BACKUP).write_text("yesterday")
        unreadable = await here.call("GET", "/readyz")

        notes = [
            "note: no backup was made here yet",
            *(f"note: the last good backup is {age} old" for age in ("0 hours", "1 hour", "50 hours")),
        ]
        assert said == [(200, ["ready", note]) for note in notes]
        assert unreadable.body == b"ready\nnote: no backup was made here yet\n"
        await stored(here)

"""The wire of PROTOCOL.md section 4, as carriers meet it, over ASGI on both databases."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fieldwork.store.verifying import verify_all
from sync.central.header import hash_of
from sync.central.line import StreamMark, read_keys, read_manifest, read_pull, write_streams
from tests.web.wire import wire

pytestmark = pytest.mark.anyio


async def test_a_note_pushed_by_one_tablet_is_pulled_by_another_byte_for_byte(
    database_url: str, tmp_path: Path
) -> None:
    async with wire(database_url, tmp_path) as here:
        notes = [here.inspector.writes() for _ in range(3)]

        receipts = await here.push(here.carry.push_raw(*notes))

        assert [(each.verdict, each.header_hash) for each in receipts] == [
            ("stored", each.header_hash) for each in notes
        ]
        lead = await here.another_device(here.lead.person)
        assert await here.pulled(here.lead.scope, token=lead) == [(note.header_raw, note.body) for note in notes]


async def test_keys_and_manifest_say_what_the_promise_says(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        note = here.inspector.writes()
        await here.push(here.carry.push_raw(note))

        epoch, keys = read_keys((await here.call("GET", "/sync/keys")).body)
        asked = write_streams([here.lead.stream, here.inspector.stream])
        said = read_manifest((await here.call("POST", "/sync/manifest", asked)).body)

        assert sorted(key.lane for key in keys) == ["concern", "evidence", "vault"]
        assert said == (epoch, (StreamMark(0, 0, None), StreamMark(1, 1, note.header_hash)))


async def test_a_page_stops_before_a_megabyte_and_after_at_least_one(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        notes = [here.inspector.writes({"text": "x" * size}) for size in (1_500_000, 400_000, 400_000, 400_000)]
        for note in notes:
            assert [each.verdict for each in await here.push(here.carry.push_raw(note))] == ["stored"]

        pages = [
            read_pull(
                (await here.call("GET", f"/sync/pull?scope={here.inspector.scope}&lane=evidence&after={after}")).body
            )
            for after in (0, 1, 3, 4)
        ]

        assert [(len(rows), head.last, head.more) for head, rows in pages] == [
            (1, 1, True),
            (2, 3, True),
            (1, 4, False),
            (0, 4, False),
        ]


async def test_a_push_of_1000_operations_cut_anywhere_leaves_nothing_half_done(
    database_url: str, tmp_path: Path
) -> None:
    """SYN-07: cut after byte k, cut by something that closes the line neatly, and the answer lost, 200 times."""
    chance = random.Random(7)
    async with wire(database_url, tmp_path) as here:
        notes = [here.inspector.writes({"n": number}) for number in range(1_000)]
        raw = here.carry.push_raw(*notes)
        moments = sorted(chance.sample(range(len(raw)), 200))
        for number, k in enumerate(moments):
            way = number % 3
            if way == 0:
                assert (await here.call("POST", "/sync/push", raw, cut_at=k)).status == 400
            elif way == 1:
                await here.call("POST", "/sync/push", raw[:k])
            else:
                await here.call("POST", "/sync/push", raw[:k], answer_cut=True)
            if number % 20 == 0:
                assert await verify_all(here.central.log) == []

        first, second = await here.push(raw), await here.push(raw)

        for receipts in (first, second):
            assert {each.verdict for each in receipts} <= {"stored", "duplicate"}
            assert [(each.header_hash, each.body_hash) for each in receipts] == [
                (note.header_hash, hash_of(note.body)) for note in notes
            ]
        assert await here.pulled(here.inspector.scope) == [(note.header_raw, note.body) for note in notes]
        assert await verify_all(here.central.log) == []
        [[held]] = await here.central.log.ask("SELECT count(*) FROM holding")
        assert held == 0

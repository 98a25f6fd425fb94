"""Odd words come back byte for byte, and nothing that a carrier sends is a fault of central's, whatever it is (SRV-03, SRV-04)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldwork.store.verifying import verify_all
from sync.central.header import hash_of
from sync.central.line import write_push
from tests.web.wire import wire

pytestmark = pytest.mark.anyio


ODD = {
    "a NUL": "before\u0000after",
    "lone surrogates": "\ud800 x \udfff",
    "no character": "\ufffe\uffff",
    "an override": "\u202etxet",
    "a megabyte of combining marks": "e" + "\u0301" * 500_000,
    "composed and not": "\u00e9 e\u0301",
    "a family": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "quotes and lines": 'a "b" \\ \n \t \r \u2028 \x7f',
}


@pytest.mark.parametrize("what", ODD)
async def test_odd_text_comes_back_byte_equal(database_url: str, tmp_path: Path, what: str) -> None:
    """SRV-04"""
    async with wire(database_url, tmp_path) as here:
        note = here.inspector.writes({"text": ODD[what], "evidence": ODD[what][:50]})

        receipts = await here.push(here.carry.push_raw(note))

        assert [(each.verdict, each.body_hash) for each in receipts] == [("stored", hash_of(note.body))]
        assert await here.pulled(note.header.scope) == [(note.header_raw, note.body)]
        assert await verify_all(here.central.log) == []


BAD_JSON = {
    "nested 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "an object nested 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "5,000 digits": b'{"format":' + b"9" * 5_000 + b"}",
    "NaN": b'{"format":NaN}',
    "Infinity": b'{"format":-Infinity}',
    "the same key twice": b'{"format":"fieldwork-push/1","format":"fieldwork-push/1"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"format":"x"}'.encode("utf-16"),
    "no UTF-8": b'{"\xff":1}',
    "nothing": b"",
}


@pytest.mark.parametrize("what", BAD_JSON)
async def test_json_that_is_none_is_never_a_fault_of_central(database_url: str, tmp_path: Path, what: str) -> None:
    """SRV-03: in the head, in a header, in a body, and on the other routes."""
    bad = BAD_JSON[what]
    async with wire(database_url, tmp_path) as here:
        head = await here.call("POST", "/sync/push", bad + b"\n")
        manifest = await here.call("POST", "/sync/manifest", bad)
        report = await here.call("POST", "/sync/report", bad)
        contact = await here.call("POST", "/sync/contact", bad)
        good, spoiled = here.inspector.writes(), here.inspector.would_write()
        body = bad.replace(b"\n", b" ")
        spoiled = here.inspector.writes(body_hash=hash_of(body), body_bytes=len(body))
        carry = here.carry
        in_body = here.carry.line(spoiled, body=body) if body else carry.line(spoiled)
        raw = write_push([carry.sent], [carry.line(good)])
        raw += bad.replace(b"\n", b" ").replace(b"\t", b" ") + b"\t\t\n"
        raw += write_push([], [(spoiled.header_raw, carry.sent.id, in_body[2])]).partition(b"\n")[2]

        receipts = await here.push(raw)

        assert head.status == 400
        assert manifest.status in (400, 413)  # 413 where it is also too long
        assert report.status in (400, 413)
        assert contact.status in (400, 413)
        assert [each.verdict for each in receipts] == ["stored", "unreadable", "quarantined"]
        [[kept]] = await here.central.log.ask("SELECT count(*) FROM unreadable_line")
        assert kept == 1


async def test_a_malformed_line_is_kept_raw_and_the_others_are_stored(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        first, second = here.inspector.writes(), here.inspector.writes()
        lines = here.carry.push_raw(first, second).split(b"\n")
        lines[2:2] = [b"\x00\xff not a line", b"{}\t\t"]

        receipts = await here.push(b"\n".join(lines))

        assert [(each.verdict, each.line, each.code) for each in receipts] == [
            ("stored", None, None),
            ("unreadable", 3, "line_not_three_columns"),
            ("unreadable", 4, "header_wrong_keys"),
            ("stored", None, None),
        ]
        kept = await here.central.log.ask("SELECT line_hash, line FROM unreadable_line ORDER BY line")
        assert {row[0]: bytes(row[1]) for row in kept} == {hash_of(line): line for line in lines[2:4]}


async def test_a_damaged_carry_key_spoils_only_what_is_under_it(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        good, bad = here.carry, here.carry
        sent = [good.sent, type(bad.sent)(bad.sent.id, "evidence", bad.sent.ingest, "!", "?")]
        one, two = here.inspector.writes(), here.inspector.writes()

        receipts = await here.push(write_push(sent, [good.line(one), bad.line(two)]))

        assert [(each.verdict, each.code) for each in receipts] == [("stored", None), ("quarantined", "not_opened")]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "99999999999999999", "", "\u0661", "0x1"])
async def test_a_cursor_that_is_none_is_refused(database_url: str, tmp_path: Path, after: str) -> None:
    async with wire(database_url, tmp_path) as here:
        answer = await here.call("GET", f"/sync/pull?scope={here.inspector.scope}&lane=evidence&after={after}")

        assert answer.status == 400


async def test_more_than_1000_operations_are_refused_whole(database_url: str, tmp_path: Path) -> None:
    async with wire(database_url, tmp_path) as here:
        carry = here.carry
        raw = carry.push_raw(*(carry.line(here.inspector.writes(), body=b"") for _ in range(1_001)))

        answer = await here.call("POST", "/sync/push", raw)

        assert (answer.status, json.loads(answer.body)["problem"]) == (400, "push_too_many_operations")

"""Tablets that push to a real server without pause, and remember word for word what they were told.

Each is one author in one visit. What was sent and not answered waits and is sent again first, as a tablet's outbox has it.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256

import asyncpg
import httpx2

from fieldwork.actions.central import open_central
from fieldwork.store.database import database_address
from sync.central.line import LINES_MEDIA_TYPE, Receipt, read_receipts
from tests.serving.central_served import ServedCentral
from tests.store.log_authors import Author, Carry, Written, import_incarnation, new_id, team
from tests.web.enrolling import enrolled

ANSWERS_WITHIN_S = 40.0
SMALL, LARGE = (1, 6), (40, 140)
"""Notes in a push. Many small ones share a transaction; large ones are judged ahead, several transactions of them (`enacting.py`)."""
SENT_AGAIN = 0.1


def digests(header: bytes, body: bytes) -> tuple[bytes, bytes]:
    """By which an operation is known here: of each byte of it, in 64 bytes."""
    return sha256(header).digest(), sha256(body).digest()


def line_to(port: int) -> httpx2.AsyncClient:
    """A connection of one tablet's own."""
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=ANSWERS_WITHIN_S, trust_env=False)


@dataclass
class WrittenPush:
    """A push that has no receipts yet, or that is kept to be sent again."""

    notes: list[Written]
    raw: bytes


@dataclass
class Tablet:
    """One tablet of one person."""

    author: Author
    carry: Carry
    token: str
    chance: random.Random
    sizes: tuple[tuple[int, int], ...] = (SMALL, LARGE, LARGE)
    ready: list[WrittenPush] = field(default_factory=list)
    waiting: WrittenPush | None = None
    answered: WrittenPush | None = None
    acknowledged: dict[bytes, bytes] = field(default_factory=dict)
    """Every operation that has its receipt with equal hashes: digest of the header, digest of the body."""
    since_last_look: dict[bytes, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    refused: Counter[tuple[int, bytes]] = field(default_factory=Counter)
    pushes: int = 0
    has_receipts: asyncio.Event = field(default_factory=asyncio.Event)

    def writes_ahead(self, pushes: int) -> None:
        """Have so many pushes ready: on a tablet they were written hours before."""
        while len(self.ready) < pushes:
            self.ready.append(self._written())

    def _written(self) -> WrittenPush:
        number = self.chance.randint(*self.chance.choice(self.sizes))
        notes = [self.author.writes({"text": f"note {each}", "evidence": new_id()}) for each in range(number)]
        return WrittenPush(notes, self.carry.push_raw(*notes))

    async def pushes_until_nobody_answers(self, port: int, enough: asyncio.Event | None = None) -> None:
        """Push, push again, until the line breaks, an answer is no receipt, or it is enough."""
        async with line_to(port) as line:
            try:
                while not (enough is not None and enough.is_set()) and await self.pushes_once(line):
                    pass
            except httpx2.TransportError:
                # What was sent waits; whether it is stored is not known.
                return

    async def sends_what_waits(self, port: int) -> None:
        """Send again what has no receipts. It must be taken."""
        async with line_to(port) as line:
            while self.waiting is not None:
                assert await self.pushes_once(line), self.refused

    async def pushes_once(self, line: httpx2.AsyncClient) -> bool:
        """One push and its receipts. False where central refused to take it in now; it waits."""
        if self.waiting is None and self.answered is not None and self.chance.random() < SENT_AGAIN:
            return await self._sent(line, self.answered, {"duplicate"})
        again = self.waiting is not None
        self.waiting = self.waiting or (self.ready.pop(0) if self.ready else self._written())
        push = self.waiting
        if not await self._sent(line, push, {"stored", "duplicate"} if again else {"stored"}):
            return False
        self.waiting, self.answered = None, push
        return True

    async def _sent(self, line: httpx2.AsyncClient, push: WrittenPush, expected: set[str]) -> bool:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": LINES_MEDIA_TYPE}
        answer = await line.post("/sync/push", content=push.raw, headers=headers)
        if answer.status_code != 200:
            self.refused[answer.status_code, answer.content] += 1
            return False
        _, receipts = read_receipts(answer.content)
        self._hears(push, receipts, expected)
        self.pushes += 1
        self.has_receipts.set()
        return True

    def _hears(self, push: WrittenPush, receipts: Sequence[Receipt], expected: set[str]) -> None:
        if len(receipts) != len(push.notes) or len({receipt.verdict for receipt in receipts} - {"stored"}) > 1:
            self.problems.append(f"{len(receipts)} receipts for {len(push.notes)} notes")
        for note, receipt in zip(push.notes, receipts, strict=False):
            said = (receipt.operation, receipt.header_hash, receipt.body_hash)
            if said != (note.id, note.header_hash, note.header.body_hash) or receipt.verdict not in expected:
                self.problems.append(f"{note.id} was answered {receipt}, not {expected}")
            header, body = digests(note.header_raw, note.body)
            self.acknowledged[header] = self.since_last_look[header] = body


async def prepared(
    central: ServedCentral, tablets: int, seed: object, *, sizes: tuple[tuple[int, int], ...] = (SMALL, LARGE, LARGE)
) -> list[Tablet]:
    """Make the database, a review with a visit for each tablet (the last two share one), and enrol the tablets."""
    persons = [new_id() for _ in range(tablets)]
    places = [min(place, max(0, tablets - 2)) for place in range(tablets)]
    people = team(
        [(person, "inspector", place) for person, place in zip(persons, places, strict=True)], visits=max(places) + 1
    )
    async with open_central(central.settings, migrating=True) as opened:
        await opened.log.import_drafts(people.drafts, import_incarnation(people))
        carry = Carry.to(opened.keyring.public_keys())
        tokens = [(await enrolled(opened, person))[0] for person in persons]
    return [
        Tablet(Author(people.visits[place], person), carry, token, random.Random(f"{seed} {number}"), sizes)
        for number, (place, person, token) in enumerate(zip(places, persons, tokens, strict=True))
    ]


async def stored_in(url: str, beyond_id: int = 0) -> tuple[dict[bytes, bytes], int]:
    """Every stored operation beyond this row, by digests of the bytes that lie there; and the last row."""
    asked = "SELECT id, header, body FROM operation_evidence WHERE standing = 'stored' AND id > {}"
    address = database_address(url)
    if address.path is not None:
        with closing(sqlite3.connect(f"file:{address.path}?mode=ro", uri=True)) as raw:
            rows = raw.execute(asked.format(beyond_id)).fetchall()
    else:
        connection = await asyncpg.connect(url)
        try:
            rows = await connection.fetch(asked.format(beyond_id))
        finally:
            await connection.close()
    stored = dict(digests(header, body or b"") for _, header, body in rows)
    assert len(stored) == len(rows), "an operation lies there twice"
    return stored, max((row[0] for row in rows), default=beyond_id)


def missing_of(wanted: dict[bytes, bytes], stored: dict[bytes, bytes]) -> list[bytes]:
    """What was acknowledged and does not lie there byte for byte."""
    return [header for header, body in wanted.items() if stored.get(header) != body]


def stored_of(tablet: Tablet, stored: dict[bytes, bytes]) -> int:
    """How many notes of the push that this tablet has no receipts for lie there all the same."""
    assert tablet.waiting is not None
    return sum(sha256(note.header_raw).digest() in stored for note in tablet.waiting.notes)


def half_stored(tablets: Sequence[Tablet], stored: dict[bytes, bytes]) -> list[str]:
    """Pushes without receipts of which a part lies there: there may be none."""
    waiting = [(tablet.waiting.notes, stored_of(tablet, stored)) for tablet in tablets if tablet.waiting is not None]
    return [f"{there} of {len(notes)} notes of a push" for notes, there in waiting if there not in (0, len(notes))]


def integrity_of(url: str) -> str:
    """What SQLite finds when it reads every page of the file and every index; "ok" of a server, which looks after itself."""
    path = database_address(url).path
    if path is None:
        return "ok"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as raw:
        [[said]] = raw.execute("PRAGMA integrity_check").fetchall()
    return str(said)

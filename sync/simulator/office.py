"""The office of the simulator: the real application over plain ASGI, on a real database file, which can be killed at any commit.

A kill is honest: at that very moment the database's files are copied as they lie there, the transaction still open or just
committed; the next life opens the copy and the old one is thrown away. Which framework and which store are behind the application
is known to the `Premises` alone.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Protocol

from sync.simulator.broken import ProgramFailed

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
Moment = Literal["amid the writing", "before commit", "after commit"]


class OfficeKilled(Exception):
    """The process is gone at this commit."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class OfficeOperation:
    """A row of the log. `words` are the body's own bytes, where they were asked for and are there."""

    operation: str
    lane: str
    scope: str
    stream: str
    sequence: int
    position: int | None
    header: bytes
    header_hash: str
    body_hash: str | None
    has_body: bool
    standing: str
    code: str | None
    words: bytes | None = None


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """What the database says at one moment."""

    operations: Sequence[OfficeOperation]
    streams: Mapping[str, tuple[int, int, str | None]]
    last_positions: Mapping[tuple[str, str], int]
    beside: frozenset[str]
    """Operations in the holding or set aside."""
    unreadable: frozenset[str]
    """Hashes of lines that could not be read."""
    files: frozenset[str]
    reports: Sequence[tuple[str, str]]
    """What tablets reported of their own copies: device and id of each report, as often as it is there."""
    epoch: str
    problems: Sequence[str] = ()
    """What the application's own proof of the log found (`fieldwork verify`)."""


@dataclass(frozen=True, slots=True)
class DeskWriting:
    """What somebody writes at a desk, through central's own actions."""

    operation: str
    scope: str
    lane: str
    record_type: str
    record: str
    kind: str
    fields: Mapping[str, object]
    salt: bytes
    base: tuple[str, ...] = ()


class Premises(Protocol):
    """What has to be known of the application in order to drive it. `central` is what its lifespan left in the state."""

    def lay_out(self, folder: Path) -> Mapping[tuple[str, str], tuple[str, str]]:
        """Make a template: a migrated database with the review. Gives (tablet, person) -> carrying and reading token."""

    def make_app(self, folder: Path, clock: Callable[[], datetime]) -> AsgiApp: ...

    def on_one_thread(self) -> AbstractContextManager[None]: ...

    def watch_commits(self, watch: Callable[[Moment], None]) -> None: ...

    def cut_pages(self, operations: int | None) -> None: ...

    async def look(self, central: Mapping[str, Any], *, words: bool = False) -> OfficeFacts: ...

    async def standing(
        self, central: Mapping[str, Any], operations: Sequence[str]
    ) -> Mapping[str, tuple[str, str | None]]: ...

    async def between_commits(self, central: Mapping[str, Any], work: Callable[[], None]) -> None: ...

    async def sweep(self, central: Mapping[str, Any]) -> None: ...

    async def write(self, central: Mapping[str, Any], writings: Sequence[DeskWriting], person: str) -> None: ...

    async def keep_file(self, central: Mapping[str, Any], sha256: str) -> None: ...

    async def revoke(self, central: Mapping[str, Any], tablet: str, person: str) -> None: ...

    async def enrol(self, central: Mapping[str, Any], tablet: str, person: str) -> tuple[str, str]: ...

    async def set_epoch(self, folder: Path, epoch: str) -> None: ...


DATABASE = "central.sqlite3"
KEPT_APART = ("keys", "files")
"""They are no part of the database, so a kill or a restore leaves them as they are."""


@dataclass
class _Life:
    folder: Path
    state: dict[str, Any] = field(default_factory=dict)
    app: AsgiApp | None = None
    told: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    said: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    task: asyncio.Task[None] | None = None


class Office:
    """One office with its lives. `up` is False between a kill and the next start."""

    def __init__(self, premises: Premises, template: Path, folder: Path, clock: Callable[[], datetime]) -> None:
        self.premises, self.folder, self.clock = premises, folder, clock
        self._lives = 0
        self._life = self._new_life(template)
        self._armed: Moment | None = None
        self._orders_left = 0
        self._image: Path | None = None
        self.up = False
        for name in KEPT_APART:
            (folder / name).mkdir(exist_ok=True)
        shutil.copytree(template / "keys", folder / "keys", dirs_exist_ok=True)

    @property
    def lives(self) -> int:
        return self._lives

    # Lives

    def _new_life(self, image: Path) -> _Life:
        self._lives += 1
        folder = self.folder / f"life-{self._lives}"
        folder.mkdir(parents=True)
        copy_database(image, folder)
        for name in KEPT_APART:
            (folder / name).symlink_to(self.folder / name)
        return _Life(folder)

    async def start(self) -> None:
        life = self._life
        life.app = self.premises.make_app(life.folder, self.clock)
        life.state.clear()
        self.premises.watch_commits(self._at_commit)
        life.task = asyncio.create_task(self._lifespan(life))
        await self._lifecycle(life, "startup")
        self.up = True

    async def _lifespan(self, life: _Life) -> None:
        assert life.app is not None
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": life.state}
        await life.app(scope, life.told.get, life.said.put)

    async def _lifecycle(self, life: _Life, what: str) -> None:
        life.told.put_nowait({"type": f"lifespan.{what}"})
        answer = await life.said.get()
        if answer["type"] != f"lifespan.{what}.complete":
            raise ProgramFailed(f"the office failed at {what}: {answer.get('message')}")

    async def stop(self) -> None:
        """A stop as an operator makes it: what is under way is finished."""
        if not self.up:
            return
        self.up = False
        self._armed = None
        await self._lifecycle(self._life, "shutdown")
        if self._life.task is not None:
            await self._life.task

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def kill(self) -> None:
        """Gone without a word, at a moment without a transaction. `start` opens what lies on the disk."""
        image = self.folder / f"image-{self._lives}"
        await self.premises.between_commits(self._life.state, lambda: copy_database(self._life.folder, image))
        self._image = image
        await self._falls()

    def kill_at(self, moment: Moment | None, *, orders: int = 1) -> None:
        """The next transaction that writes is the last one of this life; with None, it is not.

        Amid the writing it dies before the order of that number; a transaction that has fewer is survived.
        """
        self._armed, self._orders_left = moment, orders

    def _at_commit(self, moment: Moment) -> None:
        if self._armed != moment:
            return
        if moment == "amid the writing":
            self._orders_left -= 1
            if self._orders_left > 0:
                return
        self._armed = None
        self._image = self.folder / f"image-{self._lives}"
        copy_database(self._life.folder, self._image)
        raise OfficeKilled

    async def _falls(self) -> None:
        image, self._image = self._image, None
        assert image is not None
        # The dead life is ended in order, so that its threads end; nothing of what it does now is ever seen.
        await self.stop()
        dead = self._life.folder
        self._life = self._new_life(image)
        shutil.rmtree(dead)
        shutil.rmtree(image)

    async def back_up(self, name: str) -> None:
        copy = self.folder / f"backup-{name}"
        await self.premises.between_commits(self._life.state, lambda: copy_database(self._life.folder, copy))

    async def restore(self, name: str, epoch: str) -> None:
        """Yesterday's copy takes the place of today's database, under a new epoch."""
        await self.stop()
        dead = self._life.folder
        self._life = self._new_life(self.folder / f"backup-{name}")
        shutil.rmtree(dead)
        await self.premises.set_epoch(self._life.folder, epoch)
        await self.start()

    # Talking

    async def ask(self, request: Request, *, cut_after: int | None = None, pieces: Sequence[int] = ()) -> Answer | None:
        """What comes back, or None when nothing does: the office is not up, or dies over it.

        With `cut_after` the line breaks after so many bytes of the request; `pieces` are the places at which it falls apart on the way.
        """
        life = self._life
        if not self.up or life.app is None:
            return None
        path, _, query = request.path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"localhost"), *_headers(request)],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
            "state": dict(life.state),
        }
        messages = _request_messages(request.body, cut_after, pieces)
        said: list[Message] = []

        async def receive() -> Message:
            return next(messages)

        async def send(message: Message) -> None:
            said.append(message)

        failed: Exception | None = None
        try:
            await life.app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 (told below, unless this life was killed or the line was cut)
            failed = error
        if self._image is not None:
            await self._falls()
            # What had left before the process was gone arrives; what the dying process says about its own death does not.
            left = _answer(said) if failed is None else None
            return left if left is not None and left.status < 500 else None
        if failed is not None:
            if cut_after is not None:
                return None
            raise ProgramFailed(f"{request.method} {request.path} failed in the office: {failed!r}") from failed
        return _answer(said)

    # Looking

    async def look(self, *, words: bool = False) -> OfficeFacts:
        return await self.premises.look(self._life.state, words=words)

    async def standing(self, operations: Sequence[str]) -> Mapping[str, tuple[str, str | None]]:
        """Header hash and body hash of those of these operations that are in the log."""
        return await self.premises.standing(self._life.state, operations)

    async def write(self, writings: Sequence[DeskWriting], person: str) -> None:
        await self.premises.write(self._life.state, writings, person)

    async def revoke(self, tablet: str, person: str) -> None:
        await self.premises.revoke(self._life.state, tablet, person)

    async def enrol(self, tablet: str, person: str) -> tuple[str, str]:
        """A new device for this person on this tablet: its carrying and its reading token."""
        return await self.premises.enrol(self._life.state, tablet, person)

    async def keep_file(self, sha256: str) -> None:
        await self.premises.keep_file(self._life.state, sha256)

    async def all_bytes(self) -> bytes:
        """Every byte of the database's files, after what was deleted has been swept."""
        await self.premises.sweep(self._life.state)
        return b"".join(path.read_bytes() for path in sorted(self._life.folder.glob(f"{DATABASE}*")))


def _headers(request: Request) -> Iterable[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]


def _request_messages(body: bytes, cut_after: int | None, pieces: Sequence[int]) -> Any:
    ends = [*(end for end in sorted(pieces) if cut_after is None or end < cut_after), cut_after]
    for begin, end in pairwise([0, *ends]):
        yield {"type": "http.request", "body": body[begin:end], "more_body": end is not None}
    while True:
        yield {"type": "http.disconnect"}


def _answer(said: Sequence[Message]) -> Answer | None:
    if not said or said[0]["type"] != "http.response.start":
        return None
    headers = {name.lower(): value.decode("latin-1") for name, value in said[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in said[1:])
    return Answer(said[0]["status"], headers.get(b"content-type", ""), body, headers.get(b"retry-after"))


def copy_database(source: Path, target: Path) -> None:
    """The database's files as they lie there, without the index of the journal, which does not outlive a process."""
    target.mkdir(parents=True, exist_ok=True)
    for name in (DATABASE, f"{DATABASE}-wal"):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)

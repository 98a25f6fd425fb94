"""The wire of PROTOCOL.md section 4: the whole application over ASGI, open, and a tablet in front of it whose line may break."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fieldwork.actions.central import Central
from fieldwork.app import create_app
from fieldwork.settings import Settings
from sync.central.line import Receipt, read_pull, read_receipts
from tests.store.log_authors import Author, Carry, Team, import_incarnation, new_id, team
from tests.web.enrolling import enrolled


@dataclass
class Answer:
    """What came back; status 0 where the line broke before anything did."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """The application, open, and a tablet in front of it."""

    app: Any
    state: dict[str, Any]
    token: str
    device_id: uuid.UUID
    people: Team
    lead: Author
    inspector: Author
    answers: list[Answer] = field(default_factory=list)

    @property
    def central(self) -> Central:
        central: Central = self.state["central"]
        return central

    @property
    def carry(self) -> Carry:
        return Carry.to(self.central.keyring.public_keys())

    async def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        cut_at: int | None = None,
        answer_cut: bool = False,
    ) -> Answer:
        """One request. With `cut_at` the line breaks after so many bytes of it; with `answer_cut` before the answer is out."""
        path, _, query = path.partition("?")
        token = self.token if token is None else token
        sent = {"host": "central", "content-length": str(len(body))} | (
            {"authorization": f"Bearer {token}"} if token else {}
        )
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in (sent | (headers or {})).items()],
            "client": ("127.0.0.1", 1),
            "server": ("central", 80),
            "state": self.state.copy(),
        }
        whole = body if cut_at is None else body[:cut_at]
        incoming = [{"type": "http.request", "body": whole, "more_body": cut_at is not None}]
        answer = Answer(0, {}, b"")
        self.answers.append(answer)

        async def receive() -> dict[str, Any]:
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if answer_cut:
                raise OSError("the line broke")
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        # A broken line is nobody's fault and reaches nobody.
        with contextlib.suppress(Exception) if cut_at is not None or answer_cut else contextlib.nullcontext():
            await self.app(scope, receive, send)
        return answer

    async def push(self, raw: bytes, **parts: Any) -> tuple[Receipt, ...]:
        answer = await self.call("POST", "/sync/push", raw, **parts)
        assert answer.status == 200, answer
        epoch, receipts = read_receipts(answer.body)
        assert epoch == self.central.epoch
        return receipts

    async def pulled(self, scope: str, **parts: Any) -> list[tuple[bytes, bytes | None]]:
        rows: list[tuple[bytes, bytes | None]] = []
        while True:
            answer = await self.call("GET", f"/sync/pull?scope={scope}&lane=evidence&after={len(rows)}", **parts)
            head, page = read_pull(answer.body)
            rows += [(row.header_raw, row.body) for row in page]
            if not head.more:
                return rows

    async def another_device(self, person: str) -> str:
        return (await enrolled(self.central, person))[0]


@asynccontextmanager
async def wire(database_url: str, data: Path) -> AsyncIterator[Wire]:
    app = create_app(
        Settings(data=data, database_url=database_url, allowed_hosts=("central",)), with_browser_half=False
    )
    lead, inspector = new_id(), new_id()
    people = team([(lead, "lead", 0), (inspector, "inspector", 0)])
    async with app.router.lifespan_context(app) as state:
        assert isinstance(state, dict)
        await state["central"].log.import_drafts(people.drafts, import_incarnation(people))
        token, device_id = await enrolled(state["central"], inspector)
        authors = (Author(people.visits[0], person) for person in (lead, inspector))
        opened = Wire(app, state, token, device_id, people, *authors)
        yield opened
        # On a tablet it would delete unsent notes.
        assert all("clear-site-data" not in answer.headers for answer in opened.answers)

"""What only a real server can show of the wire: bodies without end, lengths that lie, lines that are cut (PROTOCOL.md 4, SRV-02)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldwork.actions.central import open_central
from fieldwork.settings import ROOT, Settings
from tests.store.log_authors import Author, Carry, Written, import_incarnation, new_id, team
from tests.web.enrolling import enrolled

LONGEST_ANSWER_S = 20


@dataclass
class Served:
    """Central as uvicorn serves it, in a process of its own."""

    port: int
    process: subprocess.Popen[bytes]
    token: str
    author: Author
    carry: Carry

    def memory_bytes(self) -> int:
        """The most that the process has held so far."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmHWM")

    def talk(self, head: str, *pieces: bytes, answers_within_s: float = LONGEST_ANSWER_S) -> tuple[bytes, bool]:
        """Send a request as it stands; the answer, and whether the connection was closed within two seconds after it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            request = (
                f"POST /sync/push HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n{head}\r\n\r\n"
            )
            answer = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                line.sendall(request.encode())
                for piece in pieces:
                    line.sendall(piece)
            line.settimeout(answers_within_s)
            try:
                while piece := line.recv(65536):
                    answer += piece
                    line.settimeout(2)
            except TimeoutError:
                return answer, False
            except ConnectionResetError:
                # Closed with bytes of ours unread: the same to whoever lied.
                pass
            return answer, True

    def status(self, head: str, *pieces: bytes) -> int:
        answer, _ = self.talk(head, *pieces)
        return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("served")
    settings = Settings(data=data, database_url=f"sqlite://{data / 'central.sqlite3'}")
    person = new_id()
    people = team([(person, "inspector", 0)])

    async def set_up() -> tuple[str, Carry]:
        async with open_central(settings, migrating=True) as central:
            await central.log.import_drafts(people.drafts, import_incarnation(people))
            return (await enrolled(central, person))[0], Carry.to(central.keyring.public_keys())

    token, carry = asyncio.run(set_up())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            "tests.bench.served:app",
            "--factory",
            "--port",
            str(port),
            "--log-level",
            "error",
        ],
        cwd=ROOT,
        env=os.environ | {"FIELDWORK_DATA": str(data), "DATABASE_URL": settings.database_url},
    )
    try:
        _wait_until_it_answers(port, process)
        yield Served(port, process, token, Author(people.visits[0], person), carry)
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the server did not start")


CAP = 8 * 1024 * 1024


def test_a_body_beyond_the_cap_is_refused_without_being_gathered(served: Served) -> None:
    """SRV-02"""
    push = served.carry.push_raw(served.author.writes())
    assert served.status(f"Content-Length: {len(push)}", push) == 200
    before = served.memory_bytes()

    piece = b"x" * 65_536
    chunk = b"10000\r\n" + piece + b"\r\n"
    stated = served.status(f"Content-Length: {CAP + 1}", *[piece] * (CAP // len(piece)), b"x")
    far_beyond = served.status(f"Content-Length: {CAP * 100}", *[piece] * 160)
    chunked = served.status("Transfer-Encoding: chunked", *[chunk] * 400)

    assert (stated, far_beyond, chunked) == (413, 413, 413)
    assert served.memory_bytes() - before <= 10 * 1024 * 1024


@pytest.mark.parametrize(
    "length", ["-1", "+5", "5, 6", "abc", "1e3", "0x10", "5\r\nContent-Length: 6", "5\r\nTransfer-Encoding: chunked"]
)
def test_a_length_that_lies_is_refused_and_the_line_is_closed(served: Served, length: str) -> None:
    """SRV-02"""
    answer, closed = served.talk(f"Content-Length: {length}", b"0\r\n\r\n")

    assert answer == b"" or answer.split(b" ", 2)[1] in (b"400", b"413")
    assert closed


def test_a_body_shorter_than_was_said_stores_nothing(served: Served) -> None:
    """SRV-02"""
    note = served.author.would_write()
    push = served.carry.push_raw(note)

    answer, _ = served.talk(f"Content-Length: {len(push) + 10}", push, answers_within_s=2)

    assert answer == b""
    assert served.status(f"Content-Length: {len(push)}", push) == 200
    assert isinstance(note, Written)

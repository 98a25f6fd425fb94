"""Several server processes on one port: tablets are dealt out among them, and they start and end together."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from fieldwork import cli
from fieldwork.dealing import Dealer
from fieldwork.settings import ROOT

FROM = (
    "from fieldwork.processes import serve; import sys; sys.exit(serve('tests.test_processes:app', '127.0.0.1', {}, 2))"
)


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for turn in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{turn}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})


def app() -> Any:
    return _answer


@contextmanager
def started(program: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A program that serves on a free port, and the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen([sys.executable, "-c", program.format(port)], cwd=ROOT, start_new_session=True)
    try:
        yield served, port
    finally:
        # All of its session, so that none is left where one of these tests fails.
        with suppress(ProcessLookupError):
            os.killpg(served.pid, signal.SIGKILL)
        served.wait()


@contextmanager
def two_processes() -> Iterator[tuple[subprocess.Popen[bytes], Counter[int]]]:
    """Two processes that answer with their ids, and how many of 64 new connections met which."""
    with started(FROM) as (served, port):
        yield served, Counter(_who_answers(served, port) for _ in range(64))


def _who_answers(served: subprocess.Popen[bytes], port: int) -> int:
    for _ in range(200):
        try:
            return int(httpx2.get(f"http://127.0.0.1:{port}/", timeout=30).text)
        except httpx2.ConnectError:
            try:
                served.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    raise AssertionError("nobody answers")


def _serves(process_id: int) -> bool:
    """Whether it is there; one that has ended and that nobody has asked about yet is not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def test_new_connections_are_dealt_out_in_turn_and_all_processes_end_when_asked() -> None:
    with two_processes() as (served, met):
        served.send_signal(signal.SIGTERM)

        assert list(met.values()) == [32, 32]
        assert served.wait(30) == 0
        assert not [each for each in met if Path(f"/proc/{each}").exists()]


def test_when_one_process_dies_the_others_end_and_it_is_said() -> None:
    with two_processes() as (served, met):
        os.kill(min(met), signal.SIGKILL)

        assert served.wait(30) == 1
        assert not [each for each in met if Path(f"/proc/{each}").exists()]


def test_when_nobody_is_left_to_deal_the_processes_end() -> None:
    with two_processes() as (served, met):
        served.kill()

        give_up_at = time.monotonic() + 30
        while any(map(_serves, met)):
            assert time.monotonic() < give_up_at
            time.sleep(0.05)


def test_a_dealer_that_fails_takes_the_processes_with_it() -> None:
    """Whatever keeps central running starts it again; a parent that hung would never be missed."""
    failing = (
        "import fieldwork.dealing as dealing\n"
        "def deal(self): raise RuntimeError('invented')\n"
        "dealing.Dealer.deal = deal\n"
    )

    with started(failing + FROM) as (served, port):
        with suppress(httpx2.TransportError):
            _who_answers(served, port)

        assert served.wait(30) == 1


def test_who_is_asked_to_stop_before_all_processes_are_started_stops() -> None:
    asked_at_once = (
        "import os, signal\n"
        "from multiprocessing.context import SpawnProcess\n"
        "start, turns = SpawnProcess.start, [1]\n"
        "def asked(self): turns and os.kill(os.getpid(), signal.SIGTERM * turns.pop()); start(self)\n"
        "SpawnProcess.start = asked\n"
    )
    with started(asked_at_once + FROM) as (served, _):
        assert served.wait(30) == 0


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ECONNABORTED, errno.EAGAIN])
def test_what_befalls_one_connection_or_a_full_table_ends_nothing(number: int) -> None:
    class Listening(socket.socket):
        def accept(self) -> Any:
            raise OSError(number, os.strerror(number))

    with Listening() as listening:
        Dealer(listening, []).deal()


def test_a_process_that_takes_nothing_more_is_passed_over_and_with_no_other_a_connection_is_closed() -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dealer = Dealer(listening, [ours for ours, _ in pairs])
        for ours, _ in pairs:
            _fill(ours)
        for _, theirs in pairs[1:]:
            theirs.recv(1 << 20)

        with _connected(listening, dealer) as connected:
            assert _handed_to(pairs[1][1]) == connected.getsockname()
        pairs[1][1].close()
        with _connected(listening, dealer) as connected:
            assert connected.recv(1) == b""
    for pair in pairs:
        for each in pair:
            each.close()


def _fill(hand: socket.socket) -> None:
    with suppress(BlockingIOError):
        while True:
            hand.send(b"c" * 4096)


def _connected(listening: socket.socket, dealer: Dealer) -> socket.socket:
    connected = socket.create_connection(listening.getsockname(), timeout=20)
    dealer.deal()
    return connected


def _handed_to(theirs: socket.socket) -> Any:
    _, [number], _, _ = socket.recv_fds(theirs, 1, 1)
    with socket.socket(fileno=number) as handed:
        return handed.getpeername()


def test_an_sqlite_database_is_served_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDWORK_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite://{tmp_path / 'central.sqlite3'}")

    refused = CliRunner().invoke(cli.app, ["serve", "--processes", "2"])

    assert refused.exit_code == 2
    assert not list(tmp_path.iterdir())

"""Several server processes on one port: tablets are dealt out among them, and they start and end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from fieldwork import cli
from fieldwork.settings import ROOT

MOST_CONNECTIONS = 640
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
def two_processes() -> Iterator[tuple[subprocess.Popen[bytes], set[int]]]:
    """Two processes that answer with their ids, and the ids that new connections met until there were two of them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen([sys.executable, "-c", FROM.format(port)], cwd=ROOT)
    try:
        met: set[int] = set()
        # One of them may be up long before the other.
        for _ in range(MOST_CONNECTIONS):
            met.add(_who_answers(served, port))
            if len(met) == 2:
                break
        yield served, met
    finally:
        served.kill()
        served.wait()


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


def test_new_connections_are_dealt_out_and_all_processes_end_when_asked() -> None:
    with two_processes() as (served, met):
        served.send_signal(signal.SIGTERM)

        assert len(met) == 2
        assert served.wait(30) == 0
        assert not [each for each in met if Path(f"/proc/{each}").exists()]


def test_when_one_process_dies_the_others_end_and_it_is_said() -> None:
    with two_processes() as (served, met):
        os.kill(min(met), signal.SIGKILL)

        assert served.wait(30) == 1
        assert not [each for each in met if Path(f"/proc/{each}").exists()]


def test_an_sqlite_database_is_served_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDWORK_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite://{tmp_path / 'central.sqlite3'}")

    refused = CliRunner().invoke(cli.app, ["serve", "--processes", "2"])

    assert refused.exit_code == 2
    assert not list(tmp_path.iterdir())

"""A private PostgreSQL for one run of the tests: made in a temporary folder, on loopback, with its durability on, and
ended by its pid.

The tests of the store run on both databases. A developer has no server to set up for that: whoever runs the tests
gets one of their own, as an unprivileged user also when they are root (PostgreSQL refuses root), and it stops with
the tests, even if those are killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

START_LIMIT_S = 60.0
STOP_LIMIT_S = 20.0

#: fsync and synchronous_commit stay as PostgreSQL ships them, on: central refuses a server without them.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "lc_messages": "C",
}


class PostgresMissing(Exception):
    """PostgreSQL's server programs are not on this machine."""


def server_programs() -> Path:
    """The folder with `initdb` and `postgres`, the newest version first; raises `PostgresMissing`."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -_version(folder))
    on_path = shutil.which("initdb")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresMissing("PostgreSQL's server is not installed (initdb and postgres were not found)")


class PostgresCluster:
    """One server with its own folder. `start()`, then `new_database()` as often as needed, then `stop()`."""

    def __init__(self) -> None:
        self.programs = server_programs()
        self.folder = Path(tempfile.mkdtemp(prefix="fieldwork-postgres-"))
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)

    def start(self) -> None:
        """Make the cluster and wait until it answers; raises RuntimeError with the server's own words when it does
        not.
        """
        user = self._unprivileged()
        quiet: dict[str, Any] = {"cwd": self.folder, "stdin": subprocess.DEVNULL, **user}
        data = self.folder / "data"
        made = subprocess.run(
            [
                self.programs / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=START_LIMIT_S,
            **quiet,
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        log = (self.folder / "server.log").open("wb")
        with log:
            self._process = subprocess.Popen(
                [
                    self.programs / "postgres",
                    *("-D", data, "-p", str(self.port), "-c", f"unix_socket_directories={self.folder}"),
                    *settings,
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,
                **quiet,
            )
        asyncio.run(self._wait_until_it_answers())

    def stop(self) -> None:
        """End the server that this object started, by its pid, and remove its folder. The second time it does
        nothing.
        """
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            # SIGINT is PostgreSQL's fast shutdown: connections are cut, the data stays whole.
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOP_LIMIT_S)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases. Without TLS, which would be tried anew for each cancelled statement."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def new_database(self, template: str | None = None) -> str:
        """Make a database, a copy of `template` when given (nobody may be connected to that), and return its name."""
        name = f"test_{next(self._numbers)}"
        self.administer(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, cutting whoever is still connected to it."""
        self.administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def administer(self, *statements: str) -> None:
        """Run statements in the administration database, from outside any event loop."""
        asyncio.run(self._administer(statements))

    async def _administer(self, statements: tuple[str, ...]) -> None:
        connection = await asyncpg.connect(self.url())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        give_up_at = time.monotonic() + START_LIMIT_S
        while True:
            try:
                await (await asyncpg.connect(self.url(), timeout=5)).close()
                return
            except (OSError, asyncpg.PostgresError, TimeoutError) as error:
                if self._process.poll() is not None or time.monotonic() > give_up_at:
                    words = (self.folder / "server.log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start: {words}") from error
            await asyncio.sleep(0.05)

    def _unprivileged(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _version(folder: Path) -> float:
    with contextlib.suppress(ValueError):
        return float(folder.parent.name)
    return 0.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _prepare_to_end_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None, use_errno=True)
    set_parent_death_signal = 1

    def end_with_parent() -> None:
        # Tests that are killed cannot stop the server any more; the kernel then does.
        library.prctl(set_parent_death_signal, int(signal.SIGINT))

    return end_with_parent


end_with_parent = _prepare_to_end_with_parent()
"""For `preexec_fn`: a process that must not outlive the tests is asked by SIGINT to stop when they end, however they end."""

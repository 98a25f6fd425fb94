"""Starts the server processes of central: one, or with PostgreSQL several on one port.

Each process has a listening socket of its own on the shared port, and the kernel deals new connections out among them: with one
socket for all of them the first to wake takes every waiting tablet, and the other processors stay idle. Knows no evidence.
"""

from __future__ import annotations

import gc
import signal
import socket
import sys
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from types import FrameType

import uvicorn

LONGEST_PUSH_S = 30
BACKLOG = 2048
THINGS_BETWEEN_COLLECTIONS = 50_000
SWITCH_AFTER_S = 0.0005


def serve(app: str, host: str, port: int, processes: int = 1) -> int:
    """Serve until asked to stop. Returns 0, or 1 when one of several processes ended by itself: then all are stopped, and whatever
    keeps central running starts it again."""
    if processes == 1:
        _serve_on(None, app, host, port)
        return 0
    sockets = [_listening(host, port) for _ in range(processes)]
    spawning = get_context("spawn")
    servers = [spawning.Process(target=_serve_on, args=(each, app, host, port)) for each in sockets]
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        _end(servers)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    for server in servers:
        server.start()
    wait([server.sentinel for server in servers])
    _end(servers)
    for server in servers:
        server.join()
    return 0 if asked else 1


def _end(servers: list[SpawnProcess]) -> None:
    for server in servers:
        if server.is_alive():
            server.terminate()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


def _serve_on(listening: socket.socket | None, app: str, host: str, port: int) -> None:
    # The thread that writes the database asks for the interpreter some ten times in a transaction. It need not wait 5 ms each time.
    sys.setswitchinterval(SWITCH_AFTER_S)
    # A push of 1,000 lines makes thousands of short-lived things. Looking through all that lives at every 700 of them cost 6 % of the
    # processor time of a push.
    gc.set_threshold(THINGS_BETWEEN_COLLECTIONS, 20, 100)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            factory=True,
            host=host,
            port=port,
            backlog=BACKLOG,
            loop="uvloop",
            http="httptools",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=LONGEST_PUSH_S,
        )
    )
    server.run(sockets=None if listening is None else [listening])

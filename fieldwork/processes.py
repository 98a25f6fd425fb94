"""Starts the server processes of central: one, or with PostgreSQL several on one port.

Several are fed by the one that starts them (`dealing.py`), and each ends as `draining.py` says. Knows no evidence.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Any

import uvicorn

from fieldwork.dealing import HERE_I_AM, Dealer, DealtServer
from fieldwork.draining import LONGEST_END_S, Draining
from fieldwork.server_log import SERVER_LOG
from fieldwork.traces import say_where_only

BACKLOG = 2048
THINGS_BETWEEN_COLLECTIONS = 50_000
SWITCH_AFTER_S = 0.0005


def serve(app: str, host: str, port: int, processes: int = 1, draining_s: int = 0) -> int:
    """Serve until asked to stop, and then for `draining_s` seconds more. Returns 0, or 1 when one of several processes ended by itself:
    then all are stopped, and whatever keeps central running starts it again."""
    if processes == 1:
        _serve_alone(app, host, port, draining_s)
        return 0
    with _listening(host, port) as listening:
        return _serve_with(listening, app, processes, draining_s)


def _serve_with(listening: socket.socket, app: str, processes: int, draining_s: int) -> int:
    pairs = [socket.socketpair() for _ in range(processes)]
    spawning = get_context("spawn")
    servers = [spawning.Process(target=_serve_dealt, args=(theirs, app, draining_s)) for _, theirs in pairs]
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        # While they drain they still take what is dealt to them; the first that has ended ends the dealing.
        _end(servers, number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    started: list[SpawnProcess] = []
    try:
        for server, (_, theirs) in zip(servers, pairs, strict=True):
            server.start()
            started.append(server)
            theirs.close()
        # Whoever was asked to stop before all had been started could not tell those that came later.
        if not asked:
            _deal_until_one_ends(listening, [ours for ours, _ in pairs], servers)
    finally:
        # Whatever happened: Python waits for every process before it ends, and they for somebody to tell them.
        listening.close()
        _end(started)
        for server in started:
            server.join()
    return 0 if asked else 1


def _deal_until_one_ends(listening: socket.socket, hands: list[socket.socket], servers: list[SpawnProcess]) -> None:
    ended = {server.sentinel for server in servers}
    silent = set(hands)
    while silent:
        spoke = set(wait([*ended, *silent]))
        if spoke & ended or any(hand.recv(1) != HERE_I_AM for hand in silent & spoke):
            return
        silent -= spoke
    dealer = Dealer(listening, hands)
    while not ended.intersection(wait([*ended, listening])):
        dealer.deal()


def _end(servers: list[SpawnProcess], number: int = signal.SIGTERM) -> None:
    for server in servers:
        if server.is_alive() and server.pid is not None:
            os.kill(server.pid, number)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


def _serve_alone(app: str, host: str, port: int, draining_s: int) -> None:
    Draining(_configured(app, draining_s, host=host, port=port, backlog=BACKLOG), draining_s).run()


def _serve_dealt(hand: socket.socket, app: str, draining_s: int) -> None:
    DealtServer(_configured(app, draining_s), draining_s, hand).run()


def _configured(app: str, draining_s: int, **where: Any) -> uvicorn.Config:
    say_where_only()
    # The thread that writes the database asks for the interpreter some ten times in a transaction. It need not wait 5 ms each time.
    sys.setswitchinterval(SWITCH_AFTER_S)
    # A push of 1,000 lines makes thousands of short-lived things. Looking through all that lives at every 700 of them cost 6 % of the
    # processor time of a push.
    gc.set_threshold(THINGS_BETWEEN_COLLECTIONS, 20, 100)
    return uvicorn.Config(
        app,
        factory=True,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        log_config=SERVER_LOG,
        server_header=False,
        timeout_graceful_shutdown=LONGEST_END_S - draining_s,
        **where,
    )

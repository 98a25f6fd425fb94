"""Deals new connections out to the server processes, each in its turn.

With a socket of its own for each process the kernel draws lots: of eight tablets two processes got six and two, as often as not, and one
processor waited while the other was late. With one socket for all of them the first to wake takes every tablet that waits. So the process
that starts the others takes each connection in and hands it on. Knows no evidence, and reads nothing of what is said.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Sequence
from itertools import cycle, islice

import uvicorn

from fieldwork.draining import Draining

HERE_I_AM = b"+"
A_CONNECTION = b"c"
PAUSE_S = 0.05
SCARCE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
OF_ONE_CONNECTION = frozenset(
    {errno.EAGAIN, errno.ECONNABORTED, errno.EPROTO, errno.ENETDOWN, errno.ENOPROTOOPT, errno.EHOSTDOWN}
    | {errno.EHOSTUNREACH, errno.EOPNOTSUPP, errno.ENETUNREACH, errno.EPERM, getattr(errno, "ENONET", errno.EAGAIN)}
)
"""Linux tells at `accept` what has befallen the connection itself (accept(2)); nothing waits at all is EAGAIN. Only Linux has ENONET."""


class Dealer:
    """Takes connections in at one listening socket and hands each to the next process that has room for it."""

    def __init__(self, listening: socket.socket, hands: Sequence[socket.socket]) -> None:
        """`hands` are our ends of what leads to the processes, which are all ready."""
        self.listening = listening
        self._processes = len(hands)
        self._turns = cycle(hands)
        for each in (listening, *hands):
            each.setblocking(False)

    def deal(self) -> None:
        """Hand on all that wait now. Where every process is so busy that it has no room for more, a connection is closed: whoever asked
        asks again."""
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError as error:
                if error.errno in SCARCE:
                    # What waits still waits, so whoever waits for it would be here again at once.
                    time.sleep(PAUSE_S)
                elif error.errno not in OF_ONE_CONNECTION:
                    raise
                return
            with connection:
                self._hand_on(connection)

    def _hand_on(self, connection: socket.socket) -> None:
        for hand in islice(self._turns, self._processes):
            try:
                socket.send_fds(hand, [A_CONNECTION], [connection.fileno()])
            except OSError:
                # It has no room, it has ended, or too many are on their way already.
                continue
            return


class DealtServer(Draining):
    """Serves the connections that are handed to it; ends when nobody is there any more to hand it any."""

    def __init__(self, config: uvicorn.Config, draining_s: float, hand: socket.socket) -> None:
        super().__init__(config, draining_s)
        self._hand = hand
        self._welcomes: set[asyncio.Task[object]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application; from then on take what is handed over."""
        await super().startup(sockets=[])
        self._hand.setblocking(False)
        asyncio.get_running_loop().add_reader(self._hand, self._take)
        self._hand.send(HERE_I_AM)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take what has been handed over already, and end as any server does."""
        self._take()
        asyncio.get_running_loop().remove_reader(self._hand)
        # Now, not when the last push is through: whoever comes meanwhile is told at once.
        self._hand.close()
        await asyncio.gather(*self._welcomes, return_exceptions=True)
        await super().shutdown(sockets=[])

    def _take(self) -> None:
        while True:
            try:
                said, connections, _, _ = socket.recv_fds(self._hand, len(A_CONNECTION), 1)
            except BlockingIOError:
                return
            if not said:
                asyncio.get_running_loop().remove_reader(self._hand)
                self.should_exit = True
                return
            for number in connections:
                self._welcome(socket.socket(fileno=number))

    def _welcome(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        welcome: asyncio.Task[object] = loop.create_task(loop.connect_accepted_socket(self._protocol, connection))
        self._welcomes.add(welcome)
        welcome.add_done_callback(self._welcomes.discard)

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

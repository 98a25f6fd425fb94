"""What a new tablet's first load costs on the wire, headers and all, counted by a relay between the browser and the office.

The page, its worker and the service worker each load for themselves; the relay sees all three, so nothing is counted twice or missed.
Every text must come in brotli, and Argon2 must be among what came, because no tablet starts without it.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Playwright, expect

from tests.bench.figure import Figure, judge_wire
from tests.bench.quarter_core import CHROMIUM
from tests.bench.tablet import ARGUMENTS, SCREEN

QUIET_S = 2.0
LONGEST_S = 40.0
LARGEST = 10
NEEDED = ("/static/vendor/argon2.js", "/static/screen/shell.js", "/static/tablet/worker.js", "/sw.js")
TEXTS = (".js", ".css", ".svg", ".webmanifest", "/tablet/", "/tablet/shell")
_asked = re.compile(rb"^(?:GET|HEAD|POST|PUT|PATCH|DELETE) (\S+) HTTP/1\.1\r\n")
_encoded = re.compile(rb"(?im)^content-encoding: *(\S+?)\r?$")


class Relay:
    """Passes bytes on and counts what comes down, by the address that was asked for. One connection asks one thing at a time."""

    def __init__(self, office_port: int) -> None:
        self._office_port = office_port
        self.bytes: dict[str, int] = defaultdict(int)
        self.times: dict[str, int] = defaultdict(int)
        self.encodings: dict[str, str] = {}
        self.last_at = time.monotonic()
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def opens(self) -> None:
        self._thread.start()
        self._ready.wait(10)

    def closes(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, "127.0.0.1", 0))
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_office, to_office = await asyncio.open_connection("127.0.0.1", self._office_port)
        asked = [""]
        begun = [False]

        def goes_up(piece: bytes) -> None:
            found = _asked.match(piece)
            if found:
                asked[0] = found[1].decode()
                begun[0] = False
                self.times[asked[0]] += 1

        def comes_down(piece: bytes) -> None:
            self.bytes[asked[0]] += len(piece)
            self.last_at = time.monotonic()
            if not begun[0]:
                begun[0] = True
                found = _encoded.search(piece.partition(b"\r\n\r\n")[0] + b"\r\n")
                self.encodings[asked[0]] = found[1].decode() if found else ""

        await asyncio.gather(_passes(reader, to_office, goes_up), _passes(from_office, writer, comes_down))


async def _passes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: Callable[[bytes], None]) -> None:
    try:
        while piece := await reader.read(65_536):
            count(piece)
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


def measure_wire(playwright: Playwright, office_port: int, folder: Path) -> Figure:
    """One first load with an empty cache, until the service worker has kept the release and the wire is quiet."""
    relay = Relay(office_port)
    relay.opens()
    try:
        context = playwright.chromium.launch_persistent_context(
            str(folder / "first-load"), executable_path=CHROMIUM, args=ARGUMENTS, viewport=SCREEN
        )
        try:
            page = context.pages[0]
            page.goto(f"http://127.0.0.1:{relay.port}/tablet/")
            expect(page.locator("#code")).to_be_visible(timeout=30_000)
            page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
            until = time.monotonic() + LONGEST_S
            while time.monotonic() - relay.last_at < QUIET_S and time.monotonic() < until:
                page.wait_for_timeout(200)
        finally:
            context.close()
        return wire_figure(dict(relay.bytes), dict(relay.encodings), dict(relay.times))
    finally:
        relay.closes()


def wire_figure(sizes: dict[str, int], encodings: dict[str, str], times: dict[str, int]) -> Figure:
    """The verdict over what passed the relay."""
    uncompressed = [path for path in sizes if path.endswith(TEXTS) and encodings.get(path) != "br"]
    missing = [path for path in NEEDED if not any(asked.endswith(path) for asked in sizes)]
    by_size = sorted(sizes.items(), key=lambda item: -item[1])
    largest = [f"{size:>8,}  {path}" for path, size in by_size[:LARGEST]]
    again = [path for path, number in times.items() if number > 1]
    said = [f"{len(sizes)} addresses, {len(again)} of them asked for more than once; the ten largest:", *largest]
    return judge_wire(sum(sizes.values()), uncompressed, missing, said)

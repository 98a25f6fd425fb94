"""What stands between a tablet and the office: a loopback server that lets everything through, and answers pushes itself when told to.

A café's sign-in page, a proxy that is too small, an office that is being restarted: the tablet cannot tell them apart, and need not. The
gate notes the moment of each push and how many operations it carried.
"""

from __future__ import annotations

import http.client
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PUSH = "/sync/push"
NOT_PASSED_ON = {"connection", "transfer-encoding", "keep-alive", "host", "content-length", "date", "server"}
LONGEST_ANSWER_S = 60


@dataclass(frozen=True)
class Said:
    """An answer to a push. `cut` sends fewer bytes than it promised, and hangs up."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    retry_after_s: int | None = None
    cut: bool = False


@dataclass
class Push:
    """One push that came."""

    at: float
    operations: int
    answered: int


class Gate:
    """A gate in front of the office at `address`. `says` is what a push is answered with; None lets it through."""

    def __init__(self, office_address: str) -> None:
        self.says: Said | None = None
        self.pushes: list[Push] = []
        self._office = urlsplit(office_address).netloc
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                gate._answers(self)

            def do_POST(self) -> None:
                gate._answers(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def closes(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def _answers(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("content-length") or 0))
        said = self.says if asked.path == PUSH else None
        if said is None:
            said_by_office = self._passes_on(asked, body)
            if asked.path == PUSH:
                self._notes(body, said_by_office)
            return
        self._notes(body, said.status)
        asked.send_response(said.status)
        asked.send_header("content-type", said.content_type)
        asked.send_header("content-length", str(len(said.body) + (1_000 if said.cut else 0)))
        if said.retry_after_s is not None:
            asked.send_header("retry-after", str(said.retry_after_s))
        asked.end_headers()
        asked.wfile.write(said.body)
        if said.cut:
            asked.close_connection = True

    def _notes(self, body: bytes, status: int) -> None:
        self.pushes.append(Push(time.monotonic(), body.count(b"\n") - 1, status))

    def _passes_on(self, asked: BaseHTTPRequestHandler, body: bytes) -> int:
        office = http.client.HTTPConnection(self._office, timeout=LONGEST_ANSWER_S)
        try:
            headers = {name: value for name, value in asked.headers.items() if name.lower() not in NOT_PASSED_ON}
            office.request(
                asked.command, asked.path, body=body or None, headers=headers | {"host": asked.headers["host"]}
            )
            answer = office.getresponse()
            whole = answer.read()
            asked.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in NOT_PASSED_ON:
                    asked.send_header(name, value)
            asked.send_header("content-length", str(len(whole)))
            asked.end_headers()
            asked.wfile.write(whole)
            return answer.status
        except ConnectionError:
            asked.close_connection = True
            return 0
        finally:
            office.close()

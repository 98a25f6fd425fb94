"""Every case rendered inside a real browser, on the page and in a dedicated module worker, under `script-src 'self'`.

`browser_cases()` gives the compiled module and the cases. `RenderingServer` is a tiny loopback server: a browser of any engine opens
`server.address`, renders everything and posts the answers back, so no driver needs to run a script in the page. Drive it with
whatever opens an address: Playwright, Selenium, a person.
"""

from __future__ import annotations

import json
import queue
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from fieldwork.templating.build import compile_templates
from tests.templating.both_renderers import HERE, ROOT, Answer, Case
from tests.templating.every_case import every_case, whole_environment

POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; base-uri 'none'"
_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json"}


def browser_cases() -> tuple[str, list[Case]]:
    """The compiled module with every template of every case, and the cases in order."""
    cases = every_case()
    return compile_templates(whole_environment(), sorted({case.template for case in cases})), cases


class RenderingServer:
    """Serves the page, the runtime, the compiled templates and the cases on loopback, and receives the answers.

    Use as a context manager. `answers()` waits, at most `seconds`, for the page to post.
    """

    def __init__(self, module: str, cases: list[Case]) -> None:
        self._made = {
            "/templates.js": module.encode(),
            "/cases.json": json.dumps(
                [{"template": case.template, "context": case.context} for case in cases]
            ).encode(),
        }
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._answer(self)

            def do_POST(self) -> None:
                server._answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(HTTPStatus.NO_CONTENT)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
                """Nothing: the tests say what went wrong."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """The page to open."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/page.html"

    def __enter__(self) -> RenderingServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(timeout=5)

    def answers(self, seconds: float = 60) -> dict[str, list[Answer]]:
        """What the browser rendered, by place: `inWorker` and `onPage`."""
        posted = self._answers.get(timeout=seconds)
        for place, given in posted.items():
            assert "failed" not in given, f"{place}: {given['failed']}"
            assert given["evalRefused"] is True, f"{place}: the policy let code be made from text"
        return {
            place: [Answer(one.get("html"), one.get("fault"), one.get("message", "")) for one in given["rendered"]]
            for place, given in posted.items()
        }

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.split("?")[0]
        body = self._made.get(path)
        if body is None:
            body = self._file(path)
        if body is None:
            request.send_error(HTTPStatus.NOT_FOUND)
            return
        request.send_response(HTTPStatus.OK)
        request.send_header("Content-Type", _TYPES[Path(path).suffix])
        request.send_header("Content-Length", str(len(body)))
        request.send_header("Content-Security-Policy", POLICY)
        request.send_header("Cache-Control", "no-store")
        request.end_headers()
        request.wfile.write(body)

    @staticmethod
    def _file(path: str) -> bytes | None:
        folder = ROOT / "static" if path.startswith("/tablet/rendering/") else HERE / "browser_page"
        file = (folder / path.lstrip("/")).resolve()
        allowed = file.is_relative_to(folder.resolve()) and file.suffix in _TYPES and file.is_file()
        return file.read_bytes() if allowed else None

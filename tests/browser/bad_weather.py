"""Worker scripts with something wrong in front of them: a browser's own functions that are missing, refuse, or lose their grip."""

from __future__ import annotations

from playwright.sync_api import APIResponse, BrowserContext, Route

WORKER = "**/static/tablet/worker.js"


def worker_begins_with(context: BrowserContext, script: str) -> None:
    """From now on each worker of this browser runs this first, in a block of its own. The page's own script is not touched."""

    kept: list[APIResponse] = []

    def fulfil(route: Route) -> None:
        # Asked for once: the office may be closed at a later start.
        if not kept:
            kept.append(route.fetch())
        answer = kept[0]
        headers = {
            name: value for name, value in answer.headers.items() if name not in ("content-encoding", "content-length")
        }
        route.fulfill(status=answer.status, headers=headers, body=f"{{{script}}}\n{answer.text()}")

    context.route(WORKER, fulfil)

"""Whether central lives, and whether it can take words in. Neither answer says a version or a count (OPS-09)."""

from __future__ import annotations

import shutil

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fieldwork.actions.central import Central

LEAST_FREE_BYTES = 64 * 1024 * 1024


async def livez(request: Request) -> Response:
    """The process answers; the database is not asked."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The log can be written and there is room on the disk; 503 with the reason otherwise."""
    central: Central = request.state["central"]
    if shutil.disk_usage(central.settings.data).free < LEAST_FREE_BYTES:
        return PlainTextResponse("not ready: the disk is full\n", 503)
    if not await central.log.can_write():
        return PlainTextResponse("not ready: the log cannot be written\n", 503)
    return PlainTextResponse("ready\n")


ROUTES = [
    Route("/livez", livez, methods=["GET"], name="health.livez"),
    Route("/readyz", readyz, methods=["GET"], name="health.readyz"),
]

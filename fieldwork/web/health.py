"""Whether central lives, and whether it can take words in. Neither answer says a version or a count (OPS-09)."""

from __future__ import annotations

import shutil
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fieldwork.actions.central import Central

LEAST_FREE_BYTES = 64 * 1024 * 1024


DRAINING = "draining"
"""In the state of the application from when it was asked to stop: it goes on answering for a little while (`processes.py`)."""


async def livez(request: Request) -> Response:
    """The process answers; the database is not asked."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The log can be written, there is room on the disks, and nobody has asked central to stop; 503 with the reason otherwise."""
    if request.scope["state"].get(DRAINING):
        return PlainTextResponse("not ready: draining\n", 503)
    central: Central = request.state["central"]
    if any(shutil.disk_usage(folder).free < LEAST_FREE_BYTES for folder in _disks(central)):
        return PlainTextResponse("not ready: the disk is full\n", 503)
    if not await central.log.can_write():
        return PlainTextResponse("not ready: the log cannot be written\n", 503)
    return PlainTextResponse("ready\n")


def _disks(central: Central) -> set[Path]:
    """The folders that central writes to. The database may lie on a disk of its own."""
    path = central.database.address.path
    return {central.settings.data} if path is None else {central.settings.data, path.parent}


ROUTES = [
    Route("/livez", livez, methods=["GET"], name="health.livez"),
    Route("/readyz", readyz, methods=["GET"], name="health.readyz"),
]

"""Whether central lives, and whether it can take words in. Neither answer says a version or a count (OPS-09)."""

from __future__ import annotations

import shutil
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fieldwork.actions.backups_made import last_backup
from fieldwork.actions.central import Central

LEAST_FREE_BYTES = 64 * 1024 * 1024


DRAINING = "draining"
"""In the state of the application from when it was asked to stop: it goes on answering for a little while (`processes.py`)."""


async def livez(request: Request) -> Response:
    """The process answers; the database is not asked."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The log is sound and can be written, there is room on the disks, and nobody has asked central to stop; 503 with the reason
    otherwise. The second line says when the last good backup was made: whoever watches is to hear of an old one, and notes are taken in
    all the same."""
    if request.scope["state"].get(DRAINING):
        return PlainTextResponse("not ready: draining\n", 503)
    central: Central = request.state["central"]
    if any(shutil.disk_usage(folder).free < LEAST_FREE_BYTES for folder in _disks(central)):
        return PlainTextResponse("not ready: the disk is full\n", 503)
    if not await central.log.can_write():
        return PlainTextResponse("not ready: the log cannot be written\n", 503)
    if central.log.is_damaged:
        return PlainTextResponse("not ready: the database is damaged\n", 503)
    return PlainTextResponse(f"ready\n{_backup_words(central)}\n")


def _backup_words(central: Central) -> str:
    made_at = last_backup(central.settings)
    if made_at is None:
        return "note: no backup was made here yet"
    hours = max(0, int((central.clock() - made_at).total_seconds())) // 3600
    return f"note: the last good backup is {hours} {'hour' if hours == 1 else 'hours'} old"


def _disks(central: Central) -> set[Path]:
    """The folders that central writes to. The database may lie on a disk of its own."""
    path = central.database.address.path
    return {central.settings.data} if path is None else {central.settings.data, path.parent}


ROUTES = [
    Route("/livez", livez, methods=["GET"], name="health.livez"),
    Route("/readyz", readyz, methods=["GET"], name="health.readyz"),
]

"""The application of central: the only file that knows every room.

`create_app` is what uvicorn serves, what the tests talk to and what the simulator drives.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from fieldwork.actions.central import Central, now, open_central
from fieldwork.actions.exports import keep_writing_exports
from fieldwork.actions.soundness import hear_what_was_found, keep_looking
from fieldwork.settings import Settings
from fieldwork.templating.environment import make_environment
from fieldwork.web import routes
from fieldwork.web.access import SignInFirst, on_sign_in_first
from fieldwork.web.assets import PREFIX, Assets
from fieldwork.web.errors import HANDLERS
from fieldwork.web.guard import Guard
from fieldwork.web.seats import Seats
from fieldwork.web.signing import open_signer

MOST_FORM_BYTES = 1024 * 1024


@asynccontextmanager
async def _exports_written(central: Central, wanted: bool) -> AsyncIterator[None]:
    """Exports that people ask for are written, one at a time, for as long as the block lasts."""
    if not wanted:
        yield
        return
    writing = asyncio.create_task(keep_writing_exports(central), name="exports")
    try:
        yield
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


@asynccontextmanager
async def _looked_through(central: Central, wanted: bool) -> AsyncIterator[None]:
    """The log is looked through when it is time, for as long as the block lasts; what was found before is heard at once."""
    hear_what_was_found(central)
    if not wanted:
        yield
        return
    looking = asyncio.create_task(keep_looking(central), name="soundness")
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


def create_app(settings: Settings, *, clock: Callable[[], datetime] = now, with_browser_half: bool = True) -> Starlette:
    """Central for these settings. The database is opened when the application starts and closed when it ends.

    Without the browser half (in the simulator, and in tests of the wire) nothing under `/a/` is served, no export is written and the log
    is not looked through by itself.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with (
            open_central(settings, clock=clock) as central,
            _exports_written(central, with_browser_half),
            _looked_through(central, with_browser_half),
        ):
            yield {
                "central": central,
                "environment": make_environment(settings.root / "templates"),
                "signer": open_signer(settings.keys),
                "assets": assets.prefix if assets is not None else f"{PREFIX}/none",
            }

    assets = Assets(settings.root) if with_browser_half else None
    return Starlette(
        routes=routes.all_routes(assets),
        middleware=[
            Middleware(Guard, allowed_hosts=settings.allowed_hosts, secure=settings.secure),
            Middleware(Seats, secure=settings.secure),
        ],
        exception_handlers={**HANDLERS, SignInFirst: on_sign_in_first},
        lifespan=lifespan,
        max_body_size=MOST_FORM_BYTES,
    )

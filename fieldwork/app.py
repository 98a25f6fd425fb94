"""The application of central: the only file that knows every room.

`create_app` is what uvicorn serves, what the tests talk to and what the simulator drives.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from fieldwork.actions.central import now, open_central
from fieldwork.settings import Settings
from fieldwork.web import routes
from fieldwork.web.assets import Assets
from fieldwork.web.guard import Guard

MOST_FORM_BYTES = 1024 * 1024


def create_app(
    settings: Settings, *, clock: Callable[[], datetime] = now, with_browser_half: bool = True
) -> Starlette:
    """Central for these settings. The database is opened when the application starts and closed when it ends.

    Without the browser half (in the simulator, and in tests of the wire) nothing under `/a/` is served.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with open_central(settings, clock=clock) as central:
            yield {"central": central}

    assets = Assets(settings.root) if with_browser_half else None
    return Starlette(
        routes=routes.all_routes(assets),
        middleware=[Middleware(Guard, allowed_hosts=settings.allowed_hosts, secure=settings.secure)],
        lifespan=lifespan,
        max_body_size=MOST_FORM_BYTES,
    )

"""What uvicorn starts, also in several processes: the application for this environment."""

from __future__ import annotations

import gc

from starlette.applications import Starlette

from fieldwork.actions.log_lines import open_log
from fieldwork.app import create_app
from fieldwork.settings import read_settings


def make_app() -> Starlette:
    """Central for the settings in the environment."""
    open_log()
    app = create_app(read_settings())
    # What is loaded by now stays for good; no collection need look at it again.
    gc.freeze()
    return app

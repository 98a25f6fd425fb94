"""Central as uvicorn imports it for the bench: the product's own application, set up from the environment."""

from __future__ import annotations

from starlette.applications import Starlette

from fieldwork.app import create_app
from fieldwork.settings import read_settings


def app() -> Starlette:
    """A factory, so that each worker opens the database itself."""
    return create_app(read_settings(), with_browser_half=False)

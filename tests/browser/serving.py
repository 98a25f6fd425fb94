"""The application as uvicorn serves it in the browser tests: settings from the environment, nothing else."""

from __future__ import annotations

from fieldwork.app import create_app
from fieldwork.settings import read_settings

app = create_app(read_settings())

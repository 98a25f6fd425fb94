"""Central as the bench serves it: the product's own application and its own server processes, set up from the environment.

`python -m tests.bench.served PORT PROCESSES` is `fieldwork serve` without the browser half, which needs a build.
"""

from __future__ import annotations

import gc
import sys

from starlette.applications import Starlette

from fieldwork.app import create_app
from fieldwork.processes import serve
from fieldwork.settings import read_settings


def app() -> Starlette:
    """A factory, so that each process opens the database itself."""
    made = create_app(read_settings(), with_browser_half=False)
    gc.freeze()
    return made


if __name__ == "__main__":
    sys.exit(serve("tests.bench.served:app", "127.0.0.1", int(sys.argv[1]), int(sys.argv[2])))

"""What goes wrong in the program is told to whoever runs the server, and no word of evidence with it."""

from __future__ import annotations

import subprocess
import sys

from fieldwork.settings import ROOT

CANARY = "Perpetua walked out"
PROGRAM = f"""
import asyncio, gc, logging, threading
from fieldwork.processes import _configured
_configured("tests.test_processes:app", 0)

def refuses():
    try:
        raise KeyError({CANARY!r})
    except KeyError as first:
        raise ValueError({CANARY!r}) from first

try:
    refuses()
except ValueError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application\\n")
    logging.getLogger("some.library").exception("A library said so")

async def loses_a_task():
    async def fails():
        refuses()
    asyncio.create_task(fails(), name={CANARY!r})
    await asyncio.sleep(0)

asyncio.run(loses_a_task())
gc.collect()
died = threading.Thread(target=refuses)
died.start()
died.join()
refuses()
"""


def test_SEC_13_what_goes_wrong_in_a_server_process_is_told_without_a_word_of_evidence() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 1
    assert CANARY not in ended.stderr
    told = ("Exception in ASGI application", "A library said so", "Task exception was never retrieved")
    assert [each in ended.stderr for each in told] == [True] * 3
    # Both links of each of the five, with the line of code.
    assert (ended.stderr.count("KeyError\n"), ended.stderr.count("ValueError")) == (5, 5)
    assert "in refuses" in ended.stderr

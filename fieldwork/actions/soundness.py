"""Looking through the whole log twice a day, and taking nothing more in while it is damaged (OPS-06).

The look is a process of its own, of low rank, so that nobody waits for it: every page of the file, every hash, every chain. One of the
office's processes begins it and all of them hear what it found. `python -m fieldwork.actions.soundness` is that process. A look that
could not be finished says nothing of the log, and is tried again.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import datetime, timedelta

from fieldwork.actions.central import Central
from fieldwork.actions.log_lines import write_line
from fieldwork.actions.processes_beside import alone, environment_of
from fieldwork.settings import Settings, read_settings
from fieldwork.store.database import Database
from fieldwork.store.hindrances import MAY_BE_HINDERED
from fieldwork.store.keyring import open_keyring
from fieldwork.store.log import Log
from fieldwork.store.soundness import Soundness, note_soundness, soundness_in
from fieldwork.store.verifying import LogProblem, corruption_in, damage_to_the_file, verify_all

LOOK_EVERY = timedelta(hours=12)
"""Twice within the day in which damage has to be found, so that a look that fails is made up for."""
LOOK_AGAIN_AFTER = timedelta(hours=1)
"""After one that could not be finished, or that found damage: somebody may have seen to it."""
FIRST_LOOK_AFTER = timedelta(minutes=10)
"""Not while the office starts, when everybody's tablets come."""
HEAR_EVERY_S = 30.0
LOW_RANK = 10
LOCK = "looking.lock"


async def keep_looking(central: Central) -> None:
    """Look when it is time, and hear what was found, for as long as the office is open."""
    not_before = central.clock() + FIRST_LOOK_AFTER
    while True:
        not_before = await look_if_due(central, not_before)
        await asyncio.sleep(HEAR_EVERY_S)


async def look_if_due(central: Central, not_before: datetime) -> datetime:
    """One turn of `keep_looking`. Returns before when no further look is to be begun: one that fails is not begun again at each turn, and
    whatever kept it from being made or written down, a full disk or a lack of processes, does not end the looking."""
    hear_what_was_found(central)
    now = central.clock()
    if now < not_before or not is_due(soundness_in(central.settings.data), now):
        return not_before
    try:
        await look_through(central)
    except OSError:
        write_line("log_not_looked_through")
    return now + LOOK_AGAIN_AFTER


def hear_what_was_found(central: Central) -> None:
    """Take what the last look found, whichever process made it: the log takes nothing in while it is damaged, and again after.

    Where nothing can be read of a look, what was heard before stands: that a file is gone does not mend a log.
    """
    found = soundness_in(central.settings.data)
    if found is None:
        return
    if found.stops != central.log.is_damaged:
        write_line("log_damaged" if found.stops else "log_sound_again", problems=len(found.problems))
    central.log.is_damaged = found.stops


def is_due(found: Soundness | None, now: datetime) -> bool:
    """Whether it is time to look; also where the last look lies in a future that a wrong clock made."""
    if found is None:
        return True
    since = now - found.looked_at
    return since >= (LOOK_AGAIN_AFTER if found.problems else LOOK_EVERY) or since < -LOOK_EVERY


async def look_through(central: Central) -> bool:
    """Look through the log, and note and hear what was found. False when another process is at it, or when it could not be finished."""
    with alone(central.settings.data / LOCK) as lock:
        if lock is None:
            return False
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "fieldwork.actions.soundness",
            env=environment_of(central.settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Also when this process is killed two never look at once.
            pass_fds=(lock,),
        )
        try:
            said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            write_line("log_not_looked_through")
            return False
        note_soundness(central.settings.data, json.loads(said)["problems"], central.clock())
    hear_what_was_found(central)
    return True


async def problems_of(settings: Settings) -> list[LogProblem]:
    """All that is wrong with the database file and the log, as `fieldwork verify` finds it. Only reads."""
    try:
        async with Database(settings.database_url) as database:
            log = Log(database, open_keyring(settings.keys), _nobody, incarnation="look")
            return await damage_to_the_file(log) or await verify_all(log)
    except MAY_BE_HINDERED as error:
        corruption = corruption_in(error)
        if corruption is None:
            raise
        return [corruption]


def _nobody(*_: object, **__: object) -> str | None:
    return "not_permitted"


def main() -> None:
    """Look, and say what was found as one line of JSON. Exits with 0 when the look was finished, whatever it found."""
    os.nice(LOW_RANK)
    found = asyncio.run(problems_of(read_settings()))
    sys.stdout.write(json.dumps({"problems": [str(problem) for problem in found]}))


if __name__ == "__main__":
    main()

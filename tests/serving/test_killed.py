"""Kill −9 at any moment (OPS-01): what a tablet was told is stored lies there byte for byte, and central is back within five seconds.

The moments are drawn (seeded): from outside after a while, or by central itself before a commit, behind one, and while further transactions
are ahead of it. What the writer was at when it died is counted, so that a run that never met a commit does not pass for one that did.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.serving.central_served import ServedCentral
from tests.serving.dying import AHEAD, BUSY, COMMITTED, COMMITTING, MOMENTS
from tests.serving.tablets_pushing import Tablet, half_stored, integrity_of, missing_of, prepared, stored_in

pytestmark = pytest.mark.anyio

TABLETS = 8
READY_PUSHES = 5
LATEST_KILL_S = 0.35
LATEST_PLANNED_S = 0.8
LONGEST_START_S = 5.0


@dataclass
class Kills:
    """What a run of kills came to."""

    central: ServedCentral
    tablets: list[Tablet]
    chance: random.Random
    slowest_start_s: float = 0.0
    dearest_start_s: float = 0.0
    """Seconds of a processor."""
    moments: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    looked_up_to: int = 0

    @property
    def acknowledged(self) -> int:
        return sum(len(tablet.acknowledged) for tablet in self.tablets)

    async def kill(self, dies_at: str = "") -> None:
        """Start it, look that all is there, have the tablets push, and kill it in the middle of that."""
        began_at = self.central.begins(dies_at=dies_at)
        for tablet in self.tablets:
            tablet.writes_ahead(READY_PUSHES)
        self._started(await asyncio.to_thread(self.central.is_ready, began_at))
        await self._looks()
        pushing = [
            asyncio.create_task(tablet.pushes_until_nobody_answers(self.central.port)) for tablet in self.tablets
        ]
        # A planned moment comes by itself, and if it does not, this is it.
        await asyncio.wait(pushing, timeout=LATEST_PLANNED_S if dies_at else self.chance.uniform(0.0, LATEST_KILL_S))
        standing = self.central.is_killed()
        await asyncio.gather(*pushing)
        self.moments[next((name for moment, name in MOMENTS.items() if moment in standing), MOMENTS[BUSY])] += 1

    def _started(self, after_s: float) -> None:
        self.slowest_start_s = max(self.slowest_start_s, after_s)
        self.dearest_start_s = max(self.dearest_start_s, self.central.processor_s())

    async def _looks(self) -> None:
        """All that was acknowledged since the last look is there; no push is there in part; the file is whole."""
        wanted = {header: body for tablet in self.tablets for header, body in tablet.since_last_look.items()}
        stored, looked_up_to = await stored_in(self.central.settings.database_url, self.looked_up_to)
        if missing_of(wanted, stored):
            # What was stored and not answered lies before what was looked at last, when its commit ended behind that look.
            stored, _ = await stored_in(self.central.settings.database_url)
        self._notes(wanted, stored)
        for tablet in self.tablets:
            tablet.since_last_look.clear()
        self.looked_up_to = looked_up_to

    def _notes(self, wanted: dict[bytes, bytes], stored: dict[bytes, bytes]) -> None:
        self.problems += [f"missing: {header.hex()}" for header in missing_of(wanted, stored)]
        self.problems += half_stored(self.tablets, stored)
        self.problems += [problem for tablet in self.tablets for problem in tablet.problems]
        self.problems += [f"refused: {refused}" for tablet in self.tablets for refused in tablet.refused]
        if (whole := integrity_of(self.central.settings.database_url)) != "ok":
            self.problems.append(whole)

    async def end(self) -> None:
        """Once more started: what waits is sent again, and then all that was ever acknowledged is looked for, and proved."""
        self._started(self.central.starts())
        await self._looks()
        await asyncio.gather(*(tablet.sends_what_waits(self.central.port) for tablet in self.tablets))
        stored, _ = await stored_in(self.central.settings.database_url)
        self._notes({header: body for tablet in self.tablets for header, body in tablet.acknowledged.items()}, stored)
        proved = self.central.command("verify")
        if proved.returncode != 0:
            self.problems.append(proved.stdout + proved.stderr)

    def __str__(self) -> str:
        died = ", ".join(f"{number} {moment}" for moment, number in sorted(self.moments.items()))
        return (
            f"{self.moments.total()} kills ({died}); {self.acknowledged} operations acknowledged;"
            f" slowest start {self.slowest_start_s:.2f} s,"
            f" dearest {self.dearest_start_s:.2f} s of a processor; {len(self.problems)} problems"
        )


async def killed(folder: Path, url: str, *, kills: int, seed: int) -> Kills:
    """Serve, push and kill so many times."""
    on_sqlite = url.startswith("sqlite")
    central = ServedCentral(folder, url, processes=1 if on_sqlite else 2)
    chance = random.Random(f"kills {seed}")
    try:
        run = Kills(central, await prepared(central, TABLETS, seed), chance)
        for _ in range(kills):
            await run.kill(_drawn(chance, on_sqlite))
        await run.end()
    finally:
        central.ends()
    print(f"\nseed {seed}: {run}")
    return run


def _drawn(chance: random.Random, on_sqlite: bool) -> str:
    """Half of the kills come from outside at any moment; the others at a moment that a short run might never meet."""
    moment = chance.choice([COMMITTING, COMMITTED, *([AHEAD] if on_sqlite else [])])
    return chance.choice(["", f"{moment} {chance.randint(1, 4)}"])


def assert_sound(run: Kills) -> None:
    """Nothing is missing, something was there to go missing, and on a free machine every start takes at most five seconds."""
    assert run.problems == []
    assert run.acknowledged > 0
    assert run.dearest_start_s <= LONGEST_START_S


async def test_what_was_acknowledged_outlives_kills_under_load(database_url: str, tmp_path: Path) -> None:
    """OPS-01: eight on SQLite and four on PostgreSQL, whose two processes take longer to start; 200 on each are `make soak`."""
    run = await killed(tmp_path, database_url, kills=8 if database_url.startswith("sqlite") else 4, seed=1)

    assert_sound(run)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(8))
async def test_what_was_acknowledged_outlives_200_kills_under_load(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    """OPS-01: 25 kills for each of eight seeds, on each store, and the writer was met at everything that it does."""
    run = await killed(tmp_path, database_url, kills=25, seed=100 + seed)

    assert_sound(run)
    assert run.slowest_start_s <= LONGEST_START_S
    met = {MOMENTS[COMMITTING], MOMENTS[COMMITTED], *([MOMENTS[AHEAD]] if database_url.startswith("sqlite") else [])}
    assert met <= set(run.moments), run

"""Runs seeds and says what became of them: `fieldwork simulate --seeds N [--seed K]`.

Several processes share the seeds. A seed that fails prints its number, its schedule and its last events, and fails again in the same
way whenever it is run alone.
"""

from __future__ import annotations

import asyncio
import atexit
import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sync.simulator.broken import Broken
from sync.simulator.chance import Chance, VirtualClock
from sync.simulator.day import Day
from sync.simulator.faults import drawn
from sync.simulator.healing import Healing
from sync.simulator.node import NodeTablets
from sync.simulator.office import Office, Premises
from sync.simulator.people import People
from sync.simulator.world import World

WORKERS = 2
SEEDS_IN_A_PIECE = 25
"""What a process takes at a time: small enough that all of them end at about the same moment."""

Tokens = Mapping[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What became of one seed. `invariant` is None when all went well, "error" when the program itself failed."""

    seed: int
    digest: str
    counts: Counter[str]
    invariant: str | None = None
    sentence: str = ""
    schedule: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    def told(self) -> str:
        """The failure, for a person."""
        lines = [f"seed {self.seed} failed: {self.sentence}", "What happened, in order:"]
        lines += [f"  {line}" for line in self.schedule]
        lines += ["The last events:", *(f"  {line[:400]}" for line in self.last)]
        return "\n".join(lines)


@dataclass
class Batch:
    """What became of many seeds."""

    results: list[SeedResult] = field(default_factory=list)
    took_s: float = 0.0
    busy_s: float = 0.0
    """Processor seconds of all processes together: what a machine that does nothing else needs, times its processors."""

    @property
    def failures(self) -> list[SeedResult]:
        return [each for each in self.results if each.invariant is not None]

    @property
    def counts(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for each in self.results:
            total.update(each.counts)
        return total

    def told(self) -> str:
        """How often each thing came about, per seed and in all."""
        seeds = max(1, len(self.results))
        lines = [
            f"{seeds} seeds in {self.took_s:.0f} s ({self.busy_s:.0f} s of processors), {len(self.failures)} failed",
        ]
        lines += [
            f"  {total / seeds:9.2f} a seed {total:8d} in all  {name}" for name, total in sorted(self.counts.items())
        ]
        return "\n".join(lines)


class Stage:
    """What seeds of one process share: the application's premises, a template of its database, and Node."""

    def __init__(self, premises: Premises, template: Path, tokens: Tokens, folder: Path) -> None:
        self.premises, self.template, self.tokens, self.folder = premises, template, tokens, folder
        self._node: NodeTablets | None = None
        self._seeds = 0

    def plays(self, seed: int) -> SeedResult:
        """One seed, from the first enrolment to the last check."""
        # One Node for all seeds: what it has learned to do quickly stays learned.
        self._node = self._node or NodeTablets()
        self._seeds += 1
        prefix = f"s{seed}-{self._seeds}."
        result = asyncio.run(self._plays(seed, prefix, self._node))
        if result.invariant is None:
            self._node.forget(prefix)
        else:
            # Whatever it was about to say belongs to no later seed.
            self.close()
        return result

    async def _plays(self, seed: int, prefix: str, node: NodeTablets) -> SeedResult:
        chance, clock = Chance(seed), VirtualClock()
        folder = self.folder / f"seed-{seed}-{self._seeds}"
        folder.mkdir(parents=True)
        office = Office(self.premises, self.template, folder, clock)
        world = World(seed, prefix, chance, clock, node, office, self.tokens, drawn(chance))
        invariant, sentence = None, ""
        with seeded_randomness(seed), self.premises.on_one_thread():
            try:
                await office.start()
                people = People(world)
                day = Day(world, people)
                await day.begins()
                await day.passes()
                await Healing(world, people).heals()
            except Broken as broken:
                invariant, sentence = broken.invariant, str(broken)
            except Exception as error:  # noqa: BLE001 (a seed whose program failed is a failure with its number and schedule)
                invariant, sentence = "error", f"{type(error).__name__}: {error}"
            finally:
                self.premises.cut_pages(None)
                await office.stop()
                shutil.rmtree(folder)
        trace = world.trace
        failed = invariant is not None
        return SeedResult(
            seed,
            trace.digest,
            trace.counts,
            invariant,
            sentence,
            tuple(trace.schedule) if failed else (),
            tuple(trace.last) if failed else (),
        )

    def close(self) -> None:
        """End Node. The next seed starts another."""
        if self._node is not None:
            self._node.close()
        self._node = None


@contextmanager
def seeded_randomness(seed: int) -> Iterator[None]:
    """The office's ids come from the seed while it lasts: what asks the machine for random bytes is given the seed's."""
    chance, real = Chance(f"the office of {seed}"), os.urandom
    os.urandom = chance.randbytes
    try:
        yield
    finally:
        os.urandom = real


@contextmanager
def template_of(premises: Premises) -> Iterator[tuple[Path, Tokens]]:
    """A folder for a batch, with the template in it. In memory where the machine has such a place: nothing here outlives it."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="fieldwork-simulator-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        template = folder / "template"
        template.mkdir()
        yield template, premises.lay_out(template)
    finally:
        shutil.rmtree(folder)


def simulate(
    make_premises: Callable[[], Premises],
    seeds: int,
    first: int = 0,
    *,
    workers: int = WORKERS,
    until_failures: int = 10,
) -> Batch:
    """Play `seeds` seeds from `first` on. Stops early after so many failures: more of them teach nothing."""
    began, busy = time.monotonic(), _busy_s()
    batch = Batch()
    with template_of(make_premises()) as (template, tokens):
        if workers == 1 or seeds == 1:
            _play_here(make_premises(), template, tokens, range(first, first + seeds), batch, until_failures)
        else:
            _play_in_processes(
                make_premises, template, tokens, range(first, first + seeds), workers, batch, until_failures
            )
    batch.results.sort(key=lambda each: each.seed)
    batch.took_s, batch.busy_s = time.monotonic() - began, _busy_s() - busy
    return batch


def _busy_s() -> float:
    """Processor seconds of this process and of those of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _play_here(
    premises: Premises, template: Path, tokens: Tokens, seeds: range, batch: Batch, until_failures: int
) -> None:
    stage = Stage(premises, template, tokens, template.parent / "here")
    try:
        for seed in seeds:
            batch.results.append(stage.plays(seed))
            if len(batch.failures) >= until_failures:
                return
    finally:
        stage.close()


_stage: Stage | None = None


def _open_stage(make_premises: Callable[[], Premises], template: Path, tokens: Tokens) -> None:
    global _stage
    _stage = Stage(make_premises(), template, tokens, template.parent / f"worker-{os.getpid()}")
    atexit.register(_stage.close)


def _play_some(seeds: list[int]) -> list[SeedResult]:
    assert _stage is not None
    return [_stage.plays(seed) for seed in seeds]


def _play_in_processes(
    make_premises: Callable[[], Premises],
    template: Path,
    tokens: Tokens,
    seeds: range,
    workers: int,
    batch: Batch,
    until_failures: int,
) -> None:
    pieces = [list(seeds[at : at + SEEDS_IN_A_PIECE]) for at in range(0, len(seeds), SEEDS_IN_A_PIECE)]
    if len(pieces) < 2 * workers:
        size = max(1, len(seeds) // (2 * workers))
        pieces = [list(seeds[at : at + size]) for at in range(0, len(seeds), size)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _open_stage, (make_premises, template, dict(tokens))) as pool:
        for played in pool.map(_play_some, pieces):
            batch.results += played
            if len(batch.failures) >= until_failures:
                pool.shutdown(cancel_futures=True)
                return

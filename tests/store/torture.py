"""Many writers and many readers in many processes, batches sent twice, requests cancelled: does every reader see
everything once, in order?

A harness for any store with `push` and `pull`. A store passes when every puller saw the changes of every scope with
the numbers 1, 2, 3 … without a gap, without a repeat, and every change that was pushed exactly once. A cursor over a
database's own sequence fails here: it loses rows that commit late, without one error (tests/store/test_torture.py
shows it).

`run_torture("package.module:factory", url)`; the factory takes the url and gives an async context manager around a
`TorturedStore`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Change:
    """One thing to store: the `number`th (from 1) of this writer in this scope. A writer never sends number 2 before
    number 1.
    """

    scope: str
    writer: int
    number: int

    @property
    def id(self) -> str:
        return f"{self.scope}/{self.writer}/{self.number}"


class TorturedStore(Protocol):
    """What a store must offer to be tortured."""

    async def push(self, batch: Sequence[Change]) -> None:
        """Store a batch, all of one scope and writer. It may have been stored before; it retries what is worth
        retrying.
        """

    async def pull(self, scope: str, after: int) -> list[tuple[int, str]]:
        """At most some hundred (position, `Change.id`) of the scope with a position above `after`, by position."""


@dataclass(frozen=True)
class Plan:
    """How hard to try. The defaults are the full torture; a test of every day takes fewer changes."""

    changes: int = 20_000
    scopes: int = 4
    writer_processes: int = 4
    writers_each: int = 2
    puller_processes: int = 2
    pullers_each: int = 2
    sent_again: float = 0.2
    cancelled: float = 0.05
    seed: int = 1
    limit_s: float = 300.0

    def batches_of(self, writer: int) -> list[list[Change]]:
        """Everything that this writer sends, in batches of 1 to 7; the same each time it is asked."""
        chance = random.Random(f"{self.seed}-{writer}")
        left = self.changes // (self.writer_processes * self.writers_each)
        numbers = dict.fromkeys(range(self.scopes), 0)
        batches = []
        while left:
            size, scope = min(left, chance.randint(1, 7)), chance.randrange(self.scopes)
            first = numbers[scope] + 1
            batches.append([Change(f"scope-{scope}", writer, number) for number in range(first, first + size)])
            numbers[scope] += size
            left -= size
        return batches

    def expected(self) -> dict[str, set[str]]:
        """The ids of every change by scope."""
        ids: dict[str, set[str]] = {f"scope-{scope}": set() for scope in range(self.scopes)}
        for writer in range(self.writer_processes * self.writers_each):
            for batch in self.batches_of(writer):
                ids[batch[0].scope].update(change.id for change in batch)
        return ids


def run_torture(factory: str, url: str, plan: Plan) -> list[str]:
    """Run the plan and return what went wrong, one sentence each; [] when the store passed."""
    jobs = [("write", number) for number in range(plan.writer_processes)]
    jobs += [("pull", number) for number in range(plan.puller_processes)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.store.torture", job, str(number), factory, url, json.dumps(asdict(plan))],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for job, number in jobs
    ]
    problems: list[str] = []
    for (job, number), process in zip(jobs, processes, strict=True):
        try:
            out, errors = process.communicate(timeout=plan.limit_s + 30)
        except subprocess.TimeoutExpired:
            process.kill()
            out, errors = process.communicate()
            problems.append(f"{job} process {number} hung")
        if process.returncode == 0:
            problems += json.loads(out)
        else:
            problems.append(f"{job} process {number} ended with {process.returncode}: {errors.strip()[-1500:]}")
    return problems


async def write(store: TorturedStore, plan: Plan, writer: int) -> list[str]:
    """Send this writer's batches in order; some twice, some cancelled on the way and sent again."""
    chance = random.Random(f"{plan.seed}-moments-{writer}")
    for batch in plan.batches_of(writer):
        if chance.random() < plan.cancelled:
            sending = asyncio.ensure_future(store.push(batch))
            await asyncio.sleep(chance.random() * 0.01)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        await store.push(batch)
        if chance.random() < plan.sent_again:
            await store.push(batch)
    return []


async def pull(store: TorturedStore, plan: Plan, puller: int) -> list[str]:
    """Read every scope from its beginning while it is being written, until everything has come or time is up."""
    expected = plan.expected()
    seen: dict[str, list[str]] = {scope: [] for scope in expected}
    problems: list[str] = []

    async def until_all_has_come() -> None:
        while not problems and any(len(seen[scope]) < len(ids) for scope, ids in expected.items()):
            came = 0
            for scope in expected:
                for position, change_id in await store.pull(scope, len(seen[scope])):
                    came += 1
                    if position != len(seen[scope]) + 1:
                        problems.append(f"puller {puller}: {scope} went from {len(seen[scope])} to {position}")
                        return
                    seen[scope].append(change_id)
            if not came:
                # Nothing new: the writers need the processor more than another look does.
                await asyncio.sleep(0.005)

    try:
        await asyncio.wait_for(until_all_has_come(), plan.limit_s)
    except TimeoutError:
        missing = {scope: len(ids) - len(seen[scope]) for scope, ids in expected.items()}
        problems.append(f"puller {puller}: time is up and these did not come: {missing}")
    for scope, ids in expected.items():
        if not problems and (set(seen[scope]) != ids or len(seen[scope]) != len(ids)):
            problems.append(f"puller {puller}: {scope} holds other changes than were sent, or some twice")
    return problems


async def work(job: str, number: int, factory: str, url: str, plan: Plan) -> list[str]:
    module, name = factory.split(":")
    make: Any = getattr(importlib.import_module(module), name)
    opened: AbstractAsyncContextManager[TorturedStore] = make(url)
    async with opened as store:
        if job == "write":
            people = range(number * plan.writers_each, (number + 1) * plan.writers_each)
            said = await asyncio.gather(*(write(store, plan, writer) for writer in people))
        else:
            people = range(number * plan.pullers_each, (number + 1) * plan.pullers_each)
            said = await asyncio.gather(*(pull(store, plan, puller) for puller in people))
    return [problem for problems in said for problem in problems]


def main() -> None:
    job, number, factory, url, plan = sys.argv[1:]
    print(json.dumps(asyncio.run(work(job, int(number), factory, url, Plan(**json.loads(plan))))))


if __name__ == "__main__":
    main()

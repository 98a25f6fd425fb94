"""The simulator keeps its own promises: seeds hold, replay, see everything that can go wrong, and would see a planted bug."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fieldwork.simulation import FieldworkPremises
from sync.simulator.faults import ALL_FAULTS
from sync.simulator.run import Batch, simulate
from tests.sync.mutants import CAUGHT_BY, CAUGHT_ON_POSTGRESQL, SEEN_AT_ONCE

ROOT = Path(__file__).resolve().parents[2]
PATCHES = Path(__file__).resolve().parent / "mutants"
SEEDS = 300
MOST_S = 150
SOAKED = 10_000
MOST_SEEDS_FOR_A_MUTANT = 100
LONGEST_FOR_A_MUTANT_S = 300

SOMETIMES = (
    *(f"fault {kind}" for kind in ALL_FAULTS),
    "duplicate recognised",
    "gap held",
    "redaction raced a push",
    "office died amid the writing",
    "office died before commit",
    "office died after commit",
    "two tablets' requests at once",
    "fault clogged_up",
    "fault clogged_down",
    "a revoked tablet got nothing",
    "a revoked tablet brought something",
    "deed enrols again",
    "notes that only a lost tablet had",
    "lost acknowledgement repeated",
    "edit of a record that others wrote in",
    "deed redacts own words",
    "deed redacts others' words",
    "deed moves words to the vault",
    "deed moves words to the concerns",
    "deed writes while locked",
    "deed opens a second tab",
    "deed writes in two tabs at once",
    "deed signs another person in",
    "deed takes drafts up",
    "deed lets words in",
    "redacted at the end",
    "reports at the end",
    "redacted on the tablet of somebody who may pull it no longer",
)
CRASH_POINTS = (
    "database before commit",
    "database written, not synced",
    "database after commit",
    "pulled before commit",
    "pulled written, not synced",
    "pulled after commit",
    "journal before reading",
    "journal before append",
    "journal appended, not flushed",
    "journal flushed",
    "journal before rewrite",
    "journal rewritten",
    "sentinel before write",
    "sentinel written",
    "network before request",
    "network after answer",
)


def held(batch: Batch) -> None:
    """Every seed held; otherwise the first failures are told whole."""
    assert not batch.failures, "\n\n".join(each.told() for each in batch.failures[:3])


def was_not_idle(batch: Batch) -> None:
    """The batch did what it says: each seed worked, and each thing that can happen did happen (SYN-04)."""
    for each in batch.results:
        assert each.counts["deeds"] >= 60
        assert each.counts["fault office_restarted"] >= 1
        assert each.counts["fault tablet_killed"] + each.counts["fault power_lost"] >= 1
    counts = batch.counts
    never = [name for name in (*SOMETIMES, *(f"crash at {point}" for point in CRASH_POINTS)) if not counts[name]]
    assert not never, f"never happened: {', '.join(never)}"


def test_SYN_01_SYN_04_SYN_05_three_hundred_seeds_hold_and_everything_that_can_go_wrong_has_gone_wrong() -> None:
    """SYN-01, SYN-04, SYN-05. Time is measured in processor seconds of two processors, so that a busy machine is no failure."""
    batch = simulate(FieldworkPremises, SEEDS)

    print(batch.told())
    held(batch)
    was_not_idle(batch)
    assert len(batch.results) == SEEDS
    assert min(batch.took_s, batch.busy_s / 2) <= MOST_S


def test_SYN_02_the_same_seed_twice_is_the_same_day() -> None:
    first = simulate(FieldworkPremises, 2, 7, workers=1)
    second = simulate(FieldworkPremises, 2, 7, workers=1)
    alone = simulate(FieldworkPremises, 1, 8, workers=1)

    held(first)
    assert [each.digest for each in first.results] == [each.digest for each in second.results]
    assert first.results[0].digest != first.results[1].digest
    assert alone.results[0].digest == first.results[1].digest


def mutated(tmp_path: Path, name: str, *more: str) -> Path:
    """A copy of what ships, with the bug in it; and of further folders."""
    copy = tmp_path / name
    for folder in ("sync", "fieldwork", *more):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    patch = PATCHES / f"{name}.patch"
    applied = subprocess.run(
        ["git", "apply", "--unsafe-paths", f"--directory={copy}", str(patch)], cwd="/", capture_output=True, text=True
    )
    assert applied.returncode == 0, f"{patch.name} no longer fits the code that ships: {applied.stderr}"
    return copy


TRIES = """
import json, sys
import sync
from fieldwork.simulation import FieldworkPremises
from sync.simulator.run import simulate
found = []
for seed in range(int(sys.argv[1])):
    batch = simulate(FieldworkPremises, 1, seed, workers=1)
    found += [each.invariant for each in batch.failures]
    if sys.argv[2] in found:
        break
print(json.dumps({"where": sync.__file__, "found": found, "seeds": seed + 1}))
"""


def is_caught(tmp_path: Path, name: str) -> None:
    copy = mutated(tmp_path, name)

    run = subprocess.run(
        [sys.executable, "-c", TRIES, str(MOST_SEEDS_FOR_A_MUTANT), CAUGHT_BY[name]],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=LONGEST_FOR_A_MUTANT_S,
    )

    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    print(f"{name}: {told['seeds']} seeds, {', '.join(told['found'])}")
    assert told["where"].startswith(str(copy)), "the code that ships was tried, not the mutant"
    assert CAUGHT_BY[name] in told["found"]


@pytest.mark.parametrize("name", SEEN_AT_ONCE)
def test_SYN_03_a_planted_bug_is_seen_by_the_invariant_that_is_named_for_it(name: str, tmp_path: Path) -> None:
    is_caught(tmp_path, name)


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(CAUGHT_BY.keys() - set(SEEN_AT_ONCE)))
def test_SYN_03_every_other_planted_bug_is_seen_too(name: str, tmp_path: Path) -> None:
    is_caught(tmp_path, name)


def test_every_planted_bug_has_an_invariant_and_every_invariant_named_has_a_bug() -> None:
    assert {path.stem for path in PATCHES.glob("*.patch")} == CAUGHT_BY.keys() | CAUGHT_ON_POSTGRESQL.keys()
    assert set(CAUGHT_BY.values()) >= {f"I{number}" for number in range(1, 14)}


@pytest.mark.parametrize("name", CAUGHT_ON_POSTGRESQL)
def test_SYN_03_SYN_06_a_bug_that_takes_two_servers_is_seen_on_postgresql(name: str, tmp_path: Path) -> None:
    """SYN-03, SYN-06: SQLite has one writer, so the search cannot meet it; the test of two servers does, and names the invariant."""
    copy = mutated(tmp_path, name, "tests")
    shutil.copy(ROOT / "pyproject.toml", copy)
    test, invariant = CAUGHT_ON_POSTGRESQL[name]

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=LONGEST_FOR_A_MUTANT_S,
    )

    assert run.returncode == 1, run.stdout + run.stderr
    assert f"AssertionError: {invariant}: " in run.stdout


@pytest.mark.parametrize("name", sorted(CAUGHT_BY.keys() - set(SEEN_AT_ONCE)))
def test_a_bug_that_is_only_tried_by_the_long_search_still_fits_the_code(tmp_path: Path, name: str) -> None:
    mutated(tmp_path, name)


@pytest.mark.soak
def test_SYN_01_ten_thousand_seeds_hold() -> None:
    batch = simulate(FieldworkPremises, SOAKED, SEEDS)

    print(batch.told())
    held(batch)
    was_not_idle(batch)


ASKS_THE_MACHINE = re.compile(
    r"Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|datetime\.now|time\.time\(|random\.random\(|secrets\.token"
)


def test_neither_half_of_the_promise_asks_the_machine_for_the_time_or_for_chance() -> None:
    """What is not given through a port could not be replayed. Sealing alone draws its nonces from the machine."""
    files = [*(ROOT / "sync" / "tablet").glob("*.js"), *(ROOT / "sync" / "central").glob("*.py")]

    found = [path.name for path in files if ASKS_THE_MACHINE.search(path.read_text("utf-8"))]

    assert found == []


def test_a_seed_that_fails_tells_its_number_its_schedule_and_its_last_events(monkeypatch: pytest.MonkeyPatch) -> None:
    from sync.simulator import day
    from sync.simulator.broken import Broken

    async def breaks(world: object) -> None:
        raise Broken("I3", "stored more than once")

    monkeypatch.setattr(day, "check_always", breaks)

    told = simulate(FieldworkPremises, 1, 3, workers=1).failures[0].told()

    assert told.startswith("seed 3 failed: I3: stored more than once")
    assert "0: the office is backed up" in told
    assert "The last events:" in told

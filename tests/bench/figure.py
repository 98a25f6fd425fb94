"""A figure and its verdict: what was measured, against what, and whether that is good enough.

Pure values. A figure without a single measurement never passes, and a figure that could not be had on this machine says so instead of
passing. The thresholds are the product's promise (README, "How fast it is"); nothing else in the bench decides what is good.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

SAVING_RATIO = 1.3
SAVING_EXTRA_MS = 15.0
STARTING_MOST_MS = 1_500.0
TYPING_RATIO = 1.5
LONGEST_TASK_MS = 100.0
WIRE_MOST_BYTES = 200_000

SLOWDOWN_LEAST = 3.5
SLOWDOWN_MOST = 5.5


@dataclass(frozen=True, slots=True)
class Sample:
    """Measurements of one thing in one run."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Sample:
        return cls(tuple(float(value) for value in values))

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """The smallest measurement that 95 of 100 do not exceed (nearest rank)."""
        return sorted(self.values)[math.ceil(0.95 * self.n) - 1]

    @property
    def most(self) -> float:
        return max(self.values)

    def words(self, unit: str = "ms") -> str:
        if not self.n:
            return "n 0"
        return f"n {self.n}, median {self.median:.1f} {unit}, p95 {self.p95:.1f} {unit}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the bench. `passed` is None where a figure is stated and not judged."""

    name: str
    measured: tuple[str, ...]
    threshold: str
    passed: bool | None

    def lines(self) -> list[str]:
        verdict = {True: "PASS", False: "FAIL", None: "stated"}[self.passed]
        return [f"{verdict:<7}{self.name}", *(f"       {line}" for line in self.measured), f"       {self.threshold}"]


def judge_saving(ours: Sample, floor: Sample, where: str) -> Figure:
    """A saved block against the least that any safe save costs: one strict commit and one journal flush."""
    name = f"Save of a block, from the tap to “Saved on this tablet”, {where}"
    rule = f"threshold: median at most {SAVING_RATIO} × the bare floor + {SAVING_EXTRA_MS:.0f} ms"
    if not ours.n or not floor.n:
        return Figure(name, (f"ours: {ours.words()}", f"floor: {floor.words()}"), rule, False)
    most = SAVING_RATIO * floor.median + SAVING_EXTRA_MS
    return Figure(
        name,
        (f"ours:  {ours.words()}", f"floor: {floor.words()}", f"ratio of medians: {ours.median / floor.median:.2f}"),
        f"{rule} = {most:.1f} ms",
        ours.median <= most,
    )


def judge_starting(totals: Sample, parts: str, where: str) -> Figure:
    """From opening the tablet without a network to the first list, without what the passphrase itself costs."""
    name = f"Start without a network, to the first list, {where}"
    rule = f"threshold: median at most {STARTING_MOST_MS:.0f} ms, the passphrase’s own cost apart"
    passed = totals.n > 0 and totals.median <= STARTING_MOST_MS
    return Figure(name, (totals.words(), parts), rule, passed)


def judge_typing(ours: Sample, bare: Sample, tasks_ms: Sequence[float], where: str) -> Figure:
    """Key to paint in a record of 10,000 words, against a bare box in the same browser."""
    name = f"Typing in a 10,000-word record, key to paint, {where}"
    rule = f"threshold: p95 at most {TYPING_RATIO} × bare, and no task over {LONGEST_TASK_MS:.0f} ms"
    if not ours.n or not bare.n:
        return Figure(name, (f"ours: {ours.words()}", f"bare: {bare.words()}"), rule, False)
    ratio = ours.p95 / bare.p95
    longest = max(tasks_ms, default=0.0)
    said = f"{longest:.0f} ms" if tasks_ms else "none over 50 ms"
    return Figure(
        name,
        (
            f"ours: {ours.words()}",
            f"bare: {bare.words()}",
            f"ratio of p95: {ratio:.2f}; longest task on our page: {said}",
        ),
        rule,
        ratio <= TYPING_RATIO and longest <= LONGEST_TASK_MS,
    )


def judge_wire(total_bytes: int, uncompressed: Sequence[str], missing: Sequence[str], largest: Sequence[str]) -> Figure:
    """A new tablet's first load, counted where the bytes pass."""
    faults = [f"text sent without brotli: {path}" for path in uncompressed] + [
        f"not loaded: {path}" for path in missing
    ]
    return Figure(
        "First load of a new tablet, on the wire with headers",
        (f"{total_bytes:,} bytes", *largest, *faults),
        f"threshold: at most {WIRE_MOST_BYTES:,} bytes, every text in brotli, Argon2 among them",
        0 < total_bytes <= WIRE_MOST_BYTES and not faults,
    )


def is_quarter(slowdown: float) -> bool:
    """Whether a burn loop shows that the browser has a quarter of a core (design 10)."""
    return SLOWDOWN_LEAST <= slowdown <= SLOWDOWN_MOST

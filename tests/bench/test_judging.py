"""The bench tells bad numbers from good ones: a threshold that nothing can miss protects nobody."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from fieldwork.settings import ROOT
from tests.bench.figure import Figure, Sample, is_quarter, judge_saving, judge_starting, judge_typing, judge_wire
from tests.bench.peers import every_run, incomplete, ratios
from tests.bench.quarter_core import NoQuarterCore, Quota, prove
from tests.bench.starting import Start, starting_figure, stretching_parameters
from tests.bench.wire_size import wire_figure

FLOOR = Sample.of([9, 10, 11])
SCRIPTS = ("/static/vendor/argon2.js", "/static/screen/shell.js", "/static/tablet/worker.js")
WHOLE = {f"/a/1{path}": 10 for path in SCRIPTS} | {"/sw.js": 10, "/tablet/": 10}
IN_BROTLI = dict.fromkeys(WHOLE, "br")


@pytest.mark.parametrize(
    "name", ["saving", "starting", "typing_speed", "wire_size", "quarter_core", "floor", "__main__"]
)
def test_every_part_of_the_bench_can_be_loaded(name: str) -> None:
    assert importlib.import_module(f"tests.bench.{name}")


def test_a_save_that_costs_little_more_than_the_floor_passes() -> None:
    assert judge_saving(Sample.of([27, 28, 28]), FLOOR, "here").passed is True


def test_a_save_a_millisecond_over_the_threshold_fails() -> None:
    assert judge_saving(Sample.of([29, 29, 29]), FLOOR, "here").passed is False


def test_typing_half_as_slow_again_as_a_bare_box_passes_and_slower_fails() -> None:
    assert judge_typing(Sample.of([15] * 20), FLOOR_OF_TYPING, [60], "here").passed is True
    assert judge_typing(Sample.of([16] * 20), FLOOR_OF_TYPING, [60], "here").passed is False


FLOOR_OF_TYPING = Sample.of([10] * 20)


def test_one_task_that_holds_the_page_up_fails_the_typing_however_quick_the_keys_are() -> None:
    assert judge_typing(FLOOR_OF_TYPING, FLOOR_OF_TYPING, [101], "here").passed is False


def test_one_slow_key_in_ten_is_not_hidden_by_the_median() -> None:
    assert judge_typing(Sample.of([10] * 18 + [400] * 2), FLOOR_OF_TYPING, [], "here").passed is False


def test_a_start_is_counted_without_the_passphrase_and_fails_over_the_threshold() -> None:
    assert starting_figure([Start(900, 1_200, 650)], "here").passed is True
    assert starting_figure([Start(900, 1_200, 500)], "here").passed is False


def test_a_figure_that_was_never_measured_fails() -> None:
    nothing = Sample.of([])

    verdicts = [
        judge_saving(nothing, FLOOR, "here"),
        judge_saving(FLOOR, nothing, "here"),
        judge_typing(nothing, FLOOR, [], "here"),
        judge_starting(nothing, "", "here"),
        judge_wire(0, [], [], []),
    ]

    assert [figure.passed for figure in verdicts] == [False] * 5


def test_a_first_load_is_the_sum_of_what_passed_and_fails_over_the_threshold() -> None:
    assert wire_figure(WHOLE, IN_BROTLI, {}).passed is True
    assert wire_figure(WHOLE | {"/a/1/more.png": 200_000}, IN_BROTLI, {}).passed is False


@pytest.mark.parametrize("path", ["/a/1/static/screen/shell.js", "/sw.js", "/tablet/"])
def test_one_text_without_brotli_fails_the_first_load(path: str) -> None:
    assert wire_figure(WHOLE, IN_BROTLI | {path: ""}, {}).passed is False


def test_a_first_load_without_argon2_is_no_first_load() -> None:
    without = {path: size for path, size in WHOLE.items() if "argon2" not in path}

    assert wire_figure(without, IN_BROTLI, {}).passed is False


def test_the_passphrase_is_timed_with_what_the_product_makes_it_cost() -> None:
    assert stretching_parameters() == {"memory_kib": 65_536, "passes": 3, "lanes": 1}


@pytest.mark.parametrize(("slowdown", "quarter"), [(1.0, False), (3.4, False), (3.5, True), (5.5, True), (5.6, False)])
def test_only_a_burn_loop_three_and_a_half_to_five_and_a_half_times_slower_is_a_quarter_core(
    slowdown: float, quarter: bool
) -> None:
    assert is_quarter(slowdown) is quarter


def test_a_quota_that_holds_the_page_back_but_not_the_worker_is_refused() -> None:
    page = iter([10.0] + [10.0, 40.0] * 8)

    with pytest.raises(NoQuarterCore, match=r"in a worker 1\.0 times"):
        prove(NoQuota(), {"in the page": lambda: next(page), "in a worker": lambda: 10.0})


def test_a_quota_that_holds_both_back_is_said_in_words() -> None:
    turns = iter(([10.0] + [10.0, 40.0] * 8) * 2)

    said = prove(NoQuota(), {"in the page": lambda: next(turns), "in a worker": lambda: next(turns)})

    assert (
        said == "quarter core by nothing at all; burn loop: in the page 4.0 times slower, in a worker 4.0 times slower"
    )


RUN = {phase: {"rec_s": 100.0} for phase in ("push", "pull", "single")}
TWICE = {name: [RUN, RUN] for name in ("kinto-memory", "fieldwork-sqlite", "fieldwork-postgresql")}


def test_every_run_of_the_peers_is_printed_and_the_median_judged() -> None:
    slow = {phase: {"rec_s": 40.0} for phase in RUN}

    results = TWICE | {"fieldwork-sqlite": [RUN, slow, RUN]}

    assert "fieldwork-sqlite push: 100, 40, 100 records/s" in every_run(results)
    assert ratios(results)[("fieldwork-sqlite", "push")] == 1.0


def test_a_peer_that_did_not_run_is_not_beaten() -> None:
    all_three = ["kinto-memory", "fieldwork-postgresql", "fieldwork-sqlite"]

    assert incomplete(TWICE, repeat=2, targets="kinto-memory") == []
    assert incomplete(TWICE, repeat=3, targets="kinto-memory") == all_three
    assert incomplete(TWICE, repeat=2, targets="kinto-memory,pouchdb-memory") == ["pouchdb-memory"]


def test_every_figure_prints_its_verdict_and_its_threshold() -> None:
    lines = Figure("Name", ("n 1",), "threshold: 2", False).lines()

    assert lines[0].startswith("FAIL")
    assert lines[-1].strip() == "threshold: 2"


def test_the_bench_refuses_a_figure_that_it_does_not_know() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--only", "luck"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert "luck" in done.stderr


class NoQuota(Quota):
    """Holds nothing back."""

    way = "nothing at all"

    def __init__(self) -> None:
        pass

    def held(self):  # type: ignore[no-untyped-def]
        import contextlib

        return contextlib.nullcontext()

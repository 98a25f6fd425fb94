"""The same sync work against fieldwork and its peers, in one run: `python -m tests.bench.peers --driver FILE`.

The driver (`bench_peers.py`) and the peers are not part of this repository; FIELDWORK_PEERS or `--driver` says where the driver lies.
Figures of two runs are never compared: a shared machine drifts, so only ratios inside one run are printed as a verdict. Before and
behind it asserts that every record of ours that counts was on the disk when it was answered.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from fieldwork.store.database import SQLITE_SETTINGS
from fieldwork.store.durability import POSTGRES_MUST_BE, SQLITE_MUST_BE

ADAPTER = Path(__file__).with_name("fieldwork_adapter.py")
PEERS = "kinto-memory,kinto-postgresql,pouchdb-leveldb,pouchdb-memory"
LEAST = {
    ("fieldwork-sqlite", "push"): 1.0,
    ("fieldwork-sqlite", "pull"): 1.0,
    ("fieldwork-sqlite", "single"): 1.0,
    ("fieldwork-postgresql", "push"): 1.0,
    ("fieldwork-postgresql", "pull"): 1.0,
    ("fieldwork-postgresql", "single"): 0.7,
}
"""What we owe: our rate over the best peer's, in the same run."""


def assert_settings_are_durable() -> None:
    """Central refuses to open a database that would answer before the disk has the words; the adapter asks it again."""
    assert SQLITE_SETTINGS["synchronous"] == "FULL"
    assert SQLITE_SETTINGS["journal_mode"] == "WAL"
    assert SQLITE_SETTINGS["secure_delete"] == "ON"
    assert SQLITE_MUST_BE["synchronous"] == {"2", "3"}
    assert set(POSTGRES_MUST_BE) == {"fsync", "full_page_writes", "synchronous_commit"}


def run(driver: Path, *, repeat: int, targets: str) -> dict[str, list[dict[str, Any]]]:
    """Run the driver and give its results by target. Its own table goes to the terminal."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        command = [sys.executable, str(driver), "--repeat", str(repeat), "--targets", targets]
        command += ["--adapter", str(ADAPTER), "--json", str(results)]
        subprocess.run(command, check=True, timeout=600 * repeat * (targets.count(",") + 3))
        loaded: dict[str, list[dict[str, Any]]] = json.loads(results.read_text())
        return loaded


def incomplete(results: dict[str, list[dict[str, Any]]], *, repeat: int, targets: str) -> list[str]:
    """Targets that did not run as often as asked: a median over fewer runs, or without the best peer, proves nothing."""
    wanted = [name for name in targets.split(",") if name] + sorted({target for target, _ in LEAST})
    return [name for name in wanted if len(results.get(name, ())) != repeat]


def every_run(results: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Every run of every target, in words: a median that hides a bad run can be seen through."""
    return [
        f"{target} {phase}: " + ", ".join(f"{run[phase]['rec_s']:,.0f}" for run in runs) + " records/s"
        for target, runs in results.items()
        for phase in ("push", "pull", "single")
    ]


def ratios(results: dict[str, list[dict[str, Any]]]) -> dict[tuple[str, str], float]:
    """Our median rate over that of the best peer, by target and phase."""
    rates = {
        (target, phase): median(run[phase]["rec_s"] for run in runs)
        for target, runs in results.items()
        for phase in ("push", "pull", "single")
    }
    best = {
        phase: max(rate for (target, of), rate in rates.items() if of == phase and not target.startswith("fieldwork"))
        for phase in ("push", "pull", "single")
    }
    return {key: rate / best[key[1]] for key, rate in rates.items() if key[0].startswith("fieldwork")}


def main() -> int:
    """Print the ratios; 1 when one is below what we owe, or when a record was lost or doubled."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "--driver", type=Path, default=os.environ.get("FIELDWORK_PEERS"), help="where bench_peers.py lies"
    )
    asked.add_argument("--repeat", type=int, default=5, help="runs of every target, interleaved")
    asked.add_argument("--targets", default=PEERS)
    given = asked.parse_args()
    if given.driver is None:
        asked.error("say where bench_peers.py lies, with --driver or FIELDWORK_PEERS")
    assert_settings_are_durable()
    # One built without its own profile takes a fifth longer for the same push.
    print(f"Python {sys.version}")
    results = run(Path(given.driver), repeat=given.repeat, targets=given.targets)
    print("\n".join(every_run(results)))
    missing = incomplete(results, repeat=given.repeat, targets=given.targets)
    if missing:
        print(f"Not judged: {', '.join(missing)} did not run {given.repeat} times")
        return 1
    spoiled = [target for target, runs in results.items() for run in runs if run["check"] != "ok"]
    below = 0
    for (target, phase), ratio in ratios(results).items():
        enough = ratio >= LEAST[(target, phase)]
        below += not enough
        print(f"{target} {phase}: {ratio:.2f} of the best peer{'' if enough else ', too little'}")
    for target in spoiled:
        print(f"{target}: records were lost or doubled")
    return 1 if below or spoiled else 0


if __name__ == "__main__":
    sys.exit(main())

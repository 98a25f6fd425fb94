"""The command `simulate`: days of tablets and an office under faults, one for each seed (sync/simulator)."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from fieldwork.simulation import FieldworkPremises
from sync.simulator.run import simulate as run_seeds

console = Console(highlight=False, soft_wrap=True)
problems = Console(stderr=True, highlight=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("simulate")(simulate)


def simulate(
    seeds: Annotated[int, typer.Option(help="How many days.", min=1)] = 10,
    seed: Annotated[int, typer.Option(help="The first seed; the same seed is the same day.", min=0)] = 1,
) -> None:
    """Play days with faults and check the promise's invariants. A day that fails prints its schedule."""
    batch = run_seeds(FieldworkPremises, seeds, seed)
    console.print(batch.told(), markup=False)
    for failed in batch.failures:
        problems.print(failed.told(), markup=False)
    if batch.failures:
        raise typer.Exit(1)

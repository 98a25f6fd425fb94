"""The commands that look at the log of operations: `verify` and `rebuild`."""

from __future__ import annotations

import asyncio

import typer
from rich.console import Console

from fieldwork.actions.central import open_central
from fieldwork.settings import read_settings
from fieldwork.store.rebuilding import rebuild_all
from fieldwork.store.verifying import LogProblem, verify_all

console = Console(highlight=False, soft_wrap=True)
problems = Console(stderr=True, highlight=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("verify")(verify)
    app.command("rebuild")(rebuild)


def verify() -> None:
    """Prove that the log is whole: chains, hashes, numbers and positions. It repairs nothing."""

    async def run() -> list[LogProblem]:
        async with open_central(read_settings()) as central:
            return await verify_all(central.log)

    found = asyncio.run(run())
    for problem in found:
        problems.print(str(problem), markup=False)
    if found:
        raise typer.Exit(1)
    console.print("The log is whole.")


def rebuild() -> None:
    """Work every projection out again from the log. Stop the server first."""

    async def run() -> int:
        async with open_central(read_settings()) as central:
            return await rebuild_all(central.log)

    console.print(f"{asyncio.run(run())} records worked out again")

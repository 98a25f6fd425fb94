"""The commands that look at the log of operations: `verify`, `heads` and `rebuild`.

`heads` writes down how far every stream has come, for a place that the server's owner cannot reach; `verify --heads` compares with it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fieldwork.actions.central import open_central
from fieldwork.backup.anchored_heads import AnchoredHeads, read_heads, write_heads
from fieldwork.backup.problems import BackupProblem
from fieldwork.pages.words import counted, moment_in_words
from fieldwork.settings import read_settings
from fieldwork.store.heads import heads_of, problems_with
from fieldwork.store.log import instant
from fieldwork.store.rebuilding import rebuild_all
from fieldwork.store.settings import database_id
from fieldwork.store.verifying import LogProblem, damage_to_the_file, verify_all

console = Console(highlight=False, soft_wrap=True)
problems = Console(stderr=True, highlight=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("verify")(verify)
    app.command("heads")(heads)
    app.command("rebuild")(rebuild)


def verify(
    heads: Annotated[
        Path | None, typer.Option("--heads", help="Heads that `fieldwork heads` wrote down earlier.")
    ] = None,
) -> None:
    """Prove that the log is whole: the database file, chains, hashes, numbers and positions, and anchored heads. It repairs nothing."""
    anchored = _anchored(heads)

    async def run() -> tuple[list[LogProblem], str | None]:
        async with open_central(read_settings()) as central:
            found = await damage_to_the_file(central.log)
            if found:
                # A damaged file is asked nothing more.
                return found, None
            found = await verify_all(central.log)
            if anchored is not None:
                found += await problems_with(central.log, anchored.heads)
            return found, await database_id(central.database)

    found, database = asyncio.run(run())
    if anchored is not None and database not in (None, anchored.database_id):
        problems.print("These heads were written down of another database.")
    for problem in found:
        problems.print(str(problem), markup=False)
    if found:
        raise typer.Exit(1)
    console.print("The log is whole.")
    if anchored is not None:
        console.print(
            f"{counted(len(anchored.heads), 'stream holds', 'streams hold')} all that was written down on"
            f" {moment_in_words(anchored.taken_at)}. The last line of that file is sha256 {anchored.sha256}",
            markup=False,
        )


def _anchored(path: Path | None) -> AnchoredHeads | None:
    try:
        return None if path is None else read_heads(path)
    except BackupProblem as problem:
        problems.print(str(problem), markup=False)
        raise typer.Exit(2) from problem


def heads(file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]) -> None:
    """Write down the head of every stream, to be kept elsewhere: `fieldwork verify --heads FILE` finds what was cut off since."""
    moment = datetime.now(UTC)

    async def run() -> tuple[int, str]:
        async with open_central(read_settings()) as central:
            found = await heads_of(central.log)
            database = await database_id(central.database)
            return len(found), write_heads(file, found, taken_at=instant(moment), database_id=database)

    try:
        number, sha256 = asyncio.run(run())
    except BackupProblem as problem:
        problems.print(str(problem), markup=False)
        raise typer.Exit(1) from problem
    console.print(
        f"The heads of {counted(number, 'stream', 'streams')} are in {file.name}. Keep it where this server's owner cannot reach it."
    )
    console.print(f"Its last line, to be kept apart from it: sha256 {sha256}", markup=False)


def rebuild() -> None:
    """Work every projection out again from the log. Stop the server first."""

    async def run() -> int:
        async with open_central(read_settings()) as central:
            return await rebuild_all(central.log)

    console.print(f"{asyncio.run(run())} records worked out again")

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
from fieldwork.store.soundness import note_soundness
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
    go_on: Annotated[
        bool, typer.Option("--go-on", help="Take notes in again, though what is found now stays as it is.")
    ] = False,
) -> None:
    """Prove that the log is whole: the database file, chains, hashes, numbers and positions, and anchored heads. It repairs nothing."""
    anchored = _anchored(heads)

    async def run() -> tuple[list[LogProblem], list[LogProblem], str | None]:
        async with open_central(read_settings()) as central:
            found = await damage_to_the_file(central.log)
            if found:
                # A damaged file is asked nothing more.
                return found, [], None
            found = await verify_all(central.log)
            by_heads = [] if anchored is None else await problems_with(central.log, anchored.heads)
            return found, by_heads, await database_id(central.database)

    of_the_log, by_heads, database = asyncio.run(run())
    stops = _told_to_a_serving_office(of_the_log, go_on)
    found = [*of_the_log, *by_heads]
    if anchored is not None and database not in (None, anchored.database_id):
        problems.print("These heads were written down of another database.")
    for problem in found:
        problems.print(str(problem), markup=False)
    if of_the_log:
        problems.print(_STOPPED if stops else _GOES_ON)
    if found:
        raise typer.Exit(1)
    console.print("The log is whole.")
    if anchored is not None:
        console.print(
            f"{counted(len(anchored.heads), 'stream holds', 'streams hold')} all that was written down on"
            f" {moment_in_words(anchored.taken_at)}. The last line of that file is sha256 {anchored.sha256}",
            markup=False,
        )


_STOPPED = (
    "The office takes nothing in while this stands: notes stay on the tablets. Restore the last good backup into an empty place;"
    " `fieldwork verify --go-on` takes notes in again as it is, and only what is found beyond this stops it again."
)
_GOES_ON = "The office takes notes in all the same."


def _told_to_a_serving_office(found: list[LogProblem], go_on: bool) -> bool:
    """It takes notes in again when the log is whole, or when somebody has said to go on. What heads show is not told it: somebody may have
    brought those of another office. Returns whether it takes nothing in."""
    try:
        return note_soundness(read_settings().data, found, datetime.now(UTC), go_on=go_on).stops
    except OSError as problem:
        problems.print(f"A serving office was not told of it: {problem.strerror}.")
        return bool(found)


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

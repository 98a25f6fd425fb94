"""The command line, `fieldwork`: a contract (design 10). Each command says in words what it did or why it did not."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fieldwork import cli_backup, cli_export, cli_log, cli_serve, cli_simulate, cli_tablets
from fieldwork.actions.central import NotRestoredYet, open_central
from fieldwork.actions.packs import NoPack, import_pack, pack_in
from fieldwork.actions.sealed_copies import MOST_COPY_BYTES, CopyInterrupted, take_in_copy
from fieldwork.building import build
from fieldwork.domain.pack import PackRefused
from fieldwork.domain.sealed_copy import TakenIn
from fieldwork.pages import sealed_copies as copy_pages
from fieldwork.release import CannotBuild
from fieldwork.settings import ROOT, SettingsProblem, read_settings
from fieldwork.store.database import AddressProblem, Database, DatabaseUnreachable
from fieldwork.store.durability import DatabaseUnsafe
from fieldwork.store.migrate import MigrationBusy, SchemaUnfit, migrate
from sync.central.sealed_copy import CopyProblem

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The evidence tool for thematic visits.",
)
console = Console(highlight=False, soft_wrap=True)
problems = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command("build")
def build_browser_half() -> None:
    """Make the browser half ready: styles, compiled templates, third parties' files."""
    built = build(ROOT)
    console.print(f"Built release {built.release}: {len(built.files)} files")


@app.command("migrate")
def migrate_database() -> None:
    """Bring the database to this program's schema. The second time it does nothing."""
    settings = read_settings()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def run() -> tuple[str, ...]:
        async with Database(settings.database_url) as database:
            return await migrate(database)

    applied = asyncio.run(run())
    console.print(f"Applied {', '.join(applied)}" if applied else "The database is up to date")


@app.command("import")
def import_from(pack: Annotated[Path, typer.Argument(help="The folder of the pack.")]) -> None:
    """Import a review pack: all of it, or nothing."""
    try:
        read = pack_in(pack)
    except NoPack as problem:
        problems.print(str(problem))
        raise typer.Exit(2) from problem
    except PackRefused as refused:
        problems.print(f"Nothing was imported. The pack has {len(refused.faults)} faults:")
        for fault in refused.faults:
            problems.print(f"  {fault}", markup=False)
        raise typer.Exit(1) from refused

    async def run() -> None:
        async with open_central(read_settings(), migrating=True) as central:
            imported = await import_pack(central, read)
            what = f"{imported.written} records" if imported.written else "Nothing new: this pack was there already"
            console.print(f"Review {imported.review_id}: {what}")

    asyncio.run(run())


@app.command("import-copy")
def import_copy(file: Annotated[Path, typer.Argument(help="The sealed copy that was saved on a tablet.")]) -> None:
    """Take in a sealed copy of a tablet. The same file again leads to the same."""
    try:
        if file.stat().st_size > MOST_COPY_BYTES:
            problems.print(f"{file} is larger than a sealed copy can be.", markup=False)
            raise typer.Exit(2)
        raw = file.read_bytes()
    except OSError as problem:
        problems.print(f"{file} cannot be read.", markup=False)
        raise typer.Exit(2) from problem

    async def run() -> TakenIn:
        async with open_central(read_settings()) as central:
            return await take_in_copy(central, raw)

    try:
        taken = asyncio.run(run())
    except CopyProblem as problem:
        problems.print(f"{copy_pages.NOT_A_COPY}.", markup=False)
        raise typer.Exit(1) from problem
    except CopyInterrupted as problem:
        problems.print(f"{problem.title}. {problem.sentence} {problem.what_to_do}", markup=False)
        raise typer.Exit(1) from problem
    for words in (copy_pages.lead_words(taken), *copy_pages.sentences(taken)):
        console.print(words, markup=False)
    if not taken.whole:
        problems.print(copy_pages.NOT_WHOLE, markup=False)
    if not taken.undamaged:
        raise typer.Exit(1)


cli_backup.register(app)
cli_export.register(app)
cli_log.register(app)
cli_serve.register(app)
cli_simulate.register(app)
cli_tablets.register(app)

SAID_IN_WORDS = (
    AddressProblem,
    CannotBuild,
    DatabaseUnreachable,
    DatabaseUnsafe,
    MigrationBusy,
    NotRestoredYet,
    SchemaUnfit,
    SettingsProblem,
)
"""What an operator can do something about. Anything else is a fault of ours, and shows where it happened."""


def main() -> None:
    """The program `fieldwork`."""
    try:
        app()
    except SAID_IN_WORDS as problem:
        problems.print(str(problem), markup=False)
        sys.exit(1)

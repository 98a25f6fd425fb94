"""The command `fieldwork export`: a review out again, as a file, from the command line of the server.

Whoever may start this can read the database anyway, so no role is asked; the file still says who made it, when and what for. It reads
beside a running server, and nothing waits for it. Exit codes: 0 the file is there, 1 it could not be made, 2 the wish cannot be understood.
"""

from __future__ import annotations

import asyncio
import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console
from rich.progress import Progress

from fieldwork.export.about import Wish
from fieldwork.export.meaning import ExportProblem
from fieldwork.export.process import reading_log
from fieldwork.export.review import FORMATS, Exported, NoSuchReview, export_review, the_review
from fieldwork.settings import read_settings
from fieldwork.store.database import Database, DatabaseUnreachable, database_address
from fieldwork.store.durability import DatabaseUnsafe
from fieldwork.store.migrate import SchemaUnfit, check_schema
from fieldwork.store.settings import set_setting

NOT_STATED = "not stated"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("export")(export)


def export(
    out: Annotated[Path, typer.Option("--out", help="The file to write. CSV puts its other tables beside it.")],
    export_format: Annotated[str, typer.Option("--format", help=" or ".join(FORMATS))] = FORMATS[0],
    review: Annotated[str | None, typer.Option("--review", help="Not needed when there is one review.")] = None,
    purpose: Annotated[str, typer.Option("--purpose", help="What it is for; the file says so.")] = NOT_STATED,
) -> None:
    """Export the coded evidence of a review."""
    console = Console(highlight=False, soft_wrap=True)
    problems = Console(stderr=True, highlight=False, soft_wrap=True)
    other = next((each for each in FORMATS if each != export_format and out.suffix == f".{each}"), None)
    if export_format not in FORMATS:
        problems.print(f"There is no export as “{export_format}” here. Choose {' or '.join(FORMATS)}.", markup=False)
        raise typer.Exit(2)
    if other is not None:
        problems.print(f"{out.name} ends in .{other}, but --format is {export_format}.", markup=False)
        raise typer.Exit(2)
    try:
        exported = asyncio.run(_export(out.absolute(), export_format, review, purpose, problems))
    except NoSuchReview as problem:
        problems.print(str(problem), markup=False)
        raise typer.Exit(2) from problem
    except (ExportProblem, DatabaseUnreachable, DatabaseUnsafe, SchemaUnfit) as problem:
        problems.print(str(problem), markup=False)
        raise typer.Exit(1) from problem
    rows = ", ".join(f"{number} {table.lower()}" for table, number in exported.rows.items())
    console.print(f"Exported {rows}; written, read again and found equal", markup=False)
    if exported.left_out:
        what = "1 record is" if exported.left_out == 1 else f"{exported.left_out} records are"
        console.print(f"{what} not in it; “About this export” says why", markup=False)
    for path in exported.files:
        console.print(f"  {path}", markup=False)


async def _export(out: Path, export_format: str, review: str | None, purpose: str, problems: Console) -> Exported:
    settings = read_settings()
    path = database_address(settings.database_url).path
    if path is not None and not path.exists():
        raise DatabaseUnreachable("There is no database yet. Import a pack first.")
    async with Database(settings.database_url) as database:
        await check_schema(database)
        log = reading_log(database)
        review_id = await the_review(log, review)
        by = f"{getpass.getuser()}, at the server's command line"
        wish = Wish(review_id, export_format, by, " ".join(purpose.split()) or NOT_STATED, datetime.now(UTC))
        # Before the file has its name: words that left the office without a trace are worse than a trace without a file.
        await set_setting(
            database,
            f"export/{uuid4()}",
            json.dumps(
                {
                    "by": by,
                    "purpose": wish.purpose,
                    "review": review_id,
                    "format": export_format,
                    "asked_at": wish.asked_at.isoformat(),
                }
            ),
        )
        with Progress(console=problems, transient=True, disable=not problems.is_terminal) as progress:
            task = progress.add_task("Records", total=None)
            return await export_review(
                log, wish, out, lambda done, total: progress.update(task, completed=done, total=total)
            )

"""The commands that start central: `serve`, and `demonstrate`, which is what `make run` does on a fresh machine."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from fieldwork.actions.central import open_central
from fieldwork.actions.demonstration import (
    DemonstrationAccount,
    demonstration_accounts_enabled,
    make_demonstration_accounts,
)
from fieldwork.actions.packs import import_pack, pack_in
from fieldwork.draining import LONGEST_DRAINING_S
from fieldwork.processes import serve as run_processes
from fieldwork.settings import ROOT, Settings, read_settings
from fieldwork.store.database import database_address
from fieldwork.web.assets import Assets

LOOPBACK = ("127.0.0.1", "::1", "localhost")
DEMONSTRATION = ROOT / "fieldwork" / "demonstration"

console = Console(highlight=False, soft_wrap=True)
problems = Console(stderr=True, highlight=False, soft_wrap=True)

Host = Annotated[str, typer.Option(help="Where to listen.")]
Port = Annotated[int, typer.Option(help="Which port.")]
Processes = Annotated[int, typer.Option(min=1, help="How many server processes; more than one needs PostgreSQL.")]
Drain = Annotated[
    int,
    typer.Option(
        min=0,
        max=LONGEST_DRAINING_S,
        help="Seconds to go on answering when asked to stop, while /readyz says so: for whatever deals requests out to central.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("serve")(serve)
    app.command("demonstrate")(demonstrate)


def serve(host: Host = "127.0.0.1", port: Port = 8000, processes: Processes = 1, drain: Drain = 5) -> None:
    """Serve central. Plain HTTP is for this machine alone."""
    settings = read_settings()
    if processes > 1 and database_address(settings.database_url).dialect == "sqlite":
        problems.print("An SQLite database is for one process. For several, give central a PostgreSQL database.")
        raise typer.Exit(2)
    if host not in LOOPBACK:
        _refuse_beyond_this_machine(settings)
    _run(host, port, processes, drain)


def demonstrate(port: Port = 8000) -> None:
    """Load the demonstration review, make five people to sign in as, and serve it to this machine."""
    accounts = asyncio.run(_prepared(read_settings()))
    console.print("Five people to sign in as:\n")
    for account in accounts:
        console.print(f"  {account.role:<30}{account.sign_in_name:<42}{account.password}", markup=False)
    console.print(f"\nThe office:  http://127.0.0.1:{port}/")
    console.print(f"A tablet:    http://127.0.0.1:{port}/tablet/   (the administrator makes its code, under People)\n")
    _run("127.0.0.1", port)


async def _prepared(settings: Settings) -> list[DemonstrationAccount]:
    pack = pack_in(DEMONSTRATION)
    async with open_central(settings, migrating=True) as central:
        await import_pack(central, pack)
        return await make_demonstration_accounts(central, pack)


def _refuse_beyond_this_machine(settings: Settings) -> None:
    async def demonstrating() -> bool:
        async with open_central(settings) as central:
            return await demonstration_accounts_enabled(central)

    if not settings.secure:
        problems.print(
            "Beyond this machine central is served over HTTPS only. Put a proxy in front and set FIELDWORK_SECURE=1."
        )
        raise typer.Exit(2)
    if asyncio.run(demonstrating()):
        problems.print(
            "The demonstration accounts are enabled, so central is served to this machine alone. Disable them first."
        )
        raise typer.Exit(2)


def _run(host: str, port: int, processes: int = 1, draining_s: int = 0) -> None:
    # Built and readable, before a server is started that would only say so in a traceback.
    Assets(ROOT)
    raise typer.Exit(run_processes("fieldwork.served:make_app", host, port, processes, draining_s))

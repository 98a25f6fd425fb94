"""The command about the organisation's tablets: `installed-only`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import typer
from rich.console import Console

from fieldwork.actions.central import open_central
from fieldwork.actions.installing import must_be_installed, set_installed_only
from fieldwork.settings import read_settings

console = Console(highlight=False, soft_wrap=True)

IS = {
    True: "iPads are set up from the Home Screen only.",
    False: "iPads may be set up in a browser window. It may delete notes after a week without use, and says so.",
}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("installed-only")(installed_only)


def installed_only(
    wanted: Annotated[Literal["on", "off"] | None, typer.Argument(help="Without it, say what is set.")] = None,
) -> None:
    """Whether iPads must have Fieldwork on the Home Screen before a visit is begun on them."""

    async def run() -> bool:
        async with open_central(read_settings()) as central:
            if wanted is not None:
                await set_installed_only(central, wanted == "on")
            return await must_be_installed(central)

    console.print(IS[asyncio.run(run())])

"""Whether a visit may be begun only where Fieldwork is on the Home Screen, on tablets that delete what a browser window stores.

WebKit removes what a window has stored after a week without use, and not what an application on the Home Screen has (assurance 1.2).
So it is on unless the organisation says otherwise, and off in the demonstration (design 11, DUR-12). Only new visits are kept out.
"""

from __future__ import annotations

from fieldwork.actions.central import Central
from fieldwork.store.settings import set_setting, set_setting_once, setting

INSTALLED_ONLY = "tablet/installed_only"


async def must_be_installed(central: Central) -> bool:
    """Whether a tablet that would delete what a window stores must be set up from its Home Screen."""
    return await setting(central.database, INSTALLED_ONLY) != "off"


async def set_installed_only(central: Central, on: bool) -> None:
    """What the organisation wants. Tablets that load the application from now on go by it."""
    await set_setting(central.database, INSTALLED_ONLY, "on" if on else "off")


async def not_in_the_demonstration(central: Central) -> None:
    """Off, unless somebody has said what is wanted."""
    await set_setting_once(central.database, INSTALLED_ONLY, "off")

"""Prepares what an office needs before a tablet can come: `python -m tests.browser.preparing pack` and `… code MEMBER`.

A process of its own, because the server has the database to itself while it runs in the same event loop as nothing else.
"""

from __future__ import annotations

import asyncio
import sys
from uuid import UUID, uuid4

from fieldwork.actions.central import now, open_central
from fieldwork.actions.demonstration import make_demonstration_accounts
from fieldwork.actions.packs import import_pack, pack_in
from fieldwork.domain.pack_operations import person_id_of
from fieldwork.settings import ROOT, read_settings
from fieldwork.store.devices import make_enrolment_code

PACK = ROOT / "fieldwork" / "demonstration"


async def take_in_the_pack() -> None:
    """Import the demonstration pack and make its accounts: A-I2 is the inspector, A-I1 the lead."""
    pack = pack_in(PACK)
    async with open_central(read_settings(), migrating=True) as central:
        await import_pack(central, pack)
        await make_demonstration_accounts(central, pack)


async def code_for(member: str) -> str:
    """An enrolment code for a member of the pack's team."""
    async with open_central(read_settings()) as central:
        person_id = UUID(person_id_of(pack_in(PACK).hash, member))
        code, _ = await make_enrolment_code(central.database, person_id=person_id, made_by=uuid4(), now=now())
        return code


if __name__ == "__main__":
    if sys.argv[1] == "pack":
        asyncio.run(take_in_the_pack())
    else:
        print(asyncio.run(code_for(sys.argv[2])))

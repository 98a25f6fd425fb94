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
from fieldwork.domain.account import Account
from fieldwork.domain.pack import Pack
from fieldwork.domain.pack_operations import person_id_of
from fieldwork.settings import ROOT, read_settings
from fieldwork.store.accounts import add_account
from fieldwork.store.devices import make_enrolment_code

PACK = ROOT / "fieldwork" / "demonstration"


async def take_in_the_pack() -> None:
    """Import the demonstration pack and make its accounts: A-I2 is the inspector, A-I1 the lead; B-I2 is an inspector elsewhere."""
    pack = pack_in(PACK)
    async with open_central(read_settings(), migrating=True) as central:
        await import_pack(central, pack)
        await make_demonstration_accounts(central, pack)
        await add_account(central.database, _inspector_elsewhere(pack), password_hash=None)


def _inspector_elsewhere(pack: Pack) -> Account:
    names = {member["id"]: member["name"] for area in pack.areas["areas"] for member in area["team"]}
    return Account(
        id=uuid4(),
        person_id=UUID(person_id_of(pack.hash, "B-I2")),
        name=names["B-I2"],
        sign_in_name="elsewhere@demonstration.example",
        is_administrator=False,
        is_demonstration=True,
        created_at=now(),
    )


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

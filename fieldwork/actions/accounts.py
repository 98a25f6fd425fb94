"""Accounts and tablets, as an administrator manages them: people and devices, never content (rule R31).

An administrator's seat is a property of the account. It opens no review, no visit and no word of evidence.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from fieldwork.actions.central import Central
from fieldwork.actions.passwords import hash_password
from fieldwork.domain.account import Account, casefolded_sign_in_name
from fieldwork.domain.device import ENROLMENT_CODE_LETTERS, Device, EnrolmentCode
from fieldwork.domain.problems import Fault, FormFaults, NotFound
from fieldwork.store import accounts, devices
from fieldwork.store.people import all_placed

NAME_MAX_CP = 120


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that was made, and its first password, which is shown once and kept nowhere."""

    account: Account
    password: str


def require_administrator(account: Account) -> None:
    """Raise NotFound for anybody else: these pages do not exist for them."""
    if not account.is_administrator:
        raise NotFound


def random_password() -> str:
    """100 random bits as five groups of four letters and digits, easy to read aloud and to type."""
    letters = [secrets.choice(ENROLMENT_CODE_LETTERS) for _ in range(20)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 20, 4)).lower()


async def add_account(
    central: Central, by: Account, *, name: str, sign_in_name: str, person_id: str, is_administrator: bool
) -> NewAccount:
    """Make an account for a person of a team, or for a new person when `person_id` is empty. FormFaults for bad fields."""
    require_administrator(by)
    known = {part.person_id: part.name for part in await all_placed(central.log)}
    faults = []
    if person_id and person_id not in known:
        faults.append(Fault("person_id", "Choose a person from the list"))
    name = " ".join(name.split()) or known.get(person_id, "")
    if not name:
        faults.append(Fault("name", "Enter the person’s name"))
    elif len(name) > NAME_MAX_CP or not name.isprintable():
        faults.append(Fault("name", f"The name can have at most {NAME_MAX_CP} characters, all of which can be seen"))
    try:
        casefolded_sign_in_name(sign_in_name)
    except ValueError:
        faults.append(Fault("sign_in_name", "Enter a sign-in name, such as an email address"))
    if faults:
        raise FormFaults(*faults)
    password = random_password()
    account = Account(
        id=uuid4(),
        person_id=UUID(person_id) if person_id else uuid4(),
        name=name,
        sign_in_name=sign_in_name,
        is_administrator=is_administrator,
        is_demonstration=False,
        created_at=central.clock(),
    )
    try:
        await accounts.add_account(central.database, account, password_hash=await hash_password(password))
    except accounts.SignInNameTaken:
        raise FormFaults(
            Fault("sign_in_name", "Another account has this sign-in name, or this person has an account already")
        ) from None
    return NewAccount(account, password)


async def account_to_manage(central: Central, by: Account, account_id: str) -> Account:
    """The account, for an administrator; NotFound otherwise."""
    require_administrator(by)
    account = await accounts.account_of(central.database, _uuid(account_id))
    if account is None:
        raise NotFound
    return account


async def disable(central: Central, by: Account, account_id: str) -> Account:
    """Let the person in no more and end their sessions. Nobody disables their own account: somebody must be left."""
    account = await account_to_manage(central, by, account_id)
    if account.id == by.id:
        raise FormFaults(Fault("act", "You cannot disable the account that you are using"))
    await accounts.disable_account(central.database, account.id, now=central.clock())
    return account


async def enable(central: Central, by: Account, account_id: str) -> Account:
    """Let the person in again."""
    account = await account_to_manage(central, by, account_id)
    await accounts.enable_account(central.database, account.id)
    return account


async def new_password(central: Central, by: Account, account_id: str) -> str:
    """Give the account a new first password, shown once, and end its sessions."""
    account = await account_to_manage(central, by, account_id)
    password = random_password()
    hashed = await hash_password(password)
    await accounts.set_password_hash(central.database, account.id, hashed, now=central.clock())
    return password


async def make_enrolment_code(central: Central, by: Account, account_id: str) -> tuple[str, EnrolmentCode]:
    """A code with which one tablet of this person becomes known; shown once."""
    account = await account_to_manage(central, by, account_id)
    if account.disabled_at is not None:
        raise FormFaults(Fault("act", "This account is disabled. Let the person in again before you make a code"))
    return await devices.make_enrolment_code(
        central.database, person_id=account.person_id, made_by=by.person_id, now=central.clock()
    )


async def revoke(central: Central, by: Account, device_id: str) -> Device:
    """Refuse a lost tablet from now on. What it carries may still be brought; it gets nothing more."""
    require_administrator(by)
    device = await devices.device_of(central.database, _uuid(device_id))
    if device is None:
        raise NotFound
    await devices.revoke_device(central.database, device.id, now=central.clock())
    return device


async def still_ours(central: Central, by: Account, device_ids: Sequence[str]) -> None:
    """Say of tablets of a restored office that they are still in the hands of its people: they may read again.

    Raises FormFaults when none is named. One that was revoked meanwhile stays revoked. The second time changes nothing.
    """
    require_administrator(by)
    if not device_ids:
        raise FormFaults(Fault("device", "Choose the tablets that are still yours"))
    await devices.let_read(central.database, [_uuid(one) for one in device_ids])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None

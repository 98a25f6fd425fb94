"""Five people to try the tool as, with random passwords: for one machine, never for a server that others reach.

The inspector, the lead and the researcher are people of the demonstration pack's team; the safeguarding lead and the administrator are
new. Parts in the whole review are written as operations like everything else, with ids that follow from the pack, so doing it twice
changes nothing. The passwords lie in a file in the data folder that only its owner reads.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from fieldwork.actions.accounts import random_password
from fieldwork.actions.central import Central
from fieldwork.actions.installing import not_in_the_demonstration
from fieldwork.actions.passwords import hash_password
from fieldwork.domain.account import Account
from fieldwork.domain.draft import Draft
from fieldwork.domain.pack import Pack
from fieldwork.domain.pack_operations import PACK_NAMESPACE, person_id_of, review_id_of
from fieldwork.store import accounts

PASSWORDS_FILE = "demonstration-accounts.json"


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """One account to try the tool with."""

    role: str
    name: str
    sign_in_name: str
    password: str


@dataclass(frozen=True, slots=True)
class _Person:
    role: str
    sign_in_name: str
    person_id: str
    name: str
    in_review: tuple[str, ...] = ()
    is_administrator: bool = False


async def make_demonstration_accounts(central: Central, pack: Pack) -> list[DemonstrationAccount]:
    """Make the five accounts and their parts in the pack's review; the pack has been imported before.

    Accounts that are there already keep their passwords, which are read from the file again.
    """
    await not_in_the_demonstration(central)
    people = _people(pack)
    await _write_parts(central, pack.hash, people)
    path = central.settings.data / PASSWORDS_FILE
    known = _read(path)
    made = []
    for person in people:
        account = await accounts.account_by_sign_in_name(central.database, person.sign_in_name)
        password = known.get(person.sign_in_name, "")
        if account is None or not password:
            password = random_password()
            await _store(central, account, person, await hash_password(password))
            known[person.sign_in_name] = password
            _write(path, known)
        made.append(DemonstrationAccount(person.role, person.name, person.sign_in_name, password))
    return made


async def demonstration_accounts_enabled(central: Central) -> bool:
    """Whether any demonstration account may sign in: then central must not be reached from other machines."""
    everybody = await accounts.all_accounts(central.database)
    return any(account.is_demonstration and account.disabled_at is None for account in everybody)


def _people(pack: Pack) -> list[_Person]:
    names = {member["id"]: member["name"] for area in pack.areas["areas"] for member in area["team"]}

    def member(role: str, sign_in_name: str, member_id: str, *in_review: str) -> _Person:
        return _Person(role, sign_in_name, person_id_of(pack.hash, member_id), names[member_id], in_review)

    return [
        member("Inspector", "inspector@demonstration.example", "A-I2"),
        member("Lead inspector", "lead@demonstration.example", "A-I1"),
        member(
            "Researcher and report writer", "researcher@demonstration.example", "A-I5", "researcher", "report_writer"
        ),
        _Person(
            "Safeguarding lead",
            "safeguarding@demonstration.example",
            person_id_of(pack.hash, "demonstration/safeguarding"),
            "Orla Wintersgill",
            ("safeguarding_lead",),
        ),
        _Person(
            "Administrator",
            "administrator@demonstration.example",
            person_id_of(pack.hash, "demonstration/administrator"),
            "Emrys Tolland",
            is_administrator=True,
        ),
    ]


async def _write_parts(central: Central, pack_hash: str, people: list[_Person]) -> None:
    scope = f"review:{review_id_of(pack_hash)}"
    parts = [(person, role) for person in people for role in person.in_review]
    setup = json.dumps([scope, [[person.person_id, person.name, role] for person, role in parts]])
    setup_hash = hashlib.sha256(setup.encode()).hexdigest()
    drafts = [
        Draft(
            operation_id=str(uuid.uuid5(PACK_NAMESPACE, f"{setup_hash}/operation/{person.person_id}/{role}")),
            scope=scope,
            lane="evidence",
            record_type="assignment",
            record_id=str(uuid.uuid5(PACK_NAMESPACE, f"{setup_hash}/{person.person_id}/{role}")),
            kind="create",
            fields={"person": person.person_id, "name": person.name, "role": role},
            salt=hashlib.sha256(f"fieldwork setup salt/{setup_hash}/{person.person_id}/{role}".encode()).digest()[:16],
        )
        for person, role in parts
    ]
    await central.log.import_drafts(drafts, f"import:{setup_hash}")


async def _store(central: Central, account: Account | None, person: _Person, password_hash: str) -> None:
    if account is not None:
        await accounts.set_password_hash(central.database, account.id, password_hash, now=central.clock())
        return
    new = Account(
        id=uuid.uuid4(),
        person_id=uuid.UUID(person.person_id),
        name=person.name,
        sign_in_name=person.sign_in_name,
        is_administrator=person.is_administrator,
        is_demonstration=True,
        created_at=central.clock(),
    )
    await accounts.add_account(central.database, new, password_hash=password_hash)


def _read(path: Path) -> dict[str, str]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _write(path: Path, passwords: dict[str, str]) -> None:
    unfinished = path.with_suffix(".new")
    handle = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        json.dump(passwords, opened, indent=1)
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(unfinished, path)

"""Accounts: who may sign in at central, and how often a wrong password was tried.

Everybody who opens a page at the office is one of these. An account is disabled, never deleted: its person wrote
evidence and stays named in its history. Passwords arrive here as hashes and leave only through `password_hash_of`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from fieldwork.domain.account import Account, SignInAttempts, casefolded_sign_in_name
from fieldwork.store import sessions, tables
from fieldwork.store.database import Database
from fieldwork.store.retrying import moment_of, retrying
from fieldwork.store.secrets_at_rest import hash_of


class SignInNameTaken(Exception):
    """Another account has this sign-in name, or this person has an account already."""


async def add_account(database: Database, account: Account, *, password_hash: str | None) -> None:
    """Store a new account; raises `SignInNameTaken` when its sign-in name or its person has one. None: signs in some
    other way.
    """
    try:
        async with database.writing() as connection:
            await tables.Account.create(
                using_db=connection,
                id=account.id,
                person_id=account.person_id,
                name=account.name,
                sign_in_name=casefolded_sign_in_name(account.sign_in_name),
                password_hash=password_hash,
                is_administrator=account.is_administrator,
                is_demonstration=account.is_demonstration,
                created_at=account.created_at,
                disabled_at=account.disabled_at,
            )
    except IntegrityError as error:
        if moment_of(error) != "unique":
            raise
        raise SignInNameTaken(account.sign_in_name) from error


async def account_of(database: Database, account_id: UUID) -> Account | None:
    """The account with this id, disabled or not."""
    return _shape(await tables.Account.get_or_none(id=account_id, using_db=database.reader))


async def account_of_person(database: Database, person_id: UUID) -> Account | None:
    """The account of this person, disabled or not."""
    return _shape(await tables.Account.get_or_none(person_id=person_id, using_db=database.reader))


async def account_by_sign_in_name(database: Database, typed: str) -> Account | None:
    """The account that somebody means who types this name, in any case; None also for a name that no account could
    have.
    """
    try:
        name = casefolded_sign_in_name(typed)
    except ValueError:
        return None
    return _shape(await tables.Account.get_or_none(sign_in_name=name, using_db=database.reader))


async def all_accounts(database: Database) -> tuple[Account, ...]:
    """Every account by sign-in name, also disabled ones."""
    rows = await tables.Account.all().using_db(database.reader).order_by("sign_in_name")
    return tuple(_shape_of(row) for row in rows)


async def password_hash_of(database: Database, account_id: UUID) -> str | None:
    """The stored hash, for comparing and nothing else; None when the account has no password or does not exist."""
    row = await tables.Account.get_or_none(id=account_id, using_db=database.reader)
    return row.password_hash if row else None


async def set_password_hash(database: Database, account_id: UUID, password_hash: str | None, *, now: datetime) -> None:
    """Replace the password and end every session of the account, so that whoever knew the old one is out."""
    async with database.writing() as connection:
        await tables.Account.filter(id=account_id).using_db(connection).update(password_hash=password_hash)
        await sessions.end_sessions_of_account(database, account_id, now=now)


async def set_administrator(database: Database, account_id: UUID, *, is_administrator: bool) -> None:
    """Give or take the right to manage people, devices and settings."""
    async with database.writing() as connection:
        await tables.Account.filter(id=account_id).using_db(connection).update(is_administrator=is_administrator)


async def disable_account(database: Database, account_id: UUID, *, now: datetime) -> None:
    """Let the person in no more and end their sessions, in one step. The second time keeps the first time's date."""
    async with database.writing() as connection:
        open_account = tables.Account.filter(id=account_id, disabled_at__isnull=True)
        await open_account.using_db(connection).update(disabled_at=now)
        await sessions.end_sessions_of_account(database, account_id, now=now)


async def enable_account(database: Database, account_id: UUID) -> None:
    """Let the person in again; their old sessions stay ended."""
    async with database.writing() as connection:
        await tables.Account.filter(id=account_id).using_db(connection).update(disabled_at=None)


async def count_wrong_password(database: Database, typed_name: str, *, now: datetime) -> SignInAttempts:
    """Add one wrong attempt for this name, whether an account has it or not, and return the attempts so far."""
    name_hash = _hash_of_name(typed_name)

    async def count() -> SignInAttempts:
        async with database.writing() as connection:
            counted = tables.SignInAttempt.filter(name_hash=name_hash).using_db(connection)
            if not await counted.update(count=F("count") + 1, last_at=now):
                await tables.SignInAttempt.create(using_db=connection, name_hash=name_hash, count=1, last_at=now)
            row = await tables.SignInAttempt.get(name_hash=name_hash, using_db=connection)
            return SignInAttempts(count=row.count, last_at=row.last_at)

    # Two first attempts at the same moment both try to make the row on PostgreSQL.
    return await retrying(count)


async def wrong_passwords(database: Database, typed_name: str) -> SignInAttempts | None:
    """Wrong attempts in a row for this name; None when there are none."""
    row = await tables.SignInAttempt.get_or_none(name_hash=_hash_of_name(typed_name), using_db=database.reader)
    return SignInAttempts(count=row.count, last_at=row.last_at) if row else None


async def forget_wrong_passwords(database: Database, typed_name: str) -> None:
    """Somebody signed in: the attempts before are forgotten."""
    async with database.writing() as connection:
        await tables.SignInAttempt.filter(name_hash=_hash_of_name(typed_name)).using_db(connection).delete()


async def forget_old_attempts(database: Database, *, before: datetime) -> int:
    """Forget attempts whose last one was before this time; returns how many names were forgotten."""
    async with database.writing() as connection:
        return await tables.SignInAttempt.filter(last_at__lt=before).using_db(connection).delete()


def _hash_of_name(typed: str) -> str:
    try:
        return hash_of(casefolded_sign_in_name(typed))
    except ValueError:
        return hash_of(typed)


def _shape(row: tables.Account | None) -> Account | None:
    return _shape_of(row) if row else None


def _shape_of(row: tables.Account) -> Account:
    return Account(
        id=row.id,
        person_id=row.person_id,
        name=row.name,
        sign_in_name=row.sign_in_name,
        is_administrator=row.is_administrator,
        is_demonstration=row.is_demonstration,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )

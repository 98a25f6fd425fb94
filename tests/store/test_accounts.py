"""Who may sign in, and what happens to their sessions when they may no more."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from fieldwork.domain.account import Account, SessionLimits, SignInAttempts, casefolded_sign_in_name, sign_in_delay_s
from fieldwork.store import accounts, sessions
from fieldwork.store.database import Database

NOW = datetime(2026, 11, 3, 9, 30, 15, 250_000, tzinfo=UTC)
LIMITS = SessionLimits(idle=timedelta(minutes=15), absolute=timedelta(hours=12))


def an_account(sign_in_name: str = "Órla.Lindqvist") -> Account:
    return Account(
        id=uuid4(),
        person_id=uuid4(),
        name="Órla Lindqvist 🌿",
        sign_in_name=casefolded_sign_in_name(sign_in_name),
        is_administrator=False,
        is_demonstration=True,
        created_at=NOW,
    )


@pytest.mark.anyio
async def test_an_account_is_read_back_as_it_was_stored(database: Database) -> None:
    account = an_account()

    await accounts.add_account(database, account, password_hash="$argon2id$…")

    assert await accounts.account_of(database, account.id) == account
    assert await accounts.account_of_person(database, account.person_id) == account
    assert await accounts.all_accounts(database) == (account,)
    assert await accounts.password_hash_of(database, account.id) == "$argon2id$…"
    assert await accounts.account_of(database, uuid4()) is None


@pytest.mark.anyio
async def test_a_sign_in_name_is_found_in_any_case_and_taken_in_any_case(database: Database) -> None:
    account = an_account("órla.lindqvist")
    await accounts.add_account(database, account, password_hash=None)

    assert await accounts.account_by_sign_in_name(database, " ÓRLA.Lindqvist ") == account
    assert await accounts.account_by_sign_in_name(database, "órla") is None
    assert await accounts.account_by_sign_in_name(database, "a\x00b") is None
    with pytest.raises(accounts.SignInNameTaken):
        await accounts.add_account(database, an_account("ÓRLA.LINDQVIST"), password_hash=None)


@pytest.mark.anyio
async def test_a_disabled_person_is_out_everywhere_at_once(database: Database) -> None:
    account, other = an_account("a"), an_account("b")
    for each in (account, other):
        await accounts.add_account(database, each, password_hash=None)
    secret, _ = await sessions.open_session(database, account_id=account.id, limits=LIMITS, now=NOW)
    other_secret, _ = await sessions.open_session(database, account_id=other.id, limits=LIMITS, now=NOW)

    await accounts.disable_account(database, account.id, now=NOW)
    await accounts.disable_account(database, account.id, now=NOW + timedelta(hours=1))
    await accounts.enable_account(database, account.id)

    assert await sessions.session_of_secret(database, secret, now=NOW) is None
    assert await sessions.session_of_secret(database, other_secret, now=NOW) is not None


@pytest.mark.anyio
async def test_disabling_twice_keeps_the_first_date(database: Database) -> None:
    account = an_account()
    await accounts.add_account(database, account, password_hash=None)

    await accounts.disable_account(database, account.id, now=NOW)
    await accounts.disable_account(database, account.id, now=NOW + timedelta(hours=1))

    stored = await accounts.account_of(database, account.id)
    assert stored is not None
    assert stored.disabled_at == NOW


@pytest.mark.anyio
async def test_a_new_password_ends_the_sessions_of_whoever_knew_the_old_one(database: Database) -> None:
    account = an_account()
    await accounts.add_account(database, account, password_hash="old")
    secret, _ = await sessions.open_session(database, account_id=account.id, limits=LIMITS, now=NOW)

    await accounts.set_password_hash(database, account.id, "new", now=NOW)
    await accounts.set_administrator(database, account.id, is_administrator=True)

    assert await sessions.session_of_secret(database, secret, now=NOW) is None
    assert await accounts.password_hash_of(database, account.id) == "new"
    stored = await accounts.account_of(database, account.id)
    assert stored is not None
    assert stored.is_administrator


@pytest.mark.anyio
async def test_wrong_passwords_are_counted_for_names_that_do_not_exist_too(database: Database) -> None:
    names = ["Nobody", "nobody ", "NOBODY", "nobody", "ｎｏｂｏｄｙ"]
    await asyncio.gather(*(accounts.count_wrong_password(database, name, now=NOW) for name in names))
    await accounts.count_wrong_password(database, "a\x00b", now=NOW)

    assert await accounts.wrong_passwords(database, "NOBODY") == SignInAttempts(count=5, last_at=NOW)
    await accounts.forget_wrong_passwords(database, "nobody")
    assert await accounts.wrong_passwords(database, "nobody") is None
    assert await accounts.forget_old_attempts(database, before=NOW + timedelta(seconds=1)) == 1


@pytest.mark.anyio
async def test_a_password_typed_into_the_name_field_is_not_in_the_database(database: Database) -> None:
    await accounts.count_wrong_password(database, "correct horse", now=NOW)

    rows = await database.reader.execute_query_dict("SELECT * FROM sign_in_attempt")

    assert len(rows) == 1
    assert "horse" not in str(rows)


def test_three_mistakes_are_free_and_then_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    delays = [
        sign_in_delay_s(SignInAttempts(count=count, last_at=NOW), NOW) for count in (0, 2, 3, 4, 5, 12, 40, 10**6)
    ]

    assert delays == [0, 0, 2, 4, 8, 900, 900, 900]
    assert sign_in_delay_s(None, NOW) == 0
    assert sign_in_delay_s(SignInAttempts(count=3, last_at=NOW), NOW + timedelta(seconds=1.5)) == 1
    assert sign_in_delay_s(SignInAttempts(count=3, last_at=NOW), NOW + timedelta(seconds=2)) == 0


@pytest.mark.parametrize("typed", ["", "   ", "a\x00b", "a\nb", "x" * 201])
def test_a_sign_in_name_that_cannot_be_seen_or_stored_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        casefolded_sign_in_name(typed)

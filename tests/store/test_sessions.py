"""A signed-in browser stays signed in while it is used, and not a moment longer than it may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fieldwork.domain.account import Account
from fieldwork.store import accounts, sessions
from fieldwork.store.database import Database
from tests.store.test_accounts import LIMITS, NOW, an_account

pytestmark = pytest.mark.anyio


async def stored_account(database: Database) -> Account:
    account = an_account()
    await accounts.add_account(database, account, password_hash=None)
    return account


async def test_the_cookie_finds_its_session_and_the_table_does_not_hold_the_cookie(database: Database) -> None:
    account = await stored_account(database)

    secret, session = await sessions.open_session(database, account_id=account.id, limits=LIMITS, now=NOW)

    assert await sessions.session_of_secret(database, secret, now=NOW) == session
    assert session.account_id == account.id
    assert await sessions.session_of_secret(database, session.id, now=NOW) is None
    assert await sessions.session_of_secret(database, "\ud800", now=NOW) is None
    rows = await database.reader.execute_query_dict("SELECT * FROM session")
    assert secret not in str(rows)


async def test_use_keeps_a_session_alive_but_never_beyond_its_absolute_end(database: Database) -> None:
    account = await stored_account(database)
    secret, session = await sessions.open_session(database, account_id=account.id, limits=LIMITS, now=NOW)
    moment = NOW

    while moment < NOW + LIMITS.absolute - timedelta(minutes=10):
        moment += timedelta(minutes=10)
        session = await sessions.note_use(database, session, limits=LIMITS, now=moment)
        assert await sessions.session_of_secret(database, secret, now=moment) is not None

    assert session.expires_at == session.absolute_expires_at == NOW + LIMITS.absolute
    assert await sessions.session_of_secret(database, secret, now=NOW + LIMITS.absolute) is None


async def test_a_session_left_alone_ends_at_its_idle_limit_to_the_second(database: Database) -> None:
    account = await stored_account(database)
    secret, _ = await sessions.open_session(database, account_id=account.id, limits=LIMITS, now=NOW)

    just_before = NOW + LIMITS.idle - timedelta(microseconds=1)

    assert await sessions.session_of_secret(database, secret, now=just_before) is not None
    assert await sessions.session_of_secret(database, secret, now=NOW + LIMITS.idle) is None


async def test_signing_out_ends_one_browser_and_using_it_again_does_not_revive_it(database: Database) -> None:
    account = await stored_account(database)
    secret, session = await sessions.open_session(database, account_id=account.id, limits=LIMITS, now=NOW)
    other_secret, other = await sessions.open_session(database, account_id=account.id, limits=LIMITS, now=NOW)

    await sessions.end_session(database, session.id, now=NOW)
    await sessions.note_use(database, session, limits=LIMITS, now=NOW)

    assert await sessions.session_of_secret(database, secret, now=NOW) is None
    assert await sessions.session_of_secret(database, other_secret, now=NOW) == other
    assert await sessions.sessions_of_account(database, account.id, now=NOW) == (other,)


async def test_old_sessions_are_forgotten_and_living_ones_are_not(database: Database) -> None:
    account = await stored_account(database)
    later = NOW + timedelta(days=30)
    await sessions.open_session(database, account_id=account.id, limits=LIMITS, now=NOW)
    secret, _ = await sessions.open_session(database, account_id=account.id, limits=LIMITS, now=later)

    assert await sessions.forget_old_sessions(database, before=later) == 1
    assert await sessions.session_of_secret(database, secret, now=later) is not None

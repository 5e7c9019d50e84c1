"""Which credentials are let in, and for how long they are remembered."""

from __future__ import annotations

import asyncio

import pytest

from trunkline.accounts import AccountAuthenticator, AccountSet
from trunkline.rest.errors import ApiError
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database

INVALID_USERNAME = "Authentication Error - invalid username"
UNKNOWN = "0" * 32


class CountingDatabase:
    """A database that counts reads and can make one of them wait."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.reads = 0
        self.started = asyncio.Event()
        self.go_on: asyncio.Event | None = None

    def on_change(self, *_: object) -> None: ...

    def on_reconnect(self, *_: object) -> None: ...

    async def fetchrow(self, *args: object) -> object:
        self.reads += 1
        row = await self.database.fetchrow(*args)  # type: ignore[arg-type]
        if self.go_on is not None:
            self.started.set()
            go_on, self.go_on = self.go_on, None
            await go_on.wait()
        return row


@pytest.fixture
def counting(database: Database) -> CountingDatabase:
    return CountingDatabase(database)


@pytest.fixture
def quiet(counting: CountingDatabase, box: SecretBox) -> AccountAuthenticator:
    """An authenticator that hears of no change by itself."""
    return AccountAuthenticator(counting, box)  # type: ignore[arg-type]


async def suspend(database: Database, sid: str) -> None:
    """Change an account behind everybody's back, as an operator may."""
    await database.execute("UPDATE accounts SET status = 'suspended' WHERE id = $1", sid[2:])


async def refused(authenticator: AccountAuthenticator, username: str, password: str) -> str:
    with pytest.raises(ApiError) as caught:
        await authenticator.authenticate(username, password)
    assert (caught.value.status, caught.value.code) == (401, 20003)
    return caught.value.message


async def test_an_account_and_its_token_are_let_in(
    authenticator: AccountAuthenticator, account_set: AccountSet, world_id: str
) -> None:
    who = await authenticator.authenticate(account_set.account_sid, account_set.auth_token)
    assert who.credential == "token"
    assert who.account.sid == who.account.owner_sid == account_set.account_sid
    assert (who.account.world_id, who.account.status) == (world_id, "active")
    assert not who.account.is_test


async def test_a_main_key_acts_for_its_account(
    authenticator: AccountAuthenticator, account_set: AccountSet
) -> None:
    assert account_set.api_key is not None
    assert account_set.api_secret is not None
    who = await authenticator.authenticate(account_set.api_key, account_set.api_secret)
    assert (who.credential, who.account.sid) == ("main_key", account_set.account_sid)


async def test_test_credentials_are_known_as_such(
    authenticator: AccountAuthenticator, account_set: AccountSet
) -> None:
    who = await authenticator.authenticate(
        account_set.test_account_sid, account_set.test_auth_token
    )
    assert who.account.is_test
    assert who.account.owner_sid == account_set.account_sid


@pytest.mark.parametrize("password", ["", "x" * 32, "é", "\udcff", "\0"])
async def test_another_password_is_refused(
    authenticator: AccountAuthenticator, account_set: AccountSet, password: str
) -> None:
    assert account_set.api_key is not None
    assert await refused(authenticator, account_set.account_sid, password) == "Authenticate"
    assert await refused(authenticator, account_set.api_key, password) == "Authenticate"


async def test_live_and_test_tokens_are_not_mixed_up(
    authenticator: AccountAuthenticator, account_set: AccountSet
) -> None:
    live, test = account_set.account_sid, account_set.test_account_sid
    assert await refused(authenticator, live, account_set.test_auth_token) == "Authenticate"
    assert await refused(authenticator, test, account_set.auth_token) == "Authenticate"


@pytest.mark.parametrize("username", ["", "AC", "AC" + UNKNOWN, "SK" + UNKNOWN, "PN" + UNKNOWN])
async def test_an_unknown_user_name_is_refused(
    authenticator: AccountAuthenticator, username: str
) -> None:
    assert await refused(authenticator, username, "x") == INVALID_USERNAME


async def test_a_sid_in_capitals_is_the_same_sid(
    authenticator: AccountAuthenticator, account_set: AccountSet
) -> None:
    sid = account_set.account_sid
    who = await authenticator.authenticate("AC" + sid[2:].upper(), account_set.auth_token)
    assert who.account.sid == sid


async def test_accounts_are_found_by_sid(
    authenticator: AccountAuthenticator, account_set: AccountSet
) -> None:
    found = await authenticator.account(account_set.account_sid)
    assert found is not None
    assert found.sid == account_set.account_sid
    assert await authenticator.account("AC" + UNKNOWN) is None
    assert await authenticator.account("no SID") is None


async def test_the_token_that_signs_webhooks_is_the_accounts_own(
    authenticator: AccountAuthenticator, account_set: AccountSet
) -> None:
    assert await authenticator.auth_token(account_set.account_sid) == account_set.auth_token
    with pytest.raises(LookupError):
        await authenticator.auth_token("AC" + UNKNOWN)


async def test_a_busy_account_costs_the_database_nothing(
    quiet: AccountAuthenticator, counting: CountingDatabase, account_set: AccountSet
) -> None:
    assert account_set.api_key is not None
    assert account_set.api_secret is not None
    for _ in range(5):
        await quiet.authenticate(account_set.account_sid, account_set.auth_token)
        await quiet.authenticate(account_set.api_key, account_set.api_secret)
        await refused(quiet, account_set.account_sid, "wrong")
    assert counting.reads == 2


async def test_unknown_names_take_no_memory(quiet: AccountAuthenticator, sids: SidFactory) -> None:
    for _ in range(3):
        await refused(quiet, sids.new("AC"), "x")
        await refused(quiet, sids.new("SK"), "x")
    assert not quiet._accounts
    assert not quiet._keys


async def test_the_memory_is_bounded(
    counting: CountingDatabase, box: SecretBox, account_set: AccountSet
) -> None:
    small = AccountAuthenticator(counting, box, most=1)  # type: ignore[arg-type]
    for _ in range(2):
        assert await small.account(account_set.account_sid) is not None
        assert await small.account(account_set.test_account_sid) is not None
        assert len(small._accounts) == 1


async def test_a_change_of_the_parent_reaches_what_it_owns(
    database: Database, quiet: AccountAuthenticator, account_set: AccountSet
) -> None:
    owned = account_set.test_account_sid
    assert (await quiet.account(owned)).status == "active"  # type: ignore[union-attr]
    await suspend(database, account_set.account_sid)
    assert (await quiet.account(owned)).status == "active"  # type: ignore[union-attr]
    quiet.forget(account_set.account_sid)
    assert (await quiet.account(owned)).status == "suspended"  # type: ignore[union-attr]


async def test_an_announced_change_is_heard(
    database: Database, authenticator: AccountAuthenticator, account_set: AccountSet
) -> None:
    sid = account_set.account_sid
    assert (await authenticator.account(sid)).status == "active"  # type: ignore[union-attr]
    heard = asyncio.Event()
    authenticator.on_forget.append(lambda key: heard.set() if key == sid else None)
    async with database.transaction() as connection:
        await connection.execute("UPDATE accounts SET status = 'suspended' WHERE id = $1", sid[2:])
        await database.announce(connection, "accounts", sid)
    await asyncio.wait_for(heard.wait(), 10)
    assert (await authenticator.account(sid)).status == "suspended"  # type: ignore[union-attr]


async def test_missed_notices_empty_the_memory(
    database: Database, quiet: AccountAuthenticator, account_set: AccountSet
) -> None:
    assert account_set.api_key is not None
    assert account_set.api_secret is not None
    told: list[str | None] = []
    quiet.on_forget.append(told.append)
    await quiet.authenticate(account_set.api_key, account_set.api_secret)
    await database.execute("DELETE FROM api_keys WHERE id = $1", account_set.api_key[2:])
    quiet.forget_all()
    assert told == [None]
    message = await refused(quiet, account_set.api_key, account_set.api_secret)
    assert message == INVALID_USERNAME


async def test_a_change_during_a_lookup_is_not_overlooked(
    database: Database,
    quiet: AccountAuthenticator,
    counting: CountingDatabase,
    account_set: AccountSet,
) -> None:
    sid = account_set.account_sid
    counting.go_on = go_on = asyncio.Event()
    lookup = asyncio.create_task(quiet.account(sid))
    await counting.started.wait()  # it has read `active`
    await suspend(database, sid)
    quiet.forget(sid)
    go_on.set()
    found = await lookup
    assert found is not None
    assert found.status == "suspended"

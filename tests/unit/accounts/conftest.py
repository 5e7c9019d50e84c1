"""A first account in the test's own world, and the REST application over it."""

from __future__ import annotations

import os

import pytest

from tests.unit.accounts.support import BORN, Client, Connect
from trunkline.accounts import (
    AccountAuthenticator,
    AccountSet,
    account_resources,
    create_account_set,
)
from trunkline.clock import RealClock
from trunkline.rest.app import TwilioApi
from trunkline.rest.operation import bound_operations
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds


@pytest.fixture(scope="session")
def box() -> SecretBox:
    return SecretBox(bytes(range(32)))


@pytest.fixture
async def account_set(
    database: Database, world_id: str, sids: SidFactory, box: SecretBox
) -> AccountSet:
    async with database.transaction() as connection:
        return await create_account_set(
            connection, world_id=world_id, sids=sids, box=box, now=BORN, entropy=os.urandom
        )


@pytest.fixture
async def authenticator(database: Database, box: SecretBox) -> AccountAuthenticator:
    return AccountAuthenticator(database, box)


@pytest.fixture
async def connect(
    database: Database,
    box: SecretBox,
    sids: SidFactory,
    authenticator: AccountAuthenticator,
    account_set: AccountSet,
) -> Connect:
    """`connect(username, password)`: a client; without arguments, with the parent's token."""
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    resources = account_resources(
        database,
        box=box,
        sids=sids,
        worlds=worlds,
        authenticator=authenticator,
        entropy=os.urandom,
    )
    app = TwilioApi(bound_operations(*resources), authenticator, sids=sids)

    def forget(sid: str | None) -> None:
        if sid is None:
            app.credentials.clear()
        else:
            app.credentials.forget(sid)

    authenticator.on_forget.append(forget)

    def make(username: str = "", password: str = "", host: str = "api.twilio.com") -> Client:
        if not username:
            username, password = account_set.account_sid, account_set.auth_token
        return Client(app, username, password, host)

    return make

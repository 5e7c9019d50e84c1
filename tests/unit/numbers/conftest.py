"""An account in the test's own world, and the REST application over its numbers."""

from __future__ import annotations

import os

import pytest

from tests.unit.accounts.support import BORN, Client
from tests.unit.numbers.support import Numbers
from trunkline.accounts import (
    AccountAuthenticator,
    AccountSet,
    account_resources,
    create_account_set,
)
from trunkline.clock import RealClock
from trunkline.numbers import ApplicationLookup, OwnNumbers, number_resources
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
async def numbers(
    database: Database, world_id: str, sids: SidFactory, box: SecretBox, account_set: AccountSet
) -> Numbers:
    """The family over the shared database, with a client for the account and for its test pair."""
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    own_numbers, applications = OwnNumbers(database), ApplicationLookup(database)
    await own_numbers.load()
    authenticator = AccountAuthenticator(database, box)
    resources = (
        *account_resources(
            database,
            box=box,
            sids=sids,
            worlds=worlds,
            authenticator=authenticator,
            entropy=os.urandom,
        ),
        *number_resources(
            database,
            worlds=worlds,
            sids=sids,
            own_numbers=own_numbers,
            applications=applications,
        ),
    )
    app = TwilioApi(bound_operations(*resources), authenticator, sids=sids)
    return Numbers(
        app=app,
        database=database,
        world_id=world_id,
        account=account_set,
        own_numbers=own_numbers,
        applications=applications,
        client=Client(app, account_set.account_sid, account_set.auth_token),
        test_client=Client(app, account_set.test_account_sid, account_set.test_auth_token),
    )

"""An account in the test's own world, and the REST application over its numbers and services."""

from __future__ import annotations

import os

import pytest

from tests.unit.accounts.support import BORN, Client
from tests.unit.messaging.services.support import DeafDatabase, Family
from trunkline.accounts import AccountAuthenticator, account_resources, create_account_set
from trunkline.clock import RealClock
from trunkline.messaging.services.change_pool import ChangePool
from trunkline.messaging.services.change_service import ChangeService
from trunkline.messaging.services.lookup import ServiceLookup
from trunkline.messaging.services.resources import Services
from trunkline.numbers import ApplicationLookup, OwnNumbers, number_resources
from trunkline.rest.app import TwilioApi
from trunkline.rest.operation import bound_operations
from trunkline.secret_box import SecretBox
from trunkline.server.services import POOLS
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds


@pytest.fixture
async def family(database: Database, world_id: str, sids: SidFactory) -> Family:
    """The family over the shared database, with clients for two accounts."""
    box = SecretBox(bytes(range(32)))
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    own_numbers = OwnNumbers(database)
    lookup = ServiceLookup(DeafDatabase(database))  # type: ignore[arg-type]
    await own_numbers.load()
    await lookup.load()
    authenticator = AccountAuthenticator(database, box)
    async with database.transaction() as connection:
        account = await create_account_set(
            connection, world_id=world_id, sids=sids, box=box, now=BORN, entropy=os.urandom
        )
        other = await create_account_set(
            connection, world_id=world_id, sids=sids, box=box, now=BORN, entropy=os.urandom
        )
    change_pool = ChangePool(database, worlds, sids, lookup)
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
            applications=ApplicationLookup(database),
        ),
        Services(database, ChangeService(database, worlds, sids, lookup)),
        *(pool(database, change_pool) for pool in POOLS),
    )
    app = TwilioApi(bound_operations(*resources), authenticator, sids=sids)
    host = "messaging.twilio.com"
    return Family(
        database=database,
        sids=sids,
        world_id=world_id,
        account=account,
        lookup=lookup,
        client=Client(app, account.account_sid, account.auth_token, host),
        api=Client(app, account.account_sid, account.auth_token),
        other=Client(app, other.account_sid, other.auth_token, host),
    )

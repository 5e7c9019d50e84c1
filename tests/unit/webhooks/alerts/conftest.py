"""An account in the test's own world, and the REST application over its alerts."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.unit.accounts.support import BORN
from tests.unit.webhooks.alerts.support import Queue, Renders, World
from trunkline.accounts import AccountAuthenticator, account_resources, create_account_set
from trunkline.bus import Event
from trunkline.clock import RealClock
from trunkline.rest.app import TwilioApi
from trunkline.rest.operation import bound_operations
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit
from trunkline.webhooks.alerts.account_settings import WebhookAccounts
from trunkline.webhooks.alerts.debugger import SendToDebugger
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.read_request import ReadRequest
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.alerts.resources import Alerts, Notifications
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.worlds import Worlds


@pytest.fixture(scope="session")
def box() -> SecretBox:
    return SecretBox(bytes(range(32)))


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    database: Database, world_id: str, sids: SidFactory, box: SecretBox
) -> AsyncIterator[World]:
    async with database.transaction() as connection:
        account = await create_account_set(
            connection, world_id=world_id, sids=sids, box=box, now=BORN, entropy=os.urandom
        )
    clock = RealClock()
    worlds = Worlds(database, clock, sids)
    await worlds.load()
    renders, queue, events = Renders(), Queue(), list[Event]()
    read_request = ReadRequest(database, renders)
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
        Alerts(database, worlds, read_request),
        Notifications(database, read_request),
    )
    accounts = WebhookAccounts(database)
    follower = SendToDebugger(accounts, queue, MakeDelivery(sids, worlds, clock))
    commit = GroupCommit(database, published=events.extend, writers=1)
    yield World(
        app=TwilioApi(bound_operations(*resources), authenticator, sids=sids),
        database=database,
        world_id=world_id,
        worlds=worlds,
        sids=sids,
        account=account,
        accounts=accounts,
        alert=AlertMaker(sids, worlds, clock),
        record=RecordAlerts([follower]),
        commit=commit,
        events=events,
        renders=renders,
        queue=queue,
    )
    await commit.close()

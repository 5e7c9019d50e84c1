"""An account with a number in the test's own world, and the Calls operations."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.unit.accounts.support import BORN, Client
from tests.unit.voice.calls_api.support import NUMBER, Desk, Sessions
from trunkline.accounts import AccountAuthenticator, account_resources, create_account_set
from trunkline.bus import LocalBus
from trunkline.clock import RealClock
from trunkline.numbers import ApplicationLookup, OwnNumbers, number_resources
from trunkline.rest.app import TwilioApi
from trunkline.rest.operation import bound_operations
from trunkline.secret_box import SecretBox
from trunkline.server.calls_api import call_resources
from trunkline.server.core import Core
from trunkline.server.webhooks import Webhooks
from trunkline.settings import Settings
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit
from trunkline.voice.model import NewCall
from trunkline.voice.works import CreateCalls, call_notes, call_transitions
from trunkline.worlds import WorldLimits, Worlds


@pytest.fixture
def room() -> list[bool]:
    """Whether there is room for one more call that waits for its turn: emptied by a test."""
    return [True]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(
    database: Database, world_id: str, sids: SidFactory, room: list[bool], tmp_path: Path
) -> AsyncIterator[Desk]:
    clock, box, bus = RealClock(), SecretBox(bytes(range(32))), LocalBus()
    async with database.transaction() as connection:
        account = await create_account_set(
            connection, world_id=world_id, sids=sids, box=box, now=BORN, entropy=os.urandom
        )
    worlds = Worlds(database, clock, sids)
    await worlds.load()
    own_numbers, applications = OwnNumbers(database), ApplicationLookup(database)
    await own_numbers.load()
    authenticator = AccountAuthenticator(database, box)
    commit = GroupCommit(database, published=bus.publish)
    settings, node_id = Settings(data=tmp_path), sids.new_id()

    async def redacted(_: str) -> bool:
        return False

    webhooks = Webhooks(
        settings=settings,
        database=database,
        node_id=node_id,
        clock=clock,
        sids=sids,
        worlds=worlds,
        commit=commit,
        authenticator=authenticator,
        redacted=redacted,
    )
    core = Core(
        settings=settings,
        database=database,
        node_id=node_id,
        clock=clock,
        sids=sids,
        bus=bus,
        box=box,
        worlds=worlds,
        limits=WorldLimits(database, worlds),
        commit=commit,
        authenticator=authenticator,
        own_numbers=own_numbers,
        applications=applications,
        address="http://127.0.0.1:1",
        base_url=lambda: "http://127.0.0.1",
    )

    class Turns:
        def room_for(self, world_id: str, account_id: str) -> bool:
            return bool(room)

    heard: list[NewCall] = []
    sessions = Sessions(commit, call_transitions())
    calls = call_resources(
        core,
        webhooks,
        create=CreateCalls(node_id, heard.extend),
        notes=call_notes(),
        control=sessions,
        heard_folder=tmp_path,
        turns=Turns(),
    )
    others = (
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
    app = TwilioApi(bound_operations(*others, *calls), authenticator, sids=sids)
    desk = Desk(
        database=database,
        sids=sids,
        world_id=world_id,
        worlds=worlds,
        account=account,
        applications=applications,
        sessions=sessions,
        webhooks=webhooks,
        commit=commit,
        client=Client(app, account.account_sid, account.auth_token),
        test_client=Client(app, account.test_account_sid, account.test_auth_token),
        heard_folder=tmp_path,
        heard=heard,
    )
    bought = await desk.client.post(
        f"/2010-04-01/Accounts/{account.account_sid}/IncomingPhoneNumbers.json", PhoneNumber=NUMBER
    )
    assert bought.status == 201, bought.text
    yield desk
    await commit.close()
    await webhooks.stop()

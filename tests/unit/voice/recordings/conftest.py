"""An account in the test's own world, and everything about recordings."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.unit.accounts.support import BORN, Client
from tests.unit.voice.recordings.support import Encoder, Places, Studio
from trunkline.accounts import AccountAuthenticator, account_resources, create_account_set
from trunkline.bus import LocalBus
from trunkline.clock import RealClock
from trunkline.numbers import ApplicationLookup, OwnNumbers
from trunkline.rest.app import TwilioApi
from trunkline.rest.operation import bound_operations
from trunkline.secret_box import SecretBox
from trunkline.server.core import Core
from trunkline.server.media import Media
from trunkline.server.recordings import Recordings
from trunkline.server.webhooks import Webhooks
from trunkline.settings import Settings
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit
from trunkline.worlds import WorldLimits, Worlds

BASE_URL = "http://127.0.0.1:8080"


@pytest_asyncio.fixture(loop_scope="session")
async def studio(
    database: Database, world_id: str, sids: SidFactory, tmp_path: Path
) -> AsyncIterator[Studio]:
    clock, box, bus = RealClock(), SecretBox(bytes(range(32))), LocalBus()
    async with database.transaction() as connection:
        account = await create_account_set(
            connection, world_id=world_id, sids=sids, box=box, now=BORN, entropy=os.urandom
        )
    worlds = Worlds(database, clock, sids)
    await worlds.load()
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
        own_numbers=OwnNumbers(database),
        applications=ApplicationLookup(database),
        address="http://127.0.0.1:1",
        base_url=lambda: BASE_URL,
    )
    media = Media(core)
    await media.load()
    places, encoder = Places(), Encoder()
    recordings = Recordings(
        core,
        webhooks,
        media,
        leg_of=lambda sid: studio.leg_of(sid),
        encode_mp3=encoder,
        occupation=places,
    )
    resources = (
        *account_resources(
            database,
            box=box,
            sids=sids,
            worlds=worlds,
            authenticator=authenticator,
            entropy=os.urandom,
        ),
        *recordings.resources,
    )
    app = TwilioApi(bound_operations(*resources), authenticator, sids=sids)
    studio = Studio(
        core=core,
        webhooks=webhooks,
        media=media,
        recordings=recordings,
        account=account,
        world_id=world_id,
        app=app,
        client=Client(app, account.account_sid, account.auth_token),
        test_client=Client(app, account.test_account_sid, account.test_auth_token),
        places=places,
        encoder=encoder,
    )
    yield studio
    await recordings.stop()
    await webhooks.stop()
    await commit.close()

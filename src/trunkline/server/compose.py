"""Put the platform together: every collaborator is made here and handed to those that use it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from trunkline import numbers
from trunkline.accounts import (
    AccountAuthenticator,
    AccountSet,
    account_resources,
    load_account_set,
)
from trunkline.accounts.resources import Accounts, IamKeys, Keys, SigningKeys
from trunkline.bus import LocalBus
from trunkline.clock import RealClock
from trunkline.control.gateway_platform import ControlledGateway
from trunkline.messaging.explain_message import is_redacted
from trunkline.messaging.links.manage_domains import ManageDomains
from trunkline.messaging.links.read_links import ReadLinks
from trunkline.messaging.media.links import PREFIX as MEDIA_FILES
from trunkline.messaging.media.media_accounts import MediaAccounts
from trunkline.messaging.reset_world import ResetWorld
from trunkline.rest.app import TwilioApi
from trunkline.rest.operation import bound_operations
from trunkline.secret_box import SecretBox
from trunkline.server.between import Between
from trunkline.server.core import Core
from trunkline.server.first_start import control_token, create_world
from trunkline.server.gateway import Gateway
from trunkline.server.messaging import RESOURCES as MESSAGING_RESOURCES
from trunkline.server.messaging import Messaging
from trunkline.server.report_status import ReportStatus
from trunkline.server.voice import RESOURCES as VOICE_RESOURCES
from trunkline.server.voice import Voice
from trunkline.server.webhooks import RESOURCES as WEBHOOK_RESOURCES
from trunkline.server.webhooks import Webhooks
from trunkline.settings import Settings
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit
from trunkline.store.migrate import drop_partitions, ensure_partitions
from trunkline.webhooks.alerts.account_settings import WebhookAccounts
from trunkline.webhooks.history import History
from trunkline.webhooks.resend import Resend
from trunkline.webhooks.world_settings import WebhookWorlds
from trunkline.worlds import AdvanceClock, World, WorldLimits, Worlds

__all__ = ["Platform", "resource_classes"]

log = structlog.get_logger(__name__)

DEFAULT_WORLD = "default"
PARTITION_PERIOD = 6 * 3600.0  # seconds between looks at the partitions ahead


def resource_classes() -> list[type]:
    """The classes whose operations this platform serves, for the router and the documents."""
    return [
        Accounts,
        Keys,
        SigningKeys,
        IamKeys,
        *numbers.RESOURCES,
        *MESSAGING_RESOURCES,
        *VOICE_RESOURCES,
        *WEBHOOK_RESOURCES,
    ]


class Platform:
    """One node: everything that lives in the main process. `address` is the base URL at which it
    listens."""

    def __init__(
        self, settings: Settings, database: Database, node_id: str, box: SecretBox, address: str
    ) -> None:
        self.base_url = (settings.public_url or address).rstrip("/")
        self.settings = settings
        self.database = database
        self.node_id = node_id
        self.clock = RealClock()
        self.sids = SidFactory(self.clock.milliseconds)
        self.bus = LocalBus()
        self.box = box
        self.worlds = Worlds(database, self.clock, self.sids)
        self.limits = WorldLimits(database, self.worlds)
        self.commit = GroupCommit(
            database,
            published=self.bus.publish,
            writers=settings.commit_writers,
            batch=settings.commit_batch,
            waiting=settings.commit_waiting,
        )
        self.authenticator = AccountAuthenticator(database, box)
        self.own_numbers = numbers.OwnNumbers(database)
        self.applications = numbers.ApplicationLookup(database)
        self.import_number = numbers.ImportNumber(
            database, self.worlds, self.sids, self.own_numbers
        )
        self.short_codes = numbers.ShortCodes(database, self.worlds, self.sids, self.own_numbers)
        self.status = ReportStatus(
            settings, database, self.worlds, self.bus, self.clock, node_id, self.numbers_of
        )
        self.webhooks = Webhooks(
            settings=settings,
            database=database,
            node_id=node_id,
            clock=self.clock,
            sids=self.sids,
            worlds=self.worlds,
            commit=self.commit,
            authenticator=self.authenticator,
            redacted=partial(is_redacted, database),
        )
        core = Core(
            settings=settings,
            database=database,
            node_id=node_id,
            clock=self.clock,
            sids=self.sids,
            bus=self.bus,
            box=box,
            worlds=self.worlds,
            limits=self.limits,
            commit=self.commit,
            authenticator=self.authenticator,
            own_numbers=self.own_numbers,
            applications=self.applications,
            address=address,
            base_url=lambda: self.base_url,
        )
        self.messaging = messaging = Messaging(core, self.webhooks)
        self.phones = messaging.phones
        self.inbox = messaging.inbox
        self.transcript = messaging.transcript
        self.receive = messaging.receive
        self.explain = messaging.explain
        self.read_message = messaging.read_message
        self.consents = messaging.consents
        self.dispatcher = messaging.dispatcher
        self.calls = Voice(core, self.webhooks, messaging)
        self.gateway = Gateway(core, lambda: self.control_token)
        self.status.media = self.calls.media.statistics
        self.between = Between(messaging.between, self.calls.between)
        self.advance = AdvanceClock(
            self.worlds,
            [
                self.dispatcher,
                messaging.rates.gate.acquiring,
                self.webhooks.deliver,
                self.calls.live.queue,
            ],
            self.calls.time,
            self.calls.phones.holds,
        )
        self.calls.phones.on_free = self.advance.let_go
        self.reset = ResetWorld(
            database,
            self.worlds,
            self.phones,
            self.dispatcher,
            self.webhooks,
            messaging.loops,
            messaging.choose,
            self.calls,
        )
        self.api = self._api()
        self.control_token = ""
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Load what is kept in memory, make the first world, and take up what was left."""
        await self.database.listen()
        await self.worlds.load()
        await self.limits.load()
        if self.worlds.named(DEFAULT_WORLD) is None:
            await self.create_world(DEFAULT_WORLD)
        self.control_token = await control_token(self.database, self.box)
        await self.own_numbers.load()
        await self.messaging.load()
        await self.calls.load()
        for world in self.worlds.all():
            self._watch_world(world)
        dispatching = await self.messaging.start(self._stop)
        self._tasks = [
            await self.webhooks.start(self._stop),
            *dispatching,
            *await self.calls.start(self._stop),
            asyncio.create_task(self._keep_lease()),
            asyncio.create_task(self._keep_partitions()),
        ]

    async def stop(self) -> None:
        """In order: no new work, finish what is held, write what waits, close."""
        self._stop.set()
        self.bus.close()
        await self.api.finish()
        await self.gateway.stop()
        await self.calls.stop()
        await self.dispatcher.stop()
        await self.webhooks.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.messaging.stop()
        await self.commit.close()
        try:
            await self.messaging.recover.end_lease()
        finally:
            await self.database.close()

    async def create_world(self, name: str) -> tuple[World, AccountSet]:
        """A world with its own account, credentials and numbers."""
        world, account_set, given = await create_world(
            self.database,
            self.worlds,
            self.sids,
            self.box,
            self.clock,
            name,
            clock_movable=self.settings.mode == "development",
            limits="off" if self.settings.mode == "development" else "twilio",
        )
        await self.limits.refresh(world.id)
        self._watch_world(world)
        await self.own_numbers.refresh(world.id, *given)
        return world, account_set

    def _watch_world(self, world: World) -> None:
        self.dispatcher.watch_world(world.id)
        self.webhooks.deliver.watch_world(world.id)

    async def account_set(self, world: World) -> AccountSet:
        """The credentials of a world's first account."""
        found = await load_account_set(self.database, self.box, world.id)
        if found is None:
            raise LookupError(f"world {world.name} has no account")
        return found

    @property
    def webhook_history(self) -> History:
        """What was requested of apps."""
        return self.webhooks.history

    @property
    def resend(self) -> Resend:
        """Makes a request again."""
        return self.webhooks.resend

    @property
    def webhook_worlds(self) -> WebhookWorlds:
        """What worlds set for their webhooks."""
        return self.webhooks.worlds

    @property
    def webhook_accounts(self) -> WebhookAccounts:
        """What accounts set for their webhooks."""
        return self.webhooks.accounts

    @property
    def media_accounts(self) -> MediaAccounts:
        """What accounts set for their media."""
        return self.messaging.media.accounts

    @property
    def link_domains(self) -> ManageDomains:
        """The domains of short links."""
        return self.messaging.links.manage

    @property
    def read_links(self) -> ReadLinks:
        """The links of messages."""
        return self.messaging.links.read

    async def serve(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request from outside that is not of the control API."""
        if self.gateway.face_of(scope) is not None:
            await self.gateway(scope, receive, send)
            return
        follow = self.messaging.links.follow
        if follow.takes(scope):
            await follow(scope, receive, send)
            return
        if self.calls.recordings.serve.takes(scope):
            await self.calls.recordings.serve(scope, receive, send)
            return
        is_file = scope["path"].startswith(MEDIA_FILES)
        target = self.messaging.media.serve if is_file else self.api
        await target(scope, receive, send)

    async def controlled_gateway(self) -> ControlledGateway:
        """The gateway, loaded."""
        return await self.gateway.parts()

    def gateway_key(self, world: World) -> str | None:
        """The key of the gateway that a world has in development."""
        return self.gateway.key(world)

    def numbers_of(self, world: World) -> list[str]:
        """The numbers that somebody owns in a world, sorted."""
        return self.own_numbers.of_world(world.id)

    def _api(self) -> TwilioApi:
        resources: Sequence[object] = (
            *account_resources(
                self.database,
                box=self.box,
                sids=self.sids,
                worlds=self.worlds,
                authenticator=self.authenticator,
                entropy=os.urandom,
            ),
            *numbers.number_resources(
                self.database,
                worlds=self.worlds,
                sids=self.sids,
                own_numbers=self.own_numbers,
                applications=self.applications,
            ),
            *self.messaging.resources,
            *self.calls.resources,
            *self.webhooks.resources,
        )
        api = TwilioApi(
            bound_operations(*resources),
            self.authenticator,
            sids=self.sids,
            max_body=self.settings.max_body_bytes,
            max_concurrent_per_account=self.settings.max_concurrent_requests,
            public_url=self.settings.public_url,
            trust_forwarded=self.settings.trust_forwarded,
        )

        def forget(account_sid: str | None) -> None:
            if account_sid is None:
                api.credentials.clear()
            else:
                api.credentials.forget(account_sid)

        self.authenticator.on_forget.append(forget)
        return api

    async def _keep_lease(self) -> None:
        period = self.settings.lease_seconds / 3
        await _repeat(period, self._stop, self._renew)

    async def _keep_partitions(self) -> None:
        await _repeat(PARTITION_PERIOD, self._stop, self._make_partitions)

    async def _make_partitions(self) -> None:
        async with self.database.connection() as connection:
            await ensure_partitions(connection, self.clock.now())
            if days := self.settings.webhook_log_days:
                before = self.clock.now() - timedelta(days=days)
                await drop_partitions(connection, ("deliveries", "alerts"), before)
        await self.webhooks.drop_old()
        await self.messaging.links.drop_old()
        await self.calls.drop_old()

    async def _renew(self) -> None:
        # First the requests: what the messages of a silent node bring about comes behind them.
        await self.webhooks.take_over()
        await self.messaging.renew()
        await self.calls.renew()


async def _repeat(period: float, stop: asyncio.Event, action: Callable[[], Awaitable[Any]]) -> None:
    while True:
        try:
            await asyncio.wait_for(stop.wait(), period)
            return
        except TimeoutError:
            pass
        try:
            await action()
        except Exception:
            log.warning("repeat.failed", exc_info=True)

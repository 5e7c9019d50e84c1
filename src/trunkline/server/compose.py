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
from trunkline.carriers import Routes
from trunkline.carriers.routes import VIRTUAL
from trunkline.carriers.virtual import Phones
from trunkline.clock import RealClock
from trunkline.messaging.between import Between
from trunkline.messaging.decide_send import DecideSend, valid_for_libphonenumber
from trunkline.messaging.dispatch.check_submission import CheckSubmission
from trunkline.messaging.dispatch.deliver_to_phones import DeliverToPhones
from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.dispatch.hand_over import HandOver
from trunkline.messaging.dispatch.queue_works import Claims
from trunkline.messaging.dispatch.recover_dispatch import RecoverDispatch
from trunkline.messaging.dispatch.submit_to_carrier import SubmitToCarrier
from trunkline.messaging.doubts import AlertDoubts
from trunkline.messaging.explain_message import ExplainMessage, is_redacted
from trunkline.messaging.finish_message import FinishMessage
from trunkline.messaging.inbound.inbound_webhook import InboundRequests
from trunkline.messaging.inbound.opt_outs import OptOuts
from trunkline.messaging.inbound.receive_message import ReceiveMessage
from trunkline.messaging.make_message import MakeMessage
from trunkline.messaging.media.fetch_media import FetchMedia
from trunkline.messaging.media.files import FetchFiles
from trunkline.messaging.media.resources import MessageMedia
from trunkline.messaging.phone_inbox import PhoneInbox
from trunkline.messaging.replies.loop_breaker import LoopBreaker
from trunkline.messaging.reset_world import ResetWorld
from trunkline.messaging.resources import Messages
from trunkline.messaging.send import SendMessage
from trunkline.messaging.transcript import ReadTranscript
from trunkline.messaging.works import CreateMessages, Notes
from trunkline.rest.app import TwilioApi
from trunkline.rest.operation import bound_operations
from trunkline.secret_box import SecretBox
from trunkline.server.first_start import control_token, create_world
from trunkline.server.message_webhooks import connect_messages
from trunkline.server.report_status import ReportStatus
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
from trunkline.worlds import AdvanceClock, World, Worlds

__all__ = ["Platform", "resource_classes"]

log = structlog.get_logger(__name__)

DEFAULT_WORLD = "default"
PARTITION_PERIOD = 6 * 3600.0  # seconds between looks at the partitions ahead
LOAD_PERIOD = 2.0  # seconds between reads of the dispatch table
MEDIA_BATCH = 4  # messages whose media are stored in one transaction
MEDIA_AT_ONCE = 32  # messages whose media are fetched at the same time


def resource_classes() -> list[type]:
    """The classes whose operations this platform serves, for the router and the documents."""
    return [
        Accounts,
        Keys,
        SigningKeys,
        IamKeys,
        *numbers.RESOURCES,
        Messages,
        MessageMedia,
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
        self.phones = Phones(database)
        self.routes = Routes.configured(settings.carriers)
        self.commit = GroupCommit(
            database,
            published=self.bus.publish,
            writers=settings.commit_writers,
            batch=settings.commit_batch,
            waiting=settings.commit_waiting,
        )
        self._media_commit = GroupCommit(
            database, published=self.bus.publish, writers=1, batch=MEDIA_BATCH
        )
        self.authenticator = AccountAuthenticator(database, box)
        self.own_numbers = numbers.OwnNumbers(database)
        self.applications = numbers.ApplicationLookup(database)
        self.import_number = numbers.ImportNumber(
            database, self.worlds, self.sids, self.own_numbers
        )
        self._strict = valid_for_libphonenumber if settings.strict_numbers else None
        self.status = ReportStatus(
            settings, database, self.worlds, self.bus, self.clock, node_id, self.numbers_of
        )
        self.opt_outs = OptOuts(database)
        self.inbox = PhoneInbox(database)
        self.between = Between(database)
        self.transcript = ReadTranscript(database)
        self._create = CreateMessages(node_id, lambda messages: self._hand_over(messages))
        self._loops = LoopBreaker()
        self.make_message = MakeMessage(
            routes=self.routes, worlds=self.worlds, clock=self.clock, sids=self.sids
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
        self.fetch_files = FetchFiles(
            self.webhooks.egress,
            allowed=self.webhooks.accounts.allowed,
            locate=self.webhooks.locate,
            seconds=settings.media_timeout_seconds,
        )
        self._transitions = connect_messages(
            self.webhooks,
            database=database,
            own_numbers=self.own_numbers,
            create=self._create,
            make_message=self.make_message,
            loops=self._loops,
            strict=self._strict,
            base_url=lambda: self.base_url,
            worlds=self.worlds,
            clock=self.clock,
        )
        self._notes = Notes([AlertDoubts(self.webhooks.record, self.webhooks.alert)])
        deadline = timedelta(seconds=settings.receipt_deadline_seconds)
        self.recover = RecoverDispatch(
            database,
            self.commit,
            self.worlds,
            self.clock,
            notes=self._notes,
            owner=node_id,
            deadline=deadline,
        )
        self.dispatcher = Dispatcher(
            self.worlds,
            load=self.recover.load,
            next_due=self.recover.next_due,
            due_worlds=self.recover.due_worlds,
        )
        self._hand_over = HandOver(self.dispatcher, self.worlds)
        self.receive = ReceiveMessage(
            commit=self.commit,
            media_commit=self._media_commit,
            create=self._create,
            requests=InboundRequests(self.webhooks.make, lambda: self.base_url),
            due=self.webhooks.due,
            fetch=self.fetch_files,
            numbers=self.own_numbers,
            opt_outs=self.opt_outs,
            worlds=self.worlds,
            clock=self.clock,
            sids=self.sids,
        )
        self.advance = AdvanceClock(self.worlds, [self.dispatcher, self.webhooks.deliver])
        self.explain = ExplainMessage(database, self.worlds, self.opt_outs, self.webhooks.history)
        self.reset = ResetWorld(
            database, self.worlds, self.phones, self.dispatcher, self.webhooks, self._loops
        )
        for commit in (self.commit, self._media_commit):
            commit.on_doubt.append(self.webhooks.deliver.doubt)
        self._add_lanes(deadline)
        self.api = self._api()
        self.control_token = ""
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Load what is kept in memory, make the first world, and take up what was left."""
        await self.database.listen()
        await self.worlds.load()
        if self.worlds.named(DEFAULT_WORLD) is None:
            await self.create_world(DEFAULT_WORLD)
        self.control_token = await control_token(self.database, self.box)
        await self.phones.load()
        await self.own_numbers.load()
        for world in self.worlds.all():
            self._watch_world(world)
        await asyncio.gather(*(c.start() for c in self.routes.carriers.values()))
        await self.recover.keep_lease(self.settings.lease_seconds)
        await self.recover.show_doubts()
        self._tasks = [
            await self.webhooks.start(self._stop),
            asyncio.create_task(self.dispatcher.load_for_ever(LOAD_PERIOD, self._stop)),
            asyncio.create_task(self._keep_lease()),
            asyncio.create_task(self._keep_partitions()),
        ]

    async def stop(self) -> None:
        """In order: no new work, finish what is held, write what waits, close."""
        self._stop.set()
        self.bus.close()
        await self.api.finish()
        await self.dispatcher.stop()
        await self.webhooks.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(c.stop() for c in self.routes.carriers.values()))
        await self._media_commit.close()
        await self.commit.close()
        try:
            await self.recover.end_lease()
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
        )
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

    def numbers_of(self, world: World) -> list[str]:
        """The numbers that somebody owns in a world, sorted."""
        return self.own_numbers.of_world(world.id)

    def _add_lanes(self, deadline: timedelta) -> None:
        media = FetchMedia(
            database=self.database,
            commit=self._media_commit,
            transitions=self._transitions,
            worlds=self.worlds,
            clock=self.clock,
            sids=self.sids,
            dispatcher=self.dispatcher,
            fetch=self.fetch_files,
        )
        check = CheckSubmission(self.opt_outs, self.authenticator.account)
        virtual = DeliverToPhones(
            commit=self.commit,
            transitions=self._transitions,
            worlds=self.worlds,
            clock=self.clock,
            phones=self.phones,
            check=check,
            dispatcher=self.dispatcher,
            database=self.database,
            receive=self.receive.jobs_of,
            is_number=self.receive.takes,
        )
        self.dispatcher.add_lane("media", media, at_once=MEDIA_AT_ONCE, most=MEDIA_AT_ONCE)
        self.dispatcher.add_lane(VIRTUAL, virtual, at_once=1)
        claims = Claims(self.node_id)
        for name, carrier in self.routes.carriers.items():
            runner = SubmitToCarrier(
                carrier,
                database=self.database,
                commit=self.commit,
                transitions=self._transitions,
                claims=claims,
                notes=self._notes,
                worlds=self.worlds,
                clock=self.clock,
                check=check,
                dispatcher=self.dispatcher,
                deadline=deadline,
            )
            # What waits for a place in the window is ready to go; a slow one holds up no other.
            most = 2 * carrier.window
            self.dispatcher.add_lane(name, runner, at_once=most, most=most)

    def _api(self) -> TwilioApi:
        decide = DecideSend(
            numbers=self.own_numbers,
            callback_of=self.applications.message_status_callback,
            make=self.make_message,
            strict=self._strict,
        )
        messages = Messages(
            database=self.database,
            worlds=self.worlds,
            sids=self.sids,
            decide=decide,
            send=SendMessage(self.commit, self._create),
            finish=FinishMessage(self.database, self.worlds, self.clock, self.bus),
            webhooks=self.webhooks.deliver,
        )
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
            messages,
            MessageMedia(self.database, self.worlds),
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

    async def _renew(self) -> None:
        # First the requests: what the messages of a silent node bring about comes behind them.
        await self.webhooks.take_over()
        await self.recover.keep_lease(self.settings.lease_seconds)
        await self.recover.show_doubts(self.dispatcher.knows)


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

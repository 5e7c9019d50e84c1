"""Put the webhooks of a platform together."""

from __future__ import annotations

import asyncio

from trunkline.accounts import AccountAuthenticator
from trunkline.clock import Clock
from trunkline.settings import Settings
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit
from trunkline.store.database import Connection as DatabaseConnection
from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.alerts.account_settings import WebhookAccounts
from trunkline.webhooks.alerts.debugger import KIND as DEBUGGER
from trunkline.webhooks.alerts.debugger import DebuggerRequests, SendToDebugger
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.read_request import ReadRequest
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.alerts.resources import Alerts, Notifications
from trunkline.webhooks.ask import AskApp
from trunkline.webhooks.chaos import ChaosPlans
from trunkline.webhooks.cookie_jars import CookieJars
from trunkline.webhooks.deliver import DeliverWebhooks
from trunkline.webhooks.forget import forget_world
from trunkline.webhooks.history import History, Redacted
from trunkline.webhooks.http import Egress, NetworkRules, Requests
from trunkline.webhooks.kinds import DeliveryKind
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.outgoing import MakeOutgoing
from trunkline.webhooks.perform import PerformDelivery
from trunkline.webhooks.queue_table import ReadQueue
from trunkline.webhooks.resend import Resend
from trunkline.webhooks.target import Target
from trunkline.webhooks.works import DueDeliveries, EndDeliveries
from trunkline.webhooks.world_settings import WebhookWorlds
from trunkline.worlds import Worlds

__all__ = ["RESOURCES", "Webhooks"]

RESOURCES = (Alerts, Notifications)
LOOK_PERIOD = 2.0  # seconds between looks for what memory does not have


class Webhooks:
    """Everything about requests to apps, but for the kinds that families add to `kinds`."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        node_id: str,
        clock: Clock,
        sids: SidFactory,
        worlds: Worlds,
        commit: GroupCommit,
        authenticator: AccountAuthenticator,
        redacted: Redacted,
    ) -> None:
        private = settings.webhook_private_networks
        rules = NetworkRules(private=settings.mode == "development" if private is None else private)
        self.egress = Egress(rules)
        self.worlds = WebhookWorlds(database, settings.map)
        # In production there is none, also not what was set before.
        calm = settings.mode == "production"
        self.chaos = ChaosPlans((lambda _: None) if calm else self.worlds.chaos_of)
        self.jars = CookieJars(database, worlds, clock, owner=node_id)
        self.kinds: dict[str, DeliveryKind] = {}
        self.accounts = WebhookAccounts(database)
        self.make = MakeDelivery(sids, worlds, clock)
        self.alert = AlertMaker(sids, worlds, clock)
        self.due = DueDeliveries(node_id, lambda deliveries: self.deliver.hears(deliveries))
        self.record = RecordAlerts([SendToDebugger(self.accounts, self.due, self.make)])
        self._table = ReadQueue(database, owner=node_id, kinds=self.kinds)
        self._requests = Requests(self.egress, clock=clock)
        perform = PerformDelivery(
            commit=commit,
            requests=self._requests,
            kinds=self.kinds,
            token_of=authenticator.auth_token,
            account_of=authenticator.account,
            due=self.due,
            end=EndDeliveries(node_id),
            record=self.record,
            outgoing=MakeOutgoing(
                locate=self.locate,
                allowed_of=self.accounts.allowed,
                jars=self.jars,
            ),
            alert=self.alert,
            worlds=worlds,
            clock=clock,
        )
        self.ask = AskApp(
            commit=commit,
            requests=self._requests,
            kinds=self.kinds,
            token_of=authenticator.auth_token,
            account_of=authenticator.account,
            allowed_of=self.accounts.allowed,
            locate=self.locate,
            chaos=self.chaos,
            make=self.make,
            record=self.record,
            alert=self.alert,
            worlds=worlds,
            clock=clock,
        )
        self.deliver = DeliverWebhooks(worlds, self._table, perform, self.chaos)
        self.read_request = ReadRequest(database, self._render)
        self.kinds[DEBUGGER] = DebuggerRequests(database, self.read_request)
        self.history = History(
            database,
            self.kinds,
            redacted,
            locate=self.locate,
            is_under_way=self.deliver.is_under_way,
        )
        self.resend = Resend(
            database=database,
            commit=commit,
            due=self.due,
            make=self.make,
            kinds=self.kinds,
            is_under_way=self.deliver.is_under_way,
        )
        self.resources = (
            Alerts(database, worlds, self.read_request),
            Notifications(database, self.read_request),
        )

    async def start(self, stop: asyncio.Event) -> asyncio.Task[None]:
        """Load settings, take up what was left, and look for more until `stop`."""
        await self.worlds.load()
        await self.jars.load()
        await self.deliver.recover()
        return asyncio.create_task(self.deliver.look_for_ever(LOOK_PERIOD, stop))

    async def stop(self) -> None:
        """Finish what is under way, and close every connection."""
        await self.deliver.stop()
        await self.ask.finish()
        await self._requests.close()

    async def take_over(self) -> None:
        """Take the requests of nodes that are silent."""
        if await self._table.take_over():
            self.deliver.doubt()

    async def drop_old(self) -> None:
        """Forget what has had its time."""
        await self.jars.drop_old()

    async def reset(self, connection: DatabaseConnection, world_id: str) -> None:
        """Delete all of a world within a transaction."""
        await forget_world(connection, world_id)

    def forget_world(self, world_id: str) -> None:
        """Drop what waits of a world in memory."""
        self.deliver.forget_world(world_id)
        self.worlds.calm(world_id)
        self.jars.forget_world(world_id)

    async def idle(self, world_id: str) -> None:
        """Wait until no request of a world is due or under way."""
        await self.deliver.idle(world_id)

    def locate(self, world_id: str, target: Target) -> Connection | None:
        """Where the app behind a target is; None when it is where it says."""
        for addresses in self.worlds.maps_of(world_id):
            if (found := addresses.locate(target)) is not None:
                return found
        return None

    async def _render(self, delivery: Delivery) -> Parameters | None:
        kind = self.kinds.get(delivery.kind)
        return None if kind is None else await kind.parameters(delivery)

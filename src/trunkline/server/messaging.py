"""Put messaging together: how messages are decided on, sent, received, read and explained."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from trunkline.carriers import Routes
from trunkline.carriers.routes import VIRTUAL
from trunkline.carriers.virtual import Phones
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
from trunkline.messaging.explain_message import ExplainMessage
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
from trunkline.messaging.resources import Messages
from trunkline.messaging.send import SendMessage
from trunkline.messaging.transcript import ReadTranscript
from trunkline.messaging.works import CreateMessages, Notes
from trunkline.server.core import Core
from trunkline.server.message_webhooks import connect_messages
from trunkline.server.webhooks import Webhooks
from trunkline.store import GroupCommit

__all__ = ["RESOURCES", "Messaging"]

RESOURCES = (Messages, MessageMedia)

LOAD_PERIOD = 2.0  # seconds between reads of the dispatch table
MEDIA_BATCH = 4  # messages whose media are stored in one transaction
MEDIA_AT_ONCE = 32  # messages whose media are fetched at the same time


class Messaging:
    """The messaging of one node."""

    def __init__(self, core: Core, webhooks: Webhooks) -> None:
        self._core = core
        self._webhooks = webhooks
        self.phones = Phones(core.database)
        self.routes = Routes.configured(core.settings.carriers)
        self.media_commit = GroupCommit(
            core.database, published=core.bus.publish, writers=1, batch=MEDIA_BATCH
        )
        self._strict = valid_for_libphonenumber if core.settings.strict_numbers else None
        self._deadline = timedelta(seconds=core.settings.receipt_deadline_seconds)
        self.opt_outs = OptOuts(core.database)
        self.inbox = PhoneInbox(core.database)
        self.between = Between(core.database)
        self.transcript = ReadTranscript(core.database)
        self.loops = LoopBreaker()
        self._create = CreateMessages(core.node_id, lambda messages: self._hand_over(messages))
        self._make_message = MakeMessage(
            routes=self.routes, worlds=core.worlds, clock=core.clock, sids=core.sids
        )
        self._fetch_files = FetchFiles(
            webhooks.egress,
            allowed=webhooks.accounts.allowed,
            locate=webhooks.locate,
            seconds=core.settings.media_timeout_seconds,
        )
        self._transitions = connect_messages(
            core,
            webhooks,
            create=self._create,
            make_message=self._make_message,
            loops=self.loops,
            strict=self._strict,
        )
        self._notes = Notes([AlertDoubts(webhooks.record, webhooks.alert)])
        self.recover = RecoverDispatch(
            core.database,
            core.commit,
            core.worlds,
            core.clock,
            notes=self._notes,
            owner=core.node_id,
            deadline=self._deadline,
        )
        self.dispatcher = Dispatcher(
            core.worlds,
            load=self.recover.load,
            next_due=self.recover.next_due,
            due_worlds=self.recover.due_worlds,
        )
        self._hand_over = HandOver(self.dispatcher, core.worlds)
        self.receive = ReceiveMessage(
            commit=core.commit,
            media_commit=self.media_commit,
            create=self._create,
            requests=InboundRequests(webhooks.make, core.base_url),
            due=webhooks.due,
            fetch=self._fetch_files,
            numbers=core.own_numbers,
            opt_outs=self.opt_outs,
            worlds=core.worlds,
            clock=core.clock,
            sids=core.sids,
        )
        self.explain = ExplainMessage(core.database, core.worlds, self.opt_outs, webhooks.history)
        for commit in (core.commit, self.media_commit):
            commit.on_doubt.append(webhooks.deliver.doubt)
        self._add_lanes()
        self.resources: tuple[object, ...] = (
            self._messages(),
            MessageMedia(core.database, core.worlds),
        )

    async def load(self) -> None:
        """Load what is kept in memory."""
        await self.phones.load()

    async def start(self, stop: asyncio.Event) -> list[asyncio.Task[None]]:
        """Take up what was left, and read the queue until `stop`."""
        await asyncio.gather(*(c.start() for c in self.routes.carriers.values()))
        await self.keep_lease()
        await self.recover.show_doubts()
        return [asyncio.create_task(self.dispatcher.load_for_ever(LOAD_PERIOD, stop))]

    async def stop(self) -> None:
        """Let go of what is held, after the dispatcher has stopped."""
        await asyncio.gather(*(c.stop() for c in self.routes.carriers.values()))
        await self.media_commit.close()

    async def keep_lease(self) -> None:
        """Renew the node's lease."""
        await self.recover.keep_lease(self._core.settings.lease_seconds)

    async def renew(self) -> None:
        """Renew the node's lease, and show what nobody will get an answer to."""
        await self.keep_lease()
        await self.recover.show_doubts(self.dispatcher.knows)

    def _messages(self) -> Messages:
        core = self._core
        decide = DecideSend(
            numbers=core.own_numbers,
            callback_of=core.applications.message_status_callback,
            make=self._make_message,
            strict=self._strict,
        )
        return Messages(
            database=core.database,
            worlds=core.worlds,
            sids=core.sids,
            decide=decide,
            send=SendMessage(core.commit, self._create),
            finish=FinishMessage(core.database, core.worlds, core.clock, core.bus),
            webhooks=self._webhooks.deliver,
        )

    def _add_lanes(self) -> None:
        core = self._core
        media = FetchMedia(
            database=core.database,
            commit=self.media_commit,
            transitions=self._transitions,
            worlds=core.worlds,
            clock=core.clock,
            sids=core.sids,
            dispatcher=self.dispatcher,
            fetch=self._fetch_files,
        )
        check = CheckSubmission(self.opt_outs, core.authenticator.account)
        virtual = DeliverToPhones(
            commit=core.commit,
            transitions=self._transitions,
            worlds=core.worlds,
            clock=core.clock,
            phones=self.phones,
            check=check,
            dispatcher=self.dispatcher,
            database=core.database,
            receive=self.receive.jobs_of,
            is_number=self.receive.takes,
        )
        self.dispatcher.add_lane("media", media, at_once=MEDIA_AT_ONCE, most=MEDIA_AT_ONCE)
        self.dispatcher.add_lane(VIRTUAL, virtual, at_once=1)
        claims = Claims(core.node_id)
        for name, carrier in self.routes.carriers.items():
            runner = SubmitToCarrier(
                carrier,
                database=core.database,
                commit=core.commit,
                transitions=self._transitions,
                claims=claims,
                notes=self._notes,
                worlds=core.worlds,
                clock=core.clock,
                check=check,
                dispatcher=self.dispatcher,
                deadline=self._deadline,
            )
            # What waits for a place in the window is ready to go; a slow one holds up no other.
            most = 2 * carrier.window
            self.dispatcher.add_lane(name, runner, at_once=most, most=most)

"""Put messaging together: how messages are decided on, sent, received, read and explained."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from trunkline.carriers import Routes
from trunkline.carriers.routes import VIRTUAL
from trunkline.carriers.virtual import Phones
from trunkline.messaging.between import Between
from trunkline.messaging.channels.read_message import ReadMessage
from trunkline.messaging.consents.opt_outs import OptOuts
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
from trunkline.messaging.inbound.answer_keyword import AnswerKeyword
from trunkline.messaging.inbound.inbound_webhook import InboundRequests
from trunkline.messaging.inbound.receive_message import ReceiveMessage
from trunkline.messaging.make_message import MakeMessage
from trunkline.messaging.media.fetch_media import FetchMedia
from trunkline.messaging.media.files import FetchFiles
from trunkline.messaging.media.resources import MessageMedia
from trunkline.messaging.phone_inbox import PhoneInbox
from trunkline.messaging.replies.loop_breaker import LoopBreaker
from trunkline.messaging.resources import Messages
from trunkline.messaging.schedules import ScheduleWindow
from trunkline.messaging.send import SendMessage
from trunkline.messaging.services.choose_senders import ChooseSenders
from trunkline.messaging.services.lookup import ServiceLookup
from trunkline.messaging.services.sticky import StickySenders
from trunkline.messaging.transcript import ReadTranscript
from trunkline.messaging.works import CreateMessages, message_notes
from trunkline.server.channels import RESOURCES as CHANNEL_RESOURCES
from trunkline.server.channels import channel_resources
from trunkline.server.consents import RESOURCES as CONSENT_RESOURCES
from trunkline.server.consents import Consents
from trunkline.server.content import RESOURCES as CONTENT_RESOURCES
from trunkline.server.content import Content
from trunkline.server.core import Core
from trunkline.server.links import RESOURCES as LINK_RESOURCES
from trunkline.server.links import Links
from trunkline.server.media import Media
from trunkline.server.message_webhooks import connect_messages
from trunkline.server.rates import Rates
from trunkline.server.services import RESOURCES as SERVICE_RESOURCES
from trunkline.server.services import service_resources
from trunkline.server.webhooks import Webhooks

__all__ = ["RESOURCES", "Messaging"]

RESOURCES = (
    Messages,
    MessageMedia,
    *SERVICE_RESOURCES,
    *CONTENT_RESOURCES,
    *LINK_RESOURCES,
    *CHANNEL_RESOURCES,
    *CONSENT_RESOURCES,
)

LOAD_PERIOD = 2.0  # seconds between reads of the dispatch table
MEDIA_AT_ONCE = 32  # messages whose media are fetched at the same time


class Messaging:
    """The messaging of one node."""

    def __init__(self, core: Core, webhooks: Webhooks) -> None:
        self._core = core
        self._webhooks = webhooks
        self.phones = Phones(core.database)
        self.routes = Routes.configured(core.settings.carriers)
        self._strict = valid_for_libphonenumber if core.settings.strict_numbers else None
        self._deadline = timedelta(seconds=core.settings.receipt_deadline_seconds)
        self.services = ServiceLookup(core.database)
        self.content = Content(core)
        self.sticky = StickySenders(core.database)
        self.opt_outs = OptOuts(core.database, self.services)
        self.consents = Consents(core, self.services)
        self.links = Links(core, webhooks)
        self.rates = Rates(core)
        self.inbox = PhoneInbox(core.database)
        self.between = Between(core.database)
        self.transcript = ReadTranscript(core.database)
        self.loops = LoopBreaker()
        self._create = CreateMessages(
            core.node_id, lambda messages: self._hand_over(messages), self.services
        )
        self._make_message = MakeMessage(
            routes=self.routes, worlds=core.worlds, clock=core.clock, sids=core.sids
        )
        self.media = Media(core)
        self._fetch_files = FetchFiles(
            webhooks.egress,
            keep=self.media.keep,
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
            services=self.services,
            queues=self.rates.room,
        )
        self._notes = message_notes([AlertDoubts(webhooks.record, webhooks.alert)])
        self.recover = RecoverDispatch(
            core.database,
            core.commit,
            core.worlds,
            core.clock,
            notes=self._notes,
            owner=core.node_id,
            deadline=self._deadline,
        )
        self.dispatcher = Dispatcher(core.worlds, self.recover, gate=self.rates.gate)
        self.rates.connect(self.dispatcher)
        self._hand_over = HandOver(self.dispatcher, core.worlds)
        self.receive = ReceiveMessage(
            commit=core.commit,
            create=self._create,
            requests=InboundRequests(webhooks.make, core.base_url),
            due=webhooks.due,
            fetch=self._fetch_files,
            numbers=core.own_numbers,
            keywords=AnswerKeyword(
                opt_outs=self.opt_outs,
                words=self.consents.words,
                make_message=self._make_message,
                create=self._create,
                sids=core.sids,
            ),
            services=self.services,
            sticky=self.sticky.keep,
            worlds=core.worlds,
            clock=core.clock,
            sids=core.sids,
        )
        self.read_message = ReadMessage(
            core.database, core.commit, self._transitions, core.worlds, core.clock
        )
        self.explain = ExplainMessage(
            core.database, core.worlds, self.opt_outs, webhooks.history, self.rates.gate.explain
        )
        core.commit.on_doubt.append(webhooks.deliver.doubt)
        self._add_lanes()
        self.resources: tuple[object, ...] = (
            self._messages(),
            self.media.resource,
            *service_resources(core, self.services),
            *channel_resources(core),
            *self.links.resources,
            *self.content.resources,
            *self.consents.resources,
        )

    async def load(self) -> None:
        """Load what is kept in memory."""
        await self.phones.load()
        await self.services.load()
        await self.links.load()
        await self.rates.load()
        await self.media.load()
        await self.consents.words.load()

    async def start(self, stop: asyncio.Event) -> list[asyncio.Task[None]]:
        """Take up what was left, and read the queue until `stop`."""
        await asyncio.gather(*(c.start() for c in self.routes.carriers.values()))
        await self.keep_lease()
        await self.recover.show_doubts()
        return [
            asyncio.create_task(self.dispatcher.load_for_ever(LOAD_PERIOD, stop)),
            self.media.start(stop),
        ]

    async def stop(self) -> None:
        """Let go of what is held, after the dispatcher has stopped."""
        await self.rates.stop()
        await self.rates.end_leases()
        await asyncio.gather(*(c.stop() for c in self.routes.carriers.values()))

    async def keep_lease(self) -> None:
        """Renew the node's lease."""
        await self.recover.keep_lease(self._core.settings.lease_seconds)

    async def renew(self) -> None:
        """Renew the node's lease, and show what nobody will get an answer to."""
        await self.keep_lease()
        await self.recover.show_doubts(self.dispatcher.knows)
        await self.rates.renew()

    def _messages(self) -> Messages:
        core = self._core
        self.send = SendMessage(core.commit, self._create)
        self.decide = DecideSend(
            numbers=core.own_numbers,
            services=self.services,
            worlds=core.worlds,
            callback_of=core.applications.message_status_callback,
            make=self._make_message,
            window=ScheduleWindow(
                core.settings.schedule_least_seconds, core.settings.schedule_most_seconds
            ),
            render=self.content.render,
            strict=self._strict,
            shorten=self.links.shorten,
            queues=self.rates.room,
        )
        return Messages(
            database=core.database,
            worlds=core.worlds,
            sids=core.sids,
            decide=self.decide,
            send=self.send,
            finish=FinishMessage(
                core.database,
                core.commit,
                self._transitions,
                core.worlds,
                core.clock,
                core.bus,
            ),
            webhooks=self._webhooks.deliver,
        )

    def _add_lanes(self) -> None:
        core = self._core
        media = FetchMedia(
            database=core.database,
            commit=core.commit,
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
        self.choose = ChooseSenders(
            database=core.database,
            commit=core.commit,
            transitions=self._transitions,
            worlds=core.worlds,
            clock=core.clock,
            services=self.services,
            find_number=core.own_numbers.find,
            numbers_version=lambda: core.own_numbers.version,
            sticky=self.sticky,
            queues=self.rates.room,
            link_media=self.links.link_media,
            dispatcher=self.dispatcher,
        )
        self.dispatcher.add_lane("choose", self.choose, at_once=1)
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

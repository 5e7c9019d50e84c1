"""One node of the platform without HTTP: what sends messages, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from tests.support.waiting import eventually
from trunkline.bus import Event
from trunkline.carriers import Accepted, OutboundMessage, Outcome, Routes
from trunkline.carriers.virtual import Behaviour, Phones
from trunkline.clock import RealClock
from trunkline.messaging.alert_failures import AlertFailures
from trunkline.messaging.consents.opt_outs import OptOuts
from trunkline.messaging.consents.words_of_services import WordsOfServices
from trunkline.messaging.decide_send import Decision
from trunkline.messaging.dispatch.check_submission import CheckSubmission
from trunkline.messaging.dispatch.deliver_to_phones import DeliverToPhones
from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.dispatch.hand_over import HandOver
from trunkline.messaging.dispatch.queue_works import Claims
from trunkline.messaging.dispatch.recover_dispatch import RecoverDispatch
from trunkline.messaging.dispatch.submit_to_carrier import SubmitToCarrier
from trunkline.messaging.doubts import AlertDoubts
from trunkline.messaging.inbound.answer_keyword import AnswerKeyword
from trunkline.messaging.inbound.inbound_webhook import InboundRequests, InboundWebhook
from trunkline.messaging.inbound.receive_message import ReceiveMessage
from trunkline.messaging.make_message import MakeMessage
from trunkline.messaging.media.fetch_media import FetchMedia
from trunkline.messaging.media.files import MOST_TOGETHER, MediaFailure, MediaFile
from trunkline.messaging.media.keep_media import KeptMedia
from trunkline.messaging.model import Dispatch, NewMessage
from trunkline.messaging.replies.execute_reply import ExecuteReply
from trunkline.messaging.replies.loop_breaker import LoopBreaker
from trunkline.messaging.replies.reply_action import ACTION, ReplyAction, ReplyActions
from trunkline.messaging.replies.run_session import INBOUND, RunSession
from trunkline.messaging.send import SendMessage
from trunkline.messaging.services.model import Service
from trunkline.messaging.works import CreateMessages, message_notes, message_transitions
from trunkline.numbers import OwnNumber
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job, StoreUnavailable
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.queries import alert_of_row
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion, DeliveryKind
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.works import DueDeliveries, EndDeliveries, Ended
from trunkline.worlds import WorldClock, Worlds

NUMBER = "+14155550100"
PHONE = "+14155550123"
DEADLINE = timedelta(hours=72)
BASE_URL = "https://trunkline.example"
APP = "https://app.example/sms"


class Carrier:
    """A carrier without a wire: remembers what it is given, and answers as it is told."""

    name = "fake"

    def __init__(self, *, window: int = 10) -> None:
        self.window = window
        self.submitted: list[OutboundMessage] = []
        self.answer: Callable[[OutboundMessage], Any] = lambda _: Accepted("id-1")
        self.at_once = 0
        self.most_at_once = 0

    async def submit(self, message: OutboundMessage) -> Outcome:
        """Take a message; the answer may be an outcome, an exception, or something to await."""
        self.submitted.append(message)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = self.answer(message)
            if isinstance(answer, BaseException):
                raise answer
            outcome: Outcome = await answer if asyncio.iscoroutine(answer) else answer
            return outcome
        finally:
            self.at_once -= 1

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""


class LossyCommit:
    """A group commit whose database goes away: `lose` says before or after which commit."""

    def __init__(self, commit: GroupCommit) -> None:
        self._commit = commit
        self.lose: list[str] = []  # for each commit to come: "", "before" or "after"

    async def submit(self, *jobs: Job, urgent: bool = False) -> list[Any]:
        """Commit, and tell the truth about it or not."""
        how = self.lose.pop(0) if self.lose else ""
        if how == "before":
            raise StoreUnavailable("gone")
        results = await self._commit.submit(*jobs, urgent=urgent)
        if how == "after":
            raise StoreUnavailable("gone, and the commit with it, as far as anybody knows")
        return results


class Numbers:
    """One number of the account, what it can do, and others besides."""

    def __init__(self, own: OwnNumber) -> None:
        self.own = own
        self.others: list[OwnNumber] = []

    def find(self, _world_id: str, number: str) -> OwnNumber | None:
        """The number, if it is one of these."""
        return next((n for n in (self.own, *self.others) if n.phone_number == number), None)


class ServicesInMemory:
    """Services and their pools, as a test says."""

    def __init__(self) -> None:
        self.known: list[Service] = []

    def find(self, sid: str) -> Service | None:
        """The service of a SID, or None."""
        return next((service for service in self.known if service.sid == sid), None)

    def of_number(self, world_id: str, sender: str) -> Service | None:
        """The service that has a number in its pool, or None."""
        for service in self.known:
            if service.world_id == world_id and any(s.sender == sender for s in service.senders):
                return service
        return None


class Node:
    """A node with an identity of its own. `world_id` is the world of all its messages."""

    def __init__(
        self,
        database: Database,
        sids: SidFactory,
        worlds: Worlds,
        world_id: str,
        *,
        account_id: str,
        owner: str | None = None,
        carrier: Carrier | None = None,
        patience: float = 30.0,
    ) -> None:
        self.database = database
        self.sids = sids
        self.world_id = world_id
        self.account_id = account_id
        self.owner = owner or sids.new_id()
        self.carrier = carrier or Carrier()
        self.worlds = worlds
        self.events: list[Event] = []
        self._writers = GroupCommit(database, published=self.events.extend)
        self.services = ServicesInMemory()
        self.words = WordsOfServices(database)
        self.commit: Any = LossyCommit(self._writers)
        self.create = CreateMessages(self.owner, lambda _: None, self.services)  # left to the table
        self.phones = Phones(database)
        self.numbers = Numbers(own_number(account_id))
        clock = RealClock()
        opt_outs = OptOuts(database, self.services)
        self.told: list[Delivery] = []  # requests whose rows were committed
        self.due = DueDeliveries(self.owner, self.told.extend)
        self.make_delivery = MakeDelivery(sids, worlds, clock)
        self.alert = AlertMaker(sids, worlds, clock)
        self.record = RecordAlerts()
        transitions = message_transitions(
            [
                AlertFailures(self.record, self.alert),
                ReplyActions(self.due, self.make_delivery),
            ]
        )
        notes = message_notes([AlertDoubts(self.record, self.alert)])
        self.recover = RecoverDispatch(
            database, self.commit, worlds, clock, notes=notes, owner=self.owner, deadline=DEADLINE
        )
        self.dispatcher = Dispatcher(worlds, self.recover)
        self.dispatcher.watch_world(world_id)
        self.loops = LoopBreaker()
        self.make_message = MakeMessage(
            routes=Routes({}, {}), worlds=worlds, clock=clock, sids=sids
        )
        self.files: dict[str, MediaFile] = {}  # what can be fetched, by URL
        self.blobs: dict[str, bytes] = {}  # what was kept, by id
        self.media_failure: MediaFailure | None = None
        self.receive = ReceiveMessage(
            commit=self._writers,
            create=self.create,
            requests=InboundRequests(self.make_delivery, lambda: BASE_URL),
            due=self.due,
            fetch=self._fetch,
            numbers=self.numbers,
            keywords=AnswerKeyword(
                opt_outs=opt_outs,
                words=self.words,
                make_message=self.make_message,
                create=self.create,
                sids=sids,
            ),
            services=self.services,
            worlds=worlds,
            clock=clock,
            sids=sids,
        )
        self.account_status = "active"
        self.check = CheckSubmission(opt_outs, self._account)
        self.submit = SubmitToCarrier(
            self.carrier,
            database=database,
            commit=self.commit,
            transitions=transitions,
            claims=Claims(self.owner),
            notes=notes,
            worlds=worlds,
            clock=clock,
            check=self.check,
            dispatcher=self.dispatcher,
            deadline=DEADLINE,
            patience=patience,
        )
        self.deliver = DeliverToPhones(
            commit=self.commit,
            transitions=transitions,
            worlds=worlds,
            clock=clock,
            phones=self.phones,
            check=self.check,
            dispatcher=self.dispatcher,
            database=database,
            receive=self.receive.jobs_of,
            is_number=self.receive.takes,
        )
        most = 2 * self.carrier.window
        self.dispatcher.add_lane(self.carrier.name, self.submit, at_once=most, most=most)
        self.dispatcher.add_lane("virtual", self.deliver, at_once=1)
        media = FetchMedia(
            database=database,
            commit=self.commit,
            transitions=transitions,
            worlds=worlds,
            clock=clock,
            sids=sids,
            dispatcher=self.dispatcher,
            fetch=self._fetch,  # type: ignore[arg-type]
        )
        self.dispatcher.add_lane("media", media, at_once=4, most=4)
        handing_over = CreateMessages(self.owner, HandOver(self.dispatcher, worlds), self.services)
        self._send = SendMessage(self._writers, handing_over)
        run = RunSession(
            execute=ExecuteReply(self.numbers),
            make_message=self.make_message,
            create=handing_over,
            make_delivery=self.make_delivery,
            alert=self.alert,
            loops=self.loops,
            worlds=worlds,
            services=self.services,
        )
        self.inbound = InboundWebhook(
            database=database,
            numbers=self.numbers,
            transitions=transitions,
            run=run,
            base_url=lambda: BASE_URL,
            worlds=worlds,
            clock=clock,
        )
        self.kinds: dict[str, DeliveryKind] = {
            INBOUND: self.inbound,
            ACTION: ReplyAction(database, run),
        }

    async def _fetch(
        self, _world: str, _account: str, urls: Sequence[str], given: Sequence[MediaFile] = ()
    ) -> list[KeptMedia]:
        if self.media_failure is not None:
            raise self.media_failure
        if missing := [url for url in urls if url not in self.files]:
            raise MediaFailure(11200, f"answered {len(missing)} times 404")
        files = [*given, *(self.files[url] for url in urls)]
        if sum(len(file.data) for file in files) > MOST_TOGETHER:
            raise MediaFailure(30019, "the media are larger than 5 MB together")
        return [self.kept(file) for file in files]

    def kept(self, file: MediaFile) -> KeptMedia:
        """The file as a blob, whose bytes are found in `blobs`."""
        kept = KeptMedia(file.content_type, self.sids.new_id(), len(file.data))
        self.blobs[kept.blob_id] = file.data
        return kept

    async def _account(self, sid: str) -> AccountIdentity | None:
        return AccountIdentity(sid, sid, self.world_id, self.account_status, "live")

    @property
    def clock(self) -> WorldClock:
        """The clock of the node's world."""
        return self.worlds.clock(self.world_id)

    def message(self, *, carrier: str = "fake", **changes: Any) -> NewMessage:
        """A message that was decided on, to be sent by the fake carrier or a virtual phone."""
        values: dict[str, Any] = {
            "sid": self.sids.new("SM"),
            "account_id": self.account_id,
            "world_id": self.world_id,
            "direction": "outbound-api",
            "path": ("queued",),
            "sender": NUMBER,
            "recipient": PHONE,
            "body": "hello",
            "num_segments": 1,
            "num_media": 0,
            "created_at": self.clock.now(),
            "real_time": RealClock().now(),
            "carrier": carrier,
            "step": "submit",
        }
        return NewMessage(**{**values, **changes})

    async def store(self, **changes: Any) -> NewMessage:
        """A message in the table of which this node's memory knows nothing."""
        made = self.message(**changes)
        await self._writers.submit(Job(self.create, made))
        return made

    async def send(self, message: NewMessage) -> NewMessage:
        """Accept a message that was decided on."""
        return await self._send(Decision(message))

    async def sent(self, **changes: Any) -> NewMessage:
        """A message that was sent and that nothing is done about any more for now."""
        made = await self.send(self.message(**changes))
        await self.dispatcher.idle(self.world_id)
        return made

    async def pick_up(self) -> None:
        """Read the table and wait until what is due is done."""
        await self.dispatcher.load(self.world_id)
        await self.dispatcher.idle(self.world_id)

    async def move_clock(self, by: timedelta) -> None:
        """As `clock advance`: the world's clock goes on from there, and what is due is done."""
        self.clock.hold(self.clock.now() + by)
        self.clock.release()
        await self.pick_up()

    async def behave(self, **behaviour: Any) -> None:
        """Set what the phone does."""
        await self.phones.set(self.world_id, PHONE, Behaviour(**behaviour))

    async def row(self, message: NewMessage) -> Any:
        """The message as it is stored."""
        return await self.database.fetchrow(
            "SELECT m.*, c.body FROM messages m JOIN message_content c ON c.message_id = m.id"
            " WHERE m.id = $1 AND c.part = 0",
            message.sid[2:],
        )

    async def queued(self, message: NewMessage) -> Any:
        """Its row in the queue, or None."""
        return await self.database.fetchrow(
            "SELECT * FROM dispatch WHERE message_id = $1", message.sid[2:]
        )

    async def history(self, message: NewMessage) -> list[str]:
        """The kinds of its events, in order, without `message.`."""
        rows = await self.database.fetch(
            "SELECT seq, kind FROM message_events WHERE subject_id = $1 ORDER BY seq",
            message.sid[2:],
        )
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        return [row["kind"].removeprefix("message.") for row in rows]

    async def until_submitted(self, count: int = 1) -> Sequence[OutboundMessage]:
        """Wait until the carrier has been given so many messages."""
        await eventually(lambda: len(self.carrier.submitted) >= count)
        return self.carrier.submitted

    async def written_to(self, body: str = "hello", **more: Any) -> Delivery:
        """Let the phone write; the request that the app is to be made."""
        world_id = self.world_id
        await self.receive(world_id=world_id, phone=PHONE, number=NUMBER, body=body, **more)
        return self.told.pop()

    async def answered(
        self,
        delivery: Delivery,
        document: str = "<Response/>",
        *,
        exchange: Exchange | None = None,
    ) -> Completion:
        """Let the app answer a request, and wait for what follows; the next ones are told."""
        if exchange is None:
            exchange = replied(delivery, document)
        completion = await self.kinds[delivery.kind].complete(delivery, exchange)
        ended = Ended(delivery, "delivered", exchange, RealClock().now(), RealClock().now())
        await self._writers.submit(
            Job(EndDeliveries(self.owner), ended),
            *completion.jobs,
            *(Job(self.due, following) for following in completion.follow),
            *(Job(self.record, alert) for alert in completion.alerts),
        )
        await self.dispatcher.idle(self.world_id)
        return completion

    async def messages(self, direction: str) -> list[Any]:
        """The messages of the world, oldest first, with their texts."""
        return await self.database.fetch(
            "SELECT m.*, c.body FROM messages m JOIN message_content c ON c.message_id = m.id"
            " WHERE m.world_id = $1 AND m.direction = $2 AND c.part = 0 ORDER BY m.id",
            self.world_id,
            direction,
        )

    async def alerts(self, message: NewMessage) -> list[Alert]:
        """What was recorded about a message, oldest first."""
        rows = await self.database.fetch(
            "SELECT * FROM alerts WHERE resource = $1 ORDER BY id", message.sid
        )
        return [alert_of_row(row) for row in rows]

    async def replies(self) -> list[tuple[str, str, str]]:
        """Text, recipient and status of the replies, oldest first."""
        rows = await self.messages("outbound-reply")
        return [(row["body"], row["recipient"], row["status"]) for row in rows]

    async def close(self) -> None:
        """Stop without the rows that are left."""
        await self.dispatcher.stop(grace=0)
        await self._writers.close()


def replied(delivery: Delivery, document: str, content_type: str = "text/xml") -> Exchange:
    """An answer of the app."""
    return Exchange(
        url=delivery.url.partition("#")[0],
        status=200,
        content_type=content_type,
        body=document.encode(),
    )


def failed(
    delivery: Delivery, code: int = 11200, reason: str = "POST it answered 500."
) -> Exchange:
    """No answer, or one that is of no use."""
    return Exchange(url=delivery.url, status=500, error=code, reason=reason)


def own_number(account_id: str, **changes: Any) -> OwnNumber:
    """The number that the account sends from."""
    values: dict[str, Any] = {
        "sid": "PN" + "0" * 32,
        "account_sid": "AC" + account_id,
        "phone_number": NUMBER,
        "type": "local",
        "iso_country": "US",
        "voice_capable": True,
        "sms_capable": True,
        "mms_capable": True,
        "sms_url": None,
        "sms_method": "POST",
        "sms_fallback_url": None,
        "sms_fallback_method": "POST",
        "sms_application_sid": None,
    }
    return OwnNumber(**{**values, **changes})


def dispatch_for(message: NewMessage, **changes: Any) -> Dispatch:
    """The place in the queue of a stored message, as memory holds it."""
    assert message.sender is not None
    assert message.carrier is not None
    values: dict[str, Any] = {
        "sid": message.sid,
        "account_id": message.account_id,
        "world_id": message.world_id,
        "sender": message.sender,
        "recipient": message.recipient,
        "carrier": message.carrier,
        "step": "submit",
        "due_at": message.created_at,
        "created_at": message.created_at,
        "validity": 36_000,
        "num_segments": 1,
        "num_media": 0,
        "body": message.body,
    }
    return Dispatch(**{**values, **changes})

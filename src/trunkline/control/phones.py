"""Virtual phones: how they behave, what they received, what they send."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.carriers.virtual import Behaviour
from trunkline.carriers.virtual.phones import DEFAULT as EVERY_PHONE
from trunkline.control.durations import parse_duration
from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.messaging.channels.read_message import NotOnPhone, NotReadable
from trunkline.messaging.inbound.receive_message import MediaNotTaken, NoSuchNumber
from trunkline.messaging.media.files import MOST_TOGETHER, MediaFile
from trunkline.messaging.phone_inbox import InboxEntry
from trunkline.messaging.recipients import channel_of
from trunkline.sids import is_sid

__all__ = ["DEFAULT", "BehaviourChange", "NewMessage", "Phone", "Phones"]

DEFAULT = "default"
NUMBER = re.compile(r"(?:whatsapp:|rcs:)?\+[1-9][0-9]{6,14}")
LONGEST_DELAY = timedelta(days=366)
CONTENT_TYPE = r"^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?!\n)$"
MOST_BODY = MOST_TOGETHER * 4 // 3 + 64 * 1024  # bytes: media in Base64, and the rest
# What becomes of a message: these exclude each other, and the one that is said last counts.
OUTCOMES = ("fail", "reject", "no_receipt")

Code = Annotated[int, Meta(ge=1, le=99999, description="An error code of Twilio's, e.g. 30003")]
Delay = (
    Annotated[str, Meta(description="`2s`, `500ms`, `1h30m`, or a number of seconds")]
    | Annotated[float, Meta(ge=0)]
)
Text = Annotated[str, Meta(min_length=1, max_length=1600)]
Milliseconds = Annotated[
    int, Meta(ge=0, le=LONGEST_DELAY // timedelta(milliseconds=1), description="World milliseconds")
]


class Settled(msgspec.Struct, kw_only=True):
    """How a phone behaves with all defaults filled in."""

    deliver_after_ms: int
    fail: int | None
    reject: int | None
    no_receipt: bool
    auto_reply: str | None
    read: bool


class Phone(msgspec.Struct, kw_only=True):
    """A phone: what was set for it (null: as `default` says), and what that comes to."""

    number: str
    deliver_after_ms: int | None
    fail: int | None
    reject: int | None
    no_receipt: bool | None
    auto_reply: str | None
    read: bool | None
    effective: Settled


class BehaviourChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to set. `null` takes a setting back; `fail`, `reject` and `no_receipt` exclude each
    other."""

    deliver_after: Delay | UnsetType | None = UNSET
    deliver_after_ms: Milliseconds | UnsetType | None = UNSET
    fail: Code | UnsetType | None = UNSET
    reject: Code | UnsetType | None = UNSET
    no_receipt: bool | UnsetType | None = UNSET
    auto_reply: Text | UnsetType | None = UNSET
    read: bool | UnsetType | None = UNSET


class Limit(msgspec.Struct, forbid_unknown_fields=True):
    """How much of an inbox to show."""

    limit: Annotated[int, Meta(ge=1, le=1000, description="Newest entries to show")] = 50


class InboxButton(msgspec.Struct, kw_only=True):
    """A button of a content template; `target` is the URL, number or code that it leads to."""

    type: str
    title: str
    target: str | None


class InboxMessage(msgspec.Struct, kw_only=True):
    """A text on a phone; `kind` is `message` or `automatic_reply`, which has no SID."""

    sid: str | None
    kind: str
    sender: str = msgspec.field(name="from")
    recipient: str = msgspec.field(name="to")
    body: str
    num_media: int
    buttons: list[InboxButton]
    arrived_at: datetime


class InboxPage(msgspec.Struct):
    """What a phone received, newest first."""

    messages: list[InboxMessage]


class Media(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A file that a phone sends."""

    content_type: Annotated[
        str, Meta(max_length=128, pattern=CONTENT_TYPE, description="E.g. `image/png`")
    ]
    data: Annotated[
        bytes, Meta(min_length=1, max_length=MOST_TOGETHER, description="The file, in Base64")
    ]


class NewMessage(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A message that a phone sends; with media, of which it has ten and 5 MB at most, an MMS."""

    to: Annotated[
        str,
        Meta(
            max_length=128,
            description="A number of this world in E.164, a short code, or the sender of the"
            " phone's channel",
        ),
    ]
    body: Annotated[str, Meta(max_length=1600)] = ""
    media_urls: Annotated[list[Annotated[str, Meta(max_length=2048)]], Meta(max_length=10)] = (
        msgspec.field(default_factory=list)
    )
    media: Annotated[list[Media], Meta(max_length=10)] = msgspec.field(default_factory=list)


class Sent(msgspec.Struct):
    """The message: the inbound one that the platform stored, or the one that was read."""

    sid: str


class Phones:
    """The operations on phones."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/phones/{number}", answers=Phone)
    async def fetch_phone(self, call: Call, _: Nothing) -> Phone:
        """Show how a phone behaves.

        The number `default` stands for all phones that have no setting of their own.
        """
        return self._shown(call.world.id, _key(call))

    @operation("PATCH", "/phones/{number}", asks=BehaviourChange, answers=Phone)
    async def change_phone(self, call: Call, asked: BehaviourChange) -> Phone:
        """Change some settings of a phone and keep the others."""
        key = _key(call)
        kept = self._platform.phones.set_for(call.world.id, key)
        await self._platform.phones.set(call.world.id, key, changed(kept, asked))
        return self._shown(call.world.id, key)

    @operation("PUT", "/phones/{number}", asks=BehaviourChange, answers=Phone)
    async def set_phone(self, call: Call, asked: BehaviourChange) -> Phone:
        """Set how a phone behaves; what is not named goes back to ordinary."""
        key = _key(call)
        await self._platform.phones.set(call.world.id, key, changed(Behaviour(), asked))
        return self._shown(call.world.id, key)

    @operation("DELETE", "/phones/{number}", answers=Phone)
    async def forget_phone(self, call: Call, _: Nothing) -> Phone:
        """Make a phone ordinary again. Its messages stay."""
        key = _key(call)
        await self._platform.phones.set(call.world.id, key, Behaviour())
        return self._shown(call.world.id, key)

    @operation("GET", "/phones/{number}/messages", asks=Limit, answers=InboxPage)
    async def list_inbox(self, call: Call, asked: Limit) -> InboxPage:
        """List what a phone received, newest first."""
        entries = await self._platform.inbox(call.world.id, _number(call), asked.limit)
        return InboxPage([_inbox_message(entry) for entry in entries])

    @operation(
        "POST",
        "/phones/{number}/messages",
        asks=NewMessage,
        answers=Sent,
        status=201,
        most_body=MOST_BODY,
    )
    async def send_from_phone(self, call: Call, asked: NewMessage) -> Sent:
        """Send a message from a phone to one of the world's numbers.

        It is stored, with the opt-out that a keyword in it means, before the answer. Media are
        given as files, or as URLs that are fetched before the answer.
        """
        phone = _number(call)
        recipient = asked.to.strip()
        if channel_of(phone) != channel_of(recipient):
            raise ControlError(
                422, "other_channel", f"From '{phone}' nothing goes to '{recipient}': write on one."
            )
        try:
            sid = await self._platform.receive(
                world_id=call.world.id,
                phone=phone,
                number=recipient,
                body=asked.body,
                media_urls=tuple(asked.media_urls),
                media=tuple(MediaFile(m.content_type.lower(), m.data) for m in asked.media),
            )
        except NoSuchNumber:
            raise ControlError(
                422, "no_such_number", f"'{recipient}' is not a number of this world."
            ) from None
        except MediaNotTaken as error:
            raise ControlError(422, "media_not_taken", str(error)) from None
        return Sent(sid)

    @operation("POST", "/phones/{number}/messages/{sid}/read", answers=Sent)
    async def read_message(self, call: Call, _: Nothing) -> Sent:
        """Let a phone on WhatsApp or RCS read a message, so that its sender is told."""
        sid = call.path["sid"]
        try:
            if not is_sid(sid, "SM", "MM"):
                raise NotOnPhone(sid)
            await self._platform.read_message(call.world.id, _number(call), sid)
        except NotOnPhone:
            raise ControlError(
                404, "no_such_message", "The phone has no message of that SID."
            ) from None
        except NotReadable as error:
            raise ControlError(409, "not_readable", str(error)) from None
        return Sent(sid)

    def _shown(self, world_id: str, key: str) -> Phone:
        own = self._platform.phones.set_for(world_id, key)
        every = self._platform.phones.set_for(world_id, EVERY_PHONE)
        settled = own if key == EVERY_PHONE else own.over(every)
        return Phone(
            number=DEFAULT if key == EVERY_PHONE else key,
            deliver_after_ms=own.deliver_after_ms,
            fail=own.fail_code,
            reject=own.reject_code,
            no_receipt=own.no_receipt,
            auto_reply=own.auto_reply,
            read=own.read,
            effective=Settled(
                deliver_after_ms=settled.deliver_after_ms or 0,
                fail=settled.fail_code,
                reject=settled.reject_code,
                no_receipt=bool(settled.no_receipt),
                auto_reply=settled.auto_reply,
                read=bool(settled.read),
            ),
        )


def changed(kept: Behaviour, asked: BehaviourChange) -> Behaviour:
    """`kept` with what is asked for. Refuses 422."""
    given = [name for name in OUTCOMES if getattr(asked, name) not in (UNSET, None, False)]
    if len(given) > 1:
        raise _invalid(f"{' and '.join(given)} exclude each other.")
    if asked.deliver_after is not UNSET and asked.deliver_after_ms is not UNSET:
        raise _invalid("deliver_after and deliver_after_ms say the same: give one.")
    outcomes: dict[str, int | bool | None] = {
        "fail": kept.fail_code,
        "reject": kept.reject_code,
        "no_receipt": kept.no_receipt,
    }
    for name in OUTCOMES:
        value = getattr(asked, name)
        if given:
            outcomes[name] = value if name in given else None
        elif value is not UNSET:
            outcomes[name] = value
    fail, reject = outcomes["fail"], outcomes["reject"]
    no_receipt = outcomes["no_receipt"]
    return Behaviour(
        deliver_after_ms=_delay(kept, asked),
        fail_code=fail,
        reject_code=reject,
        no_receipt=None if no_receipt is None else bool(no_receipt),
        auto_reply=kept.auto_reply if asked.auto_reply is UNSET else asked.auto_reply,
        read=kept.read if asked.read is UNSET else asked.read,
    )


def _delay(kept: Behaviour, asked: BehaviourChange) -> int | None:
    if asked.deliver_after_ms is not UNSET:
        return asked.deliver_after_ms
    if asked.deliver_after is UNSET:
        return kept.deliver_after_ms
    if asked.deliver_after is None:
        return None
    try:
        delay = parse_duration(asked.deliver_after)
    except ValueError as error:
        raise _invalid(f"deliver_after: {error}") from None
    if delay > LONGEST_DELAY:
        raise _invalid(f"deliver_after: at most {LONGEST_DELAY.days} days.")
    return delay // timedelta(milliseconds=1)


def _key(call: Call) -> str:
    return EVERY_PHONE if call.path["number"] == DEFAULT else _number(call)


def _number(call: Call) -> str:
    number = call.path["number"]
    if not NUMBER.fullmatch(number):
        raise ControlError(
            422,
            "invalid_number",
            "Write the phone's number in E.164, e.g. +14155550123, on a channel with its prefix:"
            " whatsapp:+14155550123.",
        )
    return number


def _invalid(sentence: str) -> ControlError:
    return ControlError(422, "invalid_parameter", sentence)


def _inbox_message(entry: InboxEntry) -> InboxMessage:
    return InboxMessage(
        sid=entry.sid,
        kind=entry.kind,
        sender=entry.sender,
        recipient=entry.recipient,
        body=entry.body,
        num_media=entry.num_media,
        buttons=[
            InboxButton(type=one.type, title=one.title, target=one.target) for one in entry.buttons
        ],
        arrived_at=entry.arrived_at,
    )

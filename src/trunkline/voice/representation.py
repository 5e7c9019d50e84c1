"""Calls, and the requests about them, as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from trunkline.numbers import national_format
from trunkline.rest.dates import rfc2822
from trunkline.voice.model import SHOWN, NewCall

__all__ = [
    "API_VERSION",
    "CallEventResource",
    "CallLinks",
    "CallResource",
    "EventRequest",
    "EventResponse",
    "call_from_row",
    "call_path",
    "created_call",
]

API_VERSION = "2010-04-01"


class CallLinks(msgspec.Struct):
    """Where the parts of a call are."""

    notifications: str
    recordings: str
    payments: str
    events: str
    siprec: str
    streams: str
    transcriptions: str
    user_defined_message_subscriptions: str
    user_defined_messages: str


class CallResource(msgspec.Struct):
    """The Call resource: keys, types and order of the official examples."""

    account_sid: str
    answered_by: str | None
    api_version: str
    caller_name: str | None
    date_created: str | None
    date_updated: str | None
    direction: str
    duration: str | None
    end_time: str | None
    forwarded_from: str | None
    from_: str = msgspec.field(name="from")
    from_formatted: str
    group_sid: str | None
    parent_call_sid: str | None
    phone_number_sid: str | None
    price: str | None
    price_unit: str
    sid: str
    start_time: str | None
    status: str
    subresource_uris: CallLinks
    to: str
    to_formatted: str
    trunk_sid: str | None
    uri: str
    queue_time: str


class EventRequest(msgspec.Struct):
    """A request about a call: its parameters by their names in lower case."""

    method: str
    url: str
    parameters: dict[str, str]


class EventResponse(msgspec.Struct):
    """What was answered. `request_duration` is in milliseconds."""

    response_code: int
    request_duration: int
    content_type: str | None
    response_body: str | None
    date_created: str | None


class CallEventResource(msgspec.Struct):
    """A request about a call, and the answer."""

    xml_name: ClassVar[str] = "Event"

    request: EventRequest
    response: EventResponse | None


def call_path(account_sid: str, sid: str) -> str:
    """The path of a call, without its suffix."""
    return f"/{API_VERSION}/Accounts/{account_sid}/Calls/{sid}"


def created_call(account_sid: str, call: NewCall) -> CallResource:
    """The answer to a create, made without asking the database again."""
    path = call_path(account_sid, call.sid)
    moment = rfc2822(call.created_at)
    return CallResource(
        account_sid=account_sid,
        answered_by=None,
        api_version=API_VERSION,
        caller_name=None,
        date_created=moment,
        date_updated=moment,
        direction=call.direction,
        duration=None,
        end_time=None,
        forwarded_from=call.forwarded_from,
        from_=call.sender,
        from_formatted=national_format(call.sender),
        group_sid=None,
        parent_call_sid=call.parent_sid,
        phone_number_sid=call.number_sid,
        price=None,
        price_unit="USD",
        sid=call.sid,
        start_time=None,
        status=_shown(call.path[-1]),
        subresource_uris=_links(path),
        to=call.recipient,
        to_formatted=national_format(call.recipient),
        trunk_sid=None,
        uri=f"{path}.json",
        queue_time="0",
    )


def call_from_row(row: Any) -> CallResource:
    """A stored call."""
    account_sid, sid = f"AC{row['account_id'].hex}", f"CA{row['id'].hex}"
    path = call_path(account_sid, sid)
    parent, number = row["parent_id"], row["number_id"]
    return CallResource(
        account_sid=account_sid,
        answered_by=row["answered_by"],
        api_version=API_VERSION,
        caller_name=row["caller_name"],
        date_created=rfc2822(row["created_at"]),
        date_updated=rfc2822(row["updated_at"]),
        direction=row["direction"],
        duration=None if row["duration"] is None else str(row["duration"]),
        end_time=rfc2822(row["ended_at"]),
        forwarded_from=row["forwarded_from"],
        from_=row["sender"],
        from_formatted=national_format(row["sender"]),
        group_sid=None,
        parent_call_sid=None if parent is None else f"CA{parent.hex}",
        phone_number_sid=None if number is None else f"PN{number.hex}",
        price=None if row["price"] is None else f"{row['price']:.5f}",
        price_unit="USD",
        sid=sid,
        start_time=rfc2822(row["started_at"]),
        status=_shown(row["status"]),
        subresource_uris=_links(path),
        to=row["recipient"],
        to_formatted=national_format(row["recipient"]),
        trunk_sid=None,
        uri=f"{path}.json",
        queue_time=str(row["queue_ms"]),
    )


def _shown(status: str) -> str:
    return SHOWN.get(status, status)


def _links(path: str) -> CallLinks:
    return CallLinks(
        notifications=f"{path}/Notifications.json",
        recordings=f"{path}/Recordings.json",
        payments=f"{path}/Payments.json",
        events=f"{path}/Events.json",
        siprec=f"{path}/Siprec.json",
        streams=f"{path}/Streams.json",
        transcriptions=f"{path}/Transcriptions.json",
        user_defined_message_subscriptions=f"{path}/UserDefinedMessageSubscriptions.json",
        user_defined_messages=f"{path}/UserDefinedMessages.json",
    )

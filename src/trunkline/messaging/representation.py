"""Messages and their media as the API shows them."""

from __future__ import annotations

from typing import Any

import msgspec

from trunkline.messaging.delivery_errors import title
from trunkline.messaging.model import NewMessage
from trunkline.rest import catalogue
from trunkline.rest.dates import rfc2822
from trunkline.rest.operation import Call

__all__ = [
    "Feedback",
    "Media",
    "MediaLinks",
    "Message",
    "created",
    "media_from_row",
    "message_from_row",
    "message_sid",
    "named_message",
]

API_VERSION = "2010-04-01"
UNCOUNTED = frozenset({"accepted", "scheduled", "canceled"})


class MediaLinks(msgspec.Struct, omit_defaults=True):
    """Where the parts of a message are. A create answers without `feedback`."""

    media: str
    feedback: str | None = None


class Message(msgspec.Struct):
    """The Message resource: keys, types and order of the official examples."""

    account_sid: str
    api_version: str
    body: str | None
    date_created: str | None
    date_sent: str | None
    date_updated: str | None
    direction: str
    error_code: int | None
    error_message: str | None
    from_: str | None = msgspec.field(name="from")
    messaging_service_sid: str | None
    num_media: str
    num_segments: str
    price: str | None
    price_unit: str | None
    sid: str
    status: str
    subresource_uris: MediaLinks
    to: str | None
    uri: str


class Media(msgspec.Struct):
    """The Media resource: its metadata."""

    account_sid: str
    content_type: str
    date_created: str | None
    date_updated: str | None
    parent_sid: str
    sid: str
    uri: str


class Feedback(msgspec.Struct):
    """The MessageFeedback resource."""

    account_sid: str
    date_created: str | None
    date_updated: str | None
    message_sid: str
    outcome: str
    uri: str


def message_sid(row: Any) -> str:
    """The SID of a row of `messages`."""
    return ("MM" if row["mms"] else "SM") + str(row["id"].hex)


def named_message(call: Call, name: str = "Sid") -> str:
    """The SID of the message that the path names. NOT_FOUND for a SID of something else."""
    sid = call.path[name]
    if sid[:2] not in ("SM", "MM"):
        raise catalogue.NOT_FOUND(path=call.resource)
    return sid


def message_path(account_sid: str, sid: str) -> str:
    """The path of a message, without its suffix."""
    return f"/{API_VERSION}/Accounts/{account_sid}/Messages/{sid}"


def created(account_sid: str, message: NewMessage) -> Message:
    """The answer to a create, made without asking the database again."""
    path = message_path(account_sid, message.sid)
    moment = rfc2822(message.created_at)
    return Message(
        account_sid=account_sid,
        api_version=API_VERSION,
        body=message.body,
        date_created=moment,
        date_sent=None,
        date_updated=moment,
        direction=message.direction,
        error_code=None,
        error_message=None,
        from_=message.sender,
        messaging_service_sid=None if message.service_id is None else f"MG{message.service_id}",
        num_media=str(message.num_media),
        num_segments=_segments(message.status, message.num_segments),
        price=None,
        price_unit="USD",
        sid=message.sid,
        status=message.status,
        subresource_uris=MediaLinks(media=f"{path}/Media.json"),
        to=message.recipient,
        uri=f"{path}.json",
    )


def message_from_row(row: Any) -> Message:
    """A stored message."""
    account_sid = f"AC{row['account_id'].hex}"
    sid = message_sid(row)
    path = message_path(account_sid, sid)
    code = row["error_code"]
    service = row["service_id"]
    return Message(
        account_sid=account_sid,
        api_version=API_VERSION,
        body=row["body"],
        date_created=rfc2822(row["created_at"]),
        date_sent=rfc2822(row["sent_at"]),
        date_updated=rfc2822(row["updated_at"]),
        direction=row["direction"],
        error_code=code,
        error_message=None if code is None else title(code),
        from_=row["sender"],
        messaging_service_sid=None if service is None else f"MG{service.hex}",
        num_media=str(row["num_media"]),
        num_segments=_segments(row["status"], row["num_segments"]),
        price=None if row["price"] is None else f"{row['price']:.5f}",
        price_unit="USD",
        sid=sid,
        status=row["status"],
        subresource_uris=MediaLinks(media=f"{path}/Media.json", feedback=f"{path}/Feedback.json"),
        to=row["recipient"],
        uri=f"{path}.json",
    )


def _segments(status: str, counted: int) -> str:
    """How many segments the API tells: none before a message of a service is queued (1.2)."""
    return "0" if status in UNCOUNTED else str(counted)


def media_from_row(account_sid: str, parent_sid: str, row: Any) -> Media:
    """A stored media file."""
    sid = f"ME{row['media_id'].hex}"
    moment = rfc2822(row["created_at"])
    return Media(
        account_sid=account_sid,
        content_type=row["content_type"],
        date_created=moment,
        date_updated=moment,
        parent_sid=parent_sid,
        sid=sid,
        uri=f"{message_path(account_sid, parent_sid)}/Media/{sid}.json",
    )

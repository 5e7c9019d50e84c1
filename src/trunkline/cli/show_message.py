"""Messages on a screen: many in a table, one with all that is known of it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from trunkline.cli.client import Control
from trunkline.cli.failure import Failure
from trunkline.cli.show import (
    bold,
    dim,
    facts,
    is_terminal,
    moment,
    plain,
    status,
    table,
    width_of,
)
from trunkline.cli.twilio_api import ApiError, TwilioApi

__all__ = ["fetch_message", "print_message", "print_messages"]

WIDE = 120  # columns of a terminal that hold a message in one line
MARGIN = 4
LONGEST_STATUS = len("undelivered")
LEAST = 20  # columns of a text
MOST_REQUESTS = 50
PROPERTIES = (
    ("from", "from"),
    ("to", "to"),
    ("direction", "direction"),
    ("error", "error_code"),
    ("made", "date_created"),
    ("sent", "date_sent"),
    ("updated", "date_updated"),
    ("segments", "num_segments"),
    ("media", "num_media"),
    ("price", "price"),
    ("service", "messaging_service_sid"),
    ("account", "account_sid"),
    ("API version", "api_version"),
    ("URI", "uri"),
)


def print_messages(messages: Sequence[dict[str, Any]]) -> None:
    """A table; in a narrow terminal two lines for each, with as much of the text as fits."""
    if is_terminal() and shutil.get_terminal_size().columns < WIDE:
        _print_pairs(messages, shutil.get_terminal_size().columns)
        return
    room = shutil.get_terminal_size().columns if is_terminal() else None
    rows = [
        [
            _second(message["date_created"]),
            message["status"],
            plain(message["from"] or "—"),
            plain(message["to"] or "—"),
            message["sid"],
            _text(message),
        ]
        for message in messages
    ]
    if room is not None:
        taken = [max(map(width_of, column)) + 2 for column in zip(*rows, strict=True)]
        for row in rows:
            row[-1] = _cut(row[-1], max(room - sum(taken[:-1]) - MARGIN, LEAST))
    table(["made (UTC)", "status", "from", "to", "SID", "text"], rows, mark=1)


def fetch_message(api: TwilioApi, control: Control, sid: str) -> dict[str, Any]:
    """All that is known of a message. Raises Failure."""
    path = f"{api.account_path}/Messages/{quote(sid, safe='')}"
    try:
        message = api.get(f"{path}.json")
    except ApiError as error:
        if error.status != 404:
            raise
        raise Failure(
            f"There is no message {plain(sid)[:64]} in this world's account: see "
            "`trunkline messages list`."
        ) from None
    media = list(api.pages(f"{path}/Media.json", "media_list")) if _has_media(message) else []
    known = quote(message["sid"], safe="")
    return {
        "message": message,
        "media": media,
        "timeline": control.get(f"/messages/{known}/events")["events"],
        "requests": control.get("/webhooks", subject=message["sid"], limit=MOST_REQUESTS)[
            "requests"
        ],
    }


def print_message(found: dict[str, Any]) -> None:
    """One message with its media, its timeline, and the requests about it."""
    from trunkline.cli.why import print_timeline

    message = found["message"]
    print(f"{bold(message['sid'])}  {status(message['status'])}")
    facts(
        (title, plain(_property(message, name)))
        for title, name in PROPERTIES
        if message.get(name) is not None
    )
    print()
    for line in (message["body"] or "").split("\n"):
        print(f"    {plain(line)}".rstrip())
    for each in found["media"]:
        print(f"    {dim(plain(each['content_type']))}  {plain(each['uri'].removesuffix('.json'))}")
    print()
    print_timeline([each for each in found["timeline"] if not each["kind"].startswith("webhook.")])
    if found["requests"]:
        _print_requests(found["requests"])


def _print_requests(requests: Sequence[dict[str, Any]]) -> None:
    from trunkline.cli.show_request import came, what

    rows = [
        [
            moment(each["created_at"]),
            each["outcome"],
            what(each),
            came(each),
            plain(f"{each['method']} {each['url']}"),
        ]
        for each in reversed(requests)
    ]
    print()
    table(["world time (UTC)", "request", "of", "came", "where"], rows, mark=1)


def _print_pairs(messages: Sequence[dict[str, Any]], columns: int) -> None:
    for message in messages:
        name = message["status"]
        made = dim(_second(message["date_created"]))
        way = plain(f"{message['from'] or '—'} → {message['to'] or '—'}")
        print(f"{made}  {status(name)}{' ' * (LONGEST_STATUS - len(name))}  {way}")
        room = max(columns - MARGIN - len(message["sid"]) - 2, LEAST)
        print(f"{' ' * MARGIN}{dim(message['sid'])}  {_cut(_text(message), room)}".rstrip())


def _text(message: dict[str, Any]) -> str:
    media = f"[{message['num_media']} media] " if _has_media(message) else ""
    return media + plain((message["body"] or "").replace("\n", " "))


def _has_media(message: dict[str, Any]) -> bool:
    return message["num_media"] not in (None, "0")


def _property(message: dict[str, Any], name: str) -> str:
    value = message[name]
    if name == "error_code":
        return f"{value}, {message['error_message']}"
    if name.startswith("date_"):
        return f"{_second(value)} (UTC)"
    if name == "price":
        return f"{value} {message['price_unit']}"
    return str(value)


def _second(stamp: str | None) -> str:
    return "—" if stamp is None else f"{parsedate_to_datetime(stamp):%Y-%m-%d %H:%M:%S}"


def _cut(text: str, room: int) -> str:
    """As much of a text as fits into so many columns."""
    if width_of(text) <= room:
        return text
    kept, taken = "", 0
    for character in text:
        taken += width_of(character)
        if taken > room - 1:
            break
        kept += character
    return f"{kept}…"

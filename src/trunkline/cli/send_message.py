"""Send one message by Twilio's API, and wait for its end through the event stream."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

from trunkline.cli.client import Control
from trunkline.cli.failure import Failure
from trunkline.cli.twilio_api import TwilioApi

__all__ = ["send_message"]

ENDED = frozenset({"delivered", "undelivered", "failed", "canceled", "read"})
GOOD = frozenset({"delivered", "read"})
Fields = Mapping[str, Sequence[str]]


def send_message(control: Control, fields: Fields, *, seconds: float | None, as_json: bool) -> int:
    """Send; with `seconds`, wait so long for the end. The exit code. Raises Failure."""
    from trunkline.cli.show import print_json, status

    api = TwilioApi(control)
    if not fields.get("From") and not fields.get("MessagingServiceSid"):
        if not api.numbers:
            raise Failure("The account has no number: say --from.")
        fields = {**fields, "From": [api.numbers[0]]}
    path = f"{api.account_path}/Messages.json"
    if seconds is None:
        message = api.post(path, fields)
    else:
        # The stream is open before the message is made: nothing can be missed.
        query = {"kind": "message.", "account": api.account_sid}
        with control.stream("/events", **query) as events:
            message = api.post(path, fields)
            if not as_json:
                print(message["sid"], flush=True)
            message = _await_end(api, events, message, seconds)
    if as_json:
        print_json(message)
    elif seconds is None:
        print(message["sid"])
    else:
        error = message["error_code"]
        told = f", error {error}: {message['error_message']}" if error else ""
        print(f"{status(message['status'])}{told}")
    if seconds is None or message["status"] in GOOD:
        return 0
    if message["status"] not in ENDED:
        raise Failure(
            f"It is still {message['status']} after {seconds:g} s: see "
            f"`trunkline why {message['sid']}`."
        )
    return 1


def _await_end(api: TwilioApi, events: Any, message: dict[str, Any], seconds: float) -> Any:
    """The message when it has ended, or when the time is over."""
    from trunkline.cli.tail import read_events

    deadline = time.monotonic() + seconds
    path = f"{api.account_path}/Messages/{message['sid']}.json"
    lines = _until(events, deadline)
    for name, event in read_events(lines):
        kind = event.get("kind", "")
        ours = event.get("subject") == message["sid"]
        if (ours and kind.removeprefix("message.") in ENDED) or name == "lost":
            message = api.get(path)
            if message["status"] in ENDED:
                return message
    return api.get(path)


def _until(events: Any, deadline: float) -> Any:
    """The lines of a stream up to a moment; none after it."""
    connection: socket.socket = events.fp.raw._sock
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            line = events.readline()
        except TimeoutError:
            return
        if not line:
            return
        yield line

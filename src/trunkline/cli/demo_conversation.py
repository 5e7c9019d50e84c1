"""Shows a conversation between a phone and an app: what happened to its messages, and each request
to the app with its signature and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from trunkline.cli.show import dim, moment, plain, status

__all__ = ["print_conversation"]

# The messages of a conversation, in the order in which they were made.
NAMES = ("message", "inbound", "reply")
# Those of the parameters that tell most.
TOLD = ("MessageStatus", "ErrorCode", "From", "To", "Body")


def print_conversation(
    events: Sequence[dict[str, Any]], requests: Iterable[dict[str, Any]]
) -> None:
    """Print all of it in order of real time. `subject` names the message of each."""
    subjects = dict.fromkeys(event["subject"] for event in events)
    names = dict(zip(subjects, NAMES, strict=False))
    blocks = [(str(event["real_time"]), _event(event, names)) for event in events]
    blocks += [
        (str(request["tries"][0]["started_at"]), _request(request, names))
        for request in requests
        if request["tries"]
    ]
    blocks.sort(key=lambda block: block[0])
    print("  " + dim(f"{'real time (UTC)':<23}  about    event"))
    for when, (first, *more) in blocks:
        print(f"  {moment(when)}  {first}")
        for line in more:
            print(f"  {'':<23}  {'':<7}  {line}")


def _event(event: dict[str, Any], names: dict[str, str]) -> list[str]:
    kind = event["kind"].partition(".")[2]
    return [f"{names[event['subject']]:<7}  {status(kind)}"]


def _request(request: dict[str, Any], names: dict[str, str]) -> list[str]:
    first = request["tries"][0]
    told = dict(request["request"]["parameters"] or ())
    shown = [name for name in TOLD if name in told]
    lines = [
        f"{names[request['subject']]:<7}  " + plain(f"{request['method']} {request['url']}"),
        dim(plain(f"X-Twilio-Signature: {first['signature']}")),
        plain("  ".join(f"{name}={told[name]}" for name in shown)),
    ]
    came = "no answer" if request["status"] is None else f"answered {request['status']}"
    body = (request["response"] or {}).get("body")
    lines.append(plain(f"{came} in {first['ms']} ms" + (f": {body}" if body else "")))
    return lines

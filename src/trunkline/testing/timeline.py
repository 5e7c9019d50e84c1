"""What happened in a test's world, for people: messages, calls, requests to apps and alerts, in
order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from trunkline.control.durations import format_duration
from trunkline.testing.durations import shown
from trunkline.testing.transcript import line, without_copies
from trunkline.testing.verbs import executed
from trunkline.testing.world import World

__all__ = ["Facts", "gather", "timeline"]

MOST = 200  # of each kind
MOST_ALERTS = 50
MOST_CALLS = 20
MOST_LINES = 100
MOST_TEXT = 300  # characters of a message
CLOCK_WIDTH = 10
MARK = "! "
NOTHING = timedelta()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the platform knows of a world, each list oldest first, as its APIs show it."""

    now: datetime
    messages: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    alerts: list[dict[str, Any]]
    chaos: dict[str, Any] | None
    calls: list[dict[str, Any]] = field(default_factory=list)


def gather(world: World) -> Facts:
    """The facts as they are, without waiting for anything. Raises TrunklineError."""
    messages = world.control("GET", f"/transcript?limit={MOST}")["messages"]
    requests = world.control("GET", f"/webhooks?limit={MOST}")["requests"]
    alerts = world.twilio("GET", f"/monitor/v1/Alerts?PageSize={MOST_ALERTS}")["alerts"]
    calls = world.control("GET", f"/calls?limit={MOST_CALLS}")["calls"]
    return Facts(
        now=datetime.fromisoformat(world.control("GET", "/clock")["now"]),
        messages=messages,
        requests=requests[::-1],
        alerts=alerts[::-1],
        chaos=world.control("GET", "/webhooks/chaos")["chaos"],
        calls=[world.control("GET", f"/calls/{each['sid']}") for each in reversed(calls)],
    )


def timeline(facts: Facts) -> str:
    """A line for each thing that happened, with the world's time since the first one."""
    moments = sorted(_moments(facts), key=lambda moment: moment[0])
    if not moments:
        return "Nothing happened in this world."
    start = latest = moments[0][1]
    lines = []
    for _, at, text in moments:
        # An alert's time is given in whole seconds: it would seem to come before its cause.
        latest = max(latest, at)
        lines.append(_line(latest - start, text))
    if (before := len(lines) - MOST_LINES) > 0:
        lines[:before] = [f"({before} more before)"]
    return "\n".join(lines)


def alert_text(alert: dict[str, Any]) -> str:
    """What an alert says, in a sentence or two."""
    text: str = alert["alert_text"]
    return parse_qs(text).get("Msg", [text])[0]


def _moments(facts: Facts) -> Iterator[tuple[str, datetime, str]]:
    """Id, time and text. Ids of everything count up with real time."""
    for entry in without_copies(facts.messages):
        yield entry["id"], _time(entry["created_at"]), _message(entry, facts.now)
    for call in facts.calls:
        yield from _call(call)
    for request in facts.requests:
        yield request["id"], _time(request["created_at"]), _request(request)
    for alert in facts.alerts:
        at = _time(alert["date_created"])
        yield alert["sid"][2:], at, f"{MARK}{alert['error_code']}: {alert_text(alert)}"


def _message(entry: dict[str, Any], now: datetime) -> str:
    remarks = [entry["status"] or "automatic"]
    if entry["num_media"]:
        remarks.append(f"{entry['num_media']} media")
    if entry["error_code"] is not None:
        remarks.append(f"error {entry['error_code']}, {entry['error_message']}")
    if entry["due_at"] is not None and (left := _time(entry["due_at"]) - now) > NOTHING:
        remarks.append(f"due in {shown(left)}")
    text = entry["body"]
    cut = text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
    return line(entry, f"[{'; '.join(remarks)}]", cut)


def _call(call: dict[str, Any]) -> Iterator[tuple[str, datetime, str]]:
    """Its statuses, its verbs, the keys that were pressed."""
    who = f"call {call['from']} -> {call['to']}"
    verbs = iter(call["verbs"])
    for event in call["timeline"]:
        kind, data = event["kind"].removeprefix("call."), event["data"]
        if kind in ("request", "alert") or kind.startswith("webhook."):
            continue  # requests and alerts are told by themselves
        text = kind
        if kind == "verb":
            text = repr(executed(next(verbs)))
        elif kind == "digits":
            text = f"keys {data.get('digits', '')!r}"
        real = int(_time(event["real_time"]).timestamp() * 1000)
        yield f"{real:012x}", _time(event["world_time"]), f"{who} [{text}]"


def _request(request: dict[str, Any]) -> str:
    told = f" {request['told']}" if request["told"] else ""
    came = request["outcome"] if request["status"] is None else f"answered {request['status']}"
    times = f" after {request['attempts']} attempts" if request["attempts"] > 1 else ""
    kind = request["kind"].removeprefix("message.").removeprefix("call.")
    return f"{request['method']} {request['url']} [{kind}{told}; {came}{times}]"


def _line(offset: timedelta, text: str) -> str:
    first, *more = text.split("\n")
    margin = " " * (CLOCK_WIDTH + 2)
    return "\n".join([f"{_offset(offset):>{CLOCK_WIDTH}}  {first}", *(margin + m for m in more)])


def _offset(offset: timedelta) -> str:
    seconds = offset.total_seconds()
    if seconds < 60:
        return f"{seconds:.3f} s"
    return format_duration(timedelta(seconds=int(seconds)))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

"""The control API in the words of a test: phones, time, and waiting without sleeping."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from tests.support.platform import World

_worlds = itertools.count(1)


def make_world(running: World, name: str) -> World:
    """A new world of the platform. `name` is made unique."""
    unique = f"{name}-{next(_worlds)}"
    made = running.control("POST", "/worlds", {"name": unique})
    return World(name=unique, **made["credentials"])


def settle(platform: World) -> None:
    """Wait until nothing of the world is due or being worked on any more.

    Moving its clock by nothing answers exactly then: what is due is done, and what waits for a
    later time goes on waiting.
    """
    advance(platform, 0)


def advance(platform: World, by: str | float) -> datetime:
    """Move the world's clock (`2h`, or seconds), doing what falls due; the time that it is then."""
    moved = platform.control("POST", "/clock/advance", {"by": by})
    return datetime.fromisoformat(moved["now"])


def now(platform: World) -> datetime:
    """The world's time."""
    return datetime.fromisoformat(platform.control("GET", "/clock")["now"])


def set_phone(platform: World, phone: str, **behaviour: Any) -> None:
    """Set how a phone behaves: `deliver_after`, `fail`, `reject`, `no_receipt`, `auto_reply`.

    The phone `default` is every phone without a setting of its own.
    """
    platform.control("PUT", f"/phones/{phone}", behaviour)


def text_from(platform: World, phone: str, to: str, body: str) -> str:
    """Let a phone send a message to a number of the world; the SID of the inbound message."""
    sent = platform.control("POST", f"/phones/{phone}/messages", {"to": to, "body": body})
    return str(sent["sid"])


def inbox(platform: World, phone: str) -> list[dict[str, Any]]:
    """What a phone has received, oldest first."""
    listed = platform.control("GET", f"/phones/{phone}/messages")
    return list(reversed(listed["messages"]))


def bodies(platform: World, phone: str) -> list[str]:
    """The texts that a phone has received, oldest first."""
    return [entry["body"] for entry in inbox(platform, phone)]


def timeline(platform: World, sid: str) -> list[str]:
    """The kinds of the events of a message, in order: `message.queued` …"""
    listed = platform.control("GET", f"/messages/{sid}/events")
    return [event["kind"] for event in listed["events"]]

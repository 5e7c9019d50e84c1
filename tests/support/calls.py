"""Calls in the words of a test: phones that ring or answer, and calls that are going on."""

from __future__ import annotations

from typing import Any
from urllib.request import Request, urlopen

from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance

from tests.support.audio import Sound
from tests.support.control import advance
from tests.support.platform import World

PHONE, OTHER, NUMBER = "+15558675309", "+15558675310", "+14155550100"
WAITS = '<Response><Pause length="3600"/></Response>'  # nobody hangs up


def script(platform: World, phone: str, text: str) -> None:
    """What a phone does when it is called: `ring`, `busy`, `answer 0s` …"""
    platform.control("PUT", f"/phones/{phone}/script", {"script": text})


def ringing(client: Client, platform: World, **wanted: Any) -> CallInstance:
    """A call that rings for as long as the test likes."""
    script(platform, PHONE, "ring")
    call = client.calls.create(**{"to": PHONE, "from_": NUMBER, "twiml": WAITS, **wanted})
    advance(platform, 1)
    return client.calls(call.sid).fetch()


def answered(client: Client, platform: World, **wanted: Any) -> CallInstance:
    """A call that was answered and lasts."""
    script(platform, PHONE, "answer 0s")
    call = client.calls.create(**{"to": PHONE, "from_": NUMBER, "twiml": WAITS, **wanted})
    advance(platform, 1)
    return client.calls(call.sid).fetch()


def ended(client: Client, platform: World, **wanted: Any) -> CallInstance:
    """A call whose phone was busy."""
    script(platform, PHONE, "busy")
    call = client.calls.create(**{"to": PHONE, "from_": NUMBER, "twiml": WAITS, **wanted})
    advance(platform, 1)
    return client.calls(call.sid).fetch()


def heard(platform: World, sid: str) -> Sound:
    """What the virtual phone of a call heard."""
    request = Request(f"{platform.base_url}/trunkline/v1/calls/{sid}/heard?world={platform.name}")
    request.add_header("Authorization", f"Bearer {platform.control_token}")
    with urlopen(request, timeout=30) as answer:
        return Sound.read(answer.read())

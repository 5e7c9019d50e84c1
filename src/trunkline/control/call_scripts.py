"""What virtual phones do in calls, and calls that they make."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.control.errors import ControlError
from trunkline.control.given_script import MOST_BODY, Hold, NewScript, read_script
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.control.script_text import script_text
from trunkline.voice.legs import MediaUnavailable
from trunkline.voice.phones.call_scripts import DEFAULT as EVERY_PHONE
from trunkline.voice.phones.call_scripts import Script
from trunkline.voice.phones.script import Step
from trunkline.voice.receive_call import NoSuchNumber

__all__ = ["CallScriptsResource", "phone_address"]

DEFAULT = "default"
ADDRESS = re.compile(r"\+[1-9][0-9]{6,14}|client:[^\x00-\x20/\x7f]{1,256}")


class Doings(msgspec.Struct, kw_only=True):
    """A script as text and as steps."""

    script: str
    steps: list[Step]


class CallScript(msgspec.Struct, kw_only=True):
    """What was set for a phone (null: as `default` says), and what that comes to."""

    number: str
    own: Doings | None
    effective: Doings


class NewCall(NewScript, forbid_unknown_fields=True, kw_only=True):
    """A call that a phone makes. Its script begins when it dials; an empty one listens."""

    to: Annotated[str, Meta(max_length=128, description="A number of this world in E.164")]
    hold: Hold = False


class Placed(msgspec.Struct):
    """The inbound call."""

    sid: str


class CallScriptsResource:
    """The operations on phones in calls."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/phones/{number}/script", answers=CallScript)
    async def fetch_call_script(self, call: Call, _: Nothing) -> CallScript:
        """Show what a phone does when it is called.

        The number `default` stands for all phones that have no script of their own. An address of
        a client (`client:alice`) is a phone, too.
        """
        return await self._shown(call)

    @operation(
        "PUT", "/phones/{number}/script", asks=NewScript, answers=CallScript, most_body=MOST_BODY
    )
    async def set_call_script(self, call: Call, asked: NewScript) -> CallScript:
        """Set what a phone does when it is called.

        An empty script, or `ring`, lets it ring for ever.
        """
        key = _key(call)
        calls = self._platform.calls
        given = await read_script(calls, asked, rings=True)
        script = Script(steps=given.steps, audio=given.audio)
        await calls.scripts.set(call.world.id, key, script, given.waves)
        return await self._shown(call)

    @operation("DELETE", "/phones/{number}/script", answers=CallScript)
    async def forget_call_script(self, call: Call, _: Nothing) -> CallScript:
        """Let a phone do as all others do."""
        await self._platform.calls.scripts.set(call.world.id, _key(call), None, {})
        return await self._shown(call)

    @operation(
        "POST",
        "/phones/{number}/calls",
        asks=NewCall,
        answers=Placed,
        status=201,
        most_body=MOST_BODY,
    )
    async def call_from_phone(self, call: Call, asked: NewCall) -> Placed:
        """Call one of the world's numbers from a phone.

        The call is stored before the answer. What the phone does, `script` says; more can be told
        to it while the call goes on.
        """
        phone = phone_address(call.path["number"])
        calls = self._platform.calls
        number = asked.to.strip()
        given = await read_script(calls, asked, rings=False)
        try:
            sid = await calls.receive(call.world.id, phone, number, given.with_digests())
        except NoSuchNumber:
            raise ControlError(
                422, "no_such_number", f"'{number}' is not a number of this world."
            ) from None
        except MediaUnavailable as error:
            raise ControlError(503, "unavailable", str(error)) from None
        if asked.hold:
            calls.phones.hold(sid)
        return Placed(sid)

    async def _shown(self, call: Call) -> CallScript:
        key = _key(call)
        scripts = self._platform.calls.scripts
        own = await scripts.set_for(call.world.id, key)
        effective = await scripts.of(call.world.id, key)
        return CallScript(
            number=DEFAULT if key == EVERY_PHONE else key,
            own=None if own is None else _doings(own),
            effective=_doings(effective),
        )


def phone_address(text: str) -> str:
    """The phone of a path. Refuses 422."""
    if not ADDRESS.fullmatch(text):
        raise ControlError(
            422,
            "invalid_number",
            "Write the phone's number in E.164, e.g. +14155550123, or a client: client:alice.",
        )
    return text


def _key(call: Call) -> str:
    number = call.path["number"]
    return EVERY_PHONE if number == DEFAULT else phone_address(number)


def _doings(script: Script) -> Doings:
    return Doings(script=script_text(script.steps), steps=list(script.steps))

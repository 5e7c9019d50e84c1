"""Calls: those of a world, what happened in one, what its phone heard; tell the phone what to do
next, and let time pass until something is so."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trunkline.control.durations import parse_duration
from trunkline.control.errors import ControlError
from trunkline.control.follow_calls import follow_calls, learn_live
from trunkline.control.given_script import MOST_BODY, Hold, NewScript, read_script
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.control.wave_file import WAVE, WaveFile
from trunkline.sids import is_sid
from trunkline.voice.explain_call import CallExplanation, CallSummary
from trunkline.voice.model import CALL, FINAL, SHOWN
from trunkline.voice.phones.watch_phones import NotOnPhone
from trunkline.worlds import ClockNotMovable

__all__ = ["CallsResource"]

MOST_RUN = timedelta(hours=24)
MOST_REST = 2.0  # real seconds for a world to come to rest
STATUSES = [status for status in CALL.steps if status not in SHOWN]
# A call that is over is waited for no longer, whatever it was to come to.
REACHED = {
    "ringing": {"ringing", "in-progress", *FINAL},
    "answered": {"in-progress", *FINAL},
    "done": FINAL,
    "ended": FINAL,
}

Name = Annotated[str, Meta(max_length=300)]
Most = Annotated[
    str | float,
    Meta(description="How far the clock is moved at most: `10m`, or a number of seconds"),
]


class CallFilter(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which calls to list; all of the world where nothing is named."""

    number: Annotated[Name | None, Meta(description="From or to it")] = None
    status: Annotated[Name | None, Meta(description="One, or several: `busy,no-answer`")] = None
    limit: Annotated[int, Meta(ge=1, le=1000, description="Newest calls to show")] = 50


class CallPage(msgspec.Struct):
    """Calls, newest first."""

    calls: list[CallSummary]


class MoreSteps(NewScript, forbid_unknown_fields=True, kw_only=True):
    """What the phone of a call is to do after what it was told before."""

    run: Annotated[bool, Meta(description="Move the world's clock until the phone has done it")] = (
        False
    )
    most: Most = "1h"


class Run(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Until when to let time pass.

    `ringing`: the call was dialled; `answered`: it was answered; `done`: its phone has done all
    that it was told; `ended`: it is over. Whatever it is: when the call is over, nothing is waited
    for. Without a call, `ended` is of all calls of the world.
    """

    until: Literal["ringing", "answered", "done", "ended"] = "ended"
    call: Annotated[Name | None, Meta(description="SID of a call")] = None
    most: Most = "1h"
    hold: Hold = False


class Ran(msgspec.Struct, kw_only=True):
    """The world's time, and whether that was reached for which it was moved. `status` is that of
    the call."""

    now: datetime
    reached: bool
    status: str | None = None


class Ended(msgspec.Struct):
    """The world's time."""

    now: datetime


class CallsResource:
    """The operations on calls."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/calls", asks=CallFilter, answers=CallPage)
    async def list_calls(self, call: Call, asked: CallFilter) -> CallPage:
        """List the calls of a world, newest first."""
        statuses = None if asked.status is None else _statuses(asked.status)
        found = await self._platform.calls.explain.newest(
            call.world.id, number=asked.number, statuses=statuses, limit=asked.limit
        )
        return CallPage(found)

    @operation("POST", "/calls/run", asks=Run, answers=Ran)
    async def run_calls(self, call: Call, asked: Run) -> Ran:
        """Move a world's clock until a call has come to a point.

        Calls of virtual phones alone go by faster than real time.
        """
        most = _length(asked.most)
        if asked.call is None and asked.until != "ended":
            raise ControlError(
                422, "invalid_parameter", f"Name the call that is to be {asked.until}."
            )
        sid = None
        if asked.call is not None:
            found = await self._found(call, asked.call)
            sid = found.sid
            if asked.hold and found.status not in FINAL:
                self._platform.calls.phones.hold(sid)
        return await self._run(call, sid, asked.until, most)

    @operation("POST", "/calls/end", answers=Ended)
    async def end_calls(self, call: Call, _: Nothing) -> Ended:
        """Hang up every call of a world, and let its time pass by itself.

        It answers when all of them have their last status.
        """
        self._platform.calls.phones.let_go(call.world.id)
        if call.world.clock_movable:
            # An app that does not answer holds nothing up: the clock is let go all the same.
            with contextlib.suppress(ClockNotMovable, TimeoutError):
                async with asyncio.timeout(MOST_REST):
                    await self._platform.advance(call.world, timedelta())
        await self._platform.calls.hang_up(call.world.id)
        return Ended(call.world.clock.now())

    @operation("GET", "/calls/{call_sid}", answers=CallExplanation)
    async def explain_call(self, call: Call, _: Nothing) -> CallExplanation:
        """Explain a call: its facts, the verbs that were executed, keys, transitions, requests."""
        sid = call.path["call_sid"]
        found = await self._platform.calls.explain.explain(call.world.id, _sid(sid))
        if found is None:
            raise _no_such_call()
        return found

    @operation("GET", "/calls/{call_sid}/heard", content_type=WAVE)
    async def fetch_heard(self, call: Call, _: Nothing) -> WaveFile:
        """Fetch what the virtual phone of a call heard: a WAV of 8 kHz, 16 bit, mono.

        While the call goes on it is what was heard so far, to the last second or so.
        """
        found = await self._found(call, call.path["call_sid"])
        calls = self._platform.calls
        if not calls.phones.is_in_call(found.sid):
            await calls.written(found.sid)
        name = f"{found.sid}.wav"
        try:
            return await asyncio.to_thread(WaveFile, calls.heard_folder / name, name)
        except OSError:
            raise ControlError(
                404, "not_heard", "No virtual phone has heard anything in this call."
            ) from None

    @operation("POST", "/calls/{call_sid}/steps", asks=MoreSteps, answers=Ran, most_body=MOST_BODY)
    async def tell_phone(self, call: Call, asked: MoreSteps) -> Ran:
        """Tell the virtual phone of a call what to do next.

        It does so after what it was told before.
        """
        most = _length(asked.most)
        found = await self._found(call, call.path["call_sid"])
        calls = self._platform.calls
        try:
            given = await read_script(calls, asked, rings=calls.phones.rings(found.sid))
            steps = await calls.ready.ready(call.world.id, given.with_digests())
            calls.phones.do(found.sid, steps)
        except NotOnPhone:
            raise ControlError(
                409, "not_on_phone", f"No virtual phone is in this call, which is {found.status}."
            ) from None
        if not asked.run:
            return Ran(now=call.world.clock.now(), reached=True, status=found.status)
        return await self._run(call, found.sid, "done", most)

    async def _run(self, call: Call, sid: str | None, until: str, most: timedelta) -> Ran:
        calls = self._platform.calls
        with follow_calls(self._platform.bus, call.world.id) as statuses:
            if sid is None:
                await learn_live(statuses, calls.explain, call.world.id)
            else:
                statuses.learn(sid, (await self._found(call, sid)).status)

            def reached() -> bool:
                if sid is None:
                    return statuses.all_over
                if until == "done" and calls.phones.is_in_call(sid):
                    return calls.phones.is_done(sid)
                return statuses.of(sid) in REACHED[until]

            try:
                advanced = await self._platform.advance(call.world, most, until=reached)
            except ClockNotMovable as error:
                raise ControlError(409, "clock_not_movable", str(error)) from None
            status = None if sid is None else statuses.of(sid)
            return Ran(now=advanced.now, reached=reached(), status=status)

    async def _found(self, call: Call, sid: str) -> CallSummary:
        found = await self._platform.calls.explain.fetch(call.world.id, _sid(sid))
        if found is None:
            raise _no_such_call()
        return found


def _sid(text: str) -> str:
    """A SID of a call, whatever the case of its digits. Refuses 404."""
    if not is_sid(text, "CA"):
        raise _no_such_call()
    return text[:2] + text[2:].lower()


def _no_such_call() -> ControlError:
    return ControlError(404, "no_such_call", "This world has no call of that SID.")


def _statuses(text: str) -> list[str]:
    found = [each.strip() for each in text.split(",") if each.strip()]
    for status in found:
        if status not in STATUSES:
            raise ControlError(
                422,
                "invalid_parameter",
                f"'{status[:64]}' is no status of a call: {', '.join(STATUSES)}.",
            )
    return found


def _length(most: str | float) -> timedelta:
    try:
        length = parse_duration(most)
    except ValueError as error:
        raise ControlError(422, "invalid_parameter", f"most: {error}") from None
    if length > MOST_RUN:
        raise ControlError(422, "invalid_parameter", "most: a day is the most.")
    return length

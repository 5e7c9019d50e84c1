"""Calls for asynchronous tests."""

from __future__ import annotations

from datetime import datetime

from trunkline.testing.calls import Call, CallRecording, ExpectedWords
from trunkline.testing.durations import Duration
from trunkline.testing.errors import hidden
from trunkline.testing.heard import Heard
from trunkline.testing.in_thread import in_thread
from trunkline.testing.scripts import Sound
from trunkline.testing.verbs import Verb

__all__ = ["AsyncCall"]

__tracebackhide__ = hidden


class AsyncCall:
    """A call, as `Call`, with methods to be awaited, one after the other."""

    sid: str
    """Its SID."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.sid = call.sid

    def __repr__(self) -> str:
        return repr(self._call)

    async def answer(self, *, after: Duration = 0) -> AsyncCall:
        """As `Call.answer`."""
        __tracebackhide__ = True
        await in_thread(self._call.answer, after=after)
        return self

    async def hears(self, what: ExpectedWords = None, *, within: Duration = 60) -> AsyncCall:
        """As `Call.hears`. A function as `what` is called in another thread."""
        __tracebackhide__ = True
        await in_thread(self._call.hears, what, within=within)
        return self

    async def press(self, keys: str, *, in_band: bool = False) -> AsyncCall:
        """As `Call.press`."""
        __tracebackhide__ = True
        await in_thread(self._call.press, keys, in_band=in_band)
        return self

    async def says(self, text: str) -> AsyncCall:
        """As `Call.says`."""
        __tracebackhide__ = True
        await in_thread(self._call.says, text)
        return self

    async def plays(self, sound: Sound) -> AsyncCall:
        """As `Call.plays`."""
        __tracebackhide__ = True
        await in_thread(self._call.plays, sound)
        return self

    async def waits(self, length: Duration) -> AsyncCall:
        """As `Call.waits`."""
        __tracebackhide__ = True
        await in_thread(self._call.waits, length)
        return self

    async def hangs_up(self) -> AsyncCall:
        """As `Call.hangs_up`."""
        __tracebackhide__ = True
        await in_thread(self._call.hangs_up)
        return self

    async def busy(self) -> AsyncCall:
        """As `Call.busy`."""
        __tracebackhide__ = True
        await in_thread(self._call.busy)
        return self

    async def rejects(self) -> AsyncCall:
        """As `Call.rejects`."""
        __tracebackhide__ = True
        await in_thread(self._call.rejects)
        return self

    async def does(self, script: str) -> AsyncCall:
        """As `Call.does`."""
        __tracebackhide__ = True
        await in_thread(self._call.does, script)
        return self

    async def ends(self, *, within: Duration = 3600) -> AsyncCall:
        """As `Call.ends`."""
        __tracebackhide__ = True
        await in_thread(self._call.ends, within=within)
        return self

    async def status(self) -> str:
        """As `Call.status`."""
        return await in_thread(lambda: self._call.status)

    async def direction(self) -> str:
        """As `Call.direction`."""
        return await in_thread(lambda: self._call.direction)

    async def caller(self) -> str:
        """As `Call.caller`."""
        return await in_thread(lambda: self._call.caller)

    async def called(self) -> str:
        """As `Call.called`."""
        return await in_thread(lambda: self._call.called)

    async def duration(self) -> int | None:
        """As `Call.duration`."""
        return await in_thread(lambda: self._call.duration)

    async def answered_at(self) -> datetime | None:
        """As `Call.answered_at`."""
        return await in_thread(lambda: self._call.answered_at)

    async def digits(self) -> str:
        """As `Call.digits`."""
        return await in_thread(lambda: self._call.digits)

    async def verbs(self) -> list[Verb]:
        """As `Call.verbs`."""
        return await in_thread(lambda: self._call.verbs)

    async def said(self) -> list[str]:
        """As `Call.said`."""
        return await in_thread(lambda: self._call.said)

    async def parent_sid(self) -> str | None:
        """As `Call.parent_sid`."""
        return await in_thread(lambda: self._call.parent_sid)

    async def heard(self) -> Heard:
        """As `Call.heard`."""
        return await in_thread(lambda: self._call.heard)

    async def recordings(self) -> list[CallRecording]:
        """As `Call.recordings`."""
        return await in_thread(lambda: self._call.recordings)

    async def why(self) -> str:
        """As `Call.why`."""
        return await in_thread(self._call.why)

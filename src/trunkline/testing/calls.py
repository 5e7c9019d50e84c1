"""A call in a test: what its phone does, what was executed, what was heard."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from trunkline.testing.durations import Duration, duration
from trunkline.testing.errors import ExpectationFailed, TrunklineError, hidden
from trunkline.testing.heard import Heard
from trunkline.testing.scripts import Sound, quoted, script_body, time, with_sound
from trunkline.testing.verbs import Verb, executed, said
from trunkline.testing.world import World

__all__ = ["Call", "CallRecording", "ExpectedWords", "over"]

__tracebackhide__ = hidden

ExpectedWords = str | re.Pattern[str] | Callable[[str], object] | None
FINAL = ("completed", "busy", "no-answer", "failed", "canceled")
MOST = "4h"  # of the world's time, for one step: as long as a call lasts


class CallRecording:
    """A recording of a call, as the API tells of it."""

    sid: str
    """Its SID."""
    status: str
    """`completed`, `in-progress`, `absent`, …"""
    source: str
    """What began it: `RecordVerb`, `OutboundAPI`, …"""
    channels: int
    """1, or 2: the caller and the called."""

    def __init__(self, world: World, known: dict[str, Any]) -> None:
        self._world = world
        self._path = f"/2010-04-01/Accounts/{known['account_sid']}/Recordings/{known['sid']}.wav"
        self._duration = known["duration"]
        self.sid = known["sid"]
        self.status = known["status"]
        self.source = known["source"]
        self.channels = int(known["channels"])

    def __repr__(self) -> str:
        return f"<recording {self.sid}: {self.status}, {self.duration} s>"

    @property
    def duration(self) -> int | None:
        """Whole seconds, as the API rounds them; None while it is not completed."""
        known = self._duration
        return None if known in (None, "", "-1") else int(known)

    @property
    def sound(self) -> Heard:
        """What was recorded. Raises TrunklineError while there is nothing."""
        return Heard(self._world.twilio_file(self._path))


class Call:
    """A call that a phone of the test makes or gets.

    What the phone is told to do moves the world's clock until it has done it, and returns the
    call: `call.answer().hears("Press one").press("1")`. What reads lets the world settle first.
    """

    sid: str
    """Its SID."""

    def __init__(self, world: World, phone: str, sid: str) -> None:
        self.sid = sid
        self._world = world
        self._phone = phone
        self._path = f"/calls/{sid}"
        self._heard_verbs = 0

    def __repr__(self) -> str:
        return f"<call {self.sid} of {self._phone}>"

    # What the phone does ----------------------------------------------------------------------
    def answer(self, *, after: Duration = 0) -> Call:
        """Answer, so long after now. Raises ExpectationFailed when the call ended before."""
        __tracebackhide__ = True  # pdb begins in the test
        status = self._do(f"answer {time(after)}", "answer")
        if status in FINAL and status != "completed":
            self._fail(f"{self._phone} was to answer, and the call ended before: {status}.")
        return self

    def hears(self, what: ExpectedWords = None, *, within: Duration = 60) -> Call:
        """Wait for a prompt and the end of it: something is heard, and then half a second of
        silence; or so long at most.

        A string must occur in what the app let the phone hear since it listened last: the texts of
        `Say` and the URLs of `Play`. Of a pattern some part must be found; a function is given all
        of it and says yes. What the app said before the call was over counts, too. Raises
        ExpectationFailed.
        """
        __tracebackhide__ = True
        found = self._known()
        if what is None or found["status"] not in FINAL:
            self._do(f"hear {time(within)}", "listen")
            found = self._known()
        verbs = [executed(verb) for verb in found["verbs"]]
        words = " ".join(said(verbs[self._heard_verbs :]))
        if what is not None and not _fits(words, what):
            came = f"heard {words!r}" if words else "heard nothing that the app said"
            self._fail(f"{self._phone} {came}; expected {_shown(what)}.")
        self._heard_verbs = len(verbs)
        return self

    def press(self, keys: str, *, in_band: bool = False) -> Call:
        """Press keys: `0` to `9`, `*`, `#`, `A` to `D`; `w` waits half a second, `W` a second.
        `in_band` sends them as tones alone, without events."""
        __tracebackhide__ = True
        self._do(f"press {keys}{' in-band' if in_band else ''}", f"press {keys}")
        return self

    def says(self, text: str) -> Call:
        """Speak a text into the call."""
        __tracebackhide__ = True
        self._do(f"say {quoted(text)}", "speak")
        return self

    def plays(self, sound: Sound) -> Call:
        """Play a file into the call, or the bytes of one: WAV, MP3, …"""
        __tracebackhide__ = True
        self._do(with_sound(sound), "play")
        return self

    def waits(self, length: Duration) -> Call:
        """Do nothing for so long of the call's time."""
        __tracebackhide__ = True
        self._do(f"wait {time(length)}", "wait")
        return self

    def hangs_up(self) -> Call:
        """Hang up; the call is over then."""
        __tracebackhide__ = True
        self._do("hangup", "hang up")
        return self._run("ended", MOST)

    def busy(self) -> Call:
        """Be busy: the call ends so."""
        __tracebackhide__ = True
        self._do("busy", "be busy")
        return self._run("ended", MOST)

    def rejects(self) -> Call:
        """Decline the call, which ends so."""
        __tracebackhide__ = True
        self._do("reject", "decline")
        return self._run("ended", MOST)

    def does(self, script: str) -> Call:
        """Do all that a script says: `hear; press 1; wait 3s`."""
        __tracebackhide__ = True
        self._do(script_body(script), "do as its script says")
        return self

    def ends(self, *, within: Duration = 3600) -> Call:
        """Let time pass until the call is over. Raises ExpectationFailed when it is not, after so
        long of the world's time."""
        __tracebackhide__ = True
        return self._run("ended", duration(within))

    # What is known of it ----------------------------------------------------------------------
    @property
    def status(self) -> str:
        """`ringing`, `in-progress`, `completed`, `busy`, `no-answer`, `failed`, `canceled`."""
        return str(self._known()["status"])

    @property
    def direction(self) -> str:
        """`inbound`, `outbound-api`, `outbound-dial`."""
        return str(self._known()["direction"])

    @property
    def caller(self) -> str:
        """Who calls."""
        return str(self._known()["from"])

    @property
    def called(self) -> str:
        """Who is called."""
        return str(self._known()["to"])

    @property
    def duration(self) -> int | None:
        """How long it lasted, in seconds; None before its end."""
        found: int | None = self._known()["duration"]
        return found

    @property
    def answered_at(self) -> datetime | None:
        """The world's time at which it was answered."""
        found = self._known()["answered_at"]
        return None if found is None else datetime.fromisoformat(found)

    @property
    def digits(self) -> str:
        """The keys that the app was told of."""
        return str(self._known()["digits"])

    @property
    def verbs(self) -> list[Verb]:
        """The verbs that were executed, in their order: compare with `trunkline.testing.verbs`."""
        return [executed(verb) for verb in self._known()["verbs"]]

    @property
    def said(self) -> list[str]:
        """The texts that were spoken to it, and the URLs that were played."""
        return said(self.verbs)

    @property
    def parent_sid(self) -> str | None:
        """The SID of the call whose `Dial` made it."""
        found: str | None = self._known()["parent_sid"]
        return found

    @property
    def heard(self) -> Heard:
        """What the phone heard so far, to measure. Raises TrunklineError when it was nothing."""
        self._world.settle()
        return Heard(self._world.control_file(f"{self._path}/heard"))

    @property
    def recordings(self) -> list[CallRecording]:
        """The recordings of it, oldest first."""
        self._world.settle()
        account = self._world.credentials.account_sid
        path = f"/2010-04-01/Accounts/{account}/Calls/{self.sid}/Recordings.json?PageSize=1000"
        listed = self._world.twilio("GET", path)["recordings"]
        return [CallRecording(self._world, known) for known in reversed(listed)]

    def why(self) -> str:
        """All that happened in it, a line for each: print it."""
        return _told(self._known())

    # ------------------------------------------------------------------------------------------
    def _do(self, what: str | dict[str, Any], doing: str) -> str | None:
        """Tell the phone, and let time pass until it has done it; the call's status then."""
        body = {"script": what} if isinstance(what, str) else what
        self._world.may_wait()
        refused = ""
        try:
            ran = self._world.control(
                "POST", f"{self._path}/steps", {**body, "run": True, "most": MOST}
            )
            found: str | None = ran["status"]
            return found
        except TrunklineError as error:
            refused = str(error)
        status = self._known()["status"]
        if status in FINAL:
            self._fail(f"{self._phone} was to {doing}, but the call is over: {status}.")
        raise TrunklineError(refused)

    def _run(self, until: str, most: float | str) -> Call:
        self._world.may_wait()
        asked = {"until": until, "call": self.sid, "most": most}
        ran = self._world.control("POST", "/calls/run", asked)
        if not ran["reached"]:
            self._fail(f"The call of {self._phone} is not over: {ran['status']}.")
        return self

    def _known(self) -> dict[str, Any]:
        self._world.settle()
        found: dict[str, Any] = self._world.control("GET", self._path)
        return found

    def _fail(self, first: str) -> None:
        told = _told(self._known())
        raise ExpectationFailed(self._world.without_secrets(f"{first}\n\n{told}"))


def over(status: str) -> bool:
    """Whether a call of this status is over."""
    return status in FINAL


def _fits(words: str, what: ExpectedWords) -> bool:
    if isinstance(what, str):
        return what in words
    if isinstance(what, re.Pattern):
        return what.search(words) is not None
    return what is None or bool(what(words))


def _shown(what: ExpectedWords) -> str:
    if isinstance(what, str):
        return repr(what)
    if isinstance(what, re.Pattern):
        return f"something in which {what.pattern!r} is found"
    return f"something of which {getattr(what, '__name__', what)} says yes"


def _told(known: dict[str, Any]) -> str:
    seconds = "" if known["duration"] is None else f", {known['duration']} s"
    head = (
        f"{known['sid']}  {known['direction']}  {known['from']} -> {known['to']}"
        f"  {known['status']}{seconds}"
    )
    verbs = iter([executed(verb) for verb in known["verbs"]])
    lines = [head]
    for event in known["timeline"]:
        kind, data = event["kind"].removeprefix("call."), event["data"]
        if kind == "request":
            continue  # the request itself is in the timeline, too
        told = (
            repr(next(verbs))
            if kind == "verb"
            else "  ".join([kind, *(f"{name}={value}" for name, value in data.items())])
        )
        lines.append(f"  {event['world_time'][11:23]}  {told}")
    return "\n".join(lines)

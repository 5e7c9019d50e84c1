"""A virtual phone: it sends, expects, replies."""

from __future__ import annotations

import base64
import mimetypes
import os
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from trunkline.testing.calls import Call
from trunkline.testing.durations import Duration, duration
from trunkline.testing.errors import ExpectationFailed, TrunklineError, hidden
from trunkline.testing.expectations import Expected, fits, look_for, shown_expectation
from trunkline.testing.messages import Message, key, message
from trunkline.testing.scripts import script_body
from trunkline.testing.world import World

__all__ = ["KEEP", "Keep", "Media", "Phone"]

__tracebackhide__ = hidden

PHONE = re.compile(r"(?:whatsapp:|rcs:)?\+[1-9][0-9]{6,14}|client:[^\s/]{1,256}")
# Who can be answered: a number, a short code, the sender of a channel; no name.
ANSWERABLE = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,6}|(?:whatsapp|rcs):.+")
MOST_ENTRIES = 1000  # of an inbox


class Keep:
    """Says that a setting stays as it is."""

    def __repr__(self) -> str:
        return "KEEP"


KEEP = Keep()
# The text of a failure: its first line, the number, what was expected, what was received.
Explain = Callable[[str, str, Expected, Sequence[Message]], str]
Media = str | os.PathLike[str] | tuple[str, bytes]


class Phone:
    """A virtual phone of the test's world. The same number is the same phone."""

    number: str
    """Its number, in E.164; of a phone on WhatsApp or RCS with its prefix: `whatsapp:+1…`."""

    def __init__(self, world: World, number: str, *, within: float, explain: Explain) -> None:
        if not PHONE.fullmatch(number):
            raise TrunklineError(
                f"'{number}' is no phone number: write it in E.164, e.g. +14155550123."
            )
        if number in world.credentials.numbers:
            raise TrunklineError(
                f"{number} is one of the account's own numbers, not a phone: what is sent to it "
                "goes to the app."
            )
        self.number = number
        self._world = world
        self._within = within
        self._explain = explain
        self._path = f"/phones/{number}"
        self._expected: set[tuple[str, ...]] = set()
        self._last: Message | None = None
        self._expected_calls: set[str] = set()
        self._turn = threading.RLock()

    def __repr__(self) -> str:
        return f"<phone {self.number}>"

    def send(
        self, text: str = "", *, to: str | None = None, media: Media | Iterable[Media] | None = None
    ) -> str:
        """Send a message, and return its SID once the world is settled: the app has answered.

        `to` is a number of the account, by default `trunkline.number`. `media` is a URL, the path
        of a file, `(content type, bytes)`, or several of these. Raises TrunklineError.
        """
        urls, files = _media(media)
        self._world.settle()  # what is on its way has come before
        asked = {
            "to": to or self._world.credentials.numbers[0],
            "body": text,
            "media_urls": urls,
            "media": files,
        }
        sent = self._world.control("POST", f"{self._path}/messages", asked)
        self._world.settle()
        return str(sent["sid"])

    def expects(self, what: Expected = None, *, within: float | None = None) -> Message:
        """The next message that this phone got must be `what`; return it.

        A string is the whole text; of a compiled pattern some part of the text must be found; a
        function is given the Message and says yes. Without `what` any message will do.

        First the world settles: all that is due is done, and the app has answered. Messages are
        expected in the order in which they arrived, each once. Another text fails at once. If
        there is none, `within` real seconds are waited for one that the app sends by itself (1 s,
        or the ini option `trunkline_within`). Raises ExpectationFailed.
        """
        __tracebackhide__ = True  # pdb begins in the test
        seconds = self._within if within is None else within
        with self._turn:
            got: Message | None = look_for(self._world, self._next, seconds)
            if got is not None and fits(got, what):
                self._expected.add(key(got))
                self._last = got
                return got
        wanted = shown_expectation(what)
        waited = f" within {seconds:g} s" if seconds > 0 else ""
        came = f"no message{waited}" if got is None else repr(got.body)
        first = f"{self.number} got {came}; expected {wanted}."
        raise ExpectationFailed(self._explain(first, self.number, what, self._received()))

    def expects_nothing(self, *, within: float = 0.0) -> None:
        """There must be no message that was not expected yet, once the world is settled.

        With `within`, so many real seconds are waited for one that the app sends by itself.
        Raises ExpectationFailed.
        """
        __tracebackhide__ = True  # pdb begins in the test
        with self._turn:
            got: Message | None = look_for(self._world, self._next, within)
        if got is not None:
            first = f"{self.number} got {got.body!r}; expected nothing."
            raise ExpectationFailed(self._explain(first, self.number, None, self._received()))

    def replies(self, text: str = "", *, media: Media | Iterable[Media] | None = None) -> str:
        """Answer the sender of the message that was expected last, or else of the newest; return
        the answer's SID. Raises TrunklineError when there is no such message."""
        last = self._last
        if last is None:
            received = self.inbox
            if not received:
                raise TrunklineError(f"{self.number} has got no message that it could reply to.")
            last = received[-1]
        if not ANSWERABLE.fullmatch(last.sender):
            raise TrunklineError(f"Nobody can reply to '{last.sender}': it is not a number.")
        return self.send(text, to=last.sender, media=media)

    @property
    def inbox(self) -> list[Message]:
        """All that this phone got, oldest first, once the world is settled."""
        self._world.settle()
        return self._received()

    def on_call(self, script: str | None) -> None:
        """Say what the phone does whenever it is called: `answer 2s; hear; press 1; hangup`,
        `busy`, `reject`, `ring`. None takes it back. Raises TrunklineError.

        Without, a phone of a test rings until the test says what it does: see `expects_call`.
        """
        path = f"{self._path}/script"
        if script is None:
            self._world.control("DELETE", path)
        else:
            self._world.control("PUT", path, script_body(script))

    def calls(self, number: str | None = None, script: str = "") -> Call:
        """Call a number of the account, by default `trunkline.number`; return the call once the
        app has answered and nothing but time is waited for. Raises TrunklineError.

        The script begins when the phone dials: `hear; press 1`. Without one it listens, until the
        test says what it does.
        """
        self._world.settle()
        asked = {
            "to": number or self._world.credentials.numbers[0],
            "hold": not script,
            **script_body(script),
        }
        self._world.has_calls = True
        placed = self._world.control("POST", f"{self._path}/calls", asked)
        self._world.settle()
        return Call(self._world, self.number, str(placed["sid"]))

    def expects_call(self, *, within: float | None = None) -> Call:
        """The next call to this phone, which rings: say what the phone does. Calls are expected in
        the order in which they were made, each once.

        If there is none, `within` real seconds are waited for one that the app makes by itself.
        Raises ExpectationFailed.
        """
        __tracebackhide__ = True  # pdb begins in the test
        seconds = self._within if within is None else within
        with self._turn:
            sid: str | None = look_for(self._world, self._next_call, seconds, "call.")
            if sid is not None:
                self._expected_calls.add(sid)
        if sid is None:
            waited = f" within {seconds:g} s" if seconds > 0 else ""
            first = f"{self.number} got no call{waited}; expected one."
            raise ExpectationFailed(self._explain(first, self.number, None, self._received()))
        # It may have to wait for its turn to be dialled.
        asked = {"until": "ringing", "call": sid, "most": "1h", "hold": True}
        self._world.has_calls = True
        self._world.control("POST", "/calls/run", asked)
        return Call(self._world, self.number, sid)

    def expects_no_call(self, *, within: float = 0.0) -> None:
        """There must be no call to this phone that was not expected yet; with `within`, so many
        real seconds are waited for one. Raises ExpectationFailed."""
        __tracebackhide__ = True  # pdb begins in the test
        with self._turn:
            sid: str | None = look_for(self._world, self._next_call, within, "call.")
        if sid is not None:
            first = f"{self.number} got a call, {sid}; expected none."
            raise ExpectationFailed(self._explain(first, self.number, None, self._received()))

    def set(
        self,
        *,
        fail: int | Keep | None = KEEP,
        reject: int | Keep | None = KEEP,
        deliver_after: Duration | Keep | None = KEEP,
        auto_reply: str | Keep | None = KEEP,
        no_receipt: bool | Keep | None = KEEP,
        read: bool | Keep | None = KEEP,
    ) -> None:
        """Say how the phone behaves. What is not named stays as it is; None takes it back.

        `fail` is an error code: messages are sent, then `undelivered` with it, e.g. 30003.
        `reject` is one with which messages are `failed`. `no_receipt` leaves them `sent`. Of these
        three the last one said counts. `deliver_after` is a time of the world's (`"2h"`, seconds,
        timedelta), `auto_reply` a text that answers every message. With `read`, what comes on
        WhatsApp or RCS is read at once, and the sender is told.
        """
        given = {
            "fail": fail,
            "reject": reject,
            "deliver_after": deliver_after
            if deliver_after is None or isinstance(deliver_after, Keep)
            else duration(deliver_after),
            "auto_reply": auto_reply,
            "no_receipt": no_receipt,
            "read": read,
        }
        asked = {name: value for name, value in given.items() if not isinstance(value, Keep)}
        self._world.control("PATCH", self._path, asked)

    def _received(self) -> list[Message]:
        listed = self._world.control("GET", f"{self._path}/messages?limit={MOST_ENTRIES}")
        return [message(each) for each in reversed(listed["messages"])]

    def _next_call(self) -> str | None:
        """The first call to this phone that was not expected yet."""
        path = f"/calls?number={quote(self.number)}&limit={MOST_ENTRIES}"
        for known in reversed(self._world.control("GET", path)["calls"]):
            is_new = known["sid"] not in self._expected_calls
            if is_new and known["direction"] != "inbound" and known["to"] == self.number:
                return str(known["sid"])
        return None

    def _next(self) -> Message | None:
        return next((m for m in self._received() if key(m) not in self._expected), None)


def _media(given: Media | Iterable[Media] | None) -> tuple[list[str], list[dict[str, Any]]]:
    """The URLs and the files. Raises TrunklineError."""
    if given is None:
        return [], []
    single = isinstance(given, (str, os.PathLike)) or (
        isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], bytes)
    )
    urls: list[str] = []
    files: list[dict[str, Any]] = []
    several: Any = [given] if single else given
    for each in several:
        if isinstance(each, str) and "://" in each:
            urls.append(each)
        else:
            content_type, data = each if isinstance(each, tuple) else _file(Path(each))
            encoded = base64.b64encode(data).decode()
            files.append({"content_type": content_type, "data": encoded})
    return urls, files


def _file(path: Path) -> tuple[str, bytes]:
    kind, _ = mimetypes.guess_type(path.name)
    try:
        return kind or "application/octet-stream", path.read_bytes()
    except OSError as error:
        raise TrunklineError(f"{path} cannot be sent: {error.strerror}.") from None

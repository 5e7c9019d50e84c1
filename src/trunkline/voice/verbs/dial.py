"""<Dial>: call others, and connect the first who answers (behaviour 6.6)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from trunkline.store import Overloaded, StoreUnavailable
from trunkline.twiml.voice import Client, Dial, Number
from trunkline.voice.control_calls import NotInProgress
from trunkline.voice.media.wire import FRAMES_PER_SECOND, Digit, Played, Tone
from trunkline.voice.recordings.record_call import RecordingHandle
from trunkline.voice.session.begin_recording import begin_recording
from trunkline.voice.session.documents import Page
from trunkline.voice.session.events import ChildNews, FarEndGone, TimeUp
from trunkline.voice.session.outcome import GoTo, Outcome
from trunkline.voice.session.session import CallSession
from trunkline.voice.verbs.callbacks import recording_callback, track_of
from trunkline.voice.verbs.dial_child import dial_children
from trunkline.voice.verbs.later import later_verb

__all__ = ["dial"]

RINGBACK_FRAMES = 6 * FRAMES_PER_SECOND  # of the tone: two seconds of six
# Which status counts, when several were called and nobody could be reached.
RANK = ("busy", "no-answer", "failed", "canceled")
STAR = "*"
NOT_DIALLED = 12400
CANNOT_DIAL_OUT = 13201


@dataclass(slots=True)
class Dialled:
    """What came of a Dial."""

    status: str = "failed"
    sid: str | None = None
    duration: int | None = None  # seconds; None of a call that goes on by itself
    bridged: bool = False


async def dial(verb: Dial, session: CallSession, page: Page) -> Outcome:
    """Call the nouns, all at once or in turn, and connect the first who answers, until either
    side ends it. `action` is told how it went and its document is next; without one, the next
    verb."""
    if session.whispers:
        session.complain(
            CANNOT_DIAL_OUT,
            "What a called party hears before it is connected cannot have a <Dial>. "
            "It is passed over.",
            line=verb.line,
        )
        return None
    nouns: list[Number | Client] = []
    for noun in verb.targets:
        if isinstance(noun, (Number, Client)):
            nouns.append(noun)
        else:
            await later_verb(noun, session, page)
    dialling = _Dialling(verb, session, page)
    try:
        await dialling.run(nouns)
    except FarEndGone:
        pass
    finally:
        await dialling.end()
    if verb.action is None:
        if session.gone:
            raise FarEndGone(lost=session.lost)
        return None
    return GoTo(page.request(verb.action, verb.method, await dialling.told()))


class _Dialling:
    """One Dial as it goes on."""

    def __init__(self, verb: Dial, session: CallSession, page: Page) -> None:
        self._verb = verb
        self._session = session
        self._page = page
        self._result = Dialled()
        self._children: dict[str, CallSession] = {}
        self._recording: RecordingHandle | None = None
        self._ringback: int | None = None

    async def run(self, nouns: Sequence[Number | Client]) -> None:
        """Raises FarEndGone and Interrupted; `end` tidies up."""
        self._session.drop(Digit)  # a star that was pressed before hangs nobody up
        if self._records("ringing"):
            await self._record()
        rounds = [[noun] for noun in nouns] if self._verb.sequential else [nouns]
        for chosen in rounds:
            if not chosen:
                continue
            try:
                children = await dial_children(self._session, self._page, self._verb, chosen)
            except (StoreUnavailable, Overloaded):
                self._session.complain(
                    NOT_DIALLED, "The database was away: nobody is called.", line=self._verb.line
                )
                children = []
            self._children = {child.call.sid: child for child in children}
            for child in children:
                child.start()
            winner = await self._first_ready()
            if winner is not None:
                await self._connected(winner)
                return
            if self._result.status == "canceled":
                return

    async def _first_ready(self) -> CallSession | None:
        """The first child that may be connected; None when nobody can be reached."""
        ended: list[str] = []
        while self._children:
            match await self._session.next():
                case ChildNews(sid, "ringing") if sid in self._children:
                    self._play_ringback()
                case ChildNews(sid, "ready") if sid in self._children:
                    winner = self._children.pop(sid)
                    self._result.sid = sid
                    await self._cancel_children()
                    return winner
                case ChildNews(sid, "ended" | "left", status) if sid in self._children:
                    del self._children[sid]
                    self._result.sid = sid
                    ended.append(_reached(status))
                case Played(playback=number) if number == self._ringback:
                    self._ringback = None
                case Digit(digit=key) if key == STAR and self._verb.hangup_on_star:
                    await self._cancel_children()
                    ended = ["canceled"]
        self._stop_ringback()
        self._result.status = min(ended, key=RANK.index) if ended else "failed"
        return None

    async def _connected(self, child: CallSession) -> None:
        """Let the two hear each other until it is over."""
        session, verb = self._session, self._verb
        self._children[child.call.sid] = child
        self._stop_ringback()
        await session.answer()
        if self._records("answer"):
            await self._record()
        room = session.call.sid
        session.line.join(room)
        child.line.join(room)
        self._result.status, self._result.bridged = "completed", True
        limit = session.timer(verb.time_limit)
        try:
            while True:
                match await session.next():
                    case ChildNews(sid, "ended") if sid == child.call.sid:
                        self._result.duration = child.call.duration
                        self._children.clear()
                        return
                    case ChildNews(sid, "left") if sid == child.call.sid:
                        self._children.clear()
                        return
                    case TimeUp(timer) if timer is limit:
                        return
                    case Digit(digit=key) if key == STAR and verb.hangup_on_star:
                        return
        finally:
            limit.cancel()

    async def end(self) -> None:
        """Whatever ended it: nobody is called any more, and nothing is heard of them."""
        session = self._session
        if not self._result.bridged and self._children:
            self._result.status = "canceled"
        if self._result.bridged and self._children:
            (child,) = self._children.values()
            await self._cancel_children()
            self._result.duration = child.call.duration
        await self._cancel_children()
        if self._recording is not None:
            self._recording.end()
        if not session.gone:
            self._stop_ringback()
            session.line.leave()
        session.drop(ChildNews)

    async def told(self) -> tuple[tuple[str, str], ...]:
        """What the action is told."""
        result = self._result
        told = [("DialCallStatus", result.status)]
        if result.sid is not None:
            told.append(("DialCallSid", result.sid))
        if result.duration is not None:
            told.append(("DialCallDuration", str(result.duration)))
        told.append(("DialBridged", "true" if result.bridged else "false"))
        if self._recording is not None:
            ended = await self._recording.ended()
            if ended.status != "absent":
                told += [
                    ("RecordingUrl", ended.url),
                    ("RecordingSid", ended.sid),
                    ("RecordingDuration", str(ended.seconds)),
                ]
        return tuple(told)

    async def _cancel_children(self) -> None:
        await asyncio.gather(*(self._end_child(sid) for sid in self._children))
        self._children.clear()

    async def _end_child(self, sid: str) -> None:
        with suppress(NotInProgress):  # it has just ended
            await self._session.services.dials.end(sid, "completed")

    def _records(self, since: str) -> bool:
        return self._verb.record.startswith(f"record-from-{since}")

    async def _record(self) -> None:
        session, verb = self._session, self._verb
        self._recording = await begin_recording(
            session,
            line=verb.line,
            source="DialVerb",
            channels=2 if verb.record.endswith("-dual") else 1,
            track=track_of(verb.recording_track),
            trim=verb.trim == "trim-silence",
            callback=recording_callback(verb, self._page),
        )

    def _play_ringback(self) -> None:
        if self._ringback is None and self._session.call.is_answered:
            tone = Tone(name="ringback", frames=RINGBACK_FRAMES)
            self._ringback = self._session.line.play([tone], loop=0)

    def _stop_ringback(self) -> None:
        if self._ringback is not None:
            self._ringback = None
            self._session.line.stop_playing()


def _reached(status: str | None) -> str:
    """What is counted for a child that ended without having been connected. One that was answered
    was not reached; of one that another node has taken over nobody knows more."""
    if status in (None, "completed"):
        return "no-answer"
    return status if status in RANK else "failed"

"""<Gather>: keys that the far end presses (behaviour 6.6)."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.twiml.voice import Gather
from trunkline.voice.media.wire import Digit, Played
from trunkline.voice.session.documents import Page
from trunkline.voice.session.events import TimeUp
from trunkline.voice.session.outcome import GoTo, Outcome
from trunkline.voice.session.session import CallSession, SessionTimer
from trunkline.voice.verbs.prompts import in_turn

__all__ = ["gather"]

NO_SPEECH = 13335  # speech recognition is not there


@dataclass(frozen=True, slots=True)
class Input:
    """What was pressed, without the key that ended it."""

    digits: str
    finished_by: str = ""


async def gather(verb: Gather, session: CallSession, page: Page) -> Outcome:
    """Play the prompts and collect keys; the first ends what plays. With any input, or if the
    app wants to hear of none, its `action` is next, and otherwise the next verb."""
    if "dtmf" not in verb.input or "speech" in verb.input:
        session.complain(
            NO_SPEECH, "Speech is not recognised yet: only keys are collected.", line=verb.line
        )
    session.drop(Digit)  # pressed before anything was asked
    sources = await session.work(in_turn(session, page, verb.prompts))
    session.line.barge_in(verb.barge_in)
    try:
        playing = session.line.play(sources) if sources else None
        pressed = await _collect(verb, session, playing)
    finally:
        session.line.barge_in(False)
    if playing is not None:
        session.line.stop_playing()
    if not pressed.digits and not verb.action_on_empty_result:
        return None
    session.note("call.digits", {"digits": pressed.digits, "finished_by": pressed.finished_by})
    told = (
        ("Digits", pressed.digits),
        ("FinishedOnKey", pressed.finished_by),
        ("msg", "Gather End"),
    )
    return GoTo(page.request(verb.action, verb.method, told))


async def _collect(verb: Gather, session: CallSession, playing: int | None) -> Input:
    """Until the finishing key, as many keys as are wanted, or no further one for `timeout` seconds
    after the prompts or the last key."""
    digits = ""
    waiting: SessionTimer | None = session.timer(verb.timeout) if playing is None else None
    try:
        while True:
            match await session.next():
                case Played(playback=number) if number == playing:
                    playing = None
                    if waiting is None:
                        waiting = session.timer(verb.timeout)
                case Digit(digit=key) if "dtmf" in verb.input:
                    if key in verb.finish_on_key:
                        return Input(digits, key)
                    digits += key
                    if verb.num_digits is not None and len(digits) >= verb.num_digits:
                        return Input(digits)
                    if waiting is not None:
                        waiting.cancel()
                    if playing is None or verb.barge_in:  # it has ended what played
                        waiting = session.timer(verb.timeout)
                case TimeUp(timer) if timer is waiting:
                    return Input(digits)
    finally:
        if waiting is not None:
            waiting.cancel()

"""<Record>: what the far end says, in a file (behaviour 6.6)."""

from __future__ import annotations

from trunkline.twiml.voice import Record
from trunkline.voice.media.wire import Digit, RecordingEnded, Tone
from trunkline.voice.recordings.model import EndedRecording
from trunkline.voice.recordings.record_call import RecordingHandle
from trunkline.voice.session.begin_recording import begin_recording
from trunkline.voice.session.documents import Page
from trunkline.voice.session.events import FarEndGone, Interrupted
from trunkline.voice.session.outcome import GoTo, Outcome
from trunkline.voice.session.session import CallSession
from trunkline.voice.verbs.callbacks import recording_callback

__all__ = ["record"]

HANGUP = "hangup"  # the Digits of a far end that hung up
NOT_TRANSCRIBED = 13617


async def record(verb: Record, session: CallSession, page: Page) -> Outcome:
    """Beep, and record until a key, silence, the limit or the end of the call. `action` is told of
    what was recorded, and its document is next; where nothing was, the next verb."""
    if verb.transcribes:
        session.complain(NOT_TRANSCRIBED, "Recordings are not transcribed yet.", line=verb.line)
    if verb.play_beep:
        await session.play([Tone(name="beep")])
    session.drop(Digit)
    handle = await begin_recording(
        session,
        line=verb.line,
        source="RecordVerb",
        channels=1,
        track="inbound",
        trim=verb.trim == "trim-silence",
        limit=verb.most_seconds,
        silence=verb.timeout,
        callback=recording_callback(verb, page),
    )
    if handle is None:
        return None
    digits = ""
    try:
        digits = await _until_over(verb, session, handle)
    except FarEndGone:
        digits = HANGUP
    except Interrupted:
        handle.end()
        raise
    ended = await handle.ended()
    if not _is_something(ended):
        if session.gone:
            raise FarEndGone(lost=session.lost)
        return None
    told = (
        ("RecordingUrl", ended.url),
        ("RecordingSid", ended.sid),
        ("RecordingDuration", str(ended.seconds)),
        ("Digits", digits),
    )
    return GoTo(page.request(verb.action, verb.method, told))


async def _until_over(verb: Record, session: CallSession, handle: RecordingHandle) -> str:
    """The key that ended it, if one did."""
    while True:
        match await session.next():
            case Digit(digit=key) if key in verb.finish_on_key:
                handle.end("key")
                return key
            case RecordingEnded(recording=sid) if sid == handle.sid:
                return ""


def _is_something(ended: EndedRecording) -> bool:
    return ended.status != "absent" and ended.sound

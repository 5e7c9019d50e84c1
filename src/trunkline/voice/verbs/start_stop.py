"""<Start> and <Stop>: what goes on beside the document. Of all that, recordings so far."""

from __future__ import annotations

from trunkline.twiml.voice import Recording, Start, Stop
from trunkline.voice.session.begin_recording import begin_recording
from trunkline.voice.session.documents import Page
from trunkline.voice.session.outcome import Outcome
from trunkline.voice.session.session import CallSession
from trunkline.voice.verbs.callbacks import recording_callback, track_of
from trunkline.voice.verbs.later import later_verb

__all__ = ["start", "stop"]


async def start(verb: Start, session: CallSession, page: Page) -> Outcome:
    """Begin a recording of both sides; streams, transcriptions and SIPREC are passed over."""
    for noun in verb.nouns:
        if not isinstance(noun, Recording):
            await later_verb(noun, session, page)
            continue
        await begin_recording(
            session,
            line=noun.line,
            source="StartCallRecordingTwiML",
            channels=2 if noun.channels == "dual" else 1,
            track=track_of(noun.track),
            trim=noun.trim == "trim-silence",
            callback=recording_callback(noun, page),
        )
    return None


async def stop(verb: Stop, session: CallSession, page: Page) -> Outcome:
    """End the recordings that `<Start>` began."""
    for noun in verb.nouns:
        if not isinstance(noun, Recording):
            await later_verb(noun, session, page)
            continue
        for handle in session.services.recordings.of_call(session.call.sid):
            if handle.recording.source == "StartCallRecordingTwiML":
                handle.end()
    return None

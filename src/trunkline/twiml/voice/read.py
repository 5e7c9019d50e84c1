"""What an app answers to the webhook of a call: TwiML, a text to say, audio to play, or nothing.

Source: behaviour 2.1 (content types), 3.2 (errors), 6.6 (verbs), Appendix A.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trunkline.twiml.build import read_response
from trunkline.twiml.content import audio_type, read_content
from trunkline.twiml.errors import BODY_EMPTY, TwimlWarning
from trunkline.twiml.messaging import Redirect
from trunkline.twiml.schema import Vocabulary
from trunkline.twiml.voice.conference import Queue
from trunkline.twiml.voice.connect import Connect
from trunkline.twiml.voice.dial import Dial
from trunkline.twiml.voice.enqueue import Enqueue
from trunkline.twiml.voice.gather import Gather
from trunkline.twiml.voice.pay import Pay, Prompt
from trunkline.twiml.voice.play import Pause, Play
from trunkline.twiml.voice.record import Record
from trunkline.twiml.voice.say import Say, check_say
from trunkline.twiml.voice.simple import Echo, Hangup, Leave, Refer, Reject, Sms
from trunkline.twiml.voice.start import Start, Stop

__all__ = ["VERBS", "Verb", "VoiceDocument", "read_voice"]

Verb = (
    Connect
    | Dial
    | Echo
    | Enqueue
    | Gather
    | Hangup
    | Leave
    | Pause
    | Pay
    | Play
    | Prompt
    | Queue
    | Record
    | Redirect
    | Refer
    | Reject
    | Say
    | Sms
    | Start
    | Stop
)

VERBS: Final[tuple[type[Verb], ...]] = Verb.__args__
_VOCABULARY: Final = Vocabulary[Verb](*VERBS)


@dataclass(frozen=True, slots=True)
class VoiceDocument:
    """The verbs of an answer in their order, and what was ignored or replaced in it.

    `audio` is the media type of an answer that is audio itself: its only verb is then a Play of
    the document's own URL.
    """

    verbs: tuple[Verb, ...] = ()
    warnings: tuple[TwimlWarning, ...] = ()
    audio: str | None = None


def read_voice(
    body: bytes, content_type: str | None, status: int, *, audio_url: str = ""
) -> VoiceDocument:
    """What the app's answer to the webhook of a call says; `status` is that of the answer, 2xx.

    A text/plain answer is one Say of it; one of audio (2.1) is one Play of `audio_url`, which is
    relative to the document's and is itself if empty. An empty one has no verbs, so the call is
    hung up; it has a warning 11770 if its status is not 204. Raises TwimlError: 11200, 11750,
    12100, 12101, 12102, 12300 (3.2).
    """
    if body and (audio := audio_type(content_type)) is not None:
        return VoiceDocument((Play(url=audio_url),), audio=audio)
    content = read_content(body, content_type)
    if content is None:
        return VoiceDocument() if status == 204 else _EMPTY
    if isinstance(content, str):
        return _read_aloud(content)
    return VoiceDocument(*read_response(content, _VOCABULARY))


def _read_aloud(content: str) -> VoiceDocument:
    say = Say(parts=(content,))
    refused = check_say(say)
    if refused is None:
        return VoiceDocument((say,))
    code, sentence = refused
    return VoiceDocument((), (TwimlWarning(code, f"The text of the answer {sentence}"),))


_EMPTY: Final = VoiceDocument(
    (),
    (
        TwimlWarning(
            BODY_EMPTY,
            "The answer is empty, so the call is hung up. "
            "To say so on purpose, answer <Response><Hangup/></Response>, or nothing with "
            "status 204.",
        ),
    ),
)

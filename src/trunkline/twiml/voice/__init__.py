"""TwiML for calls: the whole schema of voice, typed.

`read_voice` gives the verbs of an answer. Each class is an element, its fields are the attributes
in snake case, and its docstring says what is kept as written. Source: Appendix A, behaviour 6.6.
"""

from trunkline.twiml.messaging import Redirect
from trunkline.twiml.voice.callees import (
    Application,
    Callee,
    Client,
    DetectsMachines,
    Header,
    Headers,
    Number,
    Sim,
    Sip,
    SipUri,
    WhatsApp,
)
from trunkline.twiml.voice.conference import Conference, Queue
from trunkline.twiml.voice.connect import (
    AiSession,
    Autopilot,
    Connect,
    Conversation,
    ConversationRelay,
    ConversationRelaySession,
    Language,
    Room,
    VirtualAgent,
)
from trunkline.twiml.voice.dial import Dial, Noun
from trunkline.twiml.voice.enqueue import Enqueue, Task
from trunkline.twiml.voice.gather import Gather
from trunkline.twiml.voice.pay import Pay, Prompt
from trunkline.twiml.voice.play import Pause, Play
from trunkline.twiml.voice.read import VERBS, Verb, VoiceDocument, read_voice
from trunkline.twiml.voice.record import Record, Recording
from trunkline.twiml.voice.say import (
    Say,
    SsmlBreak,
    SsmlEmphasis,
    SsmlLang,
    SsmlNode,
    SsmlP,
    SsmlPhoneme,
    SsmlProsody,
    SsmlS,
    SsmlSayAs,
    SsmlSub,
    SsmlW,
)
from trunkline.twiml.voice.simple import (
    Config,
    Echo,
    Hangup,
    Leave,
    Parameter,
    Refer,
    ReferSip,
    Reject,
    Sms,
)
from trunkline.twiml.voice.start import Siprec, Start, Stop, Stream, Transcription

__all__ = [
    "VERBS",
    "AiSession",
    "Application",
    "Autopilot",
    "Callee",
    "Client",
    "Conference",
    "Config",
    "Connect",
    "Conversation",
    "ConversationRelay",
    "ConversationRelaySession",
    "DetectsMachines",
    "Dial",
    "Echo",
    "Enqueue",
    "Gather",
    "Hangup",
    "Header",
    "Headers",
    "Language",
    "Leave",
    "Noun",
    "Number",
    "Parameter",
    "Pause",
    "Pay",
    "Play",
    "Prompt",
    "Queue",
    "Record",
    "Recording",
    "Redirect",
    "Refer",
    "ReferSip",
    "Reject",
    "Room",
    "Say",
    "Sim",
    "Sip",
    "SipUri",
    "Siprec",
    "Sms",
    "SsmlBreak",
    "SsmlEmphasis",
    "SsmlLang",
    "SsmlNode",
    "SsmlP",
    "SsmlPhoneme",
    "SsmlProsody",
    "SsmlS",
    "SsmlSayAs",
    "SsmlSub",
    "SsmlW",
    "Start",
    "Stop",
    "Stream",
    "Task",
    "Transcription",
    "Verb",
    "VirtualAgent",
    "VoiceDocument",
    "WhatsApp",
    "read_voice",
]

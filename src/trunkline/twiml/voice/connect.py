"""`<Connect>`: hand the call to another product, and its nouns. Source: behaviour 6.6, Appendix A.

What the other products make of their attributes is theirs: most are kept as written.
"""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, children, element, text, written_at
from trunkline.twiml.voice.codes import (
    RECORDING_CALLBACK_INVALID,
    RECORDING_EVENT_INVALID,
    STATUS_CALLBACK_INVALID,
    TRIM_INVALID,
    URL_INVALID,
)
from trunkline.twiml.voice.record import RECORDING_EVENTS, trim
from trunkline.twiml.voice.simple import Config, Parameter
from trunkline.twiml.voice.start import Stream

__all__ = [
    "AiSession",
    "Autopilot",
    "Connect",
    "Conversation",
    "ConversationRelay",
    "ConversationRelaySession",
    "Language",
    "Room",
    "VirtualAgent",
]


@element("Room")
@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """`<Room>`: a video room."""

    name: str = text()
    participant_identity: str | None = attribute("participantIdentity", kinds.text)
    line: int | None = written_at()


@element("Autopilot")
@dataclass(frozen=True, slots=True, kw_only=True)
class Autopilot:
    """`<Autopilot>`: an assistant of a product that is closed."""

    name: str = text()
    line: int | None = written_at()


@element("VirtualAgent")
@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualAgent:
    """`<VirtualAgent>`: an agent of Dialogflow."""

    connector_name: str | None = attribute("connectorName", kinds.text)
    language: str | None = attribute("language", kinds.language)
    sentiment_analysis: bool = attribute("sentimentAnalysis", kinds.boolean, default=False)
    status_callback: str | None = attribute(
        "statusCallback", kinds.url, code=STATUS_CALLBACK_INVALID
    )
    status_callback_method: str = attribute("statusCallbackMethod", kinds.method, default="POST")
    configs: tuple[Config, ...] = children(lambda: (Config,))
    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))
    line: int | None = written_at()


@element("Conversation")
@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """`<Conversation>`: a conversation of the Conversations product."""

    service_instance_sid: str | None = attribute("serviceInstanceSid", kinds.text)
    inbound_autocreation: bool = attribute("inboundAutocreation", kinds.boolean, default=True)
    routing_assignment_timeout: int | None = attribute(
        "routingAssignmentTimeout", kinds.integer(1, 86_400)
    )
    inbound_timeout: int | None = attribute("inboundTimeout", kinds.integer(1, 86_400))
    url: str | None = attribute("url", kinds.url, code=URL_INVALID)
    method: str = attribute("method", kinds.method, default="POST")
    record: str = attribute(
        "record",
        kinds.one_of(
            "do-not-record",
            "record-from-answer",
            "record-from-ringing",
            "record-from-answer-dual",
            "record-from-ringing-dual",
            meaning={"true": "record-from-answer", "false": "do-not-record"},
        ),
        default="do-not-record",
    )
    trim: str = attribute("trim", trim, default="do-not-trim", code=TRIM_INVALID)
    recording_status_callback: str | None = attribute(
        "recordingStatusCallback", kinds.url, code=RECORDING_CALLBACK_INVALID
    )
    recording_status_callback_method: str = attribute(
        "recordingStatusCallbackMethod", kinds.method, default="POST"
    )
    recording_status_callback_event: tuple[str, ...] = attribute(
        "recordingStatusCallbackEvent",
        kinds.words(*RECORDING_EVENTS),
        default=("completed",),
        code=RECORDING_EVENT_INVALID,
    )
    status_callback: str | None = attribute(
        "statusCallback", kinds.url, code=STATUS_CALLBACK_INVALID
    )
    status_callback_method: str = attribute("statusCallbackMethod", kinds.method, default="POST")
    status_callback_event: tuple[str, ...] = attribute(
        "statusCallbackEvent",
        kinds.words("call-initiated", "call-ringing", "call-answered", "call-completed"),
        default=(),
    )
    line: int | None = written_at()


@element("Language")
@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`<Language>`: how one language is spoken and understood in a ConversationRelay."""

    code: str | None = attribute("code", kinds.text)
    tts_provider: str | None = attribute("ttsProvider", kinds.text)
    voice: str | None = attribute("voice", kinds.text)
    transcription_provider: str | None = attribute("transcriptionProvider", kinds.text)
    speech_model: str | None = attribute("speechModel", kinds.text)
    hints: str | None = attribute("hints", kinds.text)
    asr_smart_format: str | None = attribute("asrSmartFormat", kinds.text)
    tts_text_normalization: str | None = attribute("ttsTextNormalization", kinds.text)
    tts_language_text_normalization: str | None = attribute(
        "ttsLanguageTextNormalization", kinds.text
    )
    line: int | None = written_at()


@element("ConversationRelay")
@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRelay:
    """`<ConversationRelay>`: what is said, as text, to a WebSocket at `url`, and its answers
    spoken."""

    url: str | None = attribute("url", kinds.text)
    language: str | None = attribute("language", kinds.text)
    tts_language: str | None = attribute("ttsLanguage", kinds.text)
    transcription_language: str | None = attribute("transcriptionLanguage", kinds.text)
    tts_provider: str | None = attribute("ttsProvider", kinds.text)
    voice: str | None = attribute("voice", kinds.text)
    transcription_provider: str | None = attribute("transcriptionProvider", kinds.text)
    speech_model: str | None = attribute("speechModel", kinds.text)
    profanity_filter: str | None = attribute("profanityFilter", kinds.text)
    dtmf_detection: str | None = attribute("dtmfDetection", kinds.text)
    welcome_greeting: str | None = attribute("welcomeGreeting", kinds.text)
    partial_prompts: str | None = attribute("partialPrompts", kinds.text)
    welcome_greeting_interruptible: str | None = attribute(
        "welcomeGreetingInterruptible", kinds.text
    )
    interruptible: str | None = attribute("interruptible", kinds.text)
    preemptible: str | None = attribute("preemptible", kinds.text)
    hints: str | None = attribute("hints", kinds.text)
    intelligence_service: str | None = attribute("intelligenceService", kinds.text)
    report_input_during_agent_speech: str | None = attribute(
        "reportInputDuringAgentSpeech", kinds.text
    )
    elevenlabs_text_normalization: str | None = attribute("elevenlabsTextNormalization", kinds.text)
    interrupt_sensitivity: str | None = attribute("interruptSensitivity", kinds.text)
    debug: str | None = attribute("debug", kinds.text)
    background_noise_reduction: str | None = attribute("backgroundNoiseReduction", kinds.text)
    speech_timeout: str | None = attribute("speechTimeout", kinds.text)
    deepgram_smart_format: str | None = attribute("deepgramSmartFormat", kinds.text)
    ignore_backchannel: str | None = attribute("ignoreBackchannel", kinds.text)
    events: str | None = attribute("events", kinds.text)
    partial_prompt_on_hangup: str | None = attribute("partialPromptOnHangup", kinds.text)
    eager_eot_threshold: str | None = attribute("eagerEotThreshold", kinds.text)
    asr_smart_format: str | None = attribute("asrSmartFormat", kinds.text)
    tts_text_normalization: str | None = attribute("ttsTextNormalization", kinds.text)
    tts_language_text_normalization: str | None = attribute(
        "ttsLanguageTextNormalization", kinds.text
    )
    elevenlabs_language_text_normalization: str | None = attribute(
        "elevenlabsLanguageTextNormalization", kinds.text
    )
    include_in_prompt: str | None = attribute("includeInPrompt", kinds.text)
    customer_name: str | None = attribute("customerName", kinds.text)
    application_reconnect: str | None = attribute("applicationReconnect", kinds.text)
    echo_prompt_filtering: str | None = attribute("echoPromptFiltering", kinds.text)
    turn_detection: str | None = attribute("turnDetection", kinds.text)
    languages: tuple[Language, ...] = children(lambda: (Language,))
    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))
    line: int | None = written_at()


@element("ConversationRelaySession")
@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRelaySession:
    """`<ConversationRelaySession>`: a relay whose settings are kept elsewhere."""

    connector: str | None = attribute("connector", kinds.text)
    session_configuration: str | None = attribute("sessionConfiguration", kinds.text)
    line: int | None = written_at()


@element("AiSession")
@dataclass(frozen=True, slots=True, kw_only=True)
class AiSession:
    """`<AiSession>`: a session with a connected AI."""

    ai_connector: str | None = attribute("aiConnector", kinds.text)
    ai_session_configuration: str | None = attribute("aiSessionConfiguration", kinds.text)
    line: int | None = written_at()


@element("Connect")
@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """`<Connect>`: the call is its noun's until that ends; `action` (as written) or the next verb
    follows."""

    action: str | None = attribute("action", kinds.text)
    method: str = attribute("method", kinds.method, default="POST")
    nouns: tuple[
        Room
        | Autopilot
        | Stream
        | VirtualAgent
        | Conversation
        | ConversationRelay
        | AiSession
        | ConversationRelaySession,
        ...,
    ] = children(
        lambda: (
            Room,
            Autopilot,
            Stream,
            VirtualAgent,
            Conversation,
            ConversationRelay,
            AiSession,
            ConversationRelaySession,
        )
    )
    line: int | None = written_at()

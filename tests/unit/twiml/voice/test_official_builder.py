"""Everything that twilio-python can build for a call is read, and without a warning."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from twilio.twiml import TwiML, voice_response
from twilio.twiml.voice_response import VoiceResponse

from trunkline.twiml import voice
from trunkline.twiml.schema import Schema, Vocabulary
from trunkline.twiml.voice import VERBS, VoiceDocument, read_voice
from trunkline.twiml.xml import Element, parse

VOICE = Vocabulary[Any](*VERBS)

# A good value for each parameter; where elements differ, by the name of the element.
SAMPLES = {
    **dict.fromkeys(
        (
            *("muted", "start_conference_on_enter", "end_conference_on_exit", "barge_in", "debug"),
            *("action_on_empty_result", "enhanced", "profanity_filter", "hangup_on_star"),
            *("answer_on_bridge", "sequential", "play_beep", "transcribe", "security_code"),
            *("partial_results", "enable_automatic_punctuation", "sentiment_analysis"),
            *("copy_parent_to", "inbound_autocreation", "require_matching_inputs", "enabled"),
        ),
        "false",
    ),
    **dict.fromkeys(
        (
            *("timeout", "time_limit", "max_speech_time", "speech_timeout", "num_digits"),
            *("max_length", "length", "loop", "max_participants", "max_queue_size", "priority"),
            *("max_attempts", "min_postal_code_length", "routing_assignment_timeout"),
            *("inbound_timeout", "attempt", "machine_detection_timeout"),
        ),
        "7",
    ),
    "machine_detection_speech_threshold": "2000",
    "machine_detection_speech_end_threshold": "1000",
    "machine_detection_silence_timeout": "3000",
    "machine_detection": "DetectMessageEnd",
    "language": "de-DE",
    "language_code": "de-DE",
    "xml_lang": "de-DE",
    "voice": "Polly.Vicki-Neural",
    "finish_on_key": "*",
    "digits": "1w2",
    "send_digits": "wW12#",
    "input": "dtmf",
    "trim": "do-not-trim",
    "track": "outbound_track",
    "recording_track": "inbound",
    "channels": "mono",
    "beep": "onEnter",
    "record": "record-from-answer-dual",
    "ring_tone": "uk",
    "reason": "busy",
    "coach": "CA" + "0" * 32,
    "workflow_sid": "WW" + "0" * 32,
    "reservation_sid": "WR" + "0" * 32,
    "jitter_buffer_size": "small",
    "recording_status_callback_event": "in-progress absent",
    "status_callback_event": "initiated answered",
    "sip_url": "sip:jo@example.com",
    "bank_account_type": "consumer-savings",
    "payment_method": "ach-debit",
    "token_type": "reusable",
    "valid_card_types": "visa amex",
    "card_type": "visa",
    "error_type": "timeout invalid-date",
    "for_": "security-code",
    "level": "strong",
    "strength": "x-weak",
    "time": "300ms",
}
SAMPLES_OF = {
    ("Conference", "record"): "record-from-start",
    ("Conference", "status_callback_event"): "start leave",
    ("Conference", "trim"): "do-not-trim",
    ("Conversation", "status_callback_event"): "call-ringing",
    ("Recording", "track"): "inbound",
    ("Recording", "trim"): "trim-silence",
    ("Record", "trim"): "do-not-trim",
}


def sample(element: str, parameter: str) -> str:
    if (element, parameter) in SAMPLES_OF:
        return SAMPLES_OF[element, parameter]
    if parameter in SAMPLES:
        return SAMPLES[parameter]
    if parameter.endswith("method"):
        return "GET"
    if re.search("url$|callback$|^action$", parameter):
        return "https://app.example/a?b=1&c=2"
    return "x"


class Child(NamedTuple):
    """A method of the builder, and what it makes."""

    method: str
    element: str


def children_of(node: type[TwiML]) -> list[Child]:
    found = []
    for name, method in vars(node).items():
        if not name.startswith("_") and inspect.isfunction(method):
            (made,) = re.findall(r"self\.nest\(\s*(\w+)\(", inspect.getsource(method))
            found.append(Child(name, made))
    return found


def make(node: TwiML, child: Child) -> TwiML:
    """Nest a child that has every attribute and every text that the builder knows of."""
    method = getattr(node, child.method)
    names = [
        name
        for name, parameter in inspect.signature(method).parameters.items()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    made = method(**{name: sample(child.element, name) for name in names})
    assert isinstance(made, TwiML)
    return made


def paths(node: type[TwiML], deepest: int) -> Iterator[list[Child]]:
    """Each way down from a node, the shorter ones too."""
    for child in children_of(node) if deepest else ():
        yield [child]
        for way in paths(getattr(voice_response, child.element), deepest - 1):
            yield [child, *way]


@pytest.mark.parametrize("verb", children_of(VoiceResponse), ids=lambda verb: verb.method)
def test_every_way_down_is_read_without_a_warning(verb: Child) -> None:
    count = 0
    for way in paths(getattr(voice_response, verb.element), 3):
        response = VoiceResponse()
        node: TwiML = response
        for child in (verb, *way):
            node = make(node, child)
        # The builder gives Dial a number and nouns at once if it is told both.
        if verb.method == "dial":
            response.verbs[0].value = None
        document = read(response)
        assert document.warnings == (), str(response)
        assert len(document.verbs) == 1
        count += 1
    alone = VoiceResponse()
    make(alone, verb)
    assert read(alone).warnings == ()
    assert count or not children_of(getattr(voice_response, verb.element))


def read(response: VoiceResponse) -> VoiceDocument:
    return read_voice(str(response).encode(), "text/xml", 200)


def written(node: TwiML, child: Child) -> Element:
    root = parse(make(node, child).to_xml())
    assert isinstance(root, Element)
    return root


def pairs() -> list[tuple[Child, type[TwiML], Schema]]:
    """Each element of the builder, once for each place that it has, and what is declared of it."""
    found: dict[tuple[str, int], tuple[Child, type[TwiML], Schema]] = {}

    def descend(node: type[TwiML], schemas: Any) -> None:
        for child in children_of(node):
            made = getattr(voice_response, child.element)
            name = {"ReferSip": "Sip", "SipUri": "Uri"}.get(child.element, child.element)
            if child.element.startswith("Ssml"):
                name = "say-as" if name == "SsmlSayAs" else name[4:].lower()
            if name in ("Identity", "ApplicationSid"):
                continue  # texts of the element around them
            schema = schemas[name]
            if (child.element, id(schema)) not in found:
                found[child.element, id(schema)] = child, node, schema
                descend(made, schema.nested)

    descend(VoiceResponse, VOICE.schemas)
    return list(found.values())


@pytest.mark.parametrize(("child", "parent", "schema"), pairs(), ids=lambda each: str(each)[:40])
def test_attributes_and_nested_elements_are_those_of_the_builder(
    child: Child, parent: type[TwiML], schema: Schema
) -> None:
    node = object.__new__(parent)
    TwiML.__init__(node)
    element = written(node, child)
    assert element.name in schema.names
    assert set(element.attributes) == set(schema.attributes)
    made = getattr(voice_response, child.element)
    ours = set(schema.nested) | ({schema.text.nested} if schema.text else set()) - {None}
    theirs = {written(_alone(made), each).name for each in children_of(made)}
    # Stop ends a recording that Start began, and a message has the elements of one in a reply.
    assert ours - theirs == {"Stop": {"Recording"}, "Sms": {"Body"}}.get(element.name, set())
    assert theirs <= ours


def _alone(node: type[TwiML]) -> TwiML:
    made = object.__new__(node)
    TwiML.__init__(made)
    return made


def test_the_official_texts_of_a_document_are_read_in_their_order() -> None:
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action="/menu", finish_on_key="")
    say = gather.say("Press ", voice="woman")
    say.say_as("1", interpret_as="digits")
    say.append(" for ")
    say.emphasis("sales", level="strong")
    say.append(".")
    gather.pause(length=2)
    response.redirect("")
    dial = response.dial(caller_id="+15551234567", record=True, sequential=True)
    dial.number("+15558675309", status_callback_event="ringing answered")
    dial.client(identity="jo")
    client = dial.client()
    client.identity("al")
    client.parameter(name="a", value="b")
    document = read(response)
    assert document.warnings == ()
    assert document.verbs == (
        voice.Gather(
            num_digits=1,
            action="/menu",
            finish_on_key="",
            prompts=(
                voice.Say(
                    voice="woman",
                    parts=(
                        "Press ",
                        voice.SsmlSayAs(words="1", interpret_as="digits"),
                        " for ",
                        voice.SsmlEmphasis(level="strong", parts=("sales",)),
                        ".",
                    ),
                ),
                voice.Pause(length=2),
            ),
        ),
        voice.Redirect(url=""),
        voice.Dial(
            caller_id="+15551234567",
            record="record-from-answer",
            sequential=True,
            nouns=(
                voice.Number(
                    phone_number="+15558675309", status_callback_event=("ringing", "answered")
                ),
                voice.Client(identity="jo"),
                voice.Client(identity="al", parameters=(voice.Parameter(name="a", value="b"),)),
            ),
        ),
    )

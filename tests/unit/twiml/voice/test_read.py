"""Answers to the webhook of a call, by their content: TwiML, a text, audio, nothing, anything."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.twiml import MAX_DOCUMENT_BYTES, TwimlError, voice
from trunkline.twiml.content import AUDIO_TYPES
from trunkline.twiml.voice import (
    VERBS,
    Dial,
    Hangup,
    Pause,
    Play,
    Redirect,
    Say,
    Sms,
    Verb,
    VoiceDocument,
    read_voice,
)


def read(inner: str) -> VoiceDocument:
    return read_voice(f"<Response>{inner}</Response>".encode(), "text/xml", 200)


def test_the_package_offers_every_verb_and_noun() -> None:
    assert len(set(voice.__all__)) == len(voice.__all__)
    assert all(hasattr(voice, name) for name in voice.__all__)
    assert {verb.__name__ for verb in VERBS} <= set(voice.__all__)
    assert get_args(Verb) == VERBS


@pytest.mark.parametrize("media_type", ["text/xml", "application/xml; charset=utf-8", "text/html"])
def test_a_document_is_read_in_its_order(media_type: str) -> None:
    document = read_voice(
        b"<?xml version='1.0'?>\n<Response><Say>Hi</Say>\n<Pause length='2'/><Hangup/></Response>",
        media_type,
        200,
    )
    assert document == VoiceDocument((Say(parts=("Hi",)), Pause(length=2), Hangup()))
    assert [verb.line for verb in document.verbs] == [2, 3, 3]


def test_a_text_is_said() -> None:
    document = read_voice("  Grüß Gott \n".encode(), "text/plain; charset=utf-8", 200)
    assert document == VoiceDocument((Say(parts=("Grüß Gott",)),))


def test_a_text_that_is_too_long_is_not_said() -> None:
    document = read_voice(b"a" * 4097, "text/plain", 200)
    assert document.verbs == ()
    assert [warning.code for warning in document.warnings] == [13521]


@pytest.mark.parametrize("media_type", sorted(AUDIO_TYPES))
def test_audio_is_played_from_the_url_of_the_document(media_type: str) -> None:
    body = b"\0" * (MAX_DOCUMENT_BYTES + 1)  # larger than a document may be
    document = read_voice(body, f"{media_type.upper()}; rate=8000", 200)
    assert document == VoiceDocument((Play(url=""),), audio=media_type)
    absolute = read_voice(body, media_type, 200, audio_url="https://app.example/a.wav")
    assert absolute.verbs == (Play(url="https://app.example/a.wav"),)


@pytest.mark.parametrize("content_type", ["text/xml", "text/plain", "audio/mpeg", None])
def test_an_empty_answer_has_no_verbs(content_type: str | None) -> None:
    quiet = read_voice(b"", content_type, 204)
    assert quiet == VoiceDocument()
    told = read_voice(b"", content_type, 200)
    assert told.verbs == ()
    assert [warning.code for warning in told.warnings] == [11770]


def test_a_document_without_verbs_is_no_fault() -> None:
    assert read("") == VoiceDocument()


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"<Response/>", None, 11200),
        (b"<Response/>", "application/json", 12300),
        (b"OggS", "audio/ogg", 12300),
        (b"<Response", "text/xml", 12100),
        (b"<Response version='1'/>", "text/xml", 12101),
        (b"<Reply/>", "text/xml", 12102),
        (b"<Response>" + b" " * MAX_DOCUMENT_BYTES + b"</Response>", "text/xml", 11750),
    ],
)
def test_what_cannot_be_executed_is_refused(
    body: bytes, content_type: str | None, code: int
) -> None:
    with pytest.raises(TwimlError) as refused:
        read_voice(body, content_type, 200)
    assert refused.value.code == code


def test_what_is_no_verb_is_ignored_with_a_warning() -> None:
    document = read("<say>Hi</say><Pause/>\n<Number>+1</Number>text")
    assert document.verbs == (Pause(),)
    assert [(warning.code, warning.line) for warning in document.warnings] == [
        (12200, 1),
        (12200, 2),
        (12200, 1),
    ]


def test_a_redirect_is_not_judged() -> None:
    assert read("<Redirect method='get'> ../b c </Redirect><Redirect/>").verbs == (
        Redirect(url="../b c", method="GET"),
        Redirect(url=""),
    )


def test_messages_are_sent_from_calls_too() -> None:
    document = read("<Sms to='+15558675309'>Hi</Sms><Message><Body>Ho</Body></Message>")
    assert document == VoiceDocument((Sms(body="Hi", to="+15558675309"), Sms(body="Ho")))
    assert [warning.code for warning in read("<Sms/><Sms method='x'>a</Sms>").warnings] == [
        14103,
        14104,
    ]


def test_many_faults_do_not_make_many_warnings() -> None:
    document = read("<Dial><Foo/></Dial>" * 500)
    assert len(document.verbs) == 500
    assert len(document.warnings) == 21


# Bytes from strangers

_NAMES = sorted(
    {
        *("Response", "Body", "Media", "Identity", "ApplicationSid", "Uri", "Foo", "speak"),
        *("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"),
        *(name for name in voice.__all__ if name[0].isupper() and not name.startswith("Ssml")),
    }
)
_ATTRIBUTES = [
    *("action", "method", "timeout", "loop", "digits", "voice", "language", "length", "url"),
    *("numDigits", "finishOnKey", "input", "hints", "speechTimeout", "maxLength", "transcribe"),
    *("record", "trim", "statusCallbackEvent", "statusCallback", "waitUrl", "beep", "coach"),
    *("time", "level", "xml:lang", "interpret-as", "for", "name", "value", "sendDigits", "reason"),
]
_VALUES = st.one_of(
    st.sampled_from(["", " ", "1", "-1", "0", "999999999999", "true", "GET", "auto", "#", "2s"]),
    st.sampled_from(["http://[", "//a:b", "https://a.example", "9" * 40, "1e9", "٣", "dtmf x"]),
    st.text(max_size=20),
)
_TEXTS = st.one_of(st.sampled_from(["", " ", "Hi", "+1555", "\u00a0"]), st.text(max_size=20))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _element(name: str, attributes: dict[str, str], content: list[str]) -> str:
    told = "".join(f' {key}="{_escaped(value)}"' for key, value in attributes.items())
    return f"<{name}{told}>{''.join(content)}</{name}>"


_CONTENT = st.recursive(
    _TEXTS.map(_escaped),
    lambda inner: st.builds(
        _element,
        st.sampled_from(_NAMES),
        st.dictionaries(st.sampled_from(_ATTRIBUTES), _VALUES, max_size=4),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)
_CONTENT_TYPES = st.one_of(
    st.none(),
    st.sampled_from(["text/xml", "text/html", "text/plain", "audio/wav", "text/xml;charset=gbk"]),
    st.text(max_size=20),
)


def strings_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [each for one in value for each in strings_of(one)]
    if is_dataclass(value):
        return [each for field in fields(value) for each in strings_of(getattr(value, field.name))]
    return []


def read_or_refused(body: bytes, content_type: str | None, status: int) -> None:
    code = None
    try:
        document = read_voice(body, content_type, status)
    except TwimlError as error:
        code, told = error.code, [error.message]
    else:
        assert len(document.warnings) <= 21
        told = strings_of(document)
        for verb in document.verbs:
            hash(verb)
            if isinstance(verb, Dial):
                assert len(verb.targets) <= 10
    assert code in (None, 11200, 11750, 12100, 12101, 12102, 12300)
    for each in told:
        assert "\0" not in each
        each.encode()  # no lone surrogate: a database refuses both


@given(
    body=st.one_of(st.binary(), st.text().map(str.encode)),
    content_type=_CONTENT_TYPES,
    status=st.sampled_from([200, 204]),
)
def test_any_bytes_are_read_or_refused_with_a_code(
    body: bytes, content_type: str | None, status: int
) -> None:
    read_or_refused(body, content_type, status)


@given(content=st.lists(_CONTENT, max_size=5))
def test_any_document_is_read_or_refused_with_a_code(content: list[str]) -> None:
    read_or_refused(f"<Response>{''.join(content)}</Response>".encode(), "text/xml", 200)


@given(
    name=st.sampled_from(_NAMES),
    attributes=st.dictionaries(st.sampled_from(_ATTRIBUTES), _VALUES),
    text=_TEXTS.map(_escaped),
)
def test_any_attributes_of_a_verb_are_read_or_replaced(
    name: str, attributes: dict[str, str], text: str
) -> None:
    element = _element(name, attributes, [text])
    for around in ("{}", "<Dial>{}</Dial>", "<Gather>{}</Gather>", "<Start>{}</Start>"):
        read_or_refused(f"<Response>{around.format(element)}</Response>".encode(), "text/xml", 200)

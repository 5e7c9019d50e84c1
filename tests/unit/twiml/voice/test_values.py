"""Attributes of calls' verbs: what they are by default, what they may be, and what each bad value
is told as (Appendix B)."""

from __future__ import annotations

from typing import Any

import pytest

from trunkline.twiml.voice import (
    Callee,
    Client,
    Conference,
    Dial,
    Enqueue,
    Gather,
    Number,
    Pause,
    Play,
    Queue,
    Record,
    Recording,
    Reject,
    Say,
    Sip,
    SsmlBreak,
    Start,
    Stop,
    VoiceDocument,
    read_voice,
)
from trunkline.twiml.voice.dial import MAX_NOUNS


def read(inner: str) -> VoiceDocument:
    return read_voice(f"<Response>{inner}</Response>".encode(), "text/xml", 200)


def only(inner: str) -> Any:
    """The one verb of a document that is in order."""
    document = read(inner)
    assert document.warnings == ()
    (verb,) = document.verbs
    return verb


def codes(inner: str) -> list[int]:
    return [warning.code for warning in read(inner).warnings]


def test_defaults_are_those_of_twilio() -> None:
    say = only("<Say>a</Say>")
    assert (say.voice, say.language, say.loop) == ("man", None, 1)
    assert (only("<Play>a</Play>").loop, only("<Pause/>").length) == (1, 1)
    gather = only("<Gather/>")
    assert (gather.input, gather.action, gather.method) == (("dtmf",), "", "POST")
    assert (gather.timeout, gather.speech_timeout, gather.finish_on_key) == (5, None, "#")
    assert (gather.num_digits, gather.barge_in, gather.action_on_empty_result) == (
        None,
        True,
        False,
    )
    record = only("<Record/>")
    assert (record.action, record.timeout, record.finish_on_key) == ("", 5, "1234567890*#")
    assert (record.most_seconds, record.play_beep, record.trim) == (3600, True, "trim-silence")
    dial = only("<Dial>+1</Dial>")
    assert (dial.action, dial.timeout, dial.time_limit, dial.record, dial.trim) == (
        None,
        30,
        14_400,
        "do-not-record",
        "do-not-trim",
    )
    assert (dial.answer_on_bridge, dial.sequential, dial.hangup_on_star) == (False,) * 3
    (conference,) = only("<Dial><Conference>a</Conference></Dial>").nouns
    assert conference == Conference(
        name="a",
        muted=False,
        beep="true",
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        wait_url=None,
        wait_method="POST",
        max_participants=250,
        record="do-not-record",
        trim="trim-silence",
        jitter_buffer_size="large",
    )
    assert only("<Reject/>") == Reject(reason="rejected")
    (recording,) = only("<Start><Recording/></Start>").nouns
    assert (recording.trim, recording.track) == ("do-not-trim", "both")


def test_what_is_read_is_equal_to_what_one_writes() -> None:
    assert only("\n<Say loop='2'>Hi</Say>") == Say(loop=2, parts=("Hi",))
    assert only("\n<Say>Hi</Say>") != Say(parts=("Ho",))
    assert only("<Stop><Recording/></Stop>") == Stop(nouns=(Recording(),))


@pytest.mark.parametrize(
    ("inner", "code", "instead"),
    [
        ("<Say loop='-1'>a</Say>", 13510, Say(parts=("a",))),
        ("<Say loop='1001'>a</Say>", 13510, Say(parts=("a",))),
        ("<Say voice='child'>a</Say>", 13511, Say(parts=("a",))),
        ("<Say voice='Polly.'>a</Say>", 13511, Say(parts=("a",))),
        ("<Say language='English'>a</Say>", 12200, Say(parts=("a",))),
        ("<Play loop='x'>/a</Play>", 13410, Play(url="/a")),
        ("<Play digits='12x'>/a</Play>", 13430, Play(url="/a")),
        ("<Pause length='0'/>", 13910, Pause()),
        ("<Pause length='1.5'/>", 13910, Pause()),
        ("<Gather input='keys'/>", 13326, Gather()),
        ("<Gather method='PUT'/>", 13312, Gather()),
        ("<Gather timeout='0'/>", 13313, Gather()),
        ("<Gather timeout='auto'/>", 13313, Gather()),
        ("<Gather speechTimeout='0'/>", 13327, Gather()),
        ("<Gather maxSpeechTime='x'/>", 13328, Gather()),
        ("<Gather finishOnKey='A'/>", 13310, Gather()),
        ("<Gather finishOnKey='*#'/>", 13311, Gather()),
        ("<Gather numDigits='0'/>", 13314, Gather()),
        ("<Gather partialResultCallbackMethod='x'/>", 13329, Gather()),
        ("<Gather partialResultCallback='ftp://a'/>", 11100, Gather()),
        (f"<Gather hints='{'a' * 101}'/>", 13330, Gather()),
        (f"<Gather hints='{'a,' * 500}'/>", 13330, Gather()),
        ("<Gather language='x'/>", 13331, Gather()),
        ("<Gather bargeIn='1'/>", 13332, Gather()),
        ("<Gather profanityFilter='no'/>", 13333, Gather()),
        (f"<Gather speechModel='{'a' * 101}'/>", 13334, Gather()),
        ("<Gather actionOnEmptyResult='yes'/>", 13338, Gather()),
        ("<Gather><Dial>+1</Dial></Gather>", 13320, Gather()),
        ("<Record method='x'/>", 13610, Record()),
        ("<Record timeout='-1'/>", 13611, Record()),
        ("<Record maxLength='0'/>", 13612, Record()),
        ("<Record finishOnKey='1a'/>", 13613, Record()),
        ("<Record transcribe='FAST'/>", 13614, Record()),
        ("<Record playBeep='1'/>", 13616, Record()),
        ("<Record trim='true'/>", 13699, Record()),
        ("<Record transcribeCallback='ftp://a'/>", 13257, Record()),
        ("<Record recordingStatusCallback='ftp://a'/>", 13256, Record()),
        ("<Record recordingStatusCallbackEvent='done'/>", 13621, Record()),
        ("<Dial method='x'/>", 13210, Dial()),
        ("<Dial timeout='601'/>", 13212, Dial()),
        ("<Dial hangupOnStar='x'/>", 13213, Dial()),
        ("<Dial timeLimit='0'/>", 13216, Dial()),
        ("<Dial record='yes'/>", 13217, Dial()),
        ("<Dial sequential='x'/>", 13218, Dial()),
        ("<Dial answerOnBridge='x'/>", 13219, Dial()),
        ("<Dial ringTone='xx'/>", 13220, Dial()),
        (f"<Dial callerId='{'1' * 257}'/>", 13248, Dial()),
        ("<Dial trim='x'/>", 13699, Dial()),
        ("<Dial recordingStatusCallback='ftp://a'/>", 13256, Dial()),
        ("<Dial><Say>a</Say></Dial>", 13215, Dial()),
        ("<Dial><Number/></Dial>", 13223, Dial()),
        ("<Dial><Client/></Dial>", 13215, Dial()),
        (f"<Dial><Client>{'a' * 257}</Client></Dial>", 13215, Dial()),
        ("<Dial><Sip>jo@example.com</Sip></Dial>", 13243, Dial()),
        ("<Dial><Conference/></Dial>", 13237, Dial()),
        ("<Dial><Queue/></Dial>", 14212, Dial()),
        (f"<Dial><Queue>{'a' * 65}</Queue></Dial>", 14213, Dial()),
        ("<Start><Room/></Start>", 14300, Start()),
        ("<Reject reason='Busy'/>", 13810, Reject()),
        ("<Enqueue method='x'>a</Enqueue>", 14201, Enqueue(name="a")),
        ("<Enqueue waitUrl='ftp://a'>a</Enqueue>", 14202, Enqueue(name="a")),
        ("<Enqueue waitUrlMethod='x'>a</Enqueue>", 14206, Enqueue(name="a")),
        ("<Enqueue workflowSid='x'>a</Enqueue>", 14220, Enqueue(name="a")),
    ],
)
def test_a_bad_value_is_told_and_the_default_is_taken(
    inner: str, code: int, instead: object
) -> None:
    document = read(inner)
    assert [warning.code for warning in document.warnings] == [code]
    assert document.verbs == (instead,)


@pytest.mark.parametrize(
    ("noun", "code", "instead"),
    [
        ("<Number method='x'>+1</Number>", 13221, Number(phone_number="+1")),
        ("<Number sendDigits='1,2'>+1</Number>", 13222, Number(phone_number="+1")),
        ("<Number url='ftp://a'>+1</Number>", 11100, Number(phone_number="+1")),
        ("<Number statusCallback='ftp://a'>+1</Number>", 21609, Number(phone_number="+1")),
        ("<Number statusCallbackEvent='busy'>+1</Number>", 21626, Number(phone_number="+1")),
        ("<Number machineDetection='on'>+1</Number>", 21234, Number(phone_number="+1")),
        ("<Number machineDetectionTimeout='60'>+1</Number>", 21263, Number(phone_number="+1")),
        ("<Sip method='x'>sip:a@b</Sip>", 13241, Sip(sip_url="sip:a@b")),
        ("<Sip username='{}'>sip:a@b</Sip>".format("a" * 257), 13249, Sip(sip_url="sip:a@b")),
        ("<Conference muted='x'>a</Conference>", 13230, Conference(name="a")),
        ("<Conference endConferenceOnExit='x'>a</Conference>", 13231, Conference(name="a")),
        ("<Conference startConferenceOnEnter='x'>a</Conference>", 13232, Conference(name="a")),
        ("<Conference waitUrl='ftp://a'>a</Conference>", 13233, Conference(name="a")),
        ("<Conference waitMethod='x'>a</Conference>", 13234, Conference(name="a")),
        ("<Conference beep='x'>a</Conference>", 13235, Conference(name="a")),
        ("<Conference trim='x'>a</Conference>", 13239, Conference(name="a")),
        ("<Conference coach='x'>a</Conference>", 13240, Conference(name="a")),
        ("<Conference participantLabel='a/b'>a</Conference>", 16023, Conference(name="a")),
        ("<Conference maxParticipants='251'>a</Conference>", 12200, Conference(name="a")),
        ("<Queue method='x'>a</Queue>", 14210, Queue(name="a")),
        ("<Queue url='ftp://a'>a</Queue>", 14211, Queue(name="a")),
        ("<Queue reservationSid='x'>a</Queue>", 14215, Queue(name="a")),
    ],
)
def test_a_bad_value_of_a_noun_is_told_and_the_default_is_taken(
    noun: str, code: int, instead: object
) -> None:
    document = read(f"<Dial>{noun}</Dial>")
    assert [warning.code for warning in document.warnings] == [code]
    assert document.verbs == (Dial(nouns=(instead,)),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<Say/>", 13520),
        ("<Say> <p> </p> </Say>", 13520),
        (f"<Say>{'a' * 4097}</Say>", 13521),
        (f"<Say>{'a' * 4000}<p>{'b' * 97}</p></Say>", 13521),
        (f"<Say voice='Polly.Joanna'>{'a' * 3001}</Say>", 13521),
        ("<Play/>", 11100),
        ("<Enqueue/>", 14204),
        (f"<Enqueue>{'a' * 65}</Enqueue>", 14205),
    ],
)
def test_a_verb_that_can_do_nothing_is_left_out(inner: str, code: int) -> None:
    document = read(inner + "<Pause/>")
    assert document.verbs == (Pause(),)
    assert [warning.code for warning in document.warnings] == [code]


def test_a_warning_says_what_is_taken_instead() -> None:
    told = [
        warning.message
        for warning in read("<Gather bargeIn='x' input='x' finishOnKey='##'/>").warnings
    ]
    assert told == [
        'Line 1: "bargeIn" of <Gather> must be true or false. true is taken.',
        'Line 1: "input" of <Gather> must be some of dtmf, speech, with blanks between them. '
        "dtmf is taken.",
        'Line 1: "finishOnKey" of <Gather> must be a single key. # is taken.',
    ]


def test_say_takes_the_longest_text_and_every_named_voice() -> None:
    assert only(f"<Say>{'a' * 4096}</Say>").text == "a" * 4096
    assert only(f"<Say voice='Polly.Amy'>{'a' * 3000}</Say>").voice == "Polly.Amy"
    for name in ("man", "woman", "alice", "Polly.Mía-Generative", "Google.de-DE-Chirp3-HD-Kore"):
        assert only(f"<Say voice='{name}'>a</Say>").voice == name


@pytest.mark.parametrize(
    ("written", "tag"),
    [("en-us", "en-US"), ("cmn-CN", "cmn-CN"), ("arb", "arb"), ("en_GB-WLS", "en-GB-WLS")],
)
def test_a_language_is_read_in_its_usual_case(written: str, tag: str) -> None:
    assert only(f"<Say language='{written}'>a</Say>").language == tag


def test_ssml_keeps_the_blanks_between_its_parts() -> None:
    say = only("<Say>\n one<s> two <emphasis>three</emphasis></s> <break time='1.5s'/>\n</Say>")
    assert say.text == "one two three "
    assert say.parts[-1] == SsmlBreak(time=1500)
    assert only("<Say><break/></Say>") == Say(parts=(SsmlBreak(),))


@pytest.mark.parametrize(
    ("time", "milliseconds"), [("300ms", 300), ("2s", 2000), (".5s", 500), ("10s", 10_000)]
)
def test_the_time_of_a_break_is_in_milliseconds(time: str, milliseconds: int) -> None:
    (pause,) = only(f"<Say><break time='{time}'/></Say>").parts
    assert pause.time == milliseconds


@pytest.mark.parametrize("time", ["2", "11s", "-1s", "1 s", "s", "99999999ms"])
def test_a_break_of_no_such_time_is_one_without_a_time(time: str) -> None:
    document = read(f"<Say>a<break time='{time}'/></Say>")
    assert document.verbs == (Say(parts=("a", SsmlBreak())),)
    assert [warning.code for warning in document.warnings] == [12200]


def test_blank_keys_are_none_and_not_the_default() -> None:
    assert only("<Gather finishOnKey=''/>").finish_on_key == ""
    assert only("<Record finishOnKey=''/>").finish_on_key == ""
    assert only("<Gather numDigits=''/>").num_digits is None


def test_a_blank_wait_url_is_silence_and_not_the_usual_music() -> None:
    (conference,) = only("<Dial><Conference waitUrl=''>a</Conference></Dial>").nouns
    assert conference.wait_url == ""
    assert only("<Enqueue waitUrl=''>a</Enqueue>").wait_url == ""
    assert only("<Enqueue>a</Enqueue>").wait_url is None


def test_digits_are_read_with_their_waits() -> None:
    assert only("<Play digits='wW1a#*D'/>").digits == "wW1A#*D"
    (number,) = only("<Dial><Number sendDigits='ww12'>+1</Number></Dial>").nouns
    assert number.send_digits == "ww12"


def test_actions_are_not_judged_before_they_are_followed() -> None:
    for verb in ("Gather", "Record", "Dial", "Connect", "Refer", "Start"):
        assert only(f"<{verb} action='ftp://a b'/>").action == "ftp://a b"


def test_speech_timeout_may_be_left_to_the_recognizer() -> None:
    assert only("<Gather speechTimeout='auto'/>").speech_timeout == "auto"
    assert only("<Gather speechTimeout='3'/>").speech_timeout == 3


def test_input_keeps_its_order() -> None:
    assert only("<Gather input='speech dtmf'/>").input == ("speech", "dtmf")


def test_what_is_transcribed_is_two_minutes_long_at_most() -> None:
    assert only("<Record transcribe='true'/>").most_seconds == 120
    assert only("<Record transcribeCallback='/t'/>").most_seconds == 120
    assert only("<Record transcribe='true' maxLength='60'/>").most_seconds == 60
    assert only("<Record maxLength='14400'/>").most_seconds == 14_400
    document = read("<Record transcribe='true' transcribeCallback='/t' maxLength='121'/>")
    assert document.verbs == (Record(max_length=121),)
    assert [warning.code for warning in document.warnings] == [13615]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", "record-from-answer"),
        ("false", "do-not-record"),
        ("record-from-ringing-dual", "record-from-ringing-dual"),
    ],
)
def test_record_of_dial_has_its_old_names(written: str, meant: str) -> None:
    assert only(f"<Dial record='{written}'>+1</Dial>").record == meant


def test_the_text_of_dial_is_a_number_to_call() -> None:
    dial = only("<Dial> 415-123-4567 </Dial>")
    assert dial == Dial(number="415-123-4567")
    assert dial.targets == (Number(phone_number="415-123-4567"),)
    assert only("<Dial/>").targets == ()


def test_the_nouns_of_dial_go_before_its_text() -> None:
    document = read("<Dial>+1<Client>jo</Client></Dial>")
    assert document.verbs == (Dial(nouns=(Client(identity="jo"),)),)
    assert [warning.code for warning in document.warnings] == [13215]


def test_dial_has_ten_nouns_at_most() -> None:
    ten = "<Number>+1</Number>" * MAX_NOUNS
    assert len(only(f"<Dial>{ten}</Dial>").nouns) == 10
    document = read(f"<Dial>{ten}<Client>jo</Client></Dial>")
    (dial,) = document.verbs
    assert isinstance(dial, Dial)
    assert dial.nouns == (Number(phone_number="+1"),) * 10
    assert [warning.code for warning in document.warnings] == [13215]


@pytest.mark.parametrize(
    ("nouns", "kept"),
    [
        ("<Conference>a</Conference><Number>+1</Number>", (Conference(name="a"),)),
        ("<Conference>a</Conference><Conference>b</Conference>", (Conference(name="a"),)),
        ("<Queue>a</Queue><Conference>b</Conference>", (Queue(name="a"),)),
        (
            "<Number>+1</Number><Queue>a</Queue><Client>jo</Client>",
            (Number(phone_number="+1"), Client(identity="jo")),
        ),
    ],
)
def test_conferences_and_queues_stand_alone(nouns: str, kept: tuple[Any, ...]) -> None:
    document = read(f"<Dial>{nouns}</Dial>")
    assert document.verbs == (Dial(nouns=kept),)
    assert [warning.code for warning in document.warnings] == [13000]


def test_whom_dial_calls_has_a_whisper_and_callbacks() -> None:
    (client,) = only(
        "<Dial><Client url='/w' method='GET' statusCallback='/s' "
        "statusCallbackEvent='initiated ringing answered completed'>jo</Client></Dial>"
    ).nouns
    assert isinstance(client, Callee)
    assert (client.url, client.method, client.status_callback) == ("/w", "GET", "/s")
    assert client.status_callback_event == ("initiated", "ringing", "answered", "completed")
    assert client.status_callback_method == "POST"


def test_a_sip_call_may_have_several_addresses_and_headers() -> None:
    (sip,) = only(
        "<Dial><Sip><Uri priority='1'>sip:a@b</Uri><Uri>sips:c@d;transport=tls</Uri>"
        "<Headers><Header name='X-A' value='1'/></Headers></Sip></Dial>"
    ).nouns
    assert [uri.sip_url for uri in sip.uris] == ["sip:a@b", "sips:c@d;transport=tls"]
    assert sip.headers[0].headers[0].name == "X-A"
    assert codes("<Dial><Sip><Uri>sip:a@b</Uri><Uri>c</Uri></Sip></Dial>") == [13243]

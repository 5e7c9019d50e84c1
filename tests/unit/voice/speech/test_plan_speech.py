from collections.abc import Sequence

from trunkline.twiml.voice.say import (
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
from trunkline.voice.speech.orders import Bleep, Quiet
from trunkline.voice.speech.plan_speech import Manner, Piece, Words, plan_speech
from trunkline.voice.speech.voices import Speaker

WOMAN = Speaker("en-US", True)


def words(text: str, **how: float | str) -> Words:
    plain = {"language": "en-US", "woman": True}
    return Words(text=text, manner=Manner(**{**plain, **how}))  # type: ignore[arg-type]


def plan(*parts: str | SsmlNode) -> Sequence[Piece]:
    return plan_speech(parts, WOMAN)


def test_a_text_is_said_as_one() -> None:
    assert plan("  Hello,\n  world. ") == [words("Hello, world.")]


def test_a_break_is_as_long_as_it_says() -> None:
    assert plan("One", SsmlBreak(time=1500), "two", SsmlBreak(strength="strong"), "three") == [
        words("One"),
        Quiet(ms=1500),
        words("two"),
        Quiet(ms=700),
        words("three"),
    ]
    assert plan(SsmlBreak()) == [Quiet(ms=400)]


def test_words_that_are_read_otherwise_stay_in_their_sentence() -> None:
    said = plan(
        "Call",
        SsmlSayAs(words="911", interpret_as="digits"),
        "or ",
        SsmlSub(words="Dr.", alias="Doctor"),
        " ",
        SsmlPhoneme(words="Pecan", alphabet="ipa", ph="pɪˈkɑːn"),
        SsmlW(role="amazon:VB", parts=("s",)),
        ".",
    )
    assert said == [words("Call nine one one or Doctor Pecans.")]


def test_prosody_adds_up() -> None:
    loud = SsmlProsody(volume="+6dB", rate="90%", pitch="-10%", parts=("b",))
    assert plan("a", loud, "c") == [
        words("a"),
        words("b", rate=0.9, pitch=0.9, gain=6.0),
        words("c"),
    ]
    nested = SsmlProsody(rate="slow", parts=("a", SsmlProsody(rate="+50%", parts=("b",))))
    assert plan(nested) == [words("a", rate=0.8), words("b", rate=1.2)]


def test_prosody_that_cannot_be_read_changes_nothing() -> None:
    strange = SsmlProsody(volume="11", rate="0%", pitch="x", parts=("a",))
    assert plan(strange) == [words("a")]
    wild = SsmlProsody(volume="+9999dB", rate="9999%", pitch="+999%", parts=("a",))
    assert plan(wild) == [words("a", rate=4.0, pitch=2.0, gain=12.0)]


def test_emphasis_and_language() -> None:
    assert plan(SsmlEmphasis(level="strong", parts=("now",))) == [words("now", rate=0.85, gain=4.0)]
    assert plan("Say", SsmlLang(xml_lang="fr-FR", parts=("bonjour",))) == [
        words("Say"),
        words("bonjour", language="fr-FR"),
    ]


def test_sentences_and_paragraphs_are_apart_but_nothing_follows_the_last() -> None:
    assert plan(SsmlP(parts=(SsmlS(parts=("One.",)), SsmlS(parts=("Two.",)))), "Three.") == [
        words("One."),
        Quiet(ms=350),
        words("Two."),
        Quiet(ms=700),
        words("Three."),
    ]
    assert plan(SsmlS(parts=("One.",))) == [words("One.")]


def test_a_bleep_is_in_the_place_of_its_words() -> None:
    assert plan("Oh ", SsmlSayAs(words="dear", interpret_as="expletive")) == [
        words("Oh"),
        Bleep(ms=320),
    ]


def test_what_says_nothing_is_a_moment_of_silence() -> None:
    assert plan(" \n ") == [Quiet(ms=20)]
    assert plan("a\x00\ud800b") == [words("a b")]

"""The words that a service chose: by country, by language, and what it cannot choose."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.consents.service_words import (
    InvalidWords,
    ServiceWords,
    WordList,
    WordOverride,
    check_words,
)
from trunkline.messaging.inbound.opt_out_keywords import DEFAULT_WORDS, STOP_REPLY, Keyword

FRENCH = WordOverride(
    country="CA",
    language="fr",
    stop=WordList(("ARRET", "arrêt"), "Vous ne recevrez plus rien."),
    help=WordList(("AIDE",), "Appelez-nous."),
)
WORDS = ServiceWords(
    enabled=True,
    stop=WordList(("STOP", "no more"), "Gone."),
    start=WordList(("START", "UNSTOP"), "Back."),
    help=WordList(("HELP",), "Ask."),
    overrides=(
        WordOverride(language="es", stop=WordList(("ALTO",), "Adiós.")),
        WordOverride(country="CA", stop=WordList(("ALTO",), "Canadian.")),
        FRENCH,
    ),
)


@pytest.mark.parametrize(
    ("body", "country", "keyword", "reply"),
    [
        ("stop", "US", Keyword.STOP, "Gone."),
        (" No More! ", None, Keyword.STOP, "Gone."),
        ("no\u00a0 more", None, Keyword.STOP, "Gone."),
        ("unstop", "CA", Keyword.START, "Back."),
        ("ARRÊT", "CA", Keyword.STOP, "Vous ne recevrez plus rien."),
        ("arre\u0302t", "CA", Keyword.STOP, "Vous ne recevrez plus rien."),  # decomposed
        ("aide", "CA", Keyword.HELP, "Appelez-nous."),
        ("help", "CA", Keyword.HELP, "Ask."),
        ("alto", "CA", Keyword.STOP, "Canadian."),  # the country's list comes first
        ("alto", "MX", Keyword.STOP, "Adiós."),
        ("alto", None, Keyword.STOP, "Adiós."),
    ],
)
def test_the_list_of_the_country_comes_before_the_standard_list(
    body: str, country: str | None, keyword: Keyword, reply: str
) -> None:
    match = WORDS.match(body, country)
    assert match is not None
    assert (match.keyword, match.reply) == (keyword, reply)


@pytest.mark.parametrize(
    ("body", "country"),
    [("arret", "US"), ("aide", None), ("stop it", "US"), ("ſtop", "US"), ("", "CA"), ("!", "CA")],
)
def test_what_is_no_word(body: str, country: str | None) -> None:
    assert WORDS.match(body, country) is None


def test_nothing_chosen_is_the_standard_list() -> None:
    words = ServiceWords()
    check_words(words)
    assert not words.enabled
    for word, keyword in DEFAULT_WORDS.items():
        match = words.match(word.lower(), "DE")
        assert match is not None
        assert match.keyword is keyword
    assert words.stop.reply == STOP_REPLY


def test_the_words_of_the_example_are_valid() -> None:
    check_words(WORDS)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (ServiceWords(stop=WordList(("QUIT",), "x y")), "'stop' cannot be taken off"),
        (ServiceWords(start=WordList(("START",), "x y")), "'unstop' cannot be taken off"),
        (ServiceWords(help=WordList(("INFO", "HELP", "START"), "x y")), "can only mean start"),
        (ServiceWords(help=WordList(("HELP", "quit"), "x y")), "there twice"),
        (ServiceWords(help=WordList(("HELP", "help"), "x y")), "there twice"),
        (ServiceWords(help=WordList(("HELP", "?!"), "x y")), "punctuation"),
        (ServiceWords(help=WordList(("HELP", " a"), "x y")), "spaces"),
        (ServiceWords(help=WordList(("HELP", "a\nb"), "x y")), "no text"),
        (ServiceWords(help=WordList(("HELP",), "Stop.")), "itself a keyword"),
        (
            ServiceWords(
                overrides=(
                    WordOverride(country="FR", stop=WordList(("FIN",), "")),
                    WordOverride(country="FR", language="fr", help=WordList(("fin",), "")),
                )
            ),
            "there twice",
        ),
        (
            ServiceWords(overrides=(WordOverride(country="FR", stop=WordList(("help",), "")),)),
            "can only mean help",
        ),
    ],
)
def test_what_cannot_be_chosen(words: ServiceWords, what: str) -> None:
    with pytest.raises(InvalidWords, match=what):
        check_words(words)


def test_one_word_may_mean_the_same_in_two_countries() -> None:
    check_words(
        ServiceWords(
            overrides=(
                WordOverride(country="FR", stop=WordList(("FIN",), "a b")),
                WordOverride(country="BE", stop=WordList(("FIN",), "c d")),
            )
        )
    )


@pytest.mark.parametrize(
    "json",
    [
        b'{"overrides": [{"country": "Canada"}]}',
        b'{"overrides": [{"language": "french"}]}',
        b'{"stop": {"keywords": [""], "reply": ""}}',
        b'{"stop": {"keywords": ["x"]}}',
        b'{"stop": null}',
        b'{"unknown": 1}',
    ],
)
def test_what_is_no_such_document(json: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json, type=ServiceWords)


def test_it_is_kept_as_it_is() -> None:
    assert msgspec.convert(msgspec.to_builtins(WORDS), ServiceWords) == WORDS


@given(st.text(), st.sampled_from([None, "US", "CA"]))
def test_any_text_is_a_word_or_none(body: str, country: str | None) -> None:
    match = WORDS.match(body, country)
    assert match is None or match.reply in {
        "Gone.", "Back.", "Ask.", "Adiós.", "Canadian.", "Appelez-nous.",
        "Vous ne recevrez plus rien.",
    }  # fmt: skip

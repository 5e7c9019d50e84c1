"""Words, stems, synonyms, typing errors, and the order that follows from them."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trunkline.gateway.actions.catalogue import ACTIONS
from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.search.correct import Corrections, distance
from trunkline.gateway.actions.search.index import Index
from trunkline.gateway.actions.search.read_text import read_intent, stem, terms_of, words_of
from trunkline.gateway.actions.search.synonyms import HINTS, NEAR, PHRASES

index = Index(ACTIONS)


def best(intent: str) -> str:
    return index.rank(intent)[0][0].removeprefix("act_twilio_")


def read(intent: str) -> dict[str, float]:
    return read_intent(intent, lambda term: term)


# What texts are --------------------------------------------------------------------------------


def test_words() -> None:
    assert words_of("What's the Caller’s ＩＤ? 5 e-mails") == [
        "what",
        "the",
        "caller",
        "id",
        "e",
        "mails",
    ]


def test_terms_of_a_declaration_have_their_synonyms() -> None:
    assert list(terms_of("Send the SMS")) == ["send", "messag", "sms"]


def test_said_words_are_not_what_is_wanted() -> None:
    assert read('"delete the call" sms') == read("sms")
    assert "call" in read('"call"')  # unless there is nothing else


def test_numbers_and_addresses_say_nothing() -> None:
    assert read("ring +1 (555) 867-5309") == read("ring")
    assert read("ring https://example.com/delete/messages") == read("ring")


def test_sids_say_what_they_are_of() -> None:
    assert "record" in read("RE0123456789abcdef")
    assert "messag" in read("what of SMxxxxxxxx")
    assert "call" not in read("care")


def test_what_is_said_first_weighs_more() -> None:
    terms = read("balance recording")
    assert terms["balanc"] > terms["record"]


def test_a_noun_in_the_plural_speaks_for_a_list() -> None:
    assert read("recordings").get("list", 0) > read("recording").get("list", 0)


def test_a_noun_at_the_start_may_be_an_order() -> None:
    assert "send" in read("text bob")
    assert "send" in read("please text bob")
    assert "send" not in read("bob's text")


def test_a_question_changes_nothing() -> None:
    assert read("was it deleted")["delet"] < read("delete it")["delet"]


@pytest.mark.parametrize("table", [NEAR, HINTS])
def test_synonyms_lead_to_words_of_declarations(table: dict[str, dict[str, float]]) -> None:
    known = {term for action in ACTIONS for term in terms_of(action.name)}
    for word, targets in table.items():
        assert set(targets) <= known, word
        assert all(0 < weight <= 1 for weight in targets.values()), word


def test_phrases_mean_words_that_are_known() -> None:
    for meant in PHRASES.values():
        for word in meant.split():
            assert word in NEAR or word in HINTS or stem(word) in index._postings, word


# Typing errors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "errors"),
    [
        ("", "", 0),
        ("call", "call", 0),
        ("call", "calls", 1),
        ("call", "cll", 1),
        ("call", "calk", 1),
        ("call", "acll", 1),
        ("record", "recodr", 1),
        ("message", "mesagge", 2),
        ("abc", "", 3),
    ],
)
def test_distances(first: str, second: str, errors: int) -> None:
    assert distance(first, second) == distance(second, first) == errors


_letters = st.text(string.ascii_lowercase, min_size=4, max_size=14)


@given(st.lists(_letters, max_size=20), _letters)
def test_the_nearest_is_found_as_by_looking_at_all(known: list[str], word: str) -> None:
    allowed = 2 if len(word) >= 7 else 1
    found = Corrections(known)(word)
    if word in known:
        assert found == word
    elif found is not None:
        assert distance(word, found) <= allowed
        assert distance(word, found) == min(
            distance(word, each) for each in known if _within_reach(word, each, allowed)
        )


def _within_reach(word: str, known: str, allowed: int) -> bool:
    """Words of under seven letters have one error at most, on whichever side."""
    return distance(word, known) <= min(allowed, 2 if len(known) >= 7 else 1)


@given(_letters, st.data())
def test_one_error_is_always_corrected(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    kind = data.draw(st.sampled_from(["missing", "wrong", "more", "swapped"]))
    mistyped = {
        "missing": word[:place] + word[place + 1 :],
        "wrong": word[:place] + letter + word[place + 1 :],
        "more": word[:place] + letter + word[place:],
        "swapped": word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
    }[kind]
    assume(len(mistyped) >= 4)
    assert Corrections([word])(mistyped) == word


@pytest.mark.parametrize("word", ["", "cal", "x" * 41, "weather"])
def test_what_is_left_alone(word: str) -> None:
    assert Corrections(["call", "message", "x" * 40])(word) is None


# The order -------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.key)
def test_each_is_the_best_for_its_own_name(action: Action) -> None:
    assert best(action.name) == action.key


@pytest.mark.parametrize(
    ("intent", "key"),
    [
        ("SMS somebody", "send-message"),
        ("snd a mesage", "send-message"),
        ("dial the plumber", "create-call"),
        ("hang up", "update-call"),
        ("how much money is left", "get-account-balance"),
        ("acount balence", "get-account-balance"),
        ("call history", "list-calls"),
        ("erase a text", "delete-message"),
        ("lsit recodrings", "list-recordings"),
        ("what numbers do we own", "list-phone-numbers"),
    ],
)
def test_some_intents(intent: str, key: str) -> None:
    assert best(intent) == key

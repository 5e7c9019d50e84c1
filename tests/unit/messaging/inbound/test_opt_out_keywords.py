"""Default opt-out keywords, as in Twilio's support articles 223134027 and 360058144374."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.inbound.opt_out_keywords import (
    Keyword,
    KeywordMatch,
    classify,
    default_reply,
)

STOP_WORDS = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
START_WORDS = ["START", "YES", "UNSTOP"]
HELP_WORDS = ["HELP", "INFO"]
ALL_WORDS = STOP_WORDS + START_WORDS + HELP_WORDS


@pytest.mark.parametrize(
    ("words", "keyword"),
    [(STOP_WORDS, Keyword.STOP), (START_WORDS, Keyword.START), (HELP_WORDS, Keyword.HELP)],
)
def test_default_words_on_a_long_code(words: list[str], keyword: Keyword) -> None:
    for word in words:
        match = classify(word, toll_free=False)
        assert match is not None
        assert (match.keyword, match.word) == (keyword, word)


@pytest.mark.parametrize(
    "body",
    [
        "stop", "Stop", " STOP\r\n", "stop!", '"Stop."', "“STOP”", "…stop?!", "\u00a0stop\t",
        "\u3000STOP\u2003", "\u2068stop\u2069", "stop\u200e", "\u200d\u2060stop", "stop\x07",
        "stop‼\ufe0f", "stop؟", "stop।", "stop；",
    ],
)  # fmt: skip
def test_case_spaces_and_punctuation_do_not_matter(body: str) -> None:
    assert classify(body, toll_free=False) == KeywordMatch(Keyword.STOP, "STOP")


@pytest.mark.parametrize(
    "body",
    ["", "...", "stop please", "please stop", "stop all", "opt-out", "stopp", "STOP 👍", "ſtop"],
)
def test_only_the_word_alone_counts(body: str) -> None:
    assert classify(body, toll_free=False) is None
    assert classify(body, toll_free=True) is None


def test_yes_alone_needs_a_block_to_lift() -> None:
    needing = [w for w in ALL_WORDS if (m := classify(w, toll_free=False)) and m.needs_block]

    assert needing == ["YES"]


def test_the_toll_free_network_knows_fewer_words() -> None:
    known = {w: m.keyword for w in ALL_WORDS if (m := classify(w, toll_free=True))}

    assert known == {
        "STOP": Keyword.STOP,
        "START": Keyword.START,
        "UNSTOP": Keyword.START,
        "HELP": Keyword.HELP,
        "INFO": Keyword.HELP,
    }


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        (
            "STOP",
            "You have successfully been unsubscribed. You will not receive any more messages "
            "from this number. Reply START to resubscribe.",
        ),
        (
            "yes",
            "You have successfully been re-subscribed to messages from this number. Reply HELP "
            "for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
        ),
        ("info", "Reply STOP to unsubscribe. Msg&Data Rates May Apply."),
    ],
)
def test_replies_of_a_long_code(body: str, reply: str) -> None:
    match = classify(body, toll_free=False)

    assert match is not None
    assert default_reply(match, toll_free=False) == reply


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        (
            "Stop",
            'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this '
            'number. Text back "unstop" to receive messages again.',
        ),
        (
            "UNSTOP",
            'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from '
            "this number.",
        ),
        (
            "Start",
            'NETWORK MSG: You have replied "start" and will begin receiving messages again from '
            "this number.",
        ),
        ("help", "Reply STOP to unsubscribe. Msg&Data Rates May Apply."),
    ],
)
def test_replies_of_a_toll_free_number(body: str, reply: str) -> None:
    match = classify(body, toll_free=True)

    assert match is not None
    assert default_reply(match, toll_free=True) == reply


@given(st.text(), st.booleans())
def test_any_text_is_a_default_word_or_none(body: str, toll_free: bool) -> None:
    match = classify(body, toll_free=toll_free)

    assert match is None or match.word in ALL_WORDS

"""The words with which a person stops, resumes or asks about messages, and what they are told.

Sources: Twilio, "Twilio support for opt-out keywords (SMS STOP filtering)" and "Opt-out keyword
handling for Toll-Free SMS". Words chosen by a Messaging Service (Advanced Opt-Out):
`consents/service_words.py`.
"""

import string
import unicodedata
from enum import StrEnum
from typing import Final, NamedTuple

__all__ = [
    "DEFAULT_WORDS",
    "HELP_REPLY",
    "START_REPLY",
    "STOP_REPLY",
    "TOLL_FREE_START_REPLY",
    "TOLL_FREE_STOP_REPLY",
    "Keyword",
    "KeywordMatch",
    "classify",
    "default_reply",
    "without_surroundings",
]

STOP_REPLY: Final = (
    "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe."
)
START_REPLY: Final = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELP_REPLY: Final = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."

# The toll-free network speaks for itself; `{word}` is the word that the person sent.
TOLL_FREE_STOP_REPLY: Final = (
    'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. '
    'Text back "unstop" to receive messages again.'
)
TOLL_FREE_START_REPLY: Final = (
    'NETWORK MSG: You have replied "{word}" and will begin receiving messages again from this '
    "number."
)


class Keyword(StrEnum):
    """What a word asks for. The values are those of the webhook parameter ``OptOutType``."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


class KeywordMatch(NamedTuple):
    """A body that is a keyword."""

    keyword: Keyword
    word: str  # the word itself, in capitals: "UNSUBSCRIBE"
    needs_block: bool = False  # a keyword only if the pair is blocked, else an ordinary message


DEFAULT_WORDS: Final = {
    word: keyword
    for keyword, words in {
        Keyword.STOP: "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT",
        Keyword.START: "START YES UNSTOP",
        Keyword.HELP: "HELP INFO",
    }.items()
    for word in words.split()
}
_LONG_CODE: Final = {
    word: KeywordMatch(keyword, word, needs_block=word == "YES")
    for word, keyword in DEFAULT_WORDS.items()
}
# The network blocks on STOP alone and unblocks on START or UNSTOP; HELP is left to Twilio.
_TOLL_FREE: Final = {word: _LONG_CODE[word] for word in ("STOP", "START", "UNSTOP", "HELP", "INFO")}

_ASCII_AROUND: Final = frozenset(string.punctuation)  # the symbols among them, too: $+<=>^`|~
_VARIATIONS: Final = frozenset("\ufe0e\ufe0f")  # say how the sign before them is drawn: ‼️


def without_surroundings(text: str) -> str:
    """The text without the spaces and punctuation around it, in any script, and without signs that
    cannot be seen: keyboards put direction marks and spaces of no width around words."""
    start, end = 0, len(text)
    while start < end and _surrounds(text[start]):
        start += 1
    while end > start and _surrounds(text[end - 1]):
        end -= 1
    return text[start:end]


def _surrounds(sign: str) -> bool:
    if sign in _ASCII_AROUND or sign in _VARIATIONS:
        return True
    return unicodedata.category(sign)[0] in "ZPC"  # separators, punctuation, control and format


def classify(body: str, *, toll_free: bool) -> KeywordMatch | None:
    """The keyword that the whole of ``body`` is, any case, spaces and punctuation around it.

    ``stop please`` is none. ``toll_free`` is about the number that received the message.
    """
    word = without_surroundings(body)
    if not word.isascii():  # upper() would make STOP of ſtop
        return None
    return (_TOLL_FREE if toll_free else _LONG_CODE).get(word.upper())


def default_reply(match: KeywordMatch, *, toll_free: bool) -> str:
    """The automatic answer to a keyword. Whether one is due is the caller's to know.

    None is due to START from a pair that was not blocked.
    """
    if match.keyword is Keyword.HELP:
        return HELP_REPLY
    if match.keyword is Keyword.STOP:
        return TOLL_FREE_STOP_REPLY if toll_free else STOP_REPLY
    if toll_free:
        return TOLL_FREE_START_REPLY.format(word=match.word.lower())
    return START_REPLY

"""`<Gather>`: keys or speech of the caller. Source: behaviour 6.6, Appendix A; codes 133xx."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, children, element, written_at
from trunkline.twiml.voice.codes import URL_INVALID
from trunkline.twiml.voice.play import Pause, Play
from trunkline.twiml.voice.say import Say

__all__ = ["Gather"]

_KEY_INVALID: Final = 13310
_KEYS_INVALID: Final = 13311
_METHOD_INVALID: Final = 13312
_TIMEOUT_INVALID: Final = 13313
_NUM_DIGITS_INVALID: Final = 13314
_NESTED_INVALID: Final = 13320
_INPUT_INVALID: Final = 13326
_SPEECH_TIMEOUT_INVALID: Final = 13327
_MAX_SPEECH_TIME_INVALID: Final = 13328
_PARTIAL_METHOD_INVALID: Final = 13329
_HINTS_INVALID: Final = 13330
_LANGUAGE_INVALID: Final = 13331
_BARGE_IN_INVALID: Final = 13332
_PROFANITY_FILTER_INVALID: Final = 13333
_MODEL_INVALID: Final = 13334
_EMPTY_RESULT_INVALID: Final = 13338

MAX_SECONDS: Final = 14_400
MAX_DIGITS: Final = 1000
MAX_HINTS: Final = 500
MAX_HINT: Final = 100
MAX_NAME: Final = 100


def _finish_key(value: str) -> str:
    """One key, or blank: none ends it."""
    try:
        key = kinds.keys(value)
    except ValueError:
        raise ValueError("must be one key of 0123456789*#") from None
    if len(key) > 1:
        raise kinds.Refused(_KEYS_INVALID, "must be a single key")
    return key


def _hints(value: str) -> str | None:
    """Phrases with commas between them: 500 at most, of 100 characters at most."""
    phrases = value.split(",")
    if len(phrases) > MAX_HINTS or max(len(each.strip()) for each in phrases) > MAX_HINT:
        raise ValueError(f"must be {MAX_HINTS} phrases at most, of {MAX_HINT} characters at most")
    return kinds.text(value)


@element("Gather")
@dataclass(frozen=True, slots=True, kw_only=True)
class Gather:
    """`<Gather>`: collect keys or speech while `prompts` are heard, and take them to `action`.

    Times are in seconds. `action` is as written, empty for the current document; like that of a
    Redirect it is judged when it is followed. `num_digits` None is any number of them,
    `finish_on_key` "" no key at all. `speech_timeout` None is as `timeout`.
    """

    input: tuple[str, ...] = attribute(
        "input", kinds.words("dtmf", "speech"), default=("dtmf",), code=_INPUT_INVALID
    )
    action: str = attribute("action", kinds.text, default="")
    method: str = attribute("method", kinds.method, default="POST", code=_METHOD_INVALID)
    timeout: int = attribute(
        "timeout", kinds.integer(1, MAX_SECONDS), default=5, code=_TIMEOUT_INVALID
    )
    speech_timeout: int | str | None = attribute(
        "speechTimeout",
        kinds.either("auto", kinds.integer(1, MAX_SECONDS)),
        code=_SPEECH_TIMEOUT_INVALID,
    )
    max_speech_time: int = attribute(
        "maxSpeechTime", kinds.integer(1, MAX_SECONDS), default=60, code=_MAX_SPEECH_TIME_INVALID
    )
    profanity_filter: bool = attribute(
        "profanityFilter", kinds.boolean, default=True, code=_PROFANITY_FILTER_INVALID
    )
    finish_on_key: str = attribute("finishOnKey", _finish_key, default="#", code=_KEY_INVALID)
    num_digits: int | None = attribute(
        "numDigits", kinds.integer(1, MAX_DIGITS), code=_NUM_DIGITS_INVALID
    )
    partial_result_callback: str | None = attribute(
        "partialResultCallback", kinds.url, code=URL_INVALID
    )
    partial_result_callback_method: str = attribute(
        "partialResultCallbackMethod", kinds.method, default="POST", code=_PARTIAL_METHOD_INVALID
    )
    language: str = attribute("language", kinds.language, default="en-US", code=_LANGUAGE_INVALID)
    hints: str | None = attribute("hints", _hints, code=_HINTS_INVALID)
    barge_in: bool = attribute("bargeIn", kinds.boolean, default=True, code=_BARGE_IN_INVALID)
    debug: bool = attribute("debug", kinds.boolean, default=False)
    action_on_empty_result: bool = attribute(
        "actionOnEmptyResult", kinds.boolean, default=False, code=_EMPTY_RESULT_INVALID
    )
    speech_model: str = attribute(
        "speechModel", kinds.letters(MAX_NAME), default="default", code=_MODEL_INVALID
    )
    enhanced: bool = attribute("enhanced", kinds.boolean, default=False)
    prompts: tuple[Say | Play | Pause, ...] = children(
        lambda: (Say, Play, Pause), code=_NESTED_INVALID
    )
    line: int | None = written_at()

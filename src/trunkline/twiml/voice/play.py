"""`<Play>` and `<Pause>`. Source: behaviour 6.6, Appendix A; codes 13410, 13430, 13910."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, element, text, written_at
from trunkline.twiml.voice.codes import URL_INVALID

__all__ = ["Pause", "Play"]

_LOOP_INVALID: Final = 13410
_DIGITS_INVALID: Final = 13430
_LENGTH_INVALID: Final = 13910

MAX_LOOPS: Final = 1000
MAX_SECONDS: Final = 14_400  # the longest call


def _plays_something(play: Play) -> tuple[int, str] | None:
    if play.url or play.digits:
        return None
    return URL_INVALID, "has neither a URL nor digits. Nothing is played."


@element("Play", check=_plays_something)
@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """`<Play>`: play the audio at `url`, or the tones of `digits`, `loop` times.

    `url` is as written, and may be relative to that of the document. It is not judged here,
    because audio that cannot be had has to fail and not to be skipped. An empty one stands only
    in a document that is audio itself. `digits` go before a `url`. `loop` 0 is until the call
    ends.
    """

    url: str = text()
    loop: int = attribute("loop", kinds.integer(0, MAX_LOOPS), default=1, code=_LOOP_INVALID)
    digits: str | None = attribute("digits", kinds.tones, code=_DIGITS_INVALID)
    line: int | None = written_at()


@element("Pause")
@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """`<Pause>`: be silent for `length` seconds."""

    length: int = attribute(
        "length", kinds.integer(1, MAX_SECONDS), default=1, code=_LENGTH_INVALID
    )
    line: int | None = written_at()

"""What a worker is told to do, and what it answers: frames of msgpack, each behind its length.

Files are named by paths of this machine. A target is written anew; it is whole when `Done` comes.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = [
    "LENGTH_BYTES",
    "Answer",
    "Bleep",
    "Convert",
    "Done",
    "EncodeMp3",
    "Failed",
    "LocalEngine",
    "Order",
    "Part",
    "Quiet",
    "Recorded",
    "Render",
    "Spoken",
]

LENGTH_BYTES = 4  # of a frame's length, big-endian

LocalEngine = Literal["piper", "flite", "espeak-ng", "espeak"]


class _Wire(msgspec.Struct, frozen=True, kw_only=True, tag=True, array_like=True, gc=False):
    """An order, an answer or a part of one."""


# Parts of what is rendered -----------------------------------------------------------------------
class Spoken(_Wire, frozen=True):
    """A text that an engine of this machine speaks."""

    engine: LocalEngine
    program: str  # path: of the program, the library or the model
    text: str
    language: str  # BCP 47, e.g. `en-US`
    woman: bool
    rate: float = 1.0  # times the engine's own
    pitch: float = 1.0  # times the voice's own
    gain: float = 0.0  # dB


class Recorded(_Wire, frozen=True):
    """An audio file, e.g. what a hosted engine answered."""

    path: str
    content_type: str
    gain: float = 0.0  # dB


class Quiet(_Wire, frozen=True):
    """So many milliseconds of silence."""

    ms: int


class Bleep(_Wire, frozen=True):
    """A tone of so many milliseconds in the place of words that are not to be heard."""

    ms: int


Part = Spoken | Recorded | Quiet | Bleep


# Orders -------------------------------------------------------------------------------------------
class Render(_Wire, frozen=True):
    """Write the parts, one after the other, as a WAV that the engine plays."""

    parts: tuple[Part, ...]
    target: str


class Convert(_Wire, frozen=True):
    """Write an audio file as a WAV that the engine plays. What the file is, its first bytes tell;
    `content_type` where they tell nothing: raw µ-law or GSM."""

    source: str
    content_type: str
    target: str


class EncodeMp3(_Wire, frozen=True):
    """Write a WAV as MP3, with as many channels as it has."""

    source: str
    target: str


Order = Render | Convert | EncodeMp3


# Answers ------------------------------------------------------------------------------------------
class Done(_Wire, frozen=True):
    """The target is written: so many milliseconds of audio."""

    ms: int


class Failed(_Wire, frozen=True):
    """It could not be done. `bad_input`: the source is to blame, and `reason` says how. `slow`: it
    was given up because it took too long."""

    reason: str
    bad_input: bool
    slow: bool = False


Answer = Done | Failed

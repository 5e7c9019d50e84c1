"""espeak-ng as a library (GPL), of the package espeakng-loader: needs nothing from the system."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

from trunkline.voice.speech.engines.espeak_voice import candidates, pitch, plain, words_a_minute
from trunkline.voice.speech.engines.voice import CannotSpeak, Speech, from_int16
from trunkline.voice.speech.orders import Spoken

__all__ = ["speak"]

# speak_lib.h of espeak-ng
AUDIO_OUTPUT_SYNCHRONOUS = 2
RATE, PITCH = 1, 3  # espeak_PARAMETER
CHARS_UTF8, END_PAUSE = 0x1, 0x1000
POS_CHARACTER = 1
MOST_BYTES = 160_000_000  # of one text: an hour

Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class _Library:
    """The library, which there is once in a process."""

    def __init__(self, path: str) -> None:
        try:
            self._library = ctypes.CDLL(path)
            data = str(Path(path).parent).encode()
            self._rate = self._library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data, 0)
        except (OSError, AttributeError) as error:
            raise CannotSpeak("the library of espeakng-loader cannot be loaded") from error
        if self._rate <= 0:
            raise CannotSpeak("the library of espeakng-loader does not start")
        self._said = bytearray()
        self._callback = Callback(self._hear)  # held as long as the library
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, part: Spoken) -> Speech:
        library = self._library
        for voice in candidates(part.language, woman=part.woman):
            if library.espeak_SetVoiceByName(voice.encode()) == 0:
                break
        else:
            raise CannotSpeak("espeakng-loader has no voice")
        library.espeak_SetParameter(RATE, words_a_minute(part.rate), 0)
        library.espeak_SetParameter(PITCH, pitch(part.pitch), 0)
        self._said.clear()
        text = plain(part.text).encode() + b"\0"
        status = library.espeak_Synth(
            text,
            ctypes.c_size_t(len(text)),
            ctypes.c_uint(0),
            POS_CHARACTER,
            ctypes.c_uint(0),
            ctypes.c_uint(CHARS_UTF8 | END_PAUSE),
            None,
            None,
        )
        if status != 0:
            raise CannotSpeak(f"espeakng-loader answers {status}")
        return from_int16(bytes(self._said), self._rate)

    def _hear(self, samples: object, count: int, events: object) -> int:
        if samples and count > 0:
            self._said += ctypes.string_at(samples, 2 * count)  # type: ignore[arg-type]
        return int(len(self._said) > MOST_BYTES)  # 1 ends it


@cache
def _library(path: str) -> _Library:
    return _Library(path)


def speak(part: Spoken) -> Speech:
    """What it says. Raises CannotSpeak."""
    return _library(part.program).speak(part)

"""piper-tts (GPL): the best voices without a network, from a model for each."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from trunkline.voice.speech.engines.voice import CannotSpeak, Speech, from_int16
from trunkline.voice.speech.orders import Spoken

__all__ = ["speak"]


@lru_cache(maxsize=2)
def _load(model: str) -> Any:
    try:
        from piper import PiperVoice  # type: ignore[import-not-found, unused-ignore]

        return PiperVoice.load(model)
    except Exception as error:
        raise CannotSpeak(f"piper cannot load its voice ({type(error).__name__})") from error


def speak(part: Spoken) -> Speech:
    """What it says. Raises CannotSpeak."""
    voice = _load(part.program)
    from piper import SynthesisConfig

    # Pitch: spoken slower by so much, and played faster.
    manner = SynthesisConfig(length_scale=part.pitch / part.rate)
    try:
        chunks = list(voice.synthesize(part.text, manner))
    except Exception as error:
        raise CannotSpeak(f"piper fails ({type(error).__name__})") from error
    if not chunks:
        return from_int16(b"", 8000)
    data = b"".join(chunk.audio_int16_bytes for chunk in chunks)
    return from_int16(data, round(chunks[0].sample_rate * part.pitch))

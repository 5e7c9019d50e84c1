"""espeak-ng as a program (GPL): a hundred languages, with a machine's voice."""

from __future__ import annotations

from trunkline.voice.speech.engines.espeak_voice import candidates, pitch, plain, words_a_minute
from trunkline.voice.speech.engines.voice import CannotSpeak, Speech, TooSlow, run_program
from trunkline.voice.speech.orders import Spoken

__all__ = ["speak"]


def speak(part: Spoken) -> Speech:
    """What it says. Raises CannotSpeak."""
    failure = CannotSpeak("espeak-ng has no voice")
    for voice in candidates(part.language, woman=part.woman):
        options = ["-v", voice, "-s", str(words_a_minute(part.rate)), "-p", str(pitch(part.pitch))]
        try:
            return run_program(
                lambda target, options=options: [  # type: ignore[misc]
                    *(part.program, "-b", "1", *options, "--stdin", "-w", str(target)),
                ],
                plain(part.text).encode(),
            )
        except TooSlow:
            raise
        except CannotSpeak as error:
            failure = error
    raise failure

"""Real speech for tests: espeak-ng, of the wheel that is in the development requirements, as a
process of its own."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import numpy.typing as npt

from trunkline.voice.media.frame import FRAME_SAMPLES, RATE

_PROGRAM = """
import ctypes, sys
import espeakng_loader
engine = ctypes.CDLL(espeakng_loader.get_library_path())
callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
audio = bytearray()
@callback
def heard(samples, count, events):
    if samples and count:
        audio.extend(ctypes.string_at(samples, count * 2))
    return 0
rate = engine.espeak_Initialize(2, 0, espeakng_loader.get_data_path().encode(), 0)
engine.espeak_SetSynthCallback(heard)
engine.espeak_SetVoiceByName(sys.argv[1].encode())
text = sys.stdin.buffer.read() + b"\\0"
engine.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, 1, 0, 1, None, None)
sys.stdout.buffer.write(rate.to_bytes(4, "little") + audio)
"""


def speak(text: str, *, voice: str = "en-us") -> npt.NDArray[np.int16]:
    """The text in whole frames, with what the engine leaves around it."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", _PROGRAM, voice],
        input=text.encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    rate = int.from_bytes(done.stdout[:4], "little")
    spoken = np.frombuffer(done.stdout[4:], "<i2").astype(np.float64)
    # A low pass at 3.4 kHz, then the samples in between.
    taps = np.arange(-64, 65)
    low_pass = np.sinc(2 * 3400 / rate * taps) * np.hanning(len(taps)) * 2 * 3400 / rate
    spoken = np.convolve(spoken, low_pass, "same")
    count = len(spoken) * RATE // rate // FRAME_SAMPLES * FRAME_SAMPLES
    at = np.arange(count) * rate / RATE
    return np.interp(at, np.arange(len(spoken)), spoken).astype(np.int16)

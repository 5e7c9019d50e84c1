"""What every engine gives, and how the programs among them are run."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trunkline.voice.speech.resample import Samples

__all__ = ["CannotSpeak", "Speech", "TooSlow", "from_int16", "run_program"]

SECONDS = 15.0
PR_SET_PDEATHSIG = 1


class CannotSpeak(Exception):
    """An engine does not speak a text; the text says why."""


class TooSlow(CannotSpeak):
    """It would take longer than a call can wait: asking it again takes as long."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What an engine said."""

    samples: Samples
    rate: int  # Hz


def from_int16(data: bytes, rate: int) -> Speech:
    """Of samples as engines write them."""
    whole = np.frombuffer(data[: len(data) // 2 * 2], "<i2")
    return Speech(whole.astype(np.float32) / np.float32(32768), rate)


def run_program(command: Callable[[Path], list[str]], text: bytes) -> Speech:
    """Run a program that reads a text from its standard input and writes a WAV, whose path
    `command` is given. Raises CannotSpeak."""
    with tempfile.TemporaryDirectory(prefix="trunkline-speech-") as folder:
        target = Path(folder) / "said.wav"
        arguments = command(target)
        name = Path(arguments[0]).name
        try:
            status = _run(arguments, text)
        except subprocess.TimeoutExpired:
            raise TooSlow(f"{name} took longer than {SECONDS:g} s") from None
        except OSError as error:
            raise CannotSpeak(f"{name} cannot be run ({error.strerror})") from error
        if status != 0:
            raise CannotSpeak(f"{name} ended with status {status}")
        try:
            with wave.open(str(target), "rb") as file:
                if file.getnchannels() != 1 or file.getsampwidth() != 2:
                    raise CannotSpeak(f"{name} wrote no mono WAV of 16 bit")
                return from_int16(file.readframes(file.getnframes()), file.getframerate())
        except (OSError, EOFError, wave.Error):
            raise CannotSpeak(f"{name} wrote no WAV") from None


def _run(arguments: list[str], text: bytes) -> int:
    with subprocess.Popen(
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    ) as process:
        try:
            process.communicate(text, timeout=SECONDS)
        except BaseException:
            # With what it started itself: the program may be a script around the engine.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode


def _end_with_parent() -> None:
    """The worker has one thread: nothing can hold a lock here."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

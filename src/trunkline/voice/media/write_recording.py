"""The file of one recording: mixing, looking for sound, trimming and writing. For the writer thread
only (`recording.RecordingWriter`), which calls it about once a second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from trunkline.voice.media.frame import FRAME_SAMPLES, Frame, Samples
from trunkline.voice.media.mixing import Limiter
from trunkline.voice.media.speech_activity import HANGOVER_FRAMES, SpeechActivity
from trunkline.voice.media.wave_file import WaveWriter
from trunkline.voice.media.wire import StartRecording

__all__ = ["RecordingFile"]

_MARGIN: Final = HANGOVER_FRAMES
"""What trimming leaves on both sides of the sound."""


class RecordingFile:
    """Written from the first `write` on. Raises OSError: as the disk is."""

    __slots__ = (
        "_activity", "_begun", "_channels", "_file", "_limiter", "_order", "_sound_end", "_waiting",
    )  # fmt: skip

    def __init__(self, order: StartRecording) -> None:
        self._order = order
        self._channels = order.channels
        self._file: WaveWriter | None = None
        self._limiter = Limiter()
        self._activity = SpeechActivity()
        # When trimming: what may turn out to be just before the first sound.
        self._begun = not order.trim
        self._waiting: Samples = np.zeros(0, np.int16)
        self._sound_end = 0  # frames of the file, up to the last that has sound

    @property
    def frames(self) -> int:
        """How many the file has."""
        return self._file.samples // FRAME_SAMPLES if self._file is not None else 0

    @property
    def sound(self) -> bool:
        """Whether there was any."""
        return self._activity.heard

    def write(self, inbound: Sequence[Frame], outbound: Sequence[Frame]) -> None:
        """Append the same number of frames of both directions."""
        file = self._open()
        if not inbound:
            return
        samples, audible = self._audio(inbound, outbound)
        loud = np.flatnonzero(self._activity.push_many(audible))
        first = file.samples // FRAME_SAMPLES  # of these frames, in the file
        if not self._begun:
            samples = np.concatenate((self._waiting, samples))
            before = len(self._waiting) // (FRAME_SAMPLES * self._channels)
            if len(loud):
                self._begun = True
                leave_out = max(before + int(loud[0]) - _MARGIN, 0)
            else:
                leave_out = max(before + len(inbound) - _MARGIN, 0)
            samples = samples[leave_out * FRAME_SAMPLES * self._channels :]
            first = before - leave_out
            self._waiting = samples
            if not self._begun:
                return
        file.write(samples)
        if len(loud):
            self._sound_end = first + int(loud[-1]) + 1

    def end(self) -> None:
        """Cut what is to be trimmed; the file is whole."""
        file = self._open()
        if self._order.trim:
            file.cut((self._sound_end + _MARGIN) * FRAME_SAMPLES if self._sound_end else 0)
        file.close()

    def abandon(self) -> None:
        """Leave the file as it was written."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> WaveWriter:
        if self._file is None:
            self._file = WaveWriter(self._order.path, channels=self._channels)
        return self._file

    def _audio(
        self, inbound: Sequence[Frame], outbound: Sequence[Frame]
    ) -> tuple[Samples, Samples]:
        """What is written, and the same in one channel."""
        track = self._order.track
        if self._channels == 1 and track != "both":
            samples = np.concatenate(inbound if track == "inbound" else outbound)
            return samples, samples
        left, right = np.concatenate(inbound), np.concatenate(outbound)
        if track == "inbound":
            right = np.zeros_like(left)
        elif track == "outbound":
            left = np.zeros_like(right)
        mixed = self._limiter.frames(left.astype(np.int32) + right)
        if self._channels == 1:
            return mixed, mixed
        return np.stack((left, right), axis=1).reshape(-1), mixed

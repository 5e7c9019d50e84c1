"""WAV files of the engine: 16 bit, 8 kHz, one or two channels.

A file that is being written has a true header after each write, so that it can be read, whatever
happens to the process, up to its last whole write; `repair_wave` finds what was written after the
last header.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from trunkline.voice.media.frame import FRAME_SAMPLES, RATE, Samples
from trunkline.voice.media.speech_activity import find_sound

__all__ = ["BadWave", "WaveWriter", "map_wave", "read_wave", "repair_wave", "trim_wave"]

HEADER_BYTES: Final = 44  # of the files that are written here
_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_CHUNK: Final = struct.Struct("<4sI")
_FORMAT: Final = struct.Struct("<HHIIHH")
_MOST_DATA: Final = 0xFFFF_FFFF - HEADER_BYTES - 1  # a RIFF's sizes have 32 bits
_MOST_CHUNKS: Final = 1000  # before the audio, of a file that somebody else made
_PCM: Final = 1
_EXTENSIBLE: Final = 0xFFFE  # PCM as well, in what some programs write


class BadWave(Exception):
    """Not a WAV of 16 bit, 8 kHz, one or two channels."""


class WaveWriter:
    """Writes one file, which must not be there yet. Raises OSError: of any method, as the disk is.

    Not for the tick: each call is disk access.
    """

    __slots__ = ("_fd", "_samples", "channels")

    def __init__(self, path: Path | str, *, channels: int = 1) -> None:
        self.channels = channels
        self._samples = 0  # of each channel
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            _write_all(self._fd, _header(channels, 0), 0)
        except OSError:
            os.close(self._fd)
            raise

    @property
    def samples(self) -> int:
        """How many each channel has."""
        return self._samples

    def write(self, samples: Samples) -> None:
        """Append samples; those of two channels alternate, left first. When it returns, the file
        has them, and its header says so."""
        data = samples.astype("<i2", copy=False).tobytes()
        end = self._samples * 2 * self.channels
        if end + len(data) > _MOST_DATA:
            raise OSError("The file would be longer than a WAV can be.")
        _write_all(self._fd, data, HEADER_BYTES + end)
        self._samples += len(samples) // self.channels
        _write_all(self._fd, _header(self.channels, end + len(data)), 0)

    def cut(self, samples: int) -> None:
        """Keep no more than so many samples of each channel."""
        if samples < self._samples:
            self._samples = samples
            size = samples * 2 * self.channels
            # The header first: it is never longer than the file.
            _write_all(self._fd, _header(self.channels, size), 0)
            os.ftruncate(self._fd, HEADER_BYTES + size)

    def close(self) -> None:
        """Let go of the file, which is whole already. Twice does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def read_wave(path: Path | str, *, most_bytes: int | None = None) -> Samples:
    """The samples of a mono WAV, in memory, filled up with silence to whole frames. Raises BadWave
    (also when it has more than `most_bytes`), OSError."""
    with open(path, "rb") as file:
        channels, begin, size = _find_audio(file.fileno())
        if channels != 1:
            raise BadWave(f"It has {channels} channels.")
        if most_bytes is not None and size > most_bytes:
            raise BadWave(f"It has {size} bytes of audio: more than {most_bytes}.")
        file.seek(begin)
        data = file.read(size)
    audio = np.frombuffer(data, "<i2", len(data) // 2)  # less than said, of a file that was cut
    samples = np.zeros(-(-len(audio) // FRAME_SAMPLES) * FRAME_SAMPLES, np.int16)
    samples[: len(audio)] = audio
    samples.flags.writeable = False
    return samples


def map_wave(path: Path | str) -> npt.NDArray[np.int16]:
    """The samples of a WAV as they are on disk, not read yet: `[sample, channel]`. For files of any
    length that nobody cuts meanwhile. Raises BadWave, OSError."""
    with open(path, "rb") as file:
        channels, begin, size = _find_audio(file.fileno())
        count = size // (2 * channels)
        if not count:  # nothing cannot be mapped
            return np.zeros((0, channels), np.int16)
        shape = (count, channels)
        mapped: npt.NDArray[np.int16] = np.memmap(
            file, dtype="<i2", mode="r", offset=begin, shape=shape
        )
        return mapped


def repair_wave(path: Path | str) -> int:
    """Let the header of a file of `WaveWriter`, whose process is gone, count all that was written;
    the whole samples of it. Nothing else is changed, and a second time nothing at all. Raises
    BadWave (not a file of ours, or not even a header), OSError."""
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        head = os.pread(fd, HEADER_BYTES, 0)
        if len(head) < HEADER_BYTES:
            raise BadWave("It has no whole header.")
        channels = int(_HEADER.unpack(head)[6])
        ours = _header(channels, 0) if channels in (1, 2) else b""
        if (head[:4], head[8:40]) != (ours[:4], ours[8:40]):
            raise BadWave("It is not a recording of the engine.")
        block = 2 * channels
        written = min(os.fstat(fd).st_size - HEADER_BYTES, _MOST_DATA)
        size = written // block * block
        whole = _header(channels, size)
        if head != whole:
            _write_all(fd, whole, 0)
        return size // block
    finally:
        os.close(fd)


def trim_wave(path: Path | str) -> int:
    """Take silence from both ends of a WAV, of which 200 ms are left next to the sound; the samples
    (of each channel) that remain: 0 when there is no sound. The file is replaced at once, or not
    at all. Raises BadWave, OSError."""
    samples = map_wave(path)
    begin, end = find_sound(samples)
    if (begin, end) != (0, len(samples)):
        aside = Path(f"{path}.trimmed")
        aside.unlink(missing_ok=True)
        writer = WaveWriter(aside, channels=samples.shape[1])
        try:
            for at in range(begin, end, RATE * 60):
                writer.write(samples[at : min(at + RATE * 60, end)].reshape(-1))
        finally:
            writer.close()
        aside.replace(path)
    return end - begin


def _find_audio(fd: int) -> tuple[int, int, int]:
    """Channels, where the audio begins, and its bytes in whole samples. A data chunk that says more
    than there is (as programs that write into a pipe leave it) ends with the file."""
    end = os.fstat(fd).st_size
    head = os.pread(fd, 12, 0)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise BadWave("It is not a WAV.")
    at, channels = 12, 0
    for _ in range(_MOST_CHUNKS):
        chunk = os.pread(fd, _CHUNK.size, at)
        if len(chunk) < _CHUNK.size:
            break
        name, size = _CHUNK.unpack(chunk)
        at += _CHUNK.size
        if name == b"fmt ":
            channels = _read_format(os.pread(fd, _FORMAT.size, at))
        elif name == b"data":
            if not channels:
                raise BadWave("Its audio comes before its format.")
            block = 2 * channels
            return channels, at, max(min(size, end - at), 0) // block * block
        at += size + (size & 1)
    raise BadWave("It has no audio.")


def _read_format(data: bytes) -> int:
    """The channels, of a format that the engine has."""
    if len(data) < _FORMAT.size:
        raise BadWave("Its format is cut off.")
    code, channels, rate, _, _, bits = _FORMAT.unpack(data)
    if code not in (_PCM, _EXTENSIBLE) or rate != RATE or bits != 16 or channels not in (1, 2):
        raise BadWave(f"Format {code}, {rate} Hz, {bits} bit, {channels} channels.")
    return int(channels)


def _header(channels: int, size: int) -> bytes:
    block = 2 * channels
    return _HEADER.pack(
        b"RIFF", 36 + size, b"WAVE",
        b"fmt ", 16, _PCM, channels, RATE, RATE * block, block, 16,
        b"data", size,
    )  # fmt: skip


def _write_all(fd: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(fd, view, at)
        view, at = view[done:], at + done

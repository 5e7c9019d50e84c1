"""WAV files: whole after each write, read as others read them, hostile ones refused."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from trunkline.voice.media.frame import FRAME_SAMPLES, RATE
from trunkline.voice.media.tones import tone
from trunkline.voice.media.wave_file import (
    HEADER_BYTES,
    BadWave,
    WaveWriter,
    map_wave,
    read_wave,
    repair_wave,
    trim_wave,
)

RISING = np.arange(-800, 800).astype(np.int16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audio.wav"


def write(path: Path, samples: np.ndarray, *, channels: int = 1) -> None:
    writer = WaveWriter(path, channels=channels)
    writer.write(samples)
    writer.close()


def test_it_is_whole_after_each_write(path: Path) -> None:
    writer = WaveWriter(path)
    for count in range(4):
        samples, rate = soundfile.read(path, dtype="int16")
        assert rate == RATE
        assert samples.tolist() == RISING.tolist() * count
        assert path.stat().st_size == HEADER_BYTES + count * len(RISING) * 2
        writer.write(RISING)
    writer.close()
    writer.close()


def test_two_channels(path: Path) -> None:
    write(path, RISING, channels=2)
    samples, _ = soundfile.read(path, dtype="int16")
    assert samples.tolist() == RISING.reshape(-1, 2).tolist()
    assert map_wave(path).tolist() == samples.tolist()


def test_cut(path: Path) -> None:
    writer = WaveWriter(path, channels=2)
    writer.write(RISING)
    writer.cut(900)  # it has no more than 800
    assert writer.samples == 800
    writer.cut(10)
    assert soundfile.info(path).frames == 10
    writer.write(RISING)
    writer.close()
    assert map_wave(path).reshape(-1).tolist() == [*RISING[:20].tolist(), *RISING.tolist()]


def test_a_file_that_is_there_is_left_alone(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        WaveWriter(path)
    assert path.read_text() == "precious"


def test_a_full_disk() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("This system has no /dev/full.")
    descriptors = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match=r"space|exists"):
        WaveWriter(full)
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_only_its_owner_may_read_it(path: Path) -> None:
    write(path, RISING)
    assert path.stat().st_mode & 0o777 == 0o600


def test_read_in_whole_frames(path: Path) -> None:
    write(path, np.full(FRAME_SAMPLES + 1, 7, np.int16))
    assert read_wave(path).tolist() == [7] * (FRAME_SAMPLES + 1) + [0] * (FRAME_SAMPLES - 1)
    with pytest.raises(ValueError, match="read-only"):
        read_wave(path)[0] = 1


@pytest.mark.parametrize("count", [0, 1])
def test_files_with_next_to_nothing(path: Path, count: int) -> None:
    write(path, RISING[:count])
    assert len(read_wave(path)) == count * FRAME_SAMPLES
    assert map_wave(path).shape == (count, 1)


def test_what_others_wrote(path: Path) -> None:
    """Chunks before and after the audio, and the long form of the format."""
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16", format="WAVEX") as file:
        file.title = "A title"
        file.write(RISING)
    assert read_wave(path).tolist() == RISING.tolist()


def test_a_file_that_says_more_than_it_has(path: Path) -> None:
    write(path, RISING)
    data = bytearray(path.read_bytes())
    data[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(data + b"\x01")  # half a sample
    assert read_wave(path).tolist() == RISING.tolist()


def test_too_long_to_be_read(path: Path) -> None:
    write(path, RISING)
    assert len(read_wave(path, most_bytes=3200)) == 1600
    with pytest.raises(BadWave, match="more than 3199"):
        read_wave(path, most_bytes=3199)


def chunk(name: bytes, data: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(data) if size is None else size) + data


def riff(*chunks: bytes) -> bytes:
    return b"RIFF\x00\x00\x00\x00WAVE" + b"".join(chunks)


PCM = struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16)
MP3ISH = struct.pack("<HHIIHH", 85, 1, RATE, RATE * 2, 2, 16)
CHANNELS_0 = struct.pack("<HHIIHH", 1, 0, RATE, RATE * 2, 2, 16)
RATE_44100 = struct.pack("<HHIIHH", 1, 1, 44_100, RATE * 2, 2, 16)
BITS_8 = struct.pack("<HHIIHH", 1, 1, RATE, RATE, 1, 8)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"\x00" * 1000,
        b"ID3\x03" + b"\x00" * 1000,
        riff(),
        riff(chunk(b"fmt ", PCM)),
        riff(chunk(b"fmt ", PCM[:8])),
        riff(chunk(b"data", b"\x00" * 320)),
        riff(chunk(b"fmt ", MP3ISH), chunk(b"data", b"\x00" * 320)),
        riff(chunk(b"fmt ", CHANNELS_0), chunk(b"data", b"\x00" * 320)),
        riff(chunk(b"fmt ", RATE_44100), chunk(b"data", b"\x00" * 320)),
        riff(chunk(b"fmt ", BITS_8), chunk(b"data", b"\x00" * 320)),
        riff(chunk(b"junk", b"", 0xFFFFFFFE), chunk(b"fmt ", PCM)),
        riff(*[chunk(b"junk", b"")] * 100_000),
    ],
    ids=range(14),
)
def test_bad_files(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    for read in (read_wave, map_wave, repair_wave, trim_wave):
        with pytest.raises(BadWave):
            read(path)
    assert path.read_bytes() == data


def test_no_file(path: Path) -> None:
    for read in (read_wave, map_wave, repair_wave, trim_wave):
        with pytest.raises(FileNotFoundError):
            read(path)


def test_two_channels_cannot_be_played(path: Path) -> None:
    write(path, RISING, channels=2)
    with pytest.raises(BadWave, match="2 channels"):
        read_wave(path)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("torn", [0, 1, 3])
def test_repair(path: Path, channels: int, torn: int) -> None:
    """As a process leaves it that is killed after its audio, and before its header, was written."""
    write(path, RISING, channels=channels)
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(RISING.tobytes() + b"\x07" * torn)
    assert len(map_wave(path)) == len(RISING) // channels
    samples = repair_wave(path)
    assert samples == len(RISING) * 2 // channels + (torn // 2 if channels == 1 else 0)
    assert len(map_wave(path)) == samples
    assert path.read_bytes()[HEADER_BYTES:].startswith(whole[HEADER_BYTES:])
    once = path.read_bytes(), path.stat().st_mtime_ns
    assert repair_wave(path) == samples
    assert (path.read_bytes(), path.stat().st_mtime_ns) == once


def test_repair_of_what_is_not_ours(path: Path) -> None:
    soundfile.write(path, np.zeros((100, 3)), RATE, subtype="PCM_16")
    with pytest.raises(BadWave):
        repair_wave(path)


@pytest.mark.parametrize("channels", [1, 2])
def test_trim(path: Path, channels: int) -> None:
    silence = np.zeros((2 * RATE, channels), np.int16)
    sound = np.repeat(tone("beep")[:2000, None], channels, axis=1)
    write(path, np.concatenate((silence, sound, silence)).reshape(-1), channels=channels)
    left = trim_wave(path)
    samples = map_wave(path)
    assert len(samples) == left
    assert left / RATE == pytest.approx(0.25 + 0.4, abs=0.05)
    at = int(np.argmax(samples[:, 0] != 0))
    assert samples[at : at + 1990, 0].tolist() == sound[1:1991, 0].tolist()
    assert trim_wave(path) == left
    assert list(path.parent.iterdir()) == [path]


def test_trim_of_nothing_but_silence(path: Path) -> None:
    write(path, np.zeros(RATE, np.int16))
    assert trim_wave(path) == 0
    assert soundfile.info(path).frames == 0
    assert trim_wave(path) == 0


def test_trim_after_a_trim_that_was_killed(path: Path) -> None:
    (path.parent / "audio.wav.trimmed").write_bytes(b"half")
    write(path, np.zeros(RATE, np.int16))
    assert trim_wave(path) == 0
    assert list(path.parent.iterdir()) == [path]


def test_what_is_mapped_can_be_compared_with_what_is_read(path: Path) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, RISING, RATE, format="WAV", subtype="PCM_16")
    path.write_bytes(buffer.getvalue())
    assert map_wave(path)[:, 0].tolist() == read_wave(path).tolist() == RISING.tolist()

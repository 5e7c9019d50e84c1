"""Files of every kind that apps may name, and of kinds that nobody should."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.unit.voice.speech.sounds import Wave, level, sine
from trunkline.voice.speech import read_audio as module
from trunkline.voice.speech.orders import Convert
from trunkline.voice.speech.read_audio import UnreadableAudio, read_audio
from trunkline.voice.speech.workers import BadInput, Workers


def read(path: Path, content_type: str = "audio/wav") -> Wave:
    return np.concatenate(list(read_audio(path, content_type))).astype(np.float64)


def refused(path: Path, content_type: str = "audio/wav") -> str:
    with pytest.raises(UnreadableAudio) as failure:
        read(path, content_type)
    return str(failure.value)


@pytest.mark.parametrize(
    ("form", "subtype", "rate"),
    [
        ("WAV", "PCM_U8", 8000),
        ("WAV", "PCM_16", 44_100),
        ("WAV", "PCM_24", 48_000),
        ("WAV", "PCM_32", 22_050),
        ("WAV", "FLOAT", 16_000),
        ("WAV", "ULAW", 8000),
        ("WAV", "ALAW", 8000),
        ("WAV", "GSM610", 8000),
        ("WAV", "IMA_ADPCM", 11_025),
        ("WAVEX", "PCM_16", 32_000),
        ("AIFF", "PCM_16", 44_100),
        ("AIFF", "ULAW", 8000),
        ("MP3", "MPEG_LAYER_III", 44_100),
        ("MP3", "MPEG_LAYER_III", 8000),
    ],
)
def test_formats(tmp_path: Path, form: str, subtype: str, rate: int) -> None:
    path = tmp_path / "tone"
    soundfile.write(path, sine(440, 1.0, rate), rate, format=form, subtype=subtype)
    heard = read(path)
    assert len(heard) == pytest.approx(8000, abs=320)
    assert level(heard[800:7200], 440) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize(
    ("content_type", "subtype"), [("audio/ulaw", "ULAW"), ("audio/x-gsm", "GSM610")]
)
def test_raw_formats_are_told_by_their_type(
    tmp_path: Path, content_type: str, subtype: str
) -> None:
    path = tmp_path / "tone"
    soundfile.write(path, sine(440, 1.0), 8000, format="RAW", subtype=subtype)
    heard = read(path, content_type)
    assert level(heard[800:7200], 440) == pytest.approx(0.5, rel=0.05)
    assert refused(path, "audio/mpeg") == "it is no WAV, MP3 or AIFF"


def test_a_file_says_itself_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "tone"
    soundfile.write(path, sine(440, 1.0), 8000, format="WAV")
    assert len(read(path, "audio/ulaw")) == 8000
    assert refused_gsm(tmp_path) == "it is no GSM 06.10"


def refused_gsm(folder: Path) -> str:
    path = folder / "page"
    path.write_bytes(b"<html>not found</html>")
    return refused(path, "audio/gsm")


def test_channels_are_mixed(tmp_path: Path) -> None:
    path = tmp_path / "stereo"
    both = np.column_stack([sine(440, 1.0), sine(1200, 1.0)])
    soundfile.write(path, both, 8000, format="WAV")
    heard = read(path)
    assert level(heard, 440) == pytest.approx(0.25, rel=0.01)
    assert level(heard, 1200) == pytest.approx(0.25, rel=0.01)


def wave_header(rate: int = 8000, channels: int = 1, size: int = 0xFFFFFFFF) -> bytes:
    block = 2 * channels & 0xFFFF
    head = struct.pack("<4sI4s4sI", b"RIFF", 0xFFFFFFFF, b"WAVE", b"fmt ", 16)
    body = struct.pack("<HHIIHH", 1, channels, rate, rate * block & 0xFFFFFFFF, block, 16)
    return head + body + struct.pack("<4sI", b"data", size)


def test_a_stream_whose_length_nobody_knew_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "cut"
    path.write_bytes(wave_header() + bytes(16_000))
    assert len(read(path)) == 8000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"<html>", "it is no WAV, MP3 or AIFF"),
        (b"ID3\x04" + bytes(4000), "it cannot be read as audio"),
        (b"\xff\xfb" + b"not an mp3 at all" * 100, "it cannot be read as audio"),
        (b"RIFF\0\0\0\0WAVE", "it cannot be read as audio"),
        (b"FORM\xff\xff\xff\xffAIFF" + bytes(100), "it cannot be read as audio"),
        (wave_header(rate=1) + bytes(100), "its sample rate is 1 Hz"),
        (wave_header(rate=4_000_000) + bytes(100), "its sample rate is 4000000 Hz"),
        (wave_header(channels=200) + bytes(4000), "it has 200 channels"),
        (wave_header(size=0), "there is no audio in it"),
    ],
)
def test_what_is_no_audio(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert refused(path, "audio/mpeg") == reason


def test_a_file_that_unfolds_to_hours_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SECONDS", 60)
    path = tmp_path / "long"
    soundfile.write(path, np.zeros(61 * 8000), 8000, format="MP3")
    assert refused(path) == "it is longer than 1 minutes"


def test_samples_that_are_no_numbers(tmp_path: Path) -> None:
    path = tmp_path / "float"
    samples = np.array([np.nan, np.inf, -np.inf, 1e30, 0.5] * 100, np.float32)
    soundfile.write(path, samples, 8000, format="WAV", subtype="FLOAT")
    assert read(path)[:5] == pytest.approx([0.0, 1.0, -1.0, 1.0, 0.5])


async def test_files_with_errors_do_no_worse_than_being_refused(
    workers: Workers, tmp_path: Path
) -> None:
    """Whole files in which some bytes are others, read as apps' files are: by a worker."""
    chance = random.Random(6)
    tone = sine(440, 0.2, 44_100)
    for form, subtype in [
        ("WAV", "PCM_24"), ("WAV", "GSM610"), ("WAV", "MS_ADPCM"), ("AIFF", "PCM_16"),
        ("MP3", "MPEG_LAYER_III"),
    ]:  # fmt: skip
        path = tmp_path / form
        rate = 8000 if subtype == "GSM610" else 44_100
        soundfile.write(path, tone, rate, format=form, subtype=subtype)
        whole = path.read_bytes()
        for _ in range(10):
            data = bytearray(whole)
            for _ in range(chance.randint(1, 12)):
                data[chance.randrange(min(len(data), chance.choice([60, 4000])))] = (
                    chance.randrange(256)
                )
            path.write_bytes(data[: chance.randint(20, len(data))])
            try:
                target = tmp_path / "out.wav"
                await workers.run(
                    Convert(source=str(path), content_type="audio/wav", target=str(target))
                )
            except BadInput:
                pass

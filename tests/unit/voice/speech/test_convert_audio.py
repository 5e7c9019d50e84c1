from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.unit.voice.speech.sounds import files, heard, level, sine
from trunkline.voice.speech.audio_cache import AudioCache
from trunkline.voice.speech.audio_failed import AudioFailed
from trunkline.voice.speech.convert_audio import ConvertAudio, EncodeToMp3
from trunkline.voice.speech.workers import Workers, WorkFailed


async def test_a_file_is_converted_once(
    cache: AudioCache, workers: Workers, tmp_path: Path
) -> None:
    convert = ConvertAudio(cache, workers)
    source = tmp_path / "tone.mp3"
    soundfile.write(source, sine(440, 1.0, 44_100), 44_100, format="MP3")
    path = await convert(source, "audio/mpeg")
    assert level(heard(path)[800:7200], 440) == pytest.approx(0.5, rel=0.05)
    assert await convert.of_bytes(source.read_bytes(), "audio/mpeg") == path


async def test_what_is_no_audio_is_refused_and_leaves_nothing(
    cache: AudioCache, workers: Workers, tmp_path: Path
) -> None:
    convert = ConvertAudio(cache, workers)
    with pytest.raises(AudioFailed, match="no WAV, MP3 or AIFF") as failure:
        await convert.of_bytes(b"<html>", "audio/mpeg")
    assert failure.value.code == 13420
    assert files(tmp_path) == []


@pytest.mark.parametrize("channels", [1, 2])
async def test_recordings_become_mp3(workers: Workers, tmp_path: Path, channels: int) -> None:
    source, target = tmp_path / "RE.wav", tmp_path / "RE.mp3"
    tones = np.column_stack([sine(440, 2.0), sine(1200, 2.0)])[:, :channels]
    soundfile.write(source, tones, 8000, subtype="PCM_16")
    await EncodeToMp3(workers)(source, target)
    with soundfile.SoundFile(target) as file:
        assert (file.format, file.channels) == ("MP3", channels)
        said = file.read(always_2d=True)
    assert len(said) / file.samplerate == pytest.approx(2.0, abs=0.15)
    assert level(said[4000:12_000, 0], 440, file.samplerate) == pytest.approx(0.5, rel=0.05)
    if channels == 2:
        assert level(said[4000:12_000, 1], 1200, file.samplerate) == pytest.approx(0.5, rel=0.05)
        assert level(said[4000:12_000, 1], 440, file.samplerate) < 0.02


async def test_a_recording_that_is_not_there(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(WorkFailed):
        await EncodeToMp3(workers)(tmp_path / "RE.wav", tmp_path / "RE.mp3")

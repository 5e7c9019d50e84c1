"""Engines, pauses and files to one run of samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.unit.voice.speech.sounds import heard, level, loudness, silences, sine, write
from trunkline.voice.speech.find_engines import FoundEngine, find_engines
from trunkline.voice.speech.orders import Bleep, LocalEngine, Part, Quiet, Recorded, Render, Spoken
from trunkline.voice.speech.workers import Workers, WorkFailed

TEXT = "Please leave a message after the tone."


def spoken(engine: FoundEngine, text: str = TEXT, **how: float | str | bool) -> Spoken:
    assert engine.name != "hosted"
    usual: dict[str, object] = {"language": "en-US", "woman": True}
    return Spoken(engine=engine.name, program=engine.program, text=text, **{**usual, **how})  # type: ignore[arg-type]


async def rendered(workers: Workers, folder: Path, *parts: Part) -> np.ndarray:  # type: ignore[type-arg]
    target = folder / "said.wav"
    done = await workers.run(Render(parts=parts, target=str(target)))
    said = heard(target)
    assert done.ms == len(said) // 8
    return said


async def test_a_text_is_spoken(workers: Workers, tmp_path: Path, espeak: FoundEngine) -> None:
    said = await rendered(workers, tmp_path, spoken(espeak))
    assert 1.5 < len(said) / 8000 < 4
    assert loudness(said) > 0.02
    # Silence around the words is cut.
    assert np.abs(said[:400]).max() > 0.004
    assert np.abs(said[-400:]).max() > 0.004


async def test_the_same_text_sounds_the_same(
    workers: Workers, tmp_path: Path, espeak: FoundEngine
) -> None:
    first = await rendered(workers, tmp_path, spoken(espeak))
    await rendered(workers, tmp_path, spoken(espeak, "Something else", rate=2.0, woman=False))
    again = await rendered(workers, tmp_path, spoken(espeak))
    # Its breath is made of chance.
    assert len(again) == pytest.approx(len(first), rel=0.01)
    assert loudness(again) == pytest.approx(loudness(first), rel=0.02)


async def test_rate_pitch_and_gain(workers: Workers, tmp_path: Path, espeak: FoundEngine) -> None:
    plain = await rendered(workers, tmp_path, spoken(espeak))
    slow = await rendered(workers, tmp_path, spoken(espeak, rate=0.6))
    soft = await rendered(workers, tmp_path, spoken(espeak, gain=-12.0))
    high = await rendered(workers, tmp_path, spoken(espeak, pitch=1.5))
    assert len(slow) > 1.4 * len(plain)
    assert loudness(soft) == pytest.approx(loudness(plain) / 4, rel=0.05)
    assert not np.array_equal(high[: len(plain)], plain[: len(high)])


async def test_languages_and_voices_differ(
    workers: Workers, tmp_path: Path, espeak: FoundEngine
) -> None:
    said = [
        await rendered(workers, tmp_path, spoken(espeak, "Die Katze", language=language, woman=w))
        for language, w in [("en-US", True), ("en-US", False), ("de-DE", True), ("tlh", True)]
    ]
    lengths = {len(each) for each in said}
    assert len(lengths) == 4 or not all(np.array_equal(said[0], each) for each in said[1:])
    assert all(loudness(each) > 0.01 for each in said)


async def test_pauses_are_as_long_as_they_say(
    workers: Workers, tmp_path: Path, espeak: FoundEngine
) -> None:
    one, two = spoken(espeak, "one"), spoken(espeak, "two")
    said = await rendered(workers, tmp_path, one, Quiet(ms=1500), two)
    (gap,) = silences(said, 0.5)
    assert gap == pytest.approx(1.5, abs=0.08)


async def test_loud_words_are_not_cut(
    workers: Workers, tmp_path: Path, espeak: FoundEngine
) -> None:
    plain = await rendered(workers, tmp_path, spoken(espeak))
    loud = await rendered(workers, tmp_path, spoken(espeak, gain=12.0))
    assert np.abs(loud).max() < 0.98
    assert loudness(loud) > 1.3 * loudness(plain)


async def test_flite_is_given_long_texts_in_pieces(workers: Workers, tmp_path: Path) -> None:
    program = tmp_path / "flite"
    program.write_text(
        f"#!/bin/sh\nwc -c >> {tmp_path}/sizes\n"
        f'for last; do :; done; cp {write(tmp_path / "one.wav", sine(440, 0.1))} "$last"\n'
    )
    program.chmod(0o755)
    text = "9" * 1000 + " A sentence. And one more."
    said = await rendered(workers, tmp_path, spoken(FoundEngine("flite", str(program), None), text))
    sizes = [int(size) for size in (tmp_path / "sizes").read_text().split()]
    assert max(sizes) <= 300
    assert sum(sizes) >= len(text) - len(sizes)
    assert len(said) == pytest.approx(800 * len(sizes), abs=20)


async def test_bleeps_and_files_have_their_place(workers: Workers, tmp_path: Path) -> None:
    file = write(tmp_path / "tone.wav", sine(440, 1.0))
    recorded = Recorded(path=str(file), content_type="audio/wav", gain=-6.0)
    said = await rendered(workers, tmp_path, Bleep(ms=500), recorded)
    assert level(said[:4000], 1000) == pytest.approx(0.25, rel=0.02)
    assert level(said[4000:], 440) == pytest.approx(0.25, rel=0.02)


@pytest.mark.parametrize("text", ["...", "[[h@l'oU]]", "-v", '<break/> & "q"', "日本語", "é" * 500])
async def test_texts_of_every_kind(
    workers: Workers, tmp_path: Path, espeak: FoundEngine, text: str
) -> None:
    assert len(await rendered(workers, tmp_path, spoken(espeak, text))) >= 160


async def test_hours_of_pauses_are_cut(workers: Workers, tmp_path: Path) -> None:
    parts = [Quiet(ms=600_000)] * 4
    assert len(await rendered(workers, tmp_path, *parts)) == 1800 * 8000


async def test_an_engine_that_is_not_there_says_so(workers: Workers, tmp_path: Path) -> None:
    for name in ("flite", "espeak-ng", "espeak", "piper"):
        nowhere = FoundEngine(name, str(tmp_path / "nowhere"), None)  # type: ignore[arg-type]
        with pytest.raises(WorkFailed, match=r"nowhere|espeakng-loader|piper"):
            await rendered(workers, tmp_path, spoken(nowhere))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "ended with status 3"),
        ("exit 0", "wrote no WAV"),
        ('for last; do :; done; echo "no wav" > "$last"', "wrote no WAV"),
    ],
)
async def test_a_program_that_fails_says_so(
    workers: Workers, tmp_path: Path, script: str, reason: str
) -> None:
    program = tmp_path / "flite"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(WorkFailed, match=f"flite {reason}"):
        await rendered(workers, tmp_path, spoken(FoundEngine("flite", str(program), None)))


@pytest.mark.peers
@pytest.mark.parametrize("name", ["flite", "espeak-ng"])
async def test_programs_of_debian(workers: Workers, tmp_path: Path, name: LocalEngine) -> None:
    (engine,) = find_engines(name)
    plain = await rendered(workers, tmp_path, spoken(engine))
    man = await rendered(workers, tmp_path, spoken(engine, woman=False))
    slow = await rendered(workers, tmp_path, spoken(engine, rate=0.6))
    high = await rendered(workers, tmp_path, spoken(engine, pitch=1.3))
    assert 1.5 < len(plain) / 8000 < 4
    assert loudness(plain) > 0.02
    assert len(slow) > 1.4 * len(plain)
    assert len(high) == pytest.approx(len(plain), rel=0.1)
    assert not np.array_equal(man[:8000], plain[:8000])
    for text in ("...", "[[h@l'oU]]", "-v", "nonexistent.txt", "é" * 50):
        assert len(await rendered(workers, tmp_path, spoken(engine, text))) >= 160

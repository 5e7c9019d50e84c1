from __future__ import annotations

from pathlib import Path

from trunkline.store import Database
from trunkline.voice.phones.audio_files import AudioFiles
from trunkline.voice.phones.call_scripts import CallScripts, Script
from trunkline.voice.phones.ready_scripts import ReadyScripts
from trunkline.voice.phones.script import StepAnswer, StepPlay, StepSay, StepWait

PHONE = "+14155550123"
WAVE = b"RIFF and so on"


async def spoken(text: str) -> Path | None:
    return Path(f"/speech/{text}.wav")


async def no_voice(_: str) -> Path | None:
    return None


async def test_texts_and_names_become_files(
    database: Database, world_id: str, tmp_path: Path
) -> None:
    scripts = CallScripts(database)
    files = AudioFiles(tmp_path / "one", scripts.wave)
    digest = await files.keep(WAVE)
    script = Script(
        steps=(StepAnswer(), StepSay(text="hello"), StepPlay(path="a.wav")),
        audio={"a.wav": digest},
    )
    await scripts.set(world_id, PHONE, script, {digest: WAVE})
    other_machine = AudioFiles(tmp_path / "other", scripts.wave)
    steps = await ReadyScripts(scripts, other_machine, spoken).of(world_id, PHONE)
    path = tmp_path / "other" / f"{digest}.wav"
    assert steps == (StepAnswer(), StepPlay(path="/speech/hello.wav"), StepPlay(path=str(path)))
    assert path.read_bytes() == WAVE


async def test_what_cannot_be_said_or_found_is_silence(
    database: Database, world_id: str, tmp_path: Path
) -> None:
    scripts = CallScripts(database)
    ready = ReadyScripts(scripts, AudioFiles(tmp_path, scripts.wave), no_voice)
    steps = [StepSay(text="hello"), StepPlay(path="0" * 64), StepPlay(path="/etc/passwd")]
    assert await ready.ready(world_id, steps) == (StepWait(ms=1000),) * 3

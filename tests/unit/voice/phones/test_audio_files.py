from __future__ import annotations

from pathlib import Path

import pytest

from trunkline.voice.phones.audio_files import AudioFiles, AudioGone, digest_of

WAVE = b"RIFF and so on"


async def nothing(_: str) -> bytes | None:
    return None


async def test_what_is_kept_is_there(tmp_path: Path) -> None:
    files = AudioFiles(tmp_path / "phones", nothing)
    digest = await files.keep(WAVE)
    assert await files.keep(WAVE) == digest
    assert (await files.path(digest)).read_bytes() == WAVE
    assert [path.name for path in (tmp_path / "phones").iterdir()] == [f"{digest}.wav"]


async def test_what_this_machine_does_not_have_comes_from_the_database(tmp_path: Path) -> None:
    asked = []

    async def stored(digest: str) -> bytes | None:
        asked.append(digest)
        return WAVE

    files = AudioFiles(tmp_path, stored)
    path = await files.path(digest_of(WAVE))
    assert path.read_bytes() == WAVE
    assert await files.path(digest_of(WAVE)) == path
    assert asked == [digest_of(WAVE)]


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.key", "a.wav", "A" * 64, "0" * 64])
async def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.key").write_bytes(b"secret")
    with pytest.raises(AudioGone):
        await AudioFiles(tmp_path / "phones", nothing).path(name)

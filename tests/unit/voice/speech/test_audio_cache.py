"""Files are made once, and the folder does not grow for ever."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from tests.unit.voice.speech.sounds import files
from trunkline.voice.speech.audio_cache import AudioCache


def write(target: Path, data: bytes) -> None:
    target.write_bytes(data)


class Maker:
    """Writes files, and counts."""

    def __init__(self, size: int = 10) -> None:
        self.made = 0
        self.go = asyncio.Event()
        self.go.set()
        self._size = size

    async def __call__(self, target: Path) -> None:
        self.made += 1
        await self.go.wait()
        write(target, bytes(self._size))


async def test_a_file_is_made_once(cache: AudioCache) -> None:
    maker = Maker()
    assert cache.find("ab") is None
    path = await cache.make("ab", maker)
    assert path.read_bytes() == bytes(10)
    assert await cache.make("ab", maker) == path == cache.find("ab")
    assert maker.made == 1


async def test_who_comes_at_the_same_time_waits_for_the_same(cache: AudioCache) -> None:
    maker = Maker()
    maker.go.clear()
    tasks = [asyncio.create_task(cache.make("ab", maker)) for _ in range(5)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    maker.go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(isinstance(result, Path) for result in results[1:])
    assert maker.made == 1


async def test_what_fails_leaves_nothing_and_is_tried_again(
    cache: AudioCache, tmp_path: Path
) -> None:
    async def fail(target: Path) -> None:
        write(target, b"half")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await cache.make("ab", fail)
    assert files(tmp_path) == []
    await cache.make("ab", Maker())


async def test_a_file_in_use_is_not_a_changed_one(cache: AudioCache) -> None:
    path = await cache.make("ab", Maker())
    os.utime(path, ns=(1, 1))
    assert cache.find("ab") == path
    # The engine reads a file again whose time of change is another one.
    assert path.stat().st_mtime_ns == 1
    assert path.stat().st_atime_ns > 1


async def test_above_its_limit_the_oldest_go(tmp_path: Path) -> None:
    folder = tmp_path / "speech"
    cache = AudioCache(folder, most=1000)
    long_ago = time.time() - 7200
    paths = []
    for number in range(9):
        paths.append(await cache.make(f"{number:02}", Maker(100)))
        os.utime(paths[-1], (long_ago + number, long_ago + number))
    await cache.stop()  # its look at what was there is over
    left = folder / "incoming" / "left"
    left.write_bytes(bytes(50))
    os.utime(left, (long_ago, long_ago))
    assert cache.find("01") == paths[1]  # which is in use again
    await cache.make("zz", Maker(300))
    await cache.stop()
    assert not left.exists()
    # 1,200 bytes were there, and 800 may stay: the four oldest go, but for the one in use.
    assert [path.exists() for path in paths] == [False, True, False, False, False, *[True] * 4]
    assert cache.find("zz") is not None


async def test_what_is_in_use_stays_even_above_the_limit(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path, most=100)
    first = await cache.make("aa", Maker(100))
    second = await cache.make("bb", Maker(100))
    await cache.stop()
    assert first.exists()
    assert second.exists()


async def test_of_a_flood_only_the_last_minute_stays(tmp_path: Path) -> None:
    cache = AudioCache(tmp_path, most=100)
    paths = [await cache.make(f"{number:02}", Maker(100)) for number in range(3)]
    await cache.stop()  # with what it has begun to remove
    a_while_ago = time.time() - 120
    for path in paths:
        os.utime(path, (a_while_ago, a_while_ago))
    last = await cache.make("zz", Maker(100))
    await cache.stop()
    assert not any(path.exists() for path in paths[:2])
    assert last.exists()

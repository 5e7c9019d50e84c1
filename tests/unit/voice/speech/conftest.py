"""What the tests of speech share: worker processes, a folder, and a voice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from trunkline.voice.speech.audio_cache import AudioCache
from trunkline.voice.speech.find_engines import FoundEngine, find_engines
from trunkline.voice.speech.workers import Workers


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def workers() -> AsyncIterator[Workers]:
    workers = Workers(2)
    yield workers
    await workers.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def cache(tmp_path: Path) -> AsyncIterator[AudioCache]:
    cache = AudioCache(tmp_path / "speech", most=100_000_000)
    yield cache
    await cache.stop()


@pytest.fixture(scope="package")
def espeak() -> FoundEngine:
    """The engine that is there wherever the tests run."""
    (found,) = find_engines("espeak")
    return found

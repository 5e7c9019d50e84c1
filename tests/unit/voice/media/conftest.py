"""Engines for the tests of a media process's parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.voice.media.engine_run import EngineRun


@pytest.fixture
def run(tmp_path: Path) -> Iterator[EngineRun]:
    """An engine that nobody may have found a fault in."""
    run = EngineRun(tmp_path)
    yield run
    run.engine.close()
    assert not run.faults

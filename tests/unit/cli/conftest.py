"""A platform to be controlled, alone on its machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.support import Control, serving


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What else runs on the machine of the tests is none of theirs."""
    nothing = tmp_path_factory.getbasetemp()
    monkeypatch.setattr("trunkline.cli.other_platforms.PROC", nothing)


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    with serving(tmp_path) as running:
        yield running

"""A platform to be controlled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.support import Control, serving


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    with serving(tmp_path) as running:
        yield running

"""A platform to send rows to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.twilio_stand_in import Twilio, twilio_stand_in


@pytest.fixture
def twilio(tmp_path: Path) -> Iterator[Twilio]:
    data = tmp_path / "data"
    data.mkdir()
    with twilio_stand_in(data) as running:
        yield running

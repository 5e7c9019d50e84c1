"""A platform with a gateway, and a person who never signed in, on a machine without a screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.gateway.stand_in import StandIn, standing_in


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is kept of signing in."""
    folder = tmp_path / "config"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    for name in ("MEMBRANE_TOKEN", "MEMBRANE_API_URI", "BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return folder / "trunkline"


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[StandIn]:
    data = tmp_path / "data"
    data.mkdir()
    with standing_in(data) as stand_in:
        yield stand_in

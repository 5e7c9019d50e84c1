"""`trunkline vault` and what `trunkline doctor` says of it, on a platform that runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.platform import RunningPlatform
from tests.support.terminal import Typist


@pytest.fixture
def process(tmp_path: Path) -> Iterator[RunningPlatform]:
    """A platform whose vault a test may break."""
    process = RunningPlatform(tmp_path / "data")
    process.start()
    yield process
    process.clear_away()


def test_a_master_key_is_replaced_and_retired_and_missed(process: RunningPlatform) -> None:
    here = {"TRUNKLINE_DATA": str(process.data), "XDG_CONFIG_HOME": str(process.data.parent)}
    typing = Typist(process.environment | here)
    connected = json.loads(typing("connection", "list", "--json").stdout)["items"][0]["id"]
    rotated = json.loads(typing("vault", "rotate", "--json").stdout)
    assert (rotated["current"], rotated["versions"], rotated["old"]) == (2, [1, 2], 0)
    assert rotated["sealed"] > 0
    refused = typing("vault", "retire", "2")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Master key version 2 is the one in use: rotate first.\n"
    assert "version 1 is gone" in typing("vault", "retire", "1").stdout
    file = process.data / "vault.keys"
    assert file.read_text().startswith("2:")
    assert typing("connection", "test", connected).stdout == "It works.\n"
    noted = json.loads(typing("audit", "list", "--kind", "vault", "--json").stdout)["entries"]
    assert [entry["kind"] for entry in noted] == ["vault.retired", "vault.rotated"]
    assert f"master key version 2, from {file}" in typing("doctor").stdout
    file.rename(file.with_name("elsewhere"))
    examined = typing("doctor")
    assert examined.returncode == 1
    assert f"bad   vault             {file} is missing" in examined.stdout

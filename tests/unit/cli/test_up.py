from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.support import Shell


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The environments of the supervisors that `up` would have become."""
    environments: list[dict[str, str]] = []

    def execve(_path: str, _command: Any, environment: dict[str, str]) -> None:
        environments.append(environment)

    monkeypatch.setattr("trunkline.cli.up.os.execve", execve)
    monkeypatch.setattr("trunkline.cli.up.signal.pthread_sigmask", lambda *_: None)
    monkeypatch.delenv("TRUNKLINE_MAP", raising=False)
    return environments


def test_maps_reach_the_platform(tmp_path: Path, started: list[dict[str, str]]) -> None:
    first = "https://a.example=http://127.0.0.1:3000"
    second = "https://b.example/x=http://127.0.0.1:3001"
    assert Shell(tmp_path, ("up", "--map", first, "--map", second)).code == 0
    assert json.loads(started[0]["TRUNKLINE_MAP"]) == [first, second]


def test_without_maps_the_environment_s_count(
    tmp_path: Path, started: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    Shell(tmp_path, ("up",))
    assert "TRUNKLINE_MAP" not in started[0]
    monkeypatch.setitem(os.environ, "TRUNKLINE_MAP", '["https://a.example=http://b"]')
    Shell(tmp_path, ("up",))
    assert started[1]["TRUNKLINE_MAP"] == '["https://a.example=http://b"]'


@pytest.mark.parametrize("text", ["nonsense", "https://a.example=nowhere"])
def test_a_map_that_cannot_be_used_is_told_at_once(
    tmp_path: Path, started: list[dict[str, str]], text: str
) -> None:
    shell = Shell(tmp_path, ("up", "--map", text))
    assert shell.code == 1
    assert shell.err.startswith("--map cannot be used: ")
    assert len(shell.err.splitlines()) == 1
    assert started == []

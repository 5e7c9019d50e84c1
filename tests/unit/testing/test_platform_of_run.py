from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trunkline.server import temporary
from trunkline.server.temporary import PlatformNotStarted
from trunkline.testing import TrunklineError, shared_platform
from trunkline.testing.platform_of_run import PlatformOfRun, stop_shared


class Started:
    """Stands for a temporary platform, and remembers how it was made."""

    made: list[Started]

    def __init__(self, *, stop_with: int) -> None:
        self.stop_with = stop_with
        self.credentials = {"base_url": "http://127.0.0.1:1", "control_token": "own"}
        self.data = Path("/data")
        self.ended = False
        self.made.append(self)

    def __enter__(self) -> Started:
        return self

    def __exit__(self, *_: object) -> None:
        self.ended = True


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Started]:
    Started.made = []
    monkeypatch.setattr(temporary, "TemporaryPlatform", Started)
    return Started.made


def test_it_starts_once_when_it_is_asked_for_and_ends(made: list[Started]) -> None:
    platform = PlatformOfRun(stop_with=7)
    assert made == []
    assert platform.connections() is platform.connections()
    assert (platform.control_token, platform.is_shared) == ("own", False)
    [started] = made
    assert started.stop_with == 7
    platform.stop()
    assert started.ended


def test_one_that_nobody_asked_for_has_nothing_to_end(made: list[Started]) -> None:
    PlatformOfRun().stop()
    assert made == []


def test_several_processes_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Shared:
        base_url, control_token, data = "http://127.0.0.1:1", "shared", Path("/data")

        def stop(self) -> None:
            asked.append("stopped")

    monkeypatch.setattr(
        shared_platform, "shared_platform", lambda *given: (asked.append(given), Shared())[1]
    )
    platform = PlatformOfRun(run_id="run", stop_with=7)
    assert not platform.is_shared
    platform.connections()
    assert (platform.control_token, platform.is_shared) == ("shared", True)
    platform.stop()
    assert asked == [("run", 7)]
    stop_shared("run")
    assert asked[-1] == "stopped"


def test_a_start_that_fails_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def refuse(**_: Any) -> Any:
        tried.append(True)
        raise PlatformNotStarted("The disk is full.")

    monkeypatch.setattr(temporary, "TemporaryPlatform", refuse)
    platform = PlatformOfRun()
    for _ in range(2):
        with pytest.raises(TrunklineError, match=r"^The disk is full\.$"):
            platform.connections()
    assert tried == [True]


def test_a_folder_without_a_platform_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(TrunklineError, match=f"No Trunkline runs on {tmp_path}: start one"):
        PlatformOfRun(data=tmp_path).connections()

"""`trunkline doctor` on healthy platforms and on what is left of killed ones."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.platform import RunningPlatform, World
from tests.support.terminal import Typist


def examined(typing: Typist, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and findings by what was checked."""
    done = typing("doctor", "--json", *words)
    assert done.stderr == ""
    found = json.loads(done.stdout)["findings"]
    return done.returncode, {finding["check"]: finding for finding in found}


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[RunningPlatform]:
    """A platform that a test may break."""
    process = RunningPlatform(tmp_path / "data")
    yield process
    process.clear_away()


def typist_of(process: RunningPlatform) -> Typist:
    return Typist(process.environment | {"TRUNKLINE_DATA": str(process.data)})


def test_a_platform_that_runs_tells_of_itself(platform: World, typing: Typist) -> None:
    platform.control("POST", "/clock/advance", {"by": "1h"})
    code, found = examined(typing)
    assert code == 0
    assert found["platform"]["told"].startswith(f"runs at {platform.base_url} for ")
    assert "PostgreSQL 18" in found["database"]["told"]
    assert "embedded" in found["database"]["told"]
    assert found["schema"]["level"] == "ok"
    assert f"{platform.name} 1h ahead" in found["clocks of worlds"]["told"] or (
        "and " in found["clocks of worlds"]["told"]
    )
    assert "bad" not in {finding["level"] for finding in found.values()}


def test_status_counts_what_waits(platform: World) -> None:
    world = next(
        each
        for each in platform.control("GET", "/status")["worlds"]
        if each["name"] == platform.name
    )
    assert (world["numbers"], world["messages_waiting"], world["requests_waiting"]) == (4, 0, 0)


def test_a_platform_that_was_killed_leaves_traces(broken: RunningPlatform) -> None:
    typing = typist_of(broken)
    broken.start()
    broken.kill()
    code, found = examined(typing)
    assert code == 0
    assert found["platform"]["level"] == "warn"
    assert found["platform"]["told"] == f"None runs on {broken.data}."
    assert found["leftovers"]["level"] == "warn"
    assert "runtime.json" in found["leftovers"]["told"]
    broken.start()
    assert "leftovers" not in examined(typing)[1]
    assert broken.stop() == 0
    assert examined(typing)[1]["leftovers"]["level"] == "ok"


def test_a_key_that_is_gone_is_bad(broken: RunningPlatform) -> None:
    broken.start()
    assert broken.stop() == 0
    (broken.data / "secret.key").unlink()
    code, found = examined(typist_of(broken))
    assert (code, found["secret key"]["level"]) == (1, "bad")


def test_a_server_of_ones_own_that_is_away_is_bad(tmp_path: Path) -> None:
    environment = dict(os.environ) | {
        "TRUNKLINE_DATA": str(tmp_path / "data"),
        "TRUNKLINE_DATABASE_URL": "postgresql://127.0.0.1:9/nothing",
    }
    code, found = examined(Typist(environment))
    assert (code, found["database"]["level"]) == (1, "bad")
    assert "cannot be reached" in found["database"]["told"]


def test_without_a_home_and_a_folder_it_says_what_to_do(tmp_path: Path) -> None:
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("TRUNKLINE_", "XDG_"))}
    done = Typist(clean | {"HOME": str(tmp_path / "nowhere")})("doctor")
    assert "→ Name the data folder with --data or TRUNKLINE_DATA." in done.stdout

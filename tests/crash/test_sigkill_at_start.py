"""A start may be killed at any instant, the very first one too: the next one goes on from there."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.conftest import read_credentials
from tests.support.platform import RunningPlatform
from tests.support.raw_http import ask, form, messages, stored

# Seconds: the cluster is made, the schema, the first world; then later starts, with recovery.
FIRST_STARTS = (0.15, 0.3, 0.5, 0.7, 0.9, 1.2, 1.6)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_first_start_that_was_killed_again_and_again(short_tmp: Path, seed: int) -> None:
    moments = random.Random(seed)
    platform = RunningPlatform(short_tmp / f"killed at start {seed}")
    try:
        for moment in FIRST_STARTS[seed - 1 :: 2]:
            process = platform.launch()
            try:
                process.wait(timeout=moment + moments.uniform(-0.1, 0.1))
            except subprocess.TimeoutExpired:
                platform.kill()
            else:
                raise AssertionError(process.communicate())
        runtime = platform.start()
        world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
        worlds = world.control("GET", "/worlds")["worlds"]
        assert [found["name"] for found in worlds] == ["default"]
        assert len(world.numbers) == 4
        assert ask(world, "POST", messages(world), form(world)).status == 201
        assert len(stored(world)) == 1
        assert platform.stop() == 0
    finally:
        platform.clear_away()

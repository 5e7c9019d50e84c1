"""A platform with a carrier that has a real wire, and a recipient that nobody kills."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import read_credentials
from tests.crash.ledger import Ledger
from tests.crash.load import ANSWERING, FAILING, NO_RECEIPT, SLOW, WIRE
from tests.support.platform import ROOT, RunningPlatform, World
from tests.support.waiting import eventually

DEADLINE = 3600  # seconds of world time that a doubt lasts
BEHAVIOURS: dict[str, dict[str, Any]] = {
    SLOW: {"deliver_after_ms": 100},
    FAILING: {"fail": 30003},
    NO_RECEIPT: {"no_receipt": True},
    ANSWERING: {"auto_reply": "I am a phone."},
}


@dataclass
class Setting:
    """A platform that is started and killed, and the file of the recipient outside."""

    platform: RunningPlatform
    log: Path

    async def start(self) -> World:
        """Start the platform; its default world."""
        runtime = await asyncio.to_thread(self.platform.start)
        return await asyncio.to_thread(
            read_credentials, runtime["base_url"], runtime["control_token"], "default"
        )

    async def settled(self, seconds: float = 60.0) -> Ledger:
        """Wait until nothing is on its way any more, and read the books."""
        url = self.platform.database_url()

        async def only_doubts() -> Ledger | None:
            ledger = await Ledger.read(url, self.log)
            return ledger if set(ledger.queue.values()) <= {"in_doubt"} else None

        return await eventually(only_doubts, seconds)


@pytest.fixture
def setting(short_tmp: Path, request: pytest.FixtureRequest) -> Iterator[Setting]:
    """A data folder and a recipient of this test's own; the platform is to be started."""
    folder = short_tmp / f"crash-{request.node.name[:40]}"
    folder.mkdir()
    log, socket = folder / "recipient.log", folder / "recipient.sock"
    recipient = subprocess.Popen(
        [sys.executable, "-m", "tests.support.recipient_log", str(socket), str(log)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert recipient.stdout is not None
    assert recipient.stdout.readline() == b"ready\n"
    carrier = {
        "name": "wire",
        "factory": "tests.support.wire_carrier:make",
        "prefixes": [WIRE],
        "options": {"socket": str(socket)},
    }
    platform = RunningPlatform(
        folder / "data",
        environment={
            "TRUNKLINE_CARRIERS": json.dumps([carrier]),
            "TRUNKLINE_RECEIPT_DEADLINE_SECONDS": str(DEADLINE),
        },
    )
    try:
        yield Setting(platform, log)
    finally:
        platform.clear_away()
        recipient.terminate()
        recipient.communicate()


async def teach(world: World) -> None:
    """Set what the special phones do."""
    for phone, behaviour in BEHAVIOURS.items():
        await asyncio.to_thread(world.control, "PUT", f"/phones/{phone}", behaviour)

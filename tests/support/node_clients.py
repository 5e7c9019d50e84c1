"""Run the unmodified Node clients against a platform: twilio-node's scripts and the Twilio CLI.

Everything is a child process, awaited: a platform on the test's own event loop can answer it.
"""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.support import node

REDIRECT = node.CLIENTS / "redirect.cjs"
_PATIENCE = 60.0  # seconds of real time for one command


class Platform(Protocol):
    """What the clients need to know: where the platform is and who they are."""

    @property
    def base_url(self) -> str: ...
    @property
    def account_sid(self) -> str: ...
    @property
    def auth_token(self) -> str: ...
    @property
    def numbers(self) -> list[str]: ...


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A command that has ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.stdout)


async def run_script(
    platform: Platform, script: str, *arguments: str, redirected: bool = False
) -> Any:
    """Run tests/node/`script` with twilio-node and return the JSON that it printed.

    Redirected, twilio-node is not told of the platform at all: its requests for
    `https://api.twilio.com` are rerouted beneath it.
    """
    environment = {
        "TRUNKLINE_URL": platform.base_url,
        "TWILIO_ACCOUNT_SID": platform.account_sid,
        "TWILIO_AUTH_TOKEN": platform.auth_token,
        "NODE_PATH": str(node.node_modules()),
        **({"TRUNKLINE_REDIRECTED": "1"} if redirected else {}),
    }
    preload = ["--require", str(REDIRECT)] if redirected else []
    command = [node.node_binary(), *preload, str(node.CLIENTS / script), *arguments]
    finished = await _run(command, environment)
    assert finished.code == 0, finished.stderr
    return finished.json


class TwilioCli:
    """The Twilio CLI with a home folder of its own, its requests rerouted to the platform."""

    def __init__(self, platform: Platform, home: Path) -> None:
        self._platform = platform
        self._home = home

    @property
    def config(self) -> dict[str, Any]:
        """The CLI's own configuration file: its profiles, with their keys and secrets."""
        path = self._home / ".twilio-cli" / "config.json"
        config: dict[str, Any] = json.loads(path.read_text())
        return config

    async def run(self, *arguments: str) -> Finished:
        """Run `twilio …`, whatever comes of it."""
        environment = {
            "HOME": str(self._home),
            "TRUNKLINE_URL": self._platform.base_url,
            "NODE_OPTIONS": f'--require="{REDIRECT}"',
            # The CLI looks for newer versions of itself in the background otherwise.
            "TWILIO_SKIP_NEW_VERSION_CHECK": "true",
            "TWILIO_DISABLE_AUTOUPDATE": "true",
        }
        return await _run([*node.twilio_cli(), *arguments], environment)

    async def json(self, *arguments: str) -> Any:
        """Run `twilio … -o json`, which must succeed; what it printed."""
        finished = await self.run(*arguments, "-o", "json")
        assert finished.code == 0, finished.stderr
        return finished.json


async def _run(command: list[str], environment: dict[str, str]) -> Finished:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={"PATH": os.environ["PATH"], **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        stdout, stderr = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
    return Finished(
        code=await process.wait(), stdout=stdout.decode(), stderr=stderr.decode(errors="replace")
    )

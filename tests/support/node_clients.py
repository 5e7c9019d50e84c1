"""Run the unmodified Node clients against a platform: twilio-node's scripts and the Twilio CLI.

Everything is a child process, awaited: a platform on the test's own event loop can answer it. None
can leave the machine.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.support import node
from trunkline.redirect.hosts import TWILIO, VARIABLE, routes_text

PRELOAD = node.ROOT / "src" / "trunkline" / "redirect" / "node" / "redirect.cjs"
LOOPBACK_ONLY = node.CLIENTS / "loopback_only.cjs"
FEW_DOMAINS = node.CLIENTS / "few_domains.cjs"
_PATIENCE = 60.0  # seconds of real time for one command
_NO_ANSWERS: Mapping[str, str] = {}


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


def redirected(base_url: str, *more: Path, preload: Path = PRELOAD) -> dict[str, str]:
    """The environment in which a Node program reaches `base_url` for Twilio's hosts; `more`
    preloads come last."""
    return {
        VARIABLE: routes_text({base_url: TWILIO}),
        "NODE_OPTIONS": _preloading(LOOPBACK_ONLY, preload, *more),
    }


async def run_node(*arguments: str, environment: Mapping[str, str] | None = None) -> Finished:
    """Run `node …`, whatever comes of it; the packages of tests/node can be required."""
    command = [node.node_binary(), *arguments]
    own = {"NODE_OPTIONS": _preloading(LOOPBACK_ONLY), "NODE_PATH": str(node.node_modules())}
    return await _run(command, {**own, **(environment or {})})


async def run_script(
    platform: Platform,
    script: str,
    *arguments: str,
    redirect: bool = False,
    package: str = "twilio",
) -> Any:
    """Run tests/node/`script` with twilio-node and return the JSON that it printed.

    With `redirect`, twilio-node is not told of the platform at all: its requests for
    `https://api.twilio.com` are rerouted beneath it. `package` is the folder of another version:
    `twilio-4`.
    """
    environment = {
        "TRUNKLINE_URL": platform.base_url,
        "TWILIO_ACCOUNT_SID": platform.account_sid,
        "TWILIO_AUTH_TOKEN": platform.auth_token,
        "TWILIO_PACKAGE": package,
        **(redirected(platform.base_url) if redirect else {}),
    }
    path = str(node.CLIENTS / script)
    finished = await run_node(path, *arguments, environment=environment)
    assert finished.code == 0, finished.stderr
    return finished.json


class TwilioCli:
    """A version of the Twilio CLI with a home folder of its own, redirected to the platform.

    `credentials` are those of its environment; without, it has those of the profile in use.
    `quick` spares it half of its time: it reads the descriptions of fewer of Twilio's products.
    """

    def __init__(
        self,
        platform: Platform,
        home: Path,
        version: str,
        credentials: Mapping[str, str] | None = None,
        *,
        quick: bool = False,
    ) -> None:
        self.home = home
        self.version = version
        self._command = node.twilio_cli(version)
        self._environment = {
            "HOME": str(home),
            # The CLI looks for newer versions of itself in the background otherwise.
            "TWILIO_SKIP_NEW_VERSION_CHECK": "true",
            "TWILIO_DISABLE_AUTOUPDATE": "true",
            **redirected(platform.base_url, *([FEW_DOMAINS] if quick else [])),
            **(credentials or {}),
        }

    @property
    def config(self) -> dict[str, Any]:
        """The CLI's own configuration file: its profiles, with their keys and secrets."""
        path = self.home / ".twilio-cli" / "config.json"
        config: dict[str, Any] = json.loads(path.read_text())
        return config

    async def run(self, *arguments: str, answers: Mapping[str, str] | None = None) -> Finished:
        """Run `twilio …`, whatever comes of it; `answers` by what it asks, in that order."""
        return await _run([*self._command, *arguments], self._environment, answers or _NO_ANSWERS)

    async def output(self, *arguments: str, says: str = "") -> str:
        """What `twilio …` prints; it must succeed, and say this and no more on its error stream."""
        finished = await self.run(*arguments)
        assert (finished.code, finished.stderr) == (0, says), finished
        return finished.stdout

    async def json(self, *arguments: str, says: str = "") -> Any:
        """What `twilio … -o json` prints; it must succeed, and say this and no more on its error
        stream."""
        return json.loads(await self.output(*arguments, "-o", "json", says=says))


def _preloading(*scripts: Path) -> str:
    return " ".join(f"--require={_quoted(script)}" for script in scripts)


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


async def _run(
    command: list[str], environment: Mapping[str, str], answers: Mapping[str, str] = _NO_ANSWERS
) -> Finished:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={"PATH": os.environ["PATH"], **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            asked = await _answer(process, answers)
            stdout, stderr = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
    return Finished(
        code=await process.wait(),
        stdout=(asked + stdout).decode(),
        stderr=stderr.decode(errors="replace"),
    )


async def _answer(process: asyncio.subprocess.Process, answers: Mapping[str, str]) -> bytes:
    """Answer each question once it is there; what the program printed meanwhile."""
    assert process.stdin is not None
    assert process.stdout is not None
    printed = b""
    for question, answer in answers.items():
        while question.encode() not in printed and (more := await process.stdout.read(4096)):
            printed += more
        process.stdin.write(f"{answer}\n".encode())
    return printed

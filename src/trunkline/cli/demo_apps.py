"""The apps that the demonstration talks to: the examples of the repository, as they are, where
what they need is installed; else one of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from trunkline.cli.failure import Failure

__all__ = ["App", "apps", "example_folder", "telephone_app", "why_no_express"]

PATIENCE = 30.0  # seconds for an app to start, or to stop
NEEDED = ("fastapi", "multipart", "uvicorn")  # by the examples in Python
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@dataclass(frozen=True)
class App:
    """An app that was started. `where` waits until it serves, and is its local URL."""

    title: str
    where: Callable[[], str]
    note: str | None = None


@contextmanager
def apps(auth_token: str) -> Iterator[list[App]]:
    """Every app that can run here, stopped in the end. Each is started at once, and is ready
    later."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(app)
            for app in (_python_app(auth_token), _express_app(auth_token))
            if app is not None
        ]


def why_no_express() -> str | None:
    """Why Express is not among the apps; None if it is."""
    folder = example_folder("express_sms")
    if folder is None:
        reason = "Trunkline was installed without the repository's example for it"
    elif shutil.which("node") is None:
        reason = "Node.js is not on PATH"
    elif _node_modules(folder) is None:
        reason = "express and twilio are neither beside its example nor on NODE_PATH"
    else:
        return None
    return f"There is no conversation with Express: {reason}."


def example_folder(name: str) -> Path | None:
    """An example of the repository; None where Trunkline was installed without it."""
    folder = EXAMPLES / name
    return folder if folder.is_dir() else None


def telephone_app(auth_token: str) -> AbstractContextManager[App]:
    """The app that answers calls (examples/ivr). Raises Failure where it cannot run."""
    folder = example_folder("ivr")
    missing = [module for module in NEEDED if find_spec(module) is None]
    if folder is None:
        raise Failure(
            "The calls are answered by examples/ivr of the repository: run this in a checkout."
        )
    if missing:
        raise Failure(
            f"The calls are answered by {folder}: install what it needs with "
            f"`pip install -r {folder / 'requirements.txt'}`."
        )
    return _with_fastapi(folder, auth_token)


def _python_app(auth_token: str) -> AbstractContextManager[App]:
    folder = example_folder("fastapi_sms")
    if folder is None or any(find_spec(module) is None for module in NEEDED):
        return _own_app(auth_token)
    return _with_fastapi(folder, auth_token)


def _with_fastapi(folder: Path, auth_token: str) -> AbstractContextManager[App]:
    return _process(
        f"FastAPI (examples/{folder.name})",
        [sys.executable, "-m", "uvicorn", "app:app", "--port", "0"],
        folder,
        {"TWILIO_AUTH_TOKEN": auth_token, "PYTHONDONTWRITEBYTECODE": "1"},
        re.compile(r"running on (http://127\.0\.0\.1:\d+)"),
    )


@contextmanager
def _own_app(auth_token: str) -> Iterator[App]:
    from trunkline.cli.demo_app import own_app

    with own_app(auth_token) as url:
        note = (
            "The app is the demonstration's own: FastAPI, or the repository's example for it, "
            "is not installed."
        )
        yield App("Python's standard library", lambda: url, note)


def _express_app(auth_token: str) -> AbstractContextManager[App] | None:
    folder, node = example_folder("express_sms"), shutil.which("node")
    modules = None if folder is None else _node_modules(folder)
    if folder is None or node is None or modules is None:
        return None
    return _express(node, folder, modules, auth_token)


@contextmanager
def _express(node: str, folder: Path, modules: Path, auth_token: str) -> Iterator[App]:
    # Node looks for the modules of an ES module beside it, and nowhere else.
    place = Path(tempfile.mkdtemp(prefix="trunkline-demo-"))
    try:
        shutil.copy(folder / "app.mjs", place)
        (place / "node_modules").symlink_to(modules)
        with _process(
            "Express (examples/express_sms)",
            [node, "app.mjs"],
            place,
            {"TWILIO_AUTH_TOKEN": auth_token, "PORT": "0"},
            re.compile(r"on port (\d+)"),
        ) as app:
            yield app
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _node_modules(folder: Path) -> Path | None:
    """Where Express and twilio-node are installed: beside the example, or on NODE_PATH."""
    listed = os.environ.get("NODE_PATH", "").split(os.pathsep)
    for modules in (folder / "node_modules", *(Path(entry) for entry in listed if entry)):
        if all((modules / name / "package.json").is_file() for name in ("express", "twilio")):
            return modules.resolve()
    return None


@contextmanager
def _process(
    title: str,
    command: list[str],
    folder: Path,
    settings: Mapping[str, str],
    tells: re.Pattern[str],
) -> Iterator[App]:
    """An app in a process of its own. `tells` finds in what it prints where it is: a URL or a
    port."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TRUNKLINE_", "TWILIO_"))}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**kept, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    listening = _Listening(process, tells)
    try:
        yield App(title, lambda: listening.where(title))
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        listening.end()


class _Listening:
    """Reads what a process prints, to its end, so that it is never held up."""

    def __init__(self, process: subprocess.Popen[str], tells: re.Pattern[str]) -> None:
        self._process = process
        self._tells = tells
        self._known = threading.Event()
        self._where: str | None = None
        self._last = ""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def where(self, title: str) -> str:
        """The local URL, once the process has told it. Raises Failure."""
        if not self._known.wait(PATIENCE) or self._where is None:
            raise Failure(f"The app with {title} did not start: {self._last or 'no reason given'}")
        return self._where

    def end(self) -> None:
        """The process has ended."""
        self._thread.join(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._last = line.strip() or self._last
            found = self._tells.search(line)
            if found is not None and self._where is None:
                told = found[1]
                self._where = told if told.startswith("http") else f"http://127.0.0.1:{told}"
                self._known.set()
        self._known.set()

"""Run a program beneath this process, which keeps what the program needs: a platform for as long as
it runs (`exec --up`), or the proxy (`exec --proxy`).

Nothing is left behind, whatever ends this process: the platform watches it, a shell that waits for
the end of a pipe removes the proxy's folder, and on Linux the program is told to end, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from trunkline.cli.client import Control, NotRunning, Refused
from trunkline.cli.exec import environment_for, not_runnable
from trunkline.cli.failure import Failure

__all__ = ["run_below"]

# What the platform of `--up` is told by the command line, or is not told at all.
NOT_PASSED = {
    "TRUNKLINE_DATA",
    "TRUNKLINE_HOST",
    "TRUNKLINE_PORT",
    "TRUNKLINE_PROXY",
    "TRUNKLINE_REDIRECT",
    "TRUNKLINE_WORLD",
}
# Removes a folder when nobody holds the other end of its input any more.
KEEPER = 'trap "" HUP INT QUIT TERM; read -r _; rm -rf -- "$1"'
PR_SET_PDEATHSIG = 1


def run_below(
    program: str, words: list[str], *, data: Path | None, world: str | None, proxy: bool, up: bool
) -> int:
    """Run it, and return its exit code: 128 and the number of a signal that ended it.

    Raises Failure.
    """
    with ExitStack() as kept:
        control = _platform(kept, data, world, up)
        base_url = control.runtime.base_url
        environment = environment_for(control.get("/credentials"), base_url, control.data, world)
        folder = kept.enter_context(_temporary_folder()) if proxy else None
        return asyncio.run(_run(program, words, environment, base_url, folder))


def _platform(kept: ExitStack, data: Path | None, world: str | None, up: bool) -> Control:
    """The platform that runs, or one that is started, with the world that was named."""
    named = data or os.environ.get("TRUNKLINE_DATA") or None
    try:
        control = Control(data, world)
        control.get("/worlds")
        return control
    except NotRunning:
        if not up:
            raise
    except Failure:
        if not up or named or _has_data_folder():
            raise
    from trunkline.server.temporary import PlatformNotStarted, TemporaryPlatform

    settings = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("TRUNKLINE_") and name not in NOT_PASSED
    }
    if named is None:
        settings.pop("TRUNKLINE_DATABASE_URL", None)  # what is thrown away has its own
    platform = TemporaryPlatform(None if named is None else Path(named), environment=settings)
    try:
        kept.enter_context(platform)
    except PlatformNotStarted as error:
        raise Failure(str(error)) from None
    control = Control(platform.data, world)
    _make_world(platform.data, world or os.environ.get("TRUNKLINE_WORLD"))
    return control


def _has_data_folder() -> bool:
    from trunkline.server.start_settings import SettingsInvalid, data_folder

    try:
        data_folder(None)
    except SettingsInvalid:
        return False
    return True


def _make_world(data: Path, world: str | None) -> None:
    """A platform that was just started has the world that it is asked for."""
    if not world or world == "default":
        return
    try:
        Control(data, "default").call("POST", "/worlds", {"name": world})
    except Refused as error:
        if error.code != "world_exists":
            raise


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder that only this user can read, removed in the end, whatever the end is."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="trunkline-proxy-"))
    except OSError as error:
        raise Failure(
            f"No temporary folder can be made ({error.strerror}): set TMPDIR to one that may be "
            f"written."
        ) from None
    with subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "sh", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.defpath},  # the keys of a real account are none of its business
        start_new_session=True,
    ):
        yield folder


async def _run(
    program: str,
    words: list[str],
    environment: dict[str, str],
    base_url: str,
    folder: Path | None,
) -> int:
    async with contextlib.AsyncExitStack() as kept:
        if folder is not None:
            environment = await kept.enter_async_context(_proxy(environment, base_url, folder))
        return await _Child(program, words, environment).ended()


@asynccontextmanager
async def _proxy(
    environment: dict[str, str], base_url: str, folder: Path
) -> AsyncIterator[dict[str, str]]:
    """The environment, with a proxy that serves while the block runs. Raises Failure."""
    from trunkline.redirect.hosts import REDIRECTED
    from trunkline.redirect.proxy import (
        Authority,
        CannotPassOn,
        Proxy,
        Routes,
        TrustFiles,
        Upstream,
        proxied_environment,
    )

    told: set[str] = set()

    def distrusted(host: str) -> None:
        if host not in told:
            told.add(host)
            print(
                f"trunkline: a program does not believe the certificate of {host}, because it "
                f"reads none of the variables that name it: point it to {made['SSL_CERT_FILE']}.",
                file=sys.stderr,
            )

    routes = Routes.read({base_url: REDIRECTED})
    try:
        upstream = Upstream.read(environment)
        authority = Authority((route.domain for route in routes.routes), folder)
        proxy = Proxy(routes, authority, upstream, distrusted=distrusted)
        trust = TrustFiles(folder, authority.certificate)
        await proxy.start()
        made = proxied_environment(environment, proxy.port, proxy.token, routes, trust)
    except CannotPassOn as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"The proxy cannot be started ({error.strerror}).") from None
    try:
        yield made
    finally:
        await proxy.stop()


class _Child:
    """The program, from its start on.

    With a terminal it is in this process's group: what is typed (Ctrl-C, Ctrl-Z) reaches it from
    there, once. Without one it has a group of its own, so that a signal to the group of this
    process reaches it once, too: by this process, which passes on what it is sent.
    """

    def __init__(self, program: str, words: list[str], environment: Mapping[str, str]) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._has_terminal = _has_terminal()
        self._process: subprocess.Popen[bytes] | None = None
        self._loop.add_signal_handler(signal.SIGCHLD, self._look)
        self._handle_signals()
        try:
            self._process = self._start(program, words, environment)
        except OSError as error:
            raise not_runnable(program, error) from None
        self._look()

    async def ended(self) -> int:
        """Its exit code."""
        await self._ended.wait()
        assert self._process is not None
        code = int(self._process.returncode)
        return 128 - code if code < 0 else code

    def _start(
        self, program: str, words: list[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        ready = _end_with_parent()

        def start(executable: str, arguments: list[str]) -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                arguments,
                executable=executable,
                env=environment,
                close_fds=False,  # what this process was given is the program's
                preexec_fn=ready,
                process_group=None if self._has_terminal else 0,
            )

        try:
            return start(program, words)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            return start("/bin/sh", ["sh", program, *words[1:]])

    def _look(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            self._ended.set()

    def _handle_signals(self) -> None:
        passed = [signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2]
        typed = [signal.SIGINT, signal.SIGQUIT, signal.SIGHUP]
        for number in [*passed, *typed]:
            if signal.getsignal(number) is signal.SIG_IGN:  # nohup stays nohup
                continue
            if number in typed and self._has_terminal:
                self._loop.add_signal_handler(number, _wait_for_the_program)
            else:
                self._loop.add_signal_handler(number, self._pass_on, number)
        if not self._has_terminal:
            self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
            self._loop.add_signal_handler(signal.SIGCONT, self._pass_on, signal.SIGCONT)

    def _pass_on(self, number: signal.Signals) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._has_terminal:
                self._process.send_signal(number)
            else:
                os.killpg(self._process.pid, number)

    def _stop(self) -> None:
        self._pass_on(signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGSTOP)


def _wait_for_the_program() -> None:
    """The program has the signal as well, and decides."""


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _end_with_parent() -> Callable[[], None] | None:
    """What the program does before it begins, where the system can tell it of the end of this
    process."""
    if not sys.platform.startswith("linux"):
        return None
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(128 + signal.SIGTERM)

    return ask

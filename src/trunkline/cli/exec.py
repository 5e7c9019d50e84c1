"""`trunkline exec`: run an unchanged program against the platform.

As a rule this process becomes the program: nothing of ours is between it and its user. `exec_child`
has the other case, where a platform or a proxy lives as long as the program.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, WorldOption

__all__ = ["exec_"]

# Python ignores these; the program begins with what everybody begins with.
IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")


class NotRun(Failure):
    """The program was not run, for a reason that its user can mend; the exit code of a shell."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def exec_(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="CMD", help="The program and its arguments."),
    ] = None,
    proxy: Annotated[
        bool,
        typer.Option(
            "--proxy",
            help="Also redirect by a proxy, for programs that are neither Python nor Node.js.",
            show_default=False,
        ),
    ] = False,
    up: Annotated[
        bool,
        typer.Option(
            "--up",
            help="If no platform runs, start one for as long as the program runs.",
            show_default=False,
        ),
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
) -> None:
    """Run an unchanged program against the platform: trunkline exec -- python app.py.

    What it asks of twilio.com goes to the platform; it finds the credentials in
    TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER. Options after CMD are the
    program's own. The exit code is the program's; 127 if there is none of that name.

        $ trunkline exec -- python app.py
        $ trunkline exec --proxy -- ./app
    """
    words = command or []
    if not words or not words[0]:
        raise NotRun("Say what to run: trunkline exec -- CMD ARGS…", 2)
    if words[0].startswith("-"):
        raise NotRun(
            f"exec has no option {words[0]}: see `trunkline exec --help`, "
            f"and write the options of a program behind its name.",
            2,
        )
    program = _found(words[0])
    from trunkline.cli.exec_programs import unreached

    if reason := unreached(words, os.environ, proxied=proxy):
        raise NotRun(reason, 2)
    if proxy or up:
        from trunkline.cli.exec_child import run_below

        raise typer.Exit(run_below(program, words, data=data, world=world, proxy=proxy, up=up))
    _become(program, words, _environment(data, world))


def _found(name: str) -> str:
    """The program's file. Raises NotRun."""
    path = shutil.which(name)
    if path is not None:
        return path
    if "=" in name and "/" not in name.partition("=")[0]:
        raise NotRun(f"There is no command {name}: set a variable by `env {name} CMD`.", 127)
    places = [name] if os.path.dirname(name) else _on_path(name)
    there = next((place for place in places if os.path.exists(place)), None)
    if there is None:
        raise NotRun(f"There is no command {name}: see that its folder is on PATH.", 127)
    if os.path.isdir(there):
        raise NotRun(f"{there} is a folder: name a program.", 126)
    raise NotRun(f"{there} may not be run: make it executable with `chmod +x`.", 126)


def _on_path(name: str) -> list[str]:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return [place for folder in folders if os.path.isfile(place := os.path.join(folder, name))]


def _environment(data: Path | None, world: str | None) -> dict[str, str]:
    """What the program is started with. Raises Failure."""
    from trunkline.cli.client import Control

    control = Control(data, world)
    return environment_for(
        control.get("/credentials"), control.runtime.base_url, control.data, world
    )


def environment_for(
    credentials: dict[str, Any], base_url: str, data: Path, world: str | None
) -> dict[str, str]:
    """This process's environment, redirected to the platform at `base_url`. `trunkline` commands
    within the program mean the same platform and world. Raises Failure."""
    from trunkline.redirect.environment import CannotRedirect, redirected_environment
    from trunkline.redirect.hosts import REDIRECTED, routes_text

    try:
        made = redirected_environment(os.environ, routes_text({base_url: REDIRECTED}), credentials)
    except CannotRedirect as error:
        raise Failure(str(error)) from None
    made["TRUNKLINE_DATA"] = str(data)
    if world:
        made["TRUNKLINE_WORLD"] = world
    return made


def _become(program: str, words: list[str], environment: dict[str, str]) -> NoReturn:
    for name in IGNORED_BY_PYTHON:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        try:
            os.execve(program, words, environment)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            # A script without a first line that says what reads it: a shell does, as ever.
            os.execve("/bin/sh", ["sh", program, *words[1:]], environment)
    except OSError as error:
        raise not_runnable(program, error) from None


def not_runnable(program: str, error: OSError) -> NotRun:
    """How it is told that the system refused to run the program."""
    if isinstance(error, FileNotFoundError):
        return NotRun(f"{program} cannot be run: its interpreter does not exist.", 126)
    return NotRun(f"{program} cannot be run: {error.strerror}.", 126)

"""`trunkline alias membrane`: scripts and agents that type `membrane` reach this gateway."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from trunkline.cli.failure import Failure

__all__ = ["alias"]

NAMES = ("membrane",)
OURS = "# Written by `trunkline alias`"
SCRIPT = """#!/bin/sh
{ours}; remove it with `trunkline alias {name} --remove`.
exec {program} "$@"
"""
MOST = 4096  # bytes that are read of what has the name


def alias(
    name: Annotated[str, typer.Argument(metavar="membrane", help="The command's name.")],
    folder: Annotated[
        Path | None,
        typer.Option(
            "--dir",
            metavar="DIR",
            help="Where to write it; else beside the program `trunkline`.",
            show_default=False,
        ),
    ] = None,
    only_print: Annotated[
        bool,
        typer.Option(
            "--print", help="Write nothing: print an alias for a shell.", show_default=False
        ),
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove it again.", show_default=False)
    ] = False,
) -> None:
    """Make a command `membrane` that is `trunkline`, for scripts that type `membrane`.

    It takes the same subcommands and flags. A command of that name that is somebody else's is
    never overwritten, nor is one hidden by ours.

        $ trunkline alias membrane
        membrane is trunkline now: /home/ann/.local/bin/membrane
        $ membrane search twilio --elementType=connector
        $ eval "$(trunkline alias membrane --print)"
    """
    if name not in NAMES:
        raise Failure(f"There is no alias '{name[:100]}': there is {', '.join(NAMES)}.")
    program = _program()
    if only_print:
        print(f"alias {name}={shlex.quote(shlex.quote(str(program)))}")
        return
    place = (folder or program.parent).expanduser().absolute() / name
    if remove:
        _remove(place)
        return
    _refuse_others(name, place, named=folder is not None)
    _write(place, SCRIPT.format(ours=OURS, name=name, program=shlex.quote(str(program))))
    print(f"{name} is trunkline now: {place}")
    if shutil.which(name) is None:
        print(f"{place.parent} is not on PATH: add it there.", file=sys.stderr)


def _program() -> Path:
    """The file of this program. Raises Failure."""
    typed = Path(sys.argv[0])
    found = shutil.which("trunkline")
    if typed.name == "trunkline" and typed.is_file():
        return typed.absolute()
    beside = Path(sys.executable).parent / "trunkline"
    if beside.is_file():
        return beside
    if found is not None:
        return Path(found).absolute()
    raise Failure("The program `trunkline` is not installed as a file: an alias needs one.")


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return OURS.encode() in file.read(MOST)
    except OSError:
        return False


def _refuse_others(name: str, place: Path, *, named: bool) -> None:
    """Raises Failure where a command of the name is somebody else's."""
    if os.path.lexists(place) and not _is_ours(place):
        raise Failure(f"{place} is not ours, and stays as it is: choose another folder by --dir.")
    other = shutil.which(name)
    if other is not None and not named and not _is_ours(Path(other)):
        raise Failure(
            f"There is a {name} already, {other}, which ours might hide: choose a folder by --dir."
        )


def _write(place: Path, text: str) -> None:
    making = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        making.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(making, flags, 0o755), "w", encoding="utf-8") as file:
            file.write(text)
        if _is_ours(place):
            making.replace(place)
        else:
            os.link(making, place)  # fails where somebody was faster
            making.unlink()
    except OSError as error:
        with suppress(OSError):
            making.unlink()
        raise Failure(f"{place} cannot be written: {error.strerror}.") from None


def _remove(place: Path) -> None:
    if not os.path.lexists(place):
        raise Failure(f"There is no {place}.")
    if not _is_ours(place):
        raise Failure(f"{place} is not ours, and stays as it is.")
    try:
        place.unlink()
    except OSError as error:
        raise Failure(f"{place} cannot be removed: {error.strerror}.") from None
    print(f"{place} is removed.")

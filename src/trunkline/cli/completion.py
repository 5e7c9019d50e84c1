"""`trunkline completion`, and the answers to what shells ask while somebody types."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from trunkline.cli.failure import Failure

__all__ = ["answer", "completion"]

FILES, DIRS = ":files", ":dirs"  # the shell itself completes these
SHELLS = ("bash", "zsh", "fish")


def completion(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish", help="Your shell.")],
) -> None:
    """Print what makes a shell complete commands, options, and what the platform knows.

    It completes subcommands and options, and what the platform knows that runs: worlds, the
    account's numbers, phones seen lately, SIDs of the newest messages, ids of requests to apps.

        $ echo 'eval "$(trunkline completion bash)"' >> ~/.bashrc
        $ echo 'eval "$(trunkline completion zsh)"' >> ~/.zshrc
        $ trunkline completion fish > ~/.config/fish/completions/trunkline.fish
    """
    from trunkline.cli.completion_scripts import SCRIPTS

    if shell not in SCRIPTS:
        raise Failure(f"'{shell}' is no shell that is known: write {', '.join(SCRIPTS)}.")
    print(SCRIPTS[shell], end="")


def answer(words: Sequence[str]) -> None:
    """Print what may stand in the place of the last word: a line each, with what it means behind
    a tab. Never fails: nobody sees it."""
    split = os.environ.get("_TRUNKLINE_COMPLETE") == "bash"  # bash breaks words at `=`, too
    try:
        line = _read(_joined(words) if split else list(words or [""]))
        found = list(_values(line))
    except Failure:
        return
    for value, meaning in found:
        if value in (FILES, DIRS):
            print(value)
        elif value.startswith(line.incomplete):
            prefix = "" if split else line.prefix
            print(f"{prefix}{value}\t{' '.join(meaning.split())}")


@dataclass
class Line:
    """What was typed so far, as far as the last word."""

    command: Any
    path: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)  # of the command, still to come
    option: Any = None  # whose value the last word is
    said: dict[str, str] = field(default_factory=dict)  # options with their values
    incomplete: str = ""
    prefix: str = ""  # `--world=` where the value is a part of the word
    passes_on: bool = False  # what follows belongs to another program


def _read(words: list[str]) -> Line:
    from typer.main import get_command

    from trunkline.cli.app import app

    line = Line(get_command(app))
    *before, last = words
    for word in before:
        _take(line, word)
    line.incomplete = last
    if last.startswith("--") and "=" in last and line.option is None:
        name, _, line.incomplete = last.partition("=")
        line.option, line.prefix = _option(line.command, name), f"{name}="
    return line


def _take(line: Line, word: str) -> None:
    if line.option is not None:
        line.said[line.option.opts[-1]] = word
        line.option = None
        return
    if word.startswith("-") and len(word) > 1 and not line.passes_on:
        name, equals, value = word.partition("=")
        found = _option(line.command, name)
        if found is not None:
            if found.is_flag or equals:
                line.said[name] = value
            else:
                line.option = found
            return
    if line.path == ["exec"]:
        line.passes_on = True
    if line.arguments:
        if line.arguments[0].nargs == 1:
            line.arguments.pop(0)
        return
    below = getattr(line.command, "commands", {})
    if word in below:
        line.command = below[word]
        line.path.append(word)
        line.arguments = [p for p in line.command.params if p.param_type_name == "argument"]


def _option(command: Any, name: str) -> Any:
    for parameter in command.params:
        if name in parameter.opts or name in parameter.secondary_opts:
            return parameter if parameter.param_type_name == "option" else None
    return None


def _values(line: Line) -> Iterator[tuple[str, str]]:
    from trunkline.cli.help_text import read_help

    if line.option is not None:
        yield from _of_parameter(line, line.option)
        return
    if line.passes_on or (line.path == ["exec"] and not line.incomplete.startswith("-")):
        yield FILES, ""
        return
    if line.incomplete.startswith("-"):
        yield from sorted(_options(line))
        return
    if line.arguments:
        yield from _of_parameter(line, line.arguments[0])
        return
    if not line.path:
        from trunkline.cli.commands import COMMANDS

        yield from sorted((name, entry.summary) for name, entry in COMMANDS.items())
        return
    for name, command in sorted(getattr(line.command, "commands", {}).items()):
        yield name, read_help(command.help)[0]


def _options(line: Line) -> Iterator[tuple[str, str]]:
    yield "--help", "Show what it does."
    for parameter in line.command.params:
        if parameter.param_type_name == "option" and not parameter.hidden:
            for name in (*parameter.opts, *parameter.secondary_opts):
                if name.startswith("--") and (parameter.multiple or name not in line.said):
                    yield name, parameter.help or ""


def _of_parameter(line: Line, parameter: Any) -> Iterator[tuple[str, str]]:
    from trunkline.cli.completion_sources import Sources, source_of

    metavar = parameter.metavar or ""
    choices = parameter.type_descriptor.choices or ()
    source = source_of(tuple(line.path), parameter)
    if choices:
        yield from ((str(getattr(choice, "value", choice)), "") for choice in choices)
    elif source is not None:
        yield from Sources(line.said.get("--data"), line.said.get("--world")).of(source)
    elif metavar == "DIR":
        yield DIRS, ""
    elif "FILE" in metavar or metavar == "PATH":
        yield FILES, ""
    elif "|" in metavar:
        yield from ((choice, "") for choice in metavar.split("|"))


def _joined(words: Sequence[str]) -> list[str]:
    """`--world = ci` as bash hands it over is `--world ci`."""
    joined: list[str] = []
    for n, word in enumerate(words):
        if word == "=" and joined and joined[-1].startswith("--"):
            if n == len(words) - 1:
                joined.append("")
            continue
        joined.append(word)
    return joined or [""]

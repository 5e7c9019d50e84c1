"""The help of every command.

It is told without rich, which takes longer to load than most commands take to run.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import MethodType
from typing import Any

from trunkline.cli.help_text import Block, Paragraph, read_help
from trunkline.cli.show import bold, cyan, dim

__all__ = ["Row", "parameters", "subcommands", "tell_help", "usage", "with_help"]

WIDEST = 100
NARROW = 60  # columns: below it, a text stands below its name
LONGEST_NAME = 30
KINDS = {int: "N", float: "X", Path: "PATH"}

Row = tuple[str, str]  # a name and its text


def with_help(command: Any) -> Any:
    """The command, and its subcommands, with the help of this module."""
    command.format_help = MethodType(_format_help, command)
    for parameter in command.params:
        if parameter.param_type_name == "argument" and parameter.metavar is None:
            parameter.metavar = parameter.name.strip("_").upper()
    for each in getattr(command, "commands", {}).values():
        with_help(each)
    return command


def _format_help(command: Any, context: Any, formatter: Any) -> None:
    formatter.write(tell_help(command, context, subcommands(command)))


def tell_help(command: Any, context: Any, below: Sequence[Row]) -> str:
    """The help as text; `below` are the subcommands."""
    width = min(shutil.get_terminal_size().columns, WIDEST)
    summary, parts = read_help(command.help)
    told = [_wrapped(f"{bold('Usage:')} {usage(context)}", width, later="    ")]
    told.append(_wrapped(summary, width))
    told += [_wrapped(part.text, width) for part in parts if isinstance(part, Paragraph)]
    blocks = [part for part in parts if isinstance(part, Block)]
    told += [_indented(block.lines) for block in blocks if not block.is_example]
    arguments, options = parameters(command, context)
    for title, rows in (("Arguments", arguments), ("Options", options), ("Commands", below)):
        if rows:
            told.append(f"{bold(title)}\n{_columns(rows, width)}")
    typed = [line for block in blocks if block.is_example for line in block.typed()]
    if typed:
        told.append(f"{bold('Examples')}\n{_indented(typed)}")
    return "\n\n".join(told) + "\n"


def usage(context: Any) -> str:
    """How the command is typed: `trunkline phone NUMBER send [OPTIONS] TO [TEXT]...`."""
    words: list[str] = []
    way = [context]
    while way[0].parent is not None:
        way.insert(0, way[0].parent)
    for each in way:
        words.append(each.info_name)
        if each is context:
            words.append("[OPTIONS]")
        arguments = [p for p in each.command.params if p.param_type_name == "argument"]
        words += [_placeholder(argument) for argument in arguments if not argument.hidden]
    if hasattr(context.command, "commands"):
        optional = context.command.invoke_without_command
        words.append("[COMMAND] ..." if optional else "COMMAND ...")
    return " ".join(words)


def parameters(command: Any, context: Any) -> tuple[list[Row], list[Row]]:
    """The arguments and the options that the help shows, with what it says of them."""
    arguments: list[Row] = []
    options: list[Row] = []
    for each in command.get_params(context):
        if each.hidden:
            continue
        if each.param_type_name == "argument":
            arguments.append((each.metavar, _text(each)))
        else:
            options.append((_option(each), _text(each)))
    return arguments, options


def subcommands(command: Any) -> list[Row]:
    """The subcommands of a group."""
    return [
        (name, read_help(each.help)[0])
        for name, each in getattr(command, "commands", {}).items()
        if not each.hidden
    ]


def _placeholder(argument: Any) -> str:
    name = argument.metavar + ("..." if argument.nargs != 1 else "")
    return name if argument.required else f"[{name}]"


def _option(option: Any) -> str:
    names = ", ".join(sorted(option.opts, key=lambda name: len(name) > 2))  # -h before --help
    if option.secondary_opts:
        names += " / " + ", ".join(option.secondary_opts)
    if option.is_flag or option.count:
        return names
    kind = option.type_descriptor.annotation
    return f"{names} {option.metavar or KINDS.get(kind, 'TEXT')}"


def _text(parameter: Any) -> str:
    notes = []
    default = parameter.default
    shown = parameter.show_default
    if isinstance(shown, str):
        notes.append(f"default: {shown}")
    elif shown and default not in (None, False, True, "", (), []) and not callable(default):
        notes.append(f"default: {default}")
    if parameter.required and parameter.param_type_name == "option":
        notes.append("required")
    text = " ".join((parameter.help or "").split())
    return f"{text} ({'; '.join(notes)})".strip() if notes else text


def _columns(rows: Iterable[Row], width: int) -> str:
    rows = list(rows)
    column = min(max(len(name) for name, _ in rows), LONGEST_NAME)
    lines = []
    for name, text in rows:
        if width < NARROW or len(name) > column:
            lines.append(f"  {cyan(name)}")
            margin = "      " if width < NARROW else " " * (column + 4)
            lines += textwrap.wrap(
                text, width, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
            )
            continue
        wrapped = textwrap.wrap(text, max(width - column - 4, 20), break_on_hyphens=False) or [""]
        lines.append(f"  {cyan(name)}{' ' * (column - len(name))}  {wrapped[0]}".rstrip())
        lines += [" " * (column + 4) + line for line in wrapped[1:]]
    return "\n".join(lines)


def _wrapped(text: str, width: int, later: str = "") -> str:
    told = text.replace("`", "")
    return "\n".join(textwrap.wrap(told, width, subsequent_indent=later, break_on_hyphens=False))


def _indented(lines: Iterable[str]) -> str:
    told = (f"{dim(line[:2])}{line[2:]}" if line[:2] == "$ " else line for line in lines)
    return "\n".join(f"  {line}" for line in told)

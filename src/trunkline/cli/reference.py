"""Write docs/cli.md, the reference of the command line: `python -m trunkline.cli.reference docs`.

It is made from the commands themselves: their help, and what stands in their docstrings behind a
form feed. A test compares the committed file with what this module makes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trunkline.cli.commands import COMMANDS, LazyCommands
from trunkline.cli.help import Row, parameters, usage
from trunkline.cli.help_text import Block, Paragraph, read_help

__all__ = ["main", "reference"]

# These are told once.
COMMON = ("--data DIR", "--world NAME", "--json", "-h, --help")

HEAD = """\
# The command line

Generated from the commands themselves by `make docs`; do not edit. `trunkline COMMAND --help` tells
the same, without what commands print.

`trunkline up` runs the platform; every other command finds the one that runs through its data
folder and asks its control API, or Twilio's API where that can tell.

| option | of | means |
| --- | --- | --- |
| `--data DIR` | all | the data folder; else `TRUNKLINE_DATA`, else `~/.local/share/trunkline` |
| `--world NAME` | what acts on a world | the world; else `TRUNKLINE_WORLD`, else `default` |
| `--json` | what shows something | one JSON document; of `tail` and `phone … chat`, one a line |

| exit code | means |
| --- | --- |
| 0 | it is done; the end of `tail` and `phone … chat` by Ctrl-C, too, and of `tail` when the \
platform stops |
| 1 | it cannot be done, or not all of it: one sentence on standard error says why, and what to do |
| 2 | there is no such command or option, or an argument is missing |
| 130 | Ctrl-C |
| any | of `exec`: that of the program it runs |

Lengths of time are written `2s`, `500ms`, `1h30m`, `1d2h`, or as a number of seconds. Times are
world times, in UTC. A terminal gets colours, unless `NO_COLOR` is set, and tables that fit its
width; a pipe gets plain columns. Options of a group may stand before the subcommand or after it.
"""
TAIL = """\
## The control API

What these commands ask is under `/trunkline/v1` of the base URL, with `Authorization: Bearer` and
the control token. `GET /trunkline/v1/openapi.json` describes it, and needs no token; nor do
`/health` and `/version`.

```console
$ curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/trunkline/v1/clock/advance \\
    -H "Content-Type: application/json" -d '{"by": "1h"}'
{"now":"2026-11-21T10:24:13.926312Z","ran":1}
```

Every refusal has the form `{"error": {"code": "unknown_world", "message": "…"}}`. Every path that
acts on a world takes `?world=NAME`.
"""


def reference() -> str:
    """The text of docs/cli.md."""
    commands = LazyCommands()
    parts = [HEAD]
    for name in COMMANDS:
        parts.append("\n".join(_section(commands[name], [name], 2)))
    return "\n".join([*parts, TAIL])


def _section(command: Any, path: list[str], level: int) -> Iterator[str]:
    context = _context(path)
    summary, blocks = read_help(command.help, whole=True)
    yield f"{'#' * level} {' '.join(path)}\n"
    yield f"{_escaped(summary)}\n"
    yield f"```\n{usage(context)}\n```\n"
    for block in blocks:
        if isinstance(block, Paragraph):
            yield f"{_wrapped(block.text)}\n"
        else:
            yield f"{_shown(block)}\n"
    arguments, options = parameters(command, context)
    yield from _table("argument", arguments)
    yield from _table("option", [row for row in options if row[0] not in COMMON])
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from _section(below, [*path, name], level + 1)


def _shown(block: Block) -> str:
    kind = "console" if block.is_example else ""
    return "\n".join([f"```{kind}", *block.lines, "```"])


def _table(head: str, rows: list[Row]) -> Iterator[str]:
    if not rows:
        return
    yield f"| {head} | means |"
    yield "| --- | --- |"
    for name, text in rows:
        yield f"| `{_cell(name)}` | {_cell(_escaped(text))} |"
    yield ""


def _context(path: list[str]) -> Any:
    """A context of the command there, below those of the groups that it is in."""
    from typer import Context
    from typer.main import get_command

    from trunkline.cli.app import app

    found = Context(get_command(app), info_name="trunkline", help_option_names=["-h", "--help"])
    group: Any = None
    for n, name in enumerate(path):
        group = LazyCommands()[name] if n == 0 else group.commands[name]
        found = Context(group, info_name=name, parent=found)
    return found


def _wrapped(text: str) -> str:
    from textwrap import fill

    return fill(_escaped(text), 100, break_on_hyphens=False, break_long_words=False)


def _escaped(text: str) -> str:
    """Text that no Markdown reads as markup; what stands in backticks stays."""
    parts = text.split("`")
    for n in range(0, len(parts), 2):
        parts[n] = parts[n].replace("*", "\\*").replace("<", "\\<")
    return "`".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write it below the folder that the command line names."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    (folder / "cli.md").write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Every subcommand by name: where its code is, and what its help says in one line.

A command's module is imported when the command is used, and not to list it: a shell that is asked
for `trunkline --help` answers before the code of twenty commands could be read.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command_from_info, get_group
from typer.models import CommandInfo

from trunkline.cli.help import Row, tell_help, with_help
from trunkline.cli.values import given_readers, with_readers

__all__ = ["COMMANDS", "Entry", "LazyCommands", "LazyGroup"]


@dataclass(frozen=True)
class Entry:
    """A subcommand: `module` of this package, the `name` in it (a function, or a Typer of
    subcommands), and the first line of its help, which a test holds to the real one."""

    module: str
    name: str
    summary: str
    passes_on: bool = False  # what it does not know belongs to the program that it runs


COMMANDS: dict[str, Entry] = {
    "up": Entry("up", "up", "Run the platform until Ctrl-C."),
    "exec": Entry(
        "exec",
        "exec_",
        "Run an unchanged program against the platform: trunkline exec -- python app.py.",
        passes_on=True,
    ),
    "credentials": Entry(
        "credentials",
        "credentials",
        "Show base URL, credentials and numbers of the running platform.",
    ),
    "numbers": Entry(
        "numbers",
        "app",
        "List, buy, import, change and release numbers of the world's first account.",
    ),
    "phone": Entry(
        "phone", "app", "Use a virtual phone: any number that is not on the platform is one."
    ),
    "messages": Entry(
        "messages", "app", "List, send, show and export messages; send many from a CSV file."
    ),
    "calls": Entry(
        "calls",
        "app",
        "List calls, show one, hear what its phone heard; let time pass until calls are over.",
    ),
    "consents": Entry(
        "consents",
        "app",
        "List who wants whose messages; import and export the list; block or allow somebody.",
    ),
    "tail": Entry("tail", "tail", "Show events live, until Ctrl-C."),
    "clock": Entry(
        "clock", "app", "Show the world's time, or move it: trunkline clock advance 1h."
    ),
    "why": Entry(
        "why",
        "why",
        "Explain a message or a call: all that is known of it, and each thing that happened to it.",
    ),
    "webhooks": Entry(
        "webhooks",
        "app",
        "Show what was requested of apps, and set how requests are made: trunkline webhooks list.",
    ),
    "keys": Entry(
        "gateway.keys",
        "app",
        "Make, list and revoke keys of the gateway: trunkline keys create.",
    ),
    "login": Entry(
        "gateway.login",
        "app",
        "Sign in to a gateway in a browser; without one, a URL is printed and a code is typed.",
    ),
    "logout": Entry(
        "gateway.logout", "logout", "Sign out of a gateway, and forget what signing in gave."
    ),
    "search": Entry(
        "gateway.search",
        "search",
        "Find connectors and actions of a gateway: trunkline search twilio.",
    ),
    "connect": Entry(
        "gateway.connect",
        "connect",
        "Connect an account at a provider: a person enters its credentials on a page of the"
        " gateway.",
    ),
    "connection": Entry(
        "gateway.connection",
        "app",
        "List the accounts at providers that are connected; show, test, delete one.",
    ),
    "action": Entry("gateway.action", "app", "Find an action by what it is to do, and run it."),
    "request": Entry(
        "gateway.request",
        "request",
        "Send any request to a provider by a connection, and print what it answers, byte for byte.",
    ),
    "vault": Entry(
        "gateway.vault",
        "app",
        "Show the gateway's vault, or seal what is in it under a new master key.",
    ),
    "audit": Entry(
        "gateway.audit",
        "app",
        "List who did what by the gateway, and verify that nobody changed the list.",
    ),
    "alias": Entry(
        "gateway.alias",
        "alias",
        "Make a command `membrane` that is `trunkline`, for scripts that type `membrane`.",
    ),
    "world": Entry("world", "app", "List worlds, make one, look at one, limit one, empty one."),
    "doctor": Entry(
        "doctor",
        "doctor",
        "Check database, ports, clock, disk, memory, versions, permissions, and what was left"
        " behind.",
    ),
    "completion": Entry(
        "completion",
        "completion",
        "Print what makes a shell complete commands, options, and what the platform knows.",
    ),
    "version": Entry(
        "version",
        "version",
        "Show the version of this program, and of the platform that runs, if any.",
    ),
    "demo": Entry(
        "demo",
        "demo",
        "Start a platform for a moment, send messages with Twilio's library, let phones and an app"
        " answer, show what happened.",
    ),
}


class LazyCommands(MutableMapping[str, Any]):
    """The real commands by name, each made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _made(name, COMMANDS[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        raise TypeError("Commands are declared in COMMANDS.")

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _made(name: str, entry: Entry) -> Any:
    found = getattr(import_module(f"trunkline.cli.{entry.module}"), entry.name)
    if isinstance(found, typer.Typer):
        command: Any = get_group(found)
        command.name = name
    else:
        settings = {"ignore_unknown_options": True, "allow_interspersed_args": False}
        command = get_command_from_info(
            CommandInfo(
                name=name, callback=found, context_settings=settings if entry.passes_on else None
            ),
            pretty_exceptions_short=True,
            rich_markup_mode=None,
        )
    return with_help(with_readers(command))


class LazyGroup(TyperGroup):
    """A group whose help is told from `COMMANDS` alone."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = LazyCommands()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command; None where there is none of the name."""
        return self.commands[cmd_name] if cmd_name in COMMANDS else None

    def get_params(self, ctx: Any) -> list[Any]:
        """Its own options."""
        return given_readers(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        rows: list[Row] = [(name, entry.summary) for name, entry in COMMANDS.items()]
        formatter.write(tell_help(self, ctx, rows))

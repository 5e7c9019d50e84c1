"""Puts the subcommands together."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from trunkline import __version__
from trunkline.cli import (
    clock,
    credentials,
    demo,
    phone,
    reset,
    tail,
    up,
    version,
    webhooks,
    why,
    worlds,
)
from trunkline.cli.failure import Failure

__all__ = ["app"]


class Commands(TyperGroup):
    """Tells a `Failure` in one sentence on standard error and ends with code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the subcommand."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            print(failure, file=sys.stderr)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Trunkline: a communications platform of your own that speaks Twilio's API.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"trunkline {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Trunkline: a communications platform of your own that speaks Twilio's API."""


app.command("up")(up.up)
app.command("credentials")(credentials.credentials)
app.add_typer(phone.app, name="phone")
app.command("tail")(tail.tail)
app.add_typer(clock.app, name="clock")
app.command("why")(why.why)
app.add_typer(webhooks.app, name="webhooks")
app.command("reset")(reset.reset)
app.add_typer(worlds.app, name="worlds")
app.command("version")(version.version)
app.command("demo")(demo.demo)

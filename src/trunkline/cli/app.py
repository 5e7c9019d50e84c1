"""The command line's root: its own options, and every failure in one sentence."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from trunkline import __version__
from trunkline.cli.commands import LazyGroup
from trunkline.cli.failure import Failure
from trunkline.cli.show import plain

__all__ = ["app"]

LONGEST = 2000  # characters of a sentence


class Commands(LazyGroup):
    """Tells what goes wrong in one sentence on standard error, and ends with its code."""

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run the command line, and exit: 2 where it was not understood, 130 after Ctrl-C."""
        try:
            code = super().main(*args, **{**settings, "standalone_mode": False})
        except TyperException as error:
            print(_sentence(error), file=sys.stderr)
            code = error.exit_code
        except typer.Abort:
            code = 1
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: Any) -> Any:
        """Run the subcommand."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            print(_short(plain(str(failure))), file=sys.stderr)
            raise typer.Exit(failure.exit_code) from None
        except UnicodeEncodeError:  # bytes of an argument that are none of its encoding
            print("What was typed is not text in UTF-8.", file=sys.stderr)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
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
    """Trunkline: a communications platform of your own that speaks Twilio's API.

    `trunkline COMMAND --help` tells all that a command can do, with examples.

        $ trunkline up
        $ trunkline exec -- python my_app.py
        $ trunkline phone +14155550123 chat
    """


def _short(sentence: str) -> str:
    """What echoes a text of 100 KB ends somewhere."""
    return sentence if len(sentence) <= LONGEST else f"{sentence[:LONGEST]}…"


def _sentence(error: TyperException) -> str:
    """What was wrong with what was typed, and where it is told how to type it."""
    told = error.format_message()
    context = getattr(error, "ctx", None)
    if context is None or "\n" in told:
        return told  # the second is a help
    hint = f"see `{context.command_path} --help`."
    if told.endswith("?"):
        return f"{told} {hint.capitalize()}"
    return f"{told.rstrip('.')}: {hint}"

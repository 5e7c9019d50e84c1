"""Options that many commands take, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

__all__ = ["DataOption", "JsonOption", "Place", "WorldOption", "place_of"]

# The variables are read where the options are used: as defaults of these they would win over what
# stands before a subcommand.
DataOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        readable=False,  # what cannot be read is told in our words
        help="Data folder; else TRUNKLINE_DATA, else ~/.local/share/trunkline.",
        show_default=False,
    ),
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON, for programs.", show_default=False)
]
WorldOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--world",
        metavar="NAME",
        help="World to act on; else TRUNKLINE_WORLD, else default.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class Place:
    """Where a group of commands acts, as the options before the subcommand say."""

    data: Path | None = None
    world: str | None = None
    as_json: bool = False
    number: str = ""


def place_of(
    context: typer.Context, data: Path | None, world: str | None = None, as_json: bool = False
) -> Place:
    """Where a subcommand acts: options may stand before it or after it, and those after win."""
    before: Place = context.obj
    return Place(
        data=data or before.data,
        world=world or before.world,
        as_json=as_json or before.as_json,
        number=before.number,
    )

"""Options that many commands take, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

__all__ = ["DataOption", "JsonOption", "Place", "WorldOption", "place_of"]

DEFAULT_WORLD = "default"

DataOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="TRUNKLINE_DATA",
        metavar="DIR",
        help="Data folder; ~/.local/share/trunkline when none is named.",
        show_default=False,
    ),
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON, for programs.", show_default=False)
]
WorldOption: TypeAlias = Annotated[
    str,
    typer.Option("--world", envvar="TRUNKLINE_WORLD", metavar="NAME", help="World to act on."),
]


@dataclass(frozen=True)
class Place:
    """Where a group of commands acts, as the options before the subcommand say."""

    data: Path | None = None
    world: str = DEFAULT_WORLD
    as_json: bool = False
    number: str = ""


def place_of(
    context: typer.Context, data: Path | None, world: str = DEFAULT_WORLD, as_json: bool = False
) -> Place:
    """Where a subcommand acts: options may stand before it or after it, and those after win."""
    before: Place = context.obj
    return Place(
        data=data or before.data,
        world=before.world if world == DEFAULT_WORLD else world,
        as_json=as_json or before.as_json,
        number=before.number,
    )

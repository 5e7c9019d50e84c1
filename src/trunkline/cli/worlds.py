"""`trunkline worlds`: list worlds, make one."""

from __future__ import annotations

from typing import Annotated

import typer

from trunkline.cli.options import DataOption, JsonOption, Place, place_of

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def worlds(context: typer.Context, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the worlds, or make one: trunkline worlds create NAME."""
    from trunkline.cli.client import Control
    from trunkline.cli.show import moment, print_json, table

    if context.invoked_subcommand is not None:
        context.obj = Place(data, as_json=as_json)
        return
    found = Control(data).get("/worlds")
    if as_json:
        print_json(found)
        return
    rows = [
        [
            world["name"],
            moment(world["now"]),
            "movable" if world["clock_movable"] else "real time",
            world["limits"],
        ]
        for world in found["worlds"]
    ]
    table(["world", "its time (UTC)", "clock", "limits"], rows)


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Letters, digits, dots, hyphens, underscores.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a world with an account, credentials and numbers of its own."""
    from trunkline.cli.client import Control
    from trunkline.cli.credentials import NAMES
    from trunkline.cli.show import bold, facts, print_json

    place = place_of(context, data, as_json=as_json)
    found = Control(place.data).call("POST", "/worlds", {"name": name})
    if place.as_json:
        print_json(found)
        return
    print(bold(found["world"]["name"]))
    credentials = {**found["credentials"], "numbers": "  ".join(found["credentials"]["numbers"])}
    facts((title, str(credentials[key] or "—")) for key, title in NAMES.items())

"""`trunkline world`: worlds, each with accounts, numbers, phones and a clock of its own."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of
from trunkline.cli.world_limits import limits

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)
app.command()(limits)

Name = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="The world; else that of --world.", show_default=False),
]


@app.callback()
def world(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List worlds, make one, look at one, limit one, empty one.

    A world has its own accounts, numbers, phones and clock, so that tests run beside each other.
    Without a subcommand, the worlds are listed.

        $ trunkline world
          world    its time (UTC)           clock    limits
          default  2026-11-21 11:24:14.883  movable  off
    """
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        list_worlds(context)


@app.command("list")
def list_worlds(
    context: typer.Context, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """List the worlds, the oldest first."""
    from trunkline.cli.client import Control
    from trunkline.cli.show import moment, print_json, table

    place = place_of(context, data, as_json=as_json)
    found = Control(place.data).get("/worlds")
    if place.as_json:
        print_json(found)
        return
    rows = [
        [world["name"], moment(world["now"]), _clock(world), world["limits"]]
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
    """Make a world with an account, credentials and numbers of its own.

    $ trunkline world create ci-1
    ci-1
      Base URL          http://127.0.0.1:8080
      Account SID       AC01a1fd6bace38349ef3ec7e7cc4fcd6d
      …
    $ trunkline phone +14155550123 inbox --world ci-1
    +14155550123 has received nothing yet.
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import bold, print_json

    place = place_of(context, data, as_json=as_json)
    found = Control(place.data).call("POST", "/worlds", {"name": name})
    if place.as_json:
        print_json(found)
        return
    print(bold(found["world"]["name"]))
    _print_credentials(found["credentials"])


@app.command()
def show(
    context: typer.Context,
    name: Name = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a world: its clock, its limits, and the credentials of its first account.

    $ trunkline world show ci-1
    ci-1
      Time (UTC)        2026-11-21 11:24:14.883, movable
      Limits            off
      Made              2026-11-21 11:20:02.119
      Base URL          http://127.0.0.1:8080
      …
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import bold, facts, moment, print_json

    place = place_of(context, data, _named(name, world), as_json)
    control = Control(place.data, place.world)
    credentials = control.get("/credentials")  # refuses a world that does not exist
    worlds = control.get("/worlds")["worlds"]
    found = next(each for each in worlds if each["name"] == control.world)
    if place.as_json:
        print_json({"world": found, "credentials": credentials})
        return
    print(bold(found["name"]))
    rows = [
        ("Time (UTC)", f"{moment(found['now'])}, {_clock(found)}"),
        ("Limits", found["limits"]),
        ("Made", moment(found["created_at"])),
    ]
    facts([(title.ljust(len("Test account SID")), value) for title, value in rows])
    _print_credentials(credentials)


@app.command()
def reset(
    context: typer.Context,
    name: Name = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Empty a world: messages, opt-outs, settings of phones, clock.

    Its clock shows real time again. Accounts, credentials and numbers stay. Refused in production.

        $ trunkline world reset ci-1
        World ci-1 is empty, and its clock shows real time.
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import print_json

    place = place_of(context, data, _named(name, world), as_json)
    found = Control(place.data, place.world).call("POST", "/reset", seconds=None)
    if place.as_json:
        print_json(found)
    else:
        print(f"World {found['name']} is empty, and its clock shows real time.")


def _named(name: str | None, world: str | None) -> str | None:
    if name is not None and world is not None and name != world:
        raise Failure(f"Name one world: {name}, or --world {world}.")
    return name or world


def _clock(world: dict[str, Any]) -> str:
    return "movable" if world["clock_movable"] else "real time"


def _print_credentials(found: dict[str, Any]) -> None:
    from trunkline.cli.credentials import NAMES
    from trunkline.cli.show import facts

    told = {**found, "numbers": "  ".join(found["numbers"])}
    facts((title, str(told[key] or "—")) for key, title in NAMES.items())

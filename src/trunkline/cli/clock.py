"""`trunkline clock`: read a world's clock, and move it."""

from __future__ import annotations

from typing import Annotated

import typer

from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def clock(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the world's time, or move it: trunkline clock advance 1h.

    $ trunkline clock
    2026-11-21 09:24:13.741 UTC  real time
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import dim, moment, print_json

    if context.invoked_subcommand is not None:
        context.obj = Place(data, world, as_json)
        return
    found = Control(data, world).get("/clock")
    if as_json:
        print_json(found)
        return
    ahead = found["ahead_seconds"]
    note = f"{_span(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}" if ahead else "real time"
    print(f"{moment(found['now'])} UTC  {dim(note)}")


@app.command()
def advance(
    context: typer.Context,
    by: Annotated[str, typer.Argument(help="How far: 90s, 1h, 1d2h, or seconds.")],
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move the clock forward and run what falls due on the way, in its order.

    It returns when the world is idle again: with `0s`, it only waits for that. In production the
    clock cannot be moved.

        $ trunkline clock advance 1h
        2026-11-21 10:24:13.926 UTC  work at 1 moment was done
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import moment, print_json

    place = place_of(context, data, world, as_json)
    control = Control(place.data, place.world)
    found = control.call("POST", "/clock/advance", {"by": by}, seconds=None)
    if place.as_json:
        print_json(found)
        return
    ran = found["ran"]
    due = "nothing was due" if not ran else f"work at {ran} moment{'s' if ran > 1 else ''} was done"
    print(f"{moment(found['now'])} UTC  {due}")


def _span(seconds: float) -> str:
    from datetime import timedelta

    from trunkline.control.durations import format_duration

    return format_duration(timedelta(seconds=round(seconds)))

"""`trunkline calls`: what calls there are, what happened in one, what its phone heard."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

if TYPE_CHECKING:
    from trunkline.cli.client import Control

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)

SidArgument = Annotated[str, typer.Argument(metavar="SID", help="Of a call.", show_default=False)]


@app.callback()
def calls(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List calls, show one, hear what its phone heard; let time pass until calls are over.

    Without a subcommand, the newest are listed.

        $ trunkline calls
        $ trunkline calls show CA01a1fd6ba3b74a5efeb3e9e2bbcc5d9d
        $ trunkline calls hear CA01a1fd6ba3b74a5efeb3e9e2bbcc5d9d
    """
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        list_calls(context)


@app.command("list")
def list_calls(
    context: typer.Context,
    number: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Only from it or to it.")
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="STATUS", help="Only with this status; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Newest calls to show.")] = 20,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the calls of a world, the newest last.

    $ trunkline calls list --status in-progress
      made (UTC)               status       from          to            seconds  SID
      2026-11-21 09:24:11.863  in-progress  +12065550100  +14155550123  —        CA01a1fd6ba3b7…
    """
    from trunkline.cli.show import moment, plain, print_json, table

    place, control = _at(context, data, world, as_json)
    wanted = ",".join(status) if status else None
    found = control.get("/calls", number=number, status=wanted, limit=limit)
    if place.as_json:
        print_json(found)
        return
    rows = [
        [
            moment(each["created_at"]),
            each["status"],
            plain(each["from"]),
            plain(each["to"]),
            "—" if each["duration"] is None else str(each["duration"]),
            each["sid"],
        ]
        for each in reversed(found["calls"])
    ]
    if rows:
        table(["made (UTC)", "status", "from", "to", "seconds", "SID"], rows, mark=1)
    else:
        print("There are no such calls." if number or wanted else "There are no calls yet.")


@app.command()
def show(
    context: typer.Context,
    sid: SidArgument,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one call: its facts, the verbs that were executed, and all that happened in it.

    `trunkline why SID` tells the same.

        $ trunkline calls show CA01a1fd6ba6a9af010a9d3388be4cb910
        CA01a1fd6ba6a9af010a9d3388be4cb910  completed
          from       +14155550123
          to         +12065550100
          direction  inbound
          answered   2026-11-21 09:24:13.102
          lasted     12 s
          pressed    1
          document   https://app.example.com/voice

          verb
          Gather  num_digits=1
            Say   Press one.
          Say     You pressed one.

          world time (UTC)         event
          2026-11-21 09:24:13.097  ringing
          …
    """
    from trunkline.cli.show_call import show_call

    place, control = _at(context, data, world, as_json)
    show_call(control, sid, as_json=place.as_json)


@app.command()
def hear(
    context: typer.Context,
    sid: SidArgument,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Where to; - is standard output.", show_default=False),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Take the place of a file that is there.")
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save what the virtual phone of a call heard, as a WAV.

    Without FILE it is SID.wav in the present folder; its name is printed.

        $ trunkline calls hear CA01a1fd6ba6a9af010a9d3388be4cb910
        CA01a1fd6ba6a9af010a9d3388be4cb910.wav
        $ trunkline calls hear CA01a1fd6ba6a9af010a9d3388be4cb910 - | aplay
    """
    from trunkline.cli.show import print_json

    place, control = _at(context, data, world, as_json)
    target = Path(f"{Path(sid).name}.wav") if path is None else path
    to_output = str(target) == "-"
    if not to_output and target.exists() and not force:
        raise Failure(f"{target} is there already: name another, or say --force.")
    with control.stream(f"/calls/{_quoted(sid)}/heard") as response:
        wave = response.read()
    if to_output:
        sys.stdout.buffer.write(wave)
        sys.stdout.buffer.flush()
        return
    try:
        target.write_bytes(wave)
    except OSError as error:
        raise Failure(f"'{target}' cannot be written: {error.strerror}.") from None
    if place.as_json:
        print_json({"path": str(target), "bytes": len(wave)})
    else:
        print(target)


@app.command()
def run(
    context: typer.Context,
    sid: Annotated[
        str | None, typer.Argument(metavar="SID", help="Of a call; else all.", show_default=False)
    ] = None,
    most: Annotated[
        str, typer.Option(metavar="TIME", help="How far the clock is moved at most.")
    ] = "1h",
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let the world's time pass until a call, or every call, is over: faster than real time.

    Exit code 1 when it is not over by then.

        $ trunkline calls run
        The time is 2026-11-21 09:26:13.102. No call is going on.
    """
    from trunkline.cli.show import moment, print_json

    place, control = _at(context, data, world, as_json)
    asked = {"until": "ended", "most": most, **({"call": sid} if sid else {})}
    found = control.call("POST", "/calls/run", asked, seconds=None)
    if place.as_json:
        print_json(found)
    else:
        over = f"The call is {found['status']}." if sid else "No call is going on."
        told = over if found["reached"] else "It is not over yet."
        print(f"The time is {moment(found['now'])}. {told}")
    if not found["reached"]:
        raise typer.Exit(1)


def _quoted(sid: str) -> str:
    return quote(sid, safe="")


def _at(
    context: typer.Context, data: Any, world: str | None, as_json: bool
) -> tuple[Place, Control]:
    from trunkline.cli.client import Control

    place = place_of(context, data, world, as_json)
    return place, Control(place.data, place.world)

"""`trunkline vault`: the keys under which the gateway keeps credentials."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from trunkline.cli.options import DataOption, JsonOption, Place, place_of

__all__ = ["app"]

SECONDS = 3600.0  # a million credentials take minutes

app = typer.Typer(invoke_without_command=True)


@app.callback()
def vault(context: typer.Context, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the gateway's vault, or seal what is in it under a new master key.

    Each credential has a key of its own, which is sealed under a master key. Without a subcommand,
    the status is shown.

        $ trunkline vault rotate
    """
    context.obj = Place(data, as_json=as_json)
    if context.invoked_subcommand is None:
        status(context)


@app.command()
def status(context: typer.Context, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the versions of the master key, and how many secrets are sealed.

    $ trunkline vault status
      Master key  version 2, of 1, 2, from a file
      Secrets     14, all under version 2
    """
    from trunkline.cli.client import Control

    place = place_of(context, data, as_json=as_json)
    _print(Control(place.data).get("/gateway/vault"), place)


@app.command()
def rotate(context: typer.Context, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Seal all secrets under a new master key, while connections go on working.

    Where master keys are in a file of the platform's own, the new one is made. Where they come from
    the environment or a command, add it there first. It can be repeated after anything that stopped
    it. The old key stays, for backups.

        $ trunkline vault rotate
          Master key  version 2, of 1, 2, from a file
          Secrets     14, all under version 2
    """
    from trunkline.cli.client import Control

    place = place_of(context, data, as_json=as_json)
    _print(Control(place.data).call("POST", "/gateway/vault/rotate", {}, seconds=SECONDS), place)


@app.command()
def retire(
    context: typer.Context,
    version: Annotated[int, typer.Argument(metavar="VERSION", min=1, help="An old one.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an old master key away, once nothing is sealed under it.

    Backups from before the rotation need it: keep a copy of it as long as those.

        $ trunkline vault retire 1
        Master key version 1 is gone; copies of it open old backups only.
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import plain, print_json

    place = place_of(context, data, as_json=as_json)
    found = Control(place.data).call("POST", "/gateway/vault/retire", {"version": version})
    if place.as_json:
        print_json(found)
    else:
        print(plain(found["told"]))


def _print(found: dict[str, Any], place: Place) -> None:
    from trunkline.cli.show import facts, plain, print_json

    if place.as_json:
        print_json(found)
        return
    where = {"file": "a file", "environment": "the environment", "command": "a command"}
    versions = ", ".join(map(str, found["versions"]))
    source = where.get(found["source"], plain(str(found["source"])))
    under = f"all under version {found['current']}"
    if found["old"]:
        under = f"{found['old']} under an older version: run `trunkline vault rotate`"
    facts(
        [
            ("Master key", f"version {found['current']}, of {versions}, from {source}"),
            ("Secrets", f"{found['sealed']}, {under}" if found["sealed"] else "none"),
        ]
    )

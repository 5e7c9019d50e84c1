"""`trunkline connection`: the accounts at providers that are connected."""

from __future__ import annotations

from typing import Annotated

import typer

from trunkline.cli.gateway.options import (
    ApiUriOption,
    ConnectorIdOption,
    ConnectorKeyOption,
    CursorOption,
    IntegrationKeyOption,
    SearchOption,
    gateway_of,
)
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)

Named = Annotated[
    str, typer.Argument(metavar="CONNECTION", help="Its id, or a key that you gave it.")
]


@app.callback()
def connection(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the accounts at providers that are connected; show, test, delete one.

    Credentials stay in the gateway: nothing shows them. Without a subcommand, connections are
    listed. `trunkline connect` makes one.

        $ trunkline connection
          id                                    app     state  made (UTC)               name
          01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6  twilio  ok     2026-11-21 09:24:11.861  Twilio
    """
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        list_connections(context)


@app.command("list")
def list_connections(
    context: typer.Context,
    connector_id: ConnectorIdOption = None,
    connector_key: ConnectorKeyOption = None,
    integration_key: IntegrationKeyOption = None,
    search: SearchOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
    cursor: CursorOption = None,
    api_uri: ApiUriOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List connections: `{"items": […]}` with `--json`.

    $ trunkline connection list --json | jq -r '.items[0].id'
    01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6
    """
    from trunkline.cli.gateway.show_connection import print_connections
    from trunkline.cli.show import print_json

    place, api = gateway_of(context, api_uri, data, world, as_json)
    query = {
        "connectorId": connector_id,
        "connectorKey": connector_key,
        "integrationKey": integration_key,
        "search": search,
        "limit": limit,
        "cursor": cursor,
    }
    found = api.get("/connections", query)
    if place.as_json:
        print_json(found)
    elif found["items"]:
        print_connections(found["items"])
    else:
        print("Nothing is connected: see `trunkline connect --help`.")


@app.command()
def show(
    context: typer.Context,
    named: Named,
    api_uri: ApiUriOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a connection, and what is to be done where it does not work.

    $ trunkline connection show 01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6
    01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6  ok
      name  Twilio
      app   twilio
      made  2026-11-21 09:24:11.861
    """
    from trunkline.cli.gateway.show_connection import print_connection
    from trunkline.cli.show import print_json

    place, api = gateway_of(context, api_uri, data, world, as_json)
    found = api.get(_path(named))
    if place.as_json:
        print_json(found)
    else:
        print_connection(found)


@app.command()
def delete(
    context: typer.Context,
    named: Named,
    api_uri: ApiUriOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a connection, and its credentials.

    $ trunkline connection delete 01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6
    01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6 is deleted.
    """
    from trunkline.cli.show import plain, print_json

    place, api = gateway_of(context, api_uri, data, world, as_json)
    found = api.call("DELETE", _path(named))
    if place.as_json:
        print_json(found if isinstance(found, dict) else {"id": named, "deleted": True})
    else:
        print(f"{plain(named)} is deleted.")


@app.command("test")
def try_out(
    context: typer.Context,
    named: Named,
    api_uri: ApiUriOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the provider whether it still takes the credentials; exit code 1 if not.

    $ trunkline connection test 01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6
    It works.
    """
    from trunkline.cli.failure import Failure
    from trunkline.cli.show import print_json

    place, api = gateway_of(context, api_uri, data, world, as_json)
    found = api.call("POST", _path(named) + "/test", {})
    if place.as_json:
        print_json(found)
        if not found.get("success"):
            raise typer.Exit(1)
        return
    if not found.get("success"):
        raise Failure(f"It does not work: {found.get('message') or 'the provider refuses it.'}")
    print("It works.")


def _path(named: str) -> str:
    from trunkline.cli.gateway.api import segment

    return f"/connections/{segment(named)}"

"""`trunkline action`: what can be done by a connection without knowing the provider's API."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.gateway.options import (
    ApiUriOption,
    ConnectionIdOption,
    ConnectionKeyOption,
    CursorOption,
    IntegrationKeyOption,
    SearchOption,
    gateway_of,
)
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def action(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find an action by what it is to do, and run it.

    Without a subcommand, actions are listed.

        $ trunkline action list --intent "text somebody" --connectionId $CONNECTION
        $ trunkline action run send-message --connectionId $CONNECTION \\
            --input '{"to": "+14155550123", "from": "+12065550100", "body": "Hi"}'
    """
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        list_actions(context)


@app.command("list")
def list_actions(
    context: typer.Context,
    intent: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What is to be done, in words: the best come first."),
    ] = None,
    connection_id: ConnectionIdOption = None,
    connection_key: ConnectionKeyOption = None,
    integration_key: IntegrationKeyOption = None,
    search: SearchOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 10,
    cursor: CursorOption = None,
    api_uri: ApiUriOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List actions; with `--json` each with its `id`, `key`, `inputSchema`, `outputSchema`.

    $ trunkline action list --intent "how much money is left"
      key                  what it does
      get-account-balance  Fetch the current balance of your account
      …
    """
    from trunkline.cli.show import plain, print_json, table

    place, api = gateway_of(context, api_uri, data, world, as_json)
    query = {
        "connectionId": connection_id,
        "connectionKey": connection_key,
        "integrationKey": integration_key,
        "intent": intent,
        "search": search,
        "limit": limit,
        "cursor": cursor,
    }
    found = api.get("/actions", query)
    if place.as_json:
        print_json(found)
        return
    rows = [
        [plain(str(each["key"])), plain(str(each.get("description") or each.get("name") or ""))]
        for each in found["items"]
    ]
    if rows:
        table(["key", "what it does"], rows)
    else:
        print("There are no such actions.")


@app.command()
def run(
    context: typer.Context,
    named: Annotated[str, typer.Argument(metavar="ACTION", help="Its key, or its id.")],
    connection_id: ConnectionIdOption = None,
    connection_key: ConnectionKeyOption = None,
    given: Annotated[
        str | None,
        typer.Option("--input", metavar="JSON", help="Its input; - reads standard input."),
    ] = None,
    api_uri: ApiUriOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run an action, and print what it gives: `{"output": …, "actionRunId": …}` with `--json`.

    Without a connection it is the oldest that works of the action's app.

        $ trunkline action run get-account-balance --connectionId $CONNECTION --json
        {
          "output": {
            "balance": "100.00",
            "currency": "USD"
          },
          "actionRunId": "01a1fd6b-b0c4-4e9a-7d21-0242ac120002"
        }
    """
    from trunkline.cli.gateway.api import segment
    from trunkline.cli.show import print_json

    wanted = _input(given)
    place, api = gateway_of(context, api_uri, data, world, as_json)
    query = {"connectionId": connection_id, "connectionKey": connection_key}
    path = f"/actions/{segment(named)}/run"
    found = api.call("POST", path, {"input": wanted}, query=query)
    print_json(found if place.as_json else found.get("output"))


def _input(given: str | None) -> Any:
    import sys

    text = sys.stdin.read() if given == "-" else given
    if text is None or not text.strip():
        return {}
    try:
        return json.loads(text)
    except ValueError as error:
        where = f", column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Failure(
            f"The input is no JSON{where}: write it in single quotes, --input '{{\"to\": …}}'."
        ) from None

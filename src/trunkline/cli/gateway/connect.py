"""`trunkline connect`: have a person connect an account at a provider."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.gateway.options import (
    ApiUriOption,
    ConnectionIdOption,
    ConnectionKeyOption,
    ConnectorIdOption,
    ConnectorKeyOption,
    IntegrationKeyOption,
    NonInteractiveOption,
)
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption

if TYPE_CHECKING:
    from trunkline.cli.gateway.api import Api

__all__ = ["connect"]

FIRST_LOOK, LONGEST_LOOK = 0.5, 3.0  # seconds between looks
MOST_TROUBLE = 5  # looks one after the other that may fail


def connect(
    connector_id: ConnectorIdOption = None,
    connector_key: ConnectorKeyOption = None,
    integration_key: IntegrationKeyOption = None,
    connection_id: ConnectionIdOption = None,
    connection_key: ConnectionKeyOption = None,
    intent: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What it is for, where no connector is named."),
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Its name, for people.")] = None,
    allow_multiple: Annotated[
        bool,
        typer.Option(
            "--allowMultipleConnections",
            help="Make one even if the same account is connected already.",
            show_default=False,
        ),
    ] = False,
    timeout: Annotated[
        int, typer.Option(metavar="SECONDS", min=1, max=86_400, help="How long it waits.")
    ] = 900,
    non_interactive: NonInteractiveOption = False,
    api_uri: ApiUriOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Connect an account at a provider: a person enters its credentials on a page of the gateway.

    A browser opens, or the URL is printed to standard error; then it waits until the person is
    done. `--connectionId` connects one again whose credentials are refused. With `--json` the
    connection is printed, with `id` and `connectionId`.

        $ trunkline connect --connectorId=cnt_twilio --json
        Open this in a browser: http://127.0.0.1:8080/membrane/screens/connect?connectionRequestId=…
        {
          "id": "01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6",
          "connectionId": "01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6",
          …
        }
        $ trunkline connect --connectorKey trunkline --name "My line"
        $ trunkline connect --connectionId 01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6
    """
    from trunkline.cli.gateway.api import api_at
    from trunkline.cli.gateway.show_connection import print_connection
    from trunkline.cli.show import print_json

    wanted = {
        "connectorId": connector_id,
        "connectorKey": connector_key,
        "integrationKey": integration_key,
        "connectionId": connection_id,
        "intent": intent,
    }
    if not any(wanted.values()):
        raise Failure(
            "Say what to connect: --connectorId ID or --connectorKey KEY, as `trunkline search`"
            " shows them."
        )
    asked: dict[str, Any] = {key: value for key, value in wanted.items() if value}
    more = {"connectionKey": connection_key, "name": name}
    asked |= {key: value for key, value in more.items() if value}
    if allow_multiple:
        asked["allowMultipleConnections"] = True
    api = api_at(Place(data, world), api_uri)
    request = api.call("POST", "/connection-requests", asked)
    if request["status"] == "pending":  # a platform's own account needs nobody
        _show(str(request["url"]), non_interactive)
    connection = _awaited(api, str(request["requestId"]), timeout)
    if as_json:
        print_json(connection)
    else:
        print_connection(connection)


def _show(url: str, headless: bool) -> None:
    from trunkline.cli.gateway.browser import can_show, show_page

    shown = not headless and can_show() and show_page(url)
    told = "Go on in the browser" if shown else "Open this in a browser"
    print(f"{told}: {url}", file=sys.stderr, flush=True)


def _awaited(api: Api, request_id: str, seconds: int) -> dict[str, Any]:
    """The connection, once the person is done. Raises Failure."""
    from trunkline.cli.gateway.api import segment

    try:
        ended = _ended(api, f"/connection-requests/{segment(request_id)}", seconds)
    except KeyboardInterrupt:
        print(
            "Not waiting any more. The page stays good; `trunkline connection list` shows what came"
            " of it.",
            file=sys.stderr,
        )
        raise
    made = ended.get("resultConnectionId") or ended.get("connectionId")
    if ended["status"] != "success" or not made:
        error = ended.get("resultError")
        why = error.get("message") if isinstance(error, dict) else error
        told = str(why or "It was cancelled" if ended["status"] == "cancelled" else why or "why?")
        raise Failure(f"Nothing was connected: {told.rstrip('.')}.")
    connection: dict[str, Any] = api.get(f"/connections/{segment(str(made))}")
    return {**connection, "connectionId": connection["id"]}


def _ended(api: Api, path: str, seconds: int) -> dict[str, Any]:
    """The request, when it is no longer pending. Raises Failure."""
    from trunkline.cli.gateway.api import GatewayRefused
    from trunkline.cli.gateway.http import Unreachable

    ends = time.monotonic() + seconds
    pause, trouble = FIRST_LOOK, 0
    while True:
        wait = pause
        try:
            found: dict[str, Any] = api.get(path)
            trouble = 0
            if found["status"] != "pending":
                return found
        except (GatewayRefused, Unreachable) as failure:
            trouble += 1
            passing = isinstance(failure, Unreachable) or failure.status in (429, 502, 503, 504)
            if not passing or trouble > MOST_TROUBLE:
                raise
            wait = max(pause, getattr(failure, "retry_after", None) or 0)
        left = ends - time.monotonic()
        if left <= 0:
            raise Failure(
                f"Nobody finished it within {seconds} seconds. The page may still be good:"
                " `trunkline connection list` shows what came of it."
            )
        time.sleep(min(wait, left))
        pause = min(pause * 1.5, LONGEST_LOOK)

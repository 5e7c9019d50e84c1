"""Options that commands of the gateway share, and the gateway that they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from trunkline.cli.options import Place, place_of

if TYPE_CHECKING:
    from trunkline.cli.gateway.api import Api

__all__ = [
    "ApiUriOption",
    "ConnectionIdOption",
    "ConnectionKeyOption",
    "ConnectorIdOption",
    "ConnectorKeyOption",
    "CursorOption",
    "IntegrationKeyOption",
    "NonInteractiveOption",
    "SearchOption",
    "gateway_of",
]

ApiUriOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--apiUri",
        metavar="URL",
        help="The gateway; else MEMBRANE_API_URI, else the one that is signed in to, else the"
        " platform that runs here.",
        show_default=False,
    ),
]
NonInteractiveOption: TypeAlias = Annotated[
    bool,
    typer.Option("--non-interactive", help="Open no browser: print the URL.", show_default=False),
]
ConnectorIdOption: TypeAlias = Annotated[
    str | None, typer.Option("--connectorId", metavar="ID", help="The connector, by its id.")
]
ConnectorKeyOption: TypeAlias = Annotated[
    str | None, typer.Option("--connectorKey", metavar="KEY", help="The connector: twilio.")
]
IntegrationKeyOption: TypeAlias = Annotated[
    str | None, typer.Option("--integrationKey", metavar="KEY", help="The same as --connectorKey.")
]
ConnectionIdOption: TypeAlias = Annotated[
    str | None, typer.Option("--connectionId", metavar="ID", help="The connection, by its id.")
]
ConnectionKeyOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--connectionKey", metavar="KEY", help="The connection, by a key of your own."),
]
SearchOption: TypeAlias = Annotated[
    str | None, typer.Option("--search", metavar="TEXT", help="Only those whose name has it.")
]
CursorOption: TypeAlias = Annotated[
    str | None, typer.Option("--cursor", metavar="CURSOR", help="The `cursor` of the page before.")
]


def gateway_of(
    context: typer.Context, api_uri: str | None, data: Path | None, world: str | None, as_json: bool
) -> tuple[Place, Api]:
    """Where a subcommand acts, and the gateway there, with a token for it. Raises Failure."""
    from trunkline.cli.gateway.api import api_at

    place = place_of(context, data, world, as_json)
    return place, api_at(place, api_uri)

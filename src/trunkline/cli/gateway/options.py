"""Options that commands of the gateway share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

__all__ = [
    "ApiUriOption",
    "ConnectionIdOption",
    "ConnectionKeyOption",
    "ConnectorIdOption",
    "ConnectorKeyOption",
    "IntegrationKeyOption",
    "NonInteractiveOption",
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

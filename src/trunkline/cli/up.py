"""`trunkline up`: the platform, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption

__all__ = ["up"]

SUPERVISOR = "trunkline.server.up"


def up(
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port to listen on, 0 for a free one; else TRUNKLINE_PORT, else 8080.",
            show_default=False,
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            help="Address to listen on; else TRUNKLINE_HOST, else 127.0.0.1.",
            show_default=False,
        ),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="PUBLIC=LOCAL",
            help="Send webhooks for a public URL to a local app; may be repeated; "
            "else TRUNKLINE_MAP.",
            show_default=False,
        ),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the platform until Ctrl-C.

    Starts a PostgreSQL of its own in the data folder (unless TRUNKLINE_DATABASE_URL names
    another), prints credentials and a program that sends a message, and stops all of it at the
    end. With --json it prints the credentials in one line as soon as it is ready.

        $ trunkline up --port 8080 --data ./sms
        Trunkline 0.1.0 is ready.

          Base URL     http://127.0.0.1:8080
          Account SID  AC01a1fd4e72df43f433f39e9655d181db
          Auth token   c72c992c6027b11fd40e004760226234
          Numbers      +12065550100  +14155550100  +18005550100  +18885550100
          Data         /home/you/sms

        # send a message: pip install twilio
        from twilio.rest import Client
        client = Client("AC01a1fd4e72df43f433f39e9655d181db", "c72c992c6027b11fd40e004760226234")
        client.api.base_url = "http://127.0.0.1:8080"
        print(client.messages.create(to="+14155550123", from_="+12065550100", body="Hello").sid)
        …
        $ trunkline up --json --port 0 --data "$(mktemp -d)" | head -1
        {"base_url": "http://127.0.0.1:43051", "account_sid": "AC…", "auth_token": "…", …}
    \f
    It is a small supervisor. It starts PostgreSQL (unless `TRUNKLINE_DATABASE_URL` names one) and
    the main process, starts again what dies, and tells so on standard error; the port is kept
    meanwhile, and requests wait. At the end it stops the main process, which finishes what it
    holds, within ten seconds, and then PostgreSQL. A second Ctrl-C does not wait; nothing that was
    accepted is lost by it. What happens if the supervisor itself is killed: everything it started
    ends by itself, and the next `up` goes on from there.

    One platform uses a folder at a time: a second `up` says who has it. The logs are in
    `logs/trunkline.log` and `logs/postgres.log` of the data folder. All other settings are
    environment variables: see [configuration](configuration.md).
    """
    from trunkline.server.start_settings import SettingsInvalid, StartSettings

    try:
        settings = StartSettings.read(data=data, host=host, port=port, maps=_checked(map_ or []))
    except SettingsInvalid as error:
        raise Failure(str(error)) from None
    # What parsed the options is not kept in memory for days: the supervisor takes its place.
    # Signals wait until it can handle them.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    command = [sys.executable, "-P", "-m", SUPERVISOR, *(["--json"] if as_json else [])]
    os.execve(sys.executable, command, {**os.environ, **settings.environment()})


def _checked(maps: list[str]) -> list[str]:
    if maps:
        from trunkline.webhooks.address_map import AddressMap

        try:
            AddressMap.read(*maps)
        except ValueError as error:
            raise Failure(f"--map cannot be used: {error}") from None
    return maps

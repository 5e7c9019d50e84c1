"""`trunkline tail`: events as they happen."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from trunkline.cli.options import DataOption, JsonOption, WorldOption

__all__ = ["meaning", "read_events", "tail"]

CODES = ("error_code", "code")


def tail(
    subject: Annotated[
        str | None, typer.Option(metavar="SID", help="Only of this message or call.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="NUMBER", help="Only of messages and calls from it."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Only of messages and calls to it.")
    ] = None,
    number: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Only of messages and calls from or to it.")
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="Only what comes to be so: delivered,busy."),
    ] = None,
    errors: Annotated[
        bool,
        typer.Option("--errors", help="Only what failed, with what its code means."),
    ] = False,
    webhooks: Annotated[
        bool | None,
        typer.Option(
            "--webhooks/--no-webhooks",
            help="Only requests to apps, or all but these.",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Only kinds that start so: message.sent.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="SID", help="Only of this account.")
    ] = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show events live, until Ctrl-C.

    What happens from now on is shown, and the platform picks out what is wanted. What has happened
    is in `trunkline messages`, `calls`, `webhooks` and `why`. With `--json`, one JSON document a
    line. An error code is told with what it means.

        $ trunkline tail
        2026-11-21 09:24:11.857  message.queued     SM01a1…871a  +12065550100 → +14155550123  …
        2026-11-21 09:24:11.863  message.delivered  SM01a1…871a  +12065550100 → +14155550123

        $ trunkline tail --number +14155550123 --no-webhooks
        $ trunkline tail --errors
        2026-11-21 09:24:12.863  message.undelivered  SM01a1…871a  …
            error_code=30003 (Unreachable destination handset)

        $ trunkline tail --json --status delivered,undelivered | jq -r .subject
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import dim, print_json_line

    control = Control(data, world)
    query = {
        "subject": subject,
        "from": from_,
        "to": to,
        "number": number,
        "status": status,
        "kind": kind,
        "account": account,
        "errors": "true" if errors else None,
        "webhooks": None if webhooks is None else str(webhooks).lower(),
        "parties": "true",
    }
    try:
        with control.stream("/events", **query) as response:
            if not as_json and sys.stderr.isatty():
                print(dim("Waiting for events; Ctrl-C ends."), file=sys.stderr)
            for name, event in read_events(response):
                if as_json:
                    print_json_line(event if name != "lost" else {"kind": "lost", **event})
                else:
                    print(_line(name, event), flush=True)
    except KeyboardInterrupt:
        return
    print("The platform stopped.", file=sys.stderr)


def read_events(lines: Iterable[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names and data of the server-sent events in `lines`."""
    name, data = "message", ""
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            if data:
                yield name, json.loads(data)
            name, data = "message", ""
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data += value


def _line(name: str, event: dict[str, Any]) -> str:
    from trunkline.cli.show import dim, moment, plain, status

    if name == "lost":
        return f"({event['lost']} events were too fast for this terminal)"
    kind = event["kind"]
    facts = "  ".join(_shown(key, value) for key, value in event["data"].items())
    between = f"{event.get('from') or '—'} → {event['to']}" if "to" in event else ""
    parts = [
        dim(moment(event["world_time"])),
        status(kind) + " " * max(0, 20 - len(kind)),
        event["subject"],
        plain(between),
        plain(facts),
    ]
    return "  ".join(part for part in parts if part).rstrip()


def _shown(key: str, value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f"{key}={text}{f' ({meaning(value)})' if key in CODES and value else ''}"


def meaning(code: int) -> str:
    """What an error code means, as Twilio's error dictionary titles it."""
    from trunkline.messaging.delivery_errors import title
    from trunkline.webhooks.alerts.catalogue import alert_title

    named = alert_title(code)
    return title(code) if named.startswith("Error ") else named

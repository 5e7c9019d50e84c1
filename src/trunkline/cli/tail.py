"""`trunkline tail`: events as they happen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from trunkline.cli.options import DataOption, JsonOption, WorldOption

__all__ = ["read_events", "tail"]


def tail(
    subject: Annotated[
        str | None, typer.Option(metavar="SID", help="Only of this message or call.")
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
    """Show events live, until Ctrl-C. With --json, one JSON document a line."""
    import sys

    from trunkline.cli.client import Control
    from trunkline.cli.show import dim, print_json_line

    control = Control(data, world)
    try:
        query = {"subject": subject, "kind": kind, "account": account}
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
    facts = "  ".join(f"{key}={_shown(value)}" for key, value in event["data"].items())
    return "  ".join(
        [
            dim(moment(event["world_time"])),
            status(kind) + " " * max(0, 20 - len(kind)),
            event["subject"],
            plain(facts),
        ]
    ).rstrip()


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)

"""One call on a screen, with all that is known of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from trunkline.cli.client import Control
from trunkline.cli.show import bold, facts, moment, plain, print_json, status, table

__all__ = ["print_call", "show_call"]


def show_call(control: Control, sid: str, *, as_json: bool) -> None:
    """Ask for a call and print it. Raises Failure."""
    found = control.get(f"/calls/{quote(sid, safe='')}")
    if as_json:
        print_json(found)
    else:
        print_call(found)


def print_call(found: dict[str, Any]) -> None:
    """Its facts, the verbs that were executed, and its timeline."""
    print(f"{bold(found['sid'])}  {status(found['status'])}")
    facts((name, plain(value)) for name, value in _facts(found))
    if found["verbs"]:
        print()
        table(["verb", ""], [row for verb in found["verbs"] for row in _rows(verb)])
    events = [event for event in found["timeline"] if event["kind"] != "call.verb"]
    if events:
        print()
        rows = [
            [moment(e["world_time"]), e["kind"].removeprefix("call."), plain(_details(e["data"]))]
            for e in events
        ]
        table(["world time (UTC)", "event", ""], rows, mark=1)


def _facts(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "from", found["from"]
    yield "to", found["to"]
    yield "direction", found["direction"]
    if found["parent_sid"]:
        yield "dialled by", found["parent_sid"]
    if found["forwarded_from"]:
        yield "forwarded from", found["forwarded_from"]
    if found["answered_at"]:
        yield "answered", moment(found["answered_at"])
    if found["duration"] is not None:
        yield "lasted", f"{found['duration']} s"
    if found["error_code"] is not None:
        yield "error", f"{found['error_code']}, {found['error_message']}"
    if found["digits"]:
        yield "pressed", found["digits"]
    if found["children"]:
        yield "dialled", " ".join(found["children"])
    document = found["document"]
    yield "document", document.get("url") or ("a text" if document.get("twiml") else "none")


def _rows(verb: dict[str, Any], depth: int = 0) -> Iterator[list[str]]:
    """A line for a verb, and further in those of what is within it."""
    parts = [verb["text"] or "", _details(verb["attributes"])]
    yield ["  " * depth + verb["verb"], plain("  ".join(part for part in parts if part))]
    for inner in verb["within"]:
        yield from _rows(inner, depth + 1)


def _details(data: dict[str, Any]) -> str:
    return "  ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in data.items()
    )

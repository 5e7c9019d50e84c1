"""`trunkline why`: explain a message or a call."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from trunkline.cli.options import DataOption, JsonOption, WorldOption

__all__ = ["print_timeline", "why"]

SENDERS = {
    "local": "a local number of yours",
    "mobile": "a mobile number of yours",
    "tollfree": "a toll-free number of yours",
    "alphanumeric": "an alphanumeric sender",
    "short_code": "a short code of yours",
    "channel": "a channel sender of yours",
    "whatsapp": "a WhatsApp sender of yours",
    "rcs": "an RCS agent of yours",
}
CHOSEN = {
    "request": "named by the request",
    "sticky": "the one that the recipient is used to",
    "short_code": "a short code of the recipient's country",
    "alphanumeric": "an alphanumeric sender, which goes before numbers",
    "toll_free": "toll-free, which goes first in Canada",
    "area_code": "of the recipient's area",
    "country": "of the recipient's country",
    "any": "none is of the recipient's country",
    "channel": "of the recipient's channel",
}
LIMITS = {"off": "off in this world", "twilio": "as Twilio's", "custom": "of this world's own"}
STEPS = {
    "media": "its media to be fetched",
    "choose": "its service to give it a sender",
    "submit": "its turn to be sent",
    "deliver": "the phone to report",
    "in_doubt": "a receipt that tells what became of it",
}


def why(
    sid: Annotated[str, typer.Argument(help="SID of a message or a call.", show_default=False)],
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a message or a call: all that is known of it, and each thing that happened to it.

    Of a message: sender, route, segments, limits, opt-out, attempts, transitions. Of a call, what
    `trunkline calls show` tells.

    The timeline also has the requests to the app about the message, each where it ended (or became
    due, if it has not ended): what was told, where, and what came of it. `untrue=true` marks what
    webhook chaos made up.

        $ trunkline why SM01a1fd6ba6a9af010a9d3388be4cb910
        SM01a1fd6ba6a9af010a9d3388be4cb910  sent
          from       +12065550100, a local number of yours
          to         +14155550123
          direction  outbound-api
          route      the virtual phones of this world
          text       1 segment; GSM-7, 4 units
          limits     off in this world
          opt-out    no
          attempts   1
          waits for  the phone to report, due 2026-11-21 11:24:13.102

          world time (UTC)         event
          2026-11-21 09:24:13.097  queued             sender=local  route=virtual  encoding=GSM-7  …
          2026-11-21 09:24:13.102  sending
          2026-11-21 09:24:13.102  sent
          2026-11-21 09:24:13.104  webhook.delivered  told=sent  method=POST  …
    """
    from urllib.parse import quote

    from trunkline.cli.client import Control
    from trunkline.cli.show import bold, facts, plain, print_json, status

    if sid[:2] == "CA":
        from trunkline.cli.show_call import show_call

        show_call(Control(data, world), sid, as_json=as_json)
        return
    found = Control(data, world).get(f"/messages/{quote(sid, safe='')}/explanation")
    if as_json:
        print_json(found)
        return
    print(f"{bold(found['sid'])}  {status(found['status'])}")
    facts((name, plain(value)) for name, value in _facts(found))
    print()
    print_timeline(found["timeline"])


def _facts(found: dict[str, Any]) -> list[tuple[str, str]]:
    inbound = found["direction"] == "inbound"
    sender = SENDERS.get(found["sender_kind"] or "", "")
    rows = [
        ("from", (found["sender"] or "—") + (f", {sender}" if sender and not inbound else "")),
        *_service(found, inbound=inbound),
        ("to", found["recipient"]),
        ("direction", found["direction"]),
        ("route", _route(found)),
        ("text", _text(found)),
        ("limits", LIMITS.get(found["limits"], found["limits"])),
    ]
    if not inbound:
        rows.append(("opt-out", "the recipient opted out" if found["opted_out"] else "no"))
        rows.append(("attempts", str(found["attempts"])))
    if found["error_code"] is not None:
        rows.append(("error", f"{found['error_code']}, {found['error_message']}"))
    if found["waiting_for"] is not None:
        rows.append(("waits for", _awaited(found)))
    if found["in_doubt"] is not None:
        rows.append(("in doubt", f"it may have been sent: {found['in_doubt']}"))
    return rows


def _awaited(found: dict[str, Any]) -> str:
    from trunkline.cli.show import moment

    if found["turn"] is None:
        due = f", due {moment(found['due_at'])}" if found["due_at"] else ""
        return str(STEPS.get(found["waiting_for"], found["waiting_for"])) + due
    ahead, rate = found["turn"]["segments_ahead"], found["turn"]["rate"]
    place = f"behind {_count(ahead, 'segment')}" if ahead else "next"
    expected = found["turn"]["expected_at"]
    when = f", expected {moment(expected)}" if expected else ""
    return f"its sender's turn: {place}, at {rate:g} a second{when}"


def _service(found: dict[str, Any], *, inbound: bool) -> list[tuple[str, str]]:
    if found["service_sid"] is None:
        return []
    chosen = None if inbound else found["chosen_by"]
    why = "" if chosen is None else f"; sender: {CHOSEN.get(chosen, chosen)}"
    return [("service", f"{found['service_sid']}{why}")]


def _route(found: dict[str, Any]) -> str:
    route = found["route"]
    return "the virtual phones of this world" if route == "virtual" else route or "none"


def _text(found: dict[str, Any]) -> str:
    parts = [_count(found["segments"], "segment")]
    if found["encoding"] is not None:
        units = "" if found["units"] is None else f", {_count(found['units'], 'unit')}"
        parts.append(f"{found['encoding']}{units}")
    if found["num_media"]:
        parts.append(f"{found['num_media']} media")
    return "; ".join(parts)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def print_timeline(events: list[dict[str, Any]]) -> None:
    """The events of a message, with world times."""
    import json

    from trunkline.cli.show import moment, plain, table

    rows = []
    for event in events:
        details = "  ".join(
            f"{key}={value if isinstance(value, str) else json.dumps(value)}"
            for key, value in event["data"].items()
        )
        kind = event["kind"].removeprefix("message.")
        rows.append([moment(event["world_time"]), kind, plain(details)])
    if rows:
        table(["world time (UTC)", "event", ""], rows, mark=1)

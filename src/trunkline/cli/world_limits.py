"""`trunkline world limits`: how fast senders send, how long their queues may be, and how fast
accounts call."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, WorldOption, place_of

__all__ = ["limits"]

MODES = ("off", "twilio", "custom")
LEAST, MOST = 0.001, 100_000.0
# What each value is, in the order of the control API.
TITLES = {
    "long_code": "Long code",
    "toll_free": "Toll-free number",
    "short_code": "Short code",
    "alphanumeric": "Alphanumeric sender",
    "channel": "Sender of a channel",
    "mms_long_code": "Media, long code",
    "account_mms": "Media, account",
    "calls_per_second": "Calls, account",
}


def _rate(name: str, what: str) -> Any:
    return typer.Option(name, min=LEAST, max=MOST, metavar="RATE", help=what, show_default=False)


def limits(
    context: typer.Context,
    mode: Annotated[
        str | None,
        typer.Argument(
            metavar="MODE", help="off, twilio or custom; else they are shown.", show_default=False
        ),
    ] = None,
    long_code: Annotated[
        float | None, _rate("--long-code", "Segments a second of a long code.")
    ] = None,
    toll_free: Annotated[float | None, _rate("--toll-free", "Of a toll-free number.")] = None,
    short_code: Annotated[float | None, _rate("--short-code", "Of a short code.")] = None,
    alphanumeric: Annotated[
        float | None, _rate("--alphanumeric", "Of an alphanumeric sender.")
    ] = None,
    channel: Annotated[
        float | None, _rate("--channel", "Of a sender of a channel: WhatsApp, RCS.")
    ] = None,
    mms_long_code: Annotated[
        float | None, _rate("--mms-long-code", "Messages with media a second of a long code.")
    ] = None,
    account_mms: Annotated[float | None, _rate("--account-mms", "And of an account.")] = None,
    queue_seconds: Annotated[
        int | None,
        typer.Option(
            "--queue-seconds",
            min=1,
            max=864_000,
            metavar="SECONDS",
            help="How long a queue may be, in sending time.",
            show_default=False,
        ),
    ] = None,
    calls_per_second: Annotated[
        float | None, _rate("--calls-per-second", "Calls a second that an account dials.")
    ] = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show or set what a world limits: rates of senders, queues, calls.

    Rates are segments a second of each sender by its type, messages with media a second, and
    calls a second of each account.
    `custom` takes values in place of Twilio's. What is set holds at once, also for what waits.

        $ trunkline world limits custom --long-code 5
        World default limits as set here.
          Long code            5 a second
          Toll-free number     3 a second
          …
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import print_json

    given = {
        "long_code": long_code,
        "toll_free": toll_free,
        "short_code": short_code,
        "alphanumeric": alphanumeric,
        "channel": channel,
        "mms_long_code": mms_long_code,
        "account_mms": account_mms,
        "queue_seconds": queue_seconds,
        "calls_per_second": calls_per_second,
    }
    values = {name: value for name, value in given.items() if value is not None}
    if mode is not None and mode not in MODES:
        raise Failure(f"Limits are off, twilio or custom, and not '{mode}'.")
    if values and mode != "custom":
        raise Failure("Values are for custom limits: trunkline world limits custom …")
    place = place_of(context, data, world, as_json)
    control = Control(place.data, place.world)
    if mode is None:
        found = control.get("/limits")
    else:
        found = control.call("PUT", "/limits", {"limits": mode, **values})
    if place.as_json:
        print_json(found)
    else:
        _print(control.world, found)


def _print(world: str, found: dict[str, Any]) -> None:
    from trunkline.cli.show import facts

    if found["limits"] == "off":
        print(f"World {world} limits nothing.")
        return
    how = "as Twilio does" if found["limits"] == "twilio" else "as set here"
    print(f"World {world} limits {how}.")
    rows = [(title, f"{found[name]:g} a second") for name, title in TITLES.items()]
    rows.append(("Queue of a sender", f"{found['queue_seconds']} seconds of sending"))
    facts(rows)

"""How requests are made of apps: chaos, local addresses, the debugger, private networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from urllib.parse import quote

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

if TYPE_CHECKING:
    from trunkline.cli.client import Control

__all__ = ["allow", "at", "chaos", "debugger", "map_addresses"]

EXAMPLE = "https://api.example.com=http://127.0.0.1:3000"
CHAOS = ("duplicate", "reorder", "delay", "drop", "contradict")

AccountOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--account", metavar="SID", help="Of this account; else of the world's first."),
]


def chaos(
    context: typer.Context,
    duplicate: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="P", help="How likely a request comes twice, at once."),
    ] = None,
    reorder: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="P", help="… lets its message's next one pass."),
    ] = None,
    delay: Annotated[
        float | None, typer.Option(min=0, max=1, metavar="P", help="… comes late.")
    ] = None,
    delay_seconds: Annotated[
        float | None,
        typer.Option(min=0, max=86_400, metavar="S", help="How late at most; else 5."),
    ] = None,
    drop: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, metavar="P", help="… is cut off before its answer, and comes again."
        ),
    ] = None,
    contradict: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="P", help="… says undelivered before delivered."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="The same seed, the same chaos; else 0."),
    ] = None,
    off: Annotated[
        bool, typer.Option("--off", help="Let the world be calm.", show_default=False)
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Disturb the requests of a world, or show how they are. What is not named is 0.

    Each P is from 0 to 1. The same `--seed`, the same chaos, from the moment it is set. Refused in
    production.

        $ trunkline webhooks chaos --duplicate 0.2 --reorder 0.2 --seed 7
          seed           7
          duplicate      0.2
          reorder        0.2
          delay          0
          delay seconds  5
          drop           0
          contradict     0
        $ trunkline webhooks chaos --off
        calm
    """
    from trunkline.cli.show import facts, print_json

    asked = {
        "duplicate": duplicate,
        "reorder": reorder,
        "delay": delay,
        "delay_seconds": delay_seconds,
        "drop": drop,
        "contradict": contradict,
        "seed": seed,
    }
    change = {name: value for name, value in asked.items() if value is not None}
    if off and change:
        raise Failure("Say either --off or what to disturb.")
    if change and not any(change.get(name) for name in CHAOS):
        raise Failure("Say how likely a disturbance is, e.g. --duplicate 0.2: see --help.")
    place, control = at(context, data, world, as_json)
    if off:
        found = control.call("DELETE", "/webhooks/chaos")
    elif change:
        found = control.call("PUT", "/webhooks/chaos", change)
    else:
        found = control.get("/webhooks/chaos")
    if place.as_json:
        print_json(found)
    elif found["chaos"] is None:
        print("calm")
    else:
        facts((name.replace("_", " "), f"{value:g}") for name, value in found["chaos"].items())


def map_addresses(
    context: typer.Context,
    maps: Annotated[
        list[str] | None,
        typer.Argument(metavar="PUBLIC=LOCAL", help=f"E.g. {EXAMPLE}", show_default=False),
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget what was set before.", show_default=False)
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send requests for public URLs to local apps, or show which are. Others stay as they are.

    The app sees its public address, and a signature of it. `trunkline up --map` does the same for
    every world.

        $ trunkline webhooks map https://api.example.com=http://127.0.0.1:3000
        https://api.example.com=http://127.0.0.1:3000
    """
    from trunkline.cli.show import dim, plain, print_json

    added = dict(_split(text) for text in maps or ())
    place, control = at(context, data, world, as_json)
    found = control.get("/webhooks/maps")
    if added or clear:
        kept = {} if clear else {entry["public"]: entry["local"] for entry in found["maps"]}
        wanted = [{"public": p, "local": target} for p, target in (kept | added).items()]
        found = control.call("PUT", "/webhooks/maps", {"maps": wanted})
    if place.as_json:
        print_json(found)
        return
    if not found["maps"] and not found["everywhere"]:
        print("No public address is mapped.")
    for entry in found["maps"]:
        print(plain(f"{entry['public']}={entry['local']}"))
    for text in found["everywhere"]:
        print(f"{plain(text)}  {dim('in every world')}")


def debugger(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Argument(metavar="URL", help="Where every alert is sent.", show_default=False),
    ] = None,
    off: Annotated[
        bool, typer.Option("--off", help="Send alerts nowhere.", show_default=False)
    ] = False,
    account: AccountOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set where the alerts of an account are sent, or show it.

    $ trunkline webhooks debugger https://api.example.com/alerts
      account    AC01a1fd4e72df43f433f39e9655d181db
      debugger   https://api.example.com/alerts
      may reach  —
    """
    from trunkline.cli.show import facts, plain, print_json

    if off and url is not None:
        raise Failure("Say either a URL or --off.")
    place, control = at(context, data, world, as_json)
    path = _account(control, account)
    if off or url is not None:
        found = control.call("PUT", path, {"debugger_url": url})
    else:
        found = control.get(path)
    if place.as_json:
        print_json(found)
        return
    facts(
        [
            ("account", found["account_sid"]),
            ("debugger", plain(found["debugger_url"] or "—")),
            ("may reach", plain("  ".join(found["allowed"])) or "—"),
        ]
    )


def allow(
    context: typer.Context,
    hosts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NETWORK_OR_HOST", help="E.g. 10.1.0.0/16 app.internal", show_default=False
        ),
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget what was allowed before.", show_default=False)
    ] = False,
    account: AccountOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an account's requests reach private networks and hosts, or show which they may reach.

    In development they may reach all of them. What is named is added.

        $ trunkline webhooks allow 10.1.0.0/16 app.internal
        10.1.0.0/16
        app.internal
    """
    from trunkline.cli.show import plain, print_json

    place, control = at(context, data, world, as_json)
    path = _account(control, account)
    found = control.get(path)
    if hosts or clear:
        allowed = [*([] if clear else found["allowed"]), *(hosts or ())]
        found = control.call("PUT", path, {"allowed": allowed})
    if place.as_json:
        print_json(found)
        return
    if not found["allowed"]:
        print("No private network or host is allowed.")
    for entry in found["allowed"]:
        print(plain(entry))


def at(
    context: typer.Context, data: Any, world: str | None, as_json: bool
) -> tuple[Place, Control]:
    """Where a subcommand acts, and the control API there. Raises Failure."""
    from trunkline.cli.client import Control

    place = place_of(context, data, world, as_json)
    return place, Control(place.data, place.world)


def _account(control: Control, sid: str | None) -> str:
    """The settings of an account: of the world's first unless one is named."""
    sid = sid or control.get("/credentials")["account_sid"]
    return f"/webhooks/accounts/{quote(sid, safe='')}"


def _split(text: str) -> tuple[str, str]:
    # The public URL can have an equals sign too: the one that counts stands before the other URL.
    public, equals, rest = text.partition("=http")
    if not equals or not public:
        raise Failure(f"'{text}' is no map: write PUBLIC=LOCAL, e.g. {EXAMPLE}.")
    return public, f"http{rest}"

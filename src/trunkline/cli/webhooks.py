"""`trunkline webhooks`: what was requested of apps, and how requests are made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from urllib.parse import quote

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

if TYPE_CHECKING:
    from trunkline.cli.client import Control

__all__ = ["app"]

DIGITS = 20  # of an id: enough to tell apart what was made in the same millisecond
WAIT = 20.0  # seconds for the outcome of a request that is made again: all its attempts take 15
LOOK = 0.2  # seconds between looks
EXAMPLE = "https://api.example.com=http://127.0.0.1:3000"
NOT_ENDED = ("waiting", "under_way")
CHAOS = ("duplicate", "reorder", "delay", "drop", "contradict")

AccountOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--account", metavar="SID", help="Of this account; else of the world's first."),
]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def webhooks(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was requested of apps, and set how requests are made: trunkline webhooks list."""
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        list_requests(context)


@app.command("list")
def list_requests(
    context: typer.Context,
    sid: Annotated[
        str | None, typer.Option(metavar="SID", help="Only those about this message or alert.")
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only those that failed.", show_default=False)
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Newest requests to show.")] = 20,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the requests to apps, the newest last."""
    from trunkline.cli.show import moment, plain, print_json, table
    from trunkline.cli.show_request import came, what

    place, control = _at(context, data, world, as_json)
    outcome = "failed" if failed else None
    found = control.get("/webhooks", subject=sid, outcome=outcome, limit=limit)
    if place.as_json:
        print_json(found)
        return
    rows = [
        [
            moment(request["created_at"]),
            request["id"][:DIGITS],
            request["outcome"],
            what(request),
            came(request),
            request["subject"],
            plain(f"{request['method']} {request['url']}"),
        ]
        for request in reversed(found["requests"])
    ]
    if rows:
        heads = ["world time (UTC)", "id", "outcome", "what", "came", "about", "where"]
        table(heads, rows, mark=2)
    else:
        print("There are no such requests." if sid or failed else "Nothing was requested yet.")


@app.command()
def show(
    context: typer.Context,
    request: Annotated[
        str, typer.Argument(metavar="ID", help="Its id, or the first digits; or its token.")
    ],
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one request: headers and parameters, each attempt, the answer."""
    from trunkline.cli.show import print_json
    from trunkline.cli.show_request import print_request

    place, control = _at(context, data, world, as_json)
    found = control.get(_path(request))
    if place.as_json:
        print_json(found)
    else:
        print_request(found)


@app.command()
def resend(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar="ID", help="Its id, or the first digits.")],
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a request again that has ended, with the same token, and wait for its outcome."""
    from trunkline.cli.show import print_json, status
    from trunkline.cli.show_request import came

    place, control = _at(context, data, world, as_json)
    made = control.call("POST", _path(request) + "/resend", {})
    found = control.get(_path(made["id"]))
    until = time.monotonic() + WAIT
    while found["outcome"] in NOT_ENDED and time.monotonic() < until:
        time.sleep(LOOK)
        found = control.get(_path(made["id"]))
    if place.as_json:
        print_json(found)
        return
    print(f"{found['id'][:DIGITS]}  {status(found['outcome'])}  {came(found)}".rstrip())


@app.command()
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
    """Disturb the requests of a world, or show how they are. What is not named is 0."""
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
    place, control = _at(context, data, world, as_json)
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


@app.command("map")
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
    """Send requests for public URLs to local apps, or show which are. Others stay as they are."""
    from trunkline.cli.show import dim, plain, print_json

    added = dict(_split(text) for text in maps or ())
    place, control = _at(context, data, world, as_json)
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


@app.command()
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
    """Set where the alerts of an account are sent, or show it."""
    from trunkline.cli.show import facts, plain, print_json

    if off and url is not None:
        raise Failure("Say either a URL or --off.")
    place, control = _at(context, data, world, as_json)
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


@app.command()
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
    """Let an account's requests reach private networks and hosts, or show which they may reach."""
    from trunkline.cli.show import plain, print_json

    place, control = _at(context, data, world, as_json)
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


def _account(control: Control, sid: str | None) -> str:
    """The settings of an account: of the world's first unless one is named."""
    sid = sid or control.get("/credentials")["account_sid"]
    return f"/webhooks/accounts/{quote(sid, safe='')}"


def _at(
    context: typer.Context, data: Any, world: str | None, as_json: bool
) -> tuple[Place, Control]:
    from trunkline.cli.client import Control

    place = place_of(context, data, world, as_json)
    return place, Control(place.data, place.world)


def _path(request: str) -> str:
    return f"/webhooks/{quote(request, safe='')}"


def _split(text: str) -> tuple[str, str]:
    # The public URL can have an equals sign too: the one that counts stands before the other URL.
    public, equals, rest = text.partition("=http")
    if not equals or not public:
        raise Failure(f"'{text}' is no map: write PUBLIC=LOCAL, e.g. {EXAMPLE}.")
    return public, f"http{rest}"

"""`trunkline consents`: who wants whose messages, and how that is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

if TYPE_CHECKING:
    from trunkline.cli.client import Control

__all__ = ["app"]

PAGE = 1_000  # consents of one request
LISTED = 50
STATUSES = ("blocked", "allowed")
METHODS = ("keyword", "api", "import")

AccountOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--account", metavar="SID", help="Of this account; else of the world's first."),
]
SenderOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--sender", metavar="SENDER", help="Of this sender, or service by its SID."),
]
StatusOption: TypeAlias = Annotated[
    str | None, typer.Option("--status", metavar="blocked|allowed", help="Only these.")
]
MethodOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--method", metavar="keyword|api|import", help="Only what is known this way."),
]
Recipient: TypeAlias = Annotated[
    str, typer.Argument(metavar="PHONE", help="Who wants it so, in E.164.")
]
From: TypeAlias = Annotated[
    str,
    typer.Option(
        "--sender", metavar="SENDER", help="Whose messages: a sender, or a service by its SID."
    ),
]
SourceOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="WHERE",
        help="Where they said so: website, offline, opt-in-message, opt-out-message or others.",
    ),
]
WhenOption: TypeAlias = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="When they said so, in ISO 8601.")
]
IpOption: TypeAlias = Annotated[
    str | None, typer.Option("--ip", metavar="IP", help="From which address they said so.")
]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def consents(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who wants whose messages; import and export the list; block or allow somebody.

    Without a subcommand, consents are listed.

        $ trunkline consents
          sender        recipient     status   known by      source   since
          +14155550100  +15551234567  allowed  import        website  2026-11-20 17:02:44.900
          +18005550100  +15558675309  blocked  keyword STOP  —        2026-11-21 08:31:06.123
    """
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        list_consents(context)


@app.command("list")
def list_consents(
    context: typer.Context,
    sender: SenderOption = None,
    recipient: Annotated[
        str | None, typer.Option("--recipient", metavar="PHONE", help="Of this recipient.")
    ] = None,
    status: StatusOption = None,
    method: MethodOption = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1_000_000, metavar="N", help="As many at most.")
    ] = LISTED,
    account: AccountOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List consents by sender and recipient.

    $ trunkline consents list --recipient +14155550123
    """
    from trunkline.cli.show import moment, plain, print_json, table

    place, control = _control(context, data, world, as_json)
    query = {
        "sender": sender,
        "recipient": recipient,
        "status": _one_of(status, STATUSES),
        "method": _one_of(method, METHODS),
        "account_sid": account,
    }
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while len(found) < limit and after is not None:
        size = min(PAGE, limit - len(found))
        page = control.get("/consents", **query, limit=size, after=after or None)
        found += page["consents"]
        after = page["next"]
    if place.as_json:
        print_json({"consents": found})
        return
    if not found:
        print("There is no such consent.")
        return
    rows = [
        [
            plain(each["sender"]),
            plain(each["recipient"]),
            each["status"],
            plain(" ".join(filter(None, (each["method"], each["keyword"])))),
            each["source"] or "—",
            moment(each["changed_at"]),
        ]
        for each in found
    ]
    table(["sender", "recipient", "status", "known by", "source", "since"], rows)
    if after is not None:
        print(f"There are more: say --limit, or export them with {_command('export')}.")


@app.command()
def block(
    context: typer.Context,
    recipient: Recipient,
    sender: From,
    source: SourceOption = None,
    at: WhenOption = None,
    ip: IpOption = None,
    account: AccountOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Block a recipient for a sender, because they said so elsewhere.

    $ trunkline consents block +15558675309 --sender +14155550100 --source website
    +15558675309 is blocked for +14155550100.
    """
    _set(context, "blocked", recipient, sender, source, at, ip, account, data, world, as_json)


@app.command()
def allow(
    context: typer.Context,
    recipient: Recipient,
    sender: From,
    source: SourceOption = None,
    at: WhenOption = None,
    ip: IpOption = None,
    account: AccountOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Allow messages to a recipient again, because they said so elsewhere.

    $ trunkline consents allow +15558675309 --sender +14155550100 --source offline
    +15558675309 is allowed for +14155550100.
    """
    _set(context, "allowed", recipient, sender, source, at, ip, account, data, world, as_json)


@app.command("import")
def import_consents(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV, JSON or JSON lines; - is standard input.")
    ],
    atomic: Annotated[
        bool,
        typer.Option("--atomic", help="All rows, or nothing; 10,000 at most.", show_default=False),
    ] = False,
    account: AccountOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a list of consents: an export of this platform's, or what another one knew.

    A row that cannot be used is told by its line, and the others are imported; the exit code is 1
    then. The same file a second time changes nothing,
    and what somebody said since is not undone. The first line of a CSV file names its
    columns, of which `sender`, `recipient` and `status` have to be there: `sender`, `recipient`,
    `status` (blocked or allowed, opt-out or opt-in), `keyword`, `source`, `ip`, `user_agent`,
    `consented_at`. JSON has the same names.

        $ trunkline consents import consents.csv
        line 4: recipient is no number in E.164.
        4,998 imported, 1 known already, 1 refused
    """
    from trunkline.cli.import_consents import ImportConsents

    place, control = _control(context, data, world, as_json)
    run = ImportConsents(control, account, as_json=place.as_json)
    if not run(file, atomic=atomic):
        raise typer.Exit(1)


@app.command()
def export(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Else standard output.", show_default=False),
    ] = None,
    sender: SenderOption = None,
    status: StatusOption = None,
    method: MethodOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.", show_default=False)
    ] = False,
    account: AccountOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Export consents as CSV, or with `--json` as JSON lines, with what is known of each.

    $ trunkline consents export consents.csv
    4,999 consents are in consents.csv.
    """
    from trunkline.cli.import_consents import export_to

    place, control = _control(context, data, world, as_json)
    query = {
        "sender": sender,
        "status": _one_of(status, STATUSES),
        "method": _one_of(method, METHODS),
        "account_sid": account,
    }
    export_to(control, query, file, force=force, as_json=place.as_json)


def _set(
    context: typer.Context,
    status: str,
    recipient: str,
    sender: str,
    source: str | None,
    at: str | None,
    ip: str | None,
    account: str | None,
    data: Path | None,
    world: str | None,
    as_json: bool,
) -> None:
    from trunkline.cli.show import plain, print_json

    place, control = _control(context, data, world, as_json)
    asked = {
        "sender": sender,
        "recipient": recipient,
        "status": status,
        "source": source,
        "consented_at": at,
        "ip": ip,
        "account_sid": account,
    }
    found = control.call(
        "PUT", "/consents", {name: value for name, value in asked.items() if value is not None}
    )
    if place.as_json:
        print_json(found)
        return
    consent = found["consent"]
    already = "" if found["changed"] else " already"
    print(plain(f"{consent['recipient']} is{already} {status} for {consent['sender']}."))


def _one_of(text: str | None, known: tuple[str, ...]) -> str | None:
    if text is not None and text not in known:
        raise Failure(f"'{text[:64]}' is none of {', '.join(known)}.")
    return text


def _command(name: str) -> str:
    return f"`trunkline consents {name}`"


def _control(
    context: typer.Context, data: Path | None, world: str | None, as_json: bool
) -> tuple[Place, Control]:
    from trunkline.cli.client import Control

    place = place_of(context, data, world, as_json)
    return place, Control(place.data, place.world)

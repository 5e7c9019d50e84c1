"""`trunkline messages`: list, send, show and export messages, and send many from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

if TYPE_CHECKING:
    from trunkline.cli.client import Control

__all__ = ["app"]

# With fewer requests at a time the platform commits less at a time; more make it no faster.
AT_ONCE = 128

ToOption: TypeAlias = Annotated[
    str | None, typer.Option("--to", metavar="NUMBER", help="Only to this recipient.")
]
FromOption: TypeAlias = Annotated[
    str | None, typer.Option("--from", metavar="NUMBER", help="Only from this sender.")
]
StatusOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--status", metavar="STATUS", help="Only with this status; may be repeated."),
]
SinceOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="TIME", help="Only since: 1h, 2026-11-21, 2026-11-21T08:30 (UTC)."
    ),
]
UntilOption: TypeAlias = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Only before; a day is whole.")
]
DateOption: TypeAlias = Annotated[
    str | None, typer.Option("--date", metavar="DAY", help="Only of this day (UTC): 2026-11-21.")
]
SetOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Any other parameter of Twilio's create, e.g. ValidityPeriod=60; may be repeated.",
    ),
]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def messages(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List, send, show and export messages; send many from a CSV file.

    Without a subcommand, the newest are listed.

        $ trunkline messages
        $ trunkline messages send --to +14155550123 "Hello 👋" --wait
        $ trunkline messages bulk customers.csv
    """
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        list_messages(context)


@app.command("list")
def list_messages(
    context: typer.Context,
    to: ToOption = None,
    sender: FromOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    date: DateOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Newest messages to show.")] = 20,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List messages of both directions, the newest last.

    Times are those at which they were made, in the world's time.

        $ trunkline messages list --status undelivered --since 1h
        $ trunkline messages list --to +14155550123 --limit 3 --json
    """
    from itertools import islice

    from trunkline.cli.find_messages import find_messages, parse_filter
    from trunkline.cli.show import print_json
    from trunkline.cli.show_message import print_messages
    from trunkline.cli.twilio_api import TwilioApi

    place, control = _at(context, data, world, as_json)
    wanted = parse_filter(control, to, sender, status, since, until, date)
    found = list(islice(find_messages(TwilioApi(control), wanted, limit), limit))
    if place.as_json:
        print_json({"messages": found})
    elif found:
        print_messages(list(reversed(found)))
    else:
        print("There are no such messages." if wanted.narrows else "There are no messages yet.")


@app.command()
def send(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="NUMBER", help="The recipient.")],
    body: Annotated[
        list[str] | None,
        typer.Argument(metavar="BODY", help="The text; words are joined by spaces."),
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="NUMBER", help="The sender; else the account's first number."
        ),
    ] = None,
    media: Annotated[
        list[str] | None,
        typer.Option("--media", metavar="URL", help="Media to send; may be repeated."),
    ] = None,
    status_callback: Annotated[
        str | None,
        typer.Option("--status-callback", metavar="URL", help="Where its statuses are told."),
    ] = None,
    more: SetOption = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until it has ended, and show how.")
    ] = False,
    wait_for: Annotated[
        str, typer.Option("--wait-for", metavar="TIME", help="How long --wait waits at most.")
    ] = "60s",
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a message as an app would, by Twilio's API; print its SID.

    Exit code 1, with Twilio's sentence and code, when it is refused; with --wait also when it is
    not delivered.

        $ trunkline messages send --to +14155550123 "Hello 👋"
        SM01a1fd4e72df3834b414a6aff4dbc41b
        $ trunkline messages send --to +14155550123 "Your code is 1234" --wait
    """
    from trunkline.cli.send_message import send_message

    fields = given_parameters(more) | {"To": [to]}
    fields |= {"Body": [" ".join(body)]} if body else {}
    fields |= {"From": [sender]} if sender else {}
    fields |= {"MediaUrl": list(media)} if media else {}
    fields |= {"StatusCallback": [status_callback]} if status_callback else {}
    place, control = _at(context, data, world, as_json)
    seconds = _seconds(wait_for) if wait else None
    raise typer.Exit(send_message(control, fields, seconds=seconds, as_json=place.as_json))


@app.command()
def show(
    context: typer.Context,
    sid: Annotated[str, typer.Argument(metavar="SID", help="Of a message.", show_default=False)],
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one message: all properties, media, what happened to it, the requests about it.

    $ trunkline messages show SM01a1fd4e72df3834b414a6aff4dbc41b
    """
    from trunkline.cli.show import print_json
    from trunkline.cli.show_message import fetch_message, print_message
    from trunkline.cli.twilio_api import TwilioApi

    place, control = _at(context, data, world, as_json)
    found = fetch_message(TwilioApi(control), control, sid)
    if place.as_json:
        print_json(found)
    else:
        print_message(found)


@app.command()
def export(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Where to; else standard output.", show_default=False),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="csv|jsonl",
            help="Else what the file's name ends with, else csv.",
        ),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="CSV cells as they are, formulas of strangers among them."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Take the place of a file that is there.")
    ] = False,
    to: ToOption = None,
    sender: FromOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    date: DateOption = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Newest messages; else all.", show_default=False)
    ] = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write messages as CSV or as lines of JSON, the newest first.

    The file is there once it is whole. A CSV cell that a spreadsheet would take as a formula gets
    an apostrophe before it. --json is --format jsonl.

        $ trunkline messages export messages.csv --since 24h
        1,204 messages are in messages.csv.
        $ trunkline messages export --format jsonl | jq -r .status | sort | uniq -c
    """
    from trunkline.cli.export_messages import export_messages, format_of
    from trunkline.cli.find_messages import find_messages, parse_filter
    from trunkline.cli.twilio_api import TwilioApi

    place, control = _at(context, data, world, as_json)
    form = format_of(form or ("jsonl" if place.as_json else None), path)
    wanted = parse_filter(control, to, sender, status, since, until, date)
    found = find_messages(TwilioApi(control), wanted, limit)
    export_messages(found, path, form=form, raw=raw, force=force)


@app.command()
def bulk(
    context: typer.Context,
    path: Annotated[
        str, typer.Argument(metavar="FILE", help="A CSV file with a header; - is standard input.")
    ],
    template: Annotated[
        str | None,
        typer.Option("--template", metavar="TEXT", help='Fills the body: "Hi {name}".'),
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NUMBER",
            help="The sender where the row has none; else the account's first number.",
        ),
    ] = None,
    more: SetOption = None,
    rate: Annotated[
        str | None,
        typer.Option("--rate", metavar="N/s", help="At most so many: 50/s, 600/m, 1000/h."),
    ] = None,
    at_once: Annotated[
        int, typer.Option("--at-once", min=1, max=500, metavar="N", help="Requests at a time.")
    ] = AT_ONCE,
    journal: Annotated[
        Path | None,
        typer.Option(
            "--journal", metavar="PATH", help="What was sent is written there; else FILE.trunkline."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Send the rest of what was begun, nothing twice.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="PATH", help="Write the rows not sent there, as CSV."),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option("--delimiter", metavar="CHAR", help="Between cells, or tab; else a comma."),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="NAME", help="Of the file, e.g. latin-1; else UTF-8."),
    ] = None,
    ignore_unknown: Annotated[
        bool,
        typer.Option("--ignore-unknown", help="Pass over columns that mean nothing."),
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a message for each row of a CSV file, each once.

    The header names parameters of a message: to and body, and from, media_url, status_callback or
    any other of Twilio's create if need be. A row that is broken is told by its line, and the
    others are sent. After Ctrl-C or a crash, --resume sends the rest. Exit code 0 when all rows
    were sent.

        $ trunkline messages bulk customers.csv
        $ trunkline messages bulk list.csv --template "Hi {name}, see you at {time}." --rate 50/s
        $ trunkline messages bulk customers.csv --resume --report failed.csv
        $ trunkline messages bulk customers.csv --set MessagingServiceSid=$MG
    """
    from trunkline.cli.bulk.order import Order, Settings
    from trunkline.cli.bulk.pace import parse_rate
    from trunkline.cli.bulk.run import send_file

    place, control = _at(context, data, world, as_json)
    settings = Settings(
        sender=sender,
        template=template,
        fixed=given_parameters(more) or None,
        delimiter=_delimiter(delimiter),
        encoding=encoding,
        ignore_unknown=ignore_unknown or None,
    )
    order = Order(
        path=None if path == "-" else Path(path),
        settings=settings,
        journal=journal,
        resume=resume,
        rate=None if rate is None else parse_rate(rate),
        at_once=at_once,
        report=report,
        as_json=place.as_json,
        place=_as_typed(place),
    )
    raise typer.Exit(send_file(order, control))


def given_parameters(pairs: list[str] | None) -> dict[str, list[str]]:
    """The parameters of `--set NAME=VALUE`, by the API's names. Raises Failure."""
    from trunkline.cli.message_parameters import MANY, parameter_name

    found: dict[str, list[str]] = {}
    for pair in pairs or ():
        written, equals, value = pair.partition("=")
        name = parameter_name(written)
        if not equals:
            raise Failure(f"'{pair[:64]}' has no value: write NAME=VALUE.")
        if name is None:
            raise Failure(f"'{written[:64]}' is no parameter of a message.")
        if name in found and name not in MANY:
            raise Failure(f"{name} is given twice.")
        found.setdefault(name, []).append(value)
    return found


def _delimiter(text: str | None) -> str | None:
    if text in ("tab", "\\t"):
        return "\t"
    if text is not None and (len(text) != 1 or text in '"\r\n\0' or not text.isascii()):
        raise Failure("A delimiter is one character, e.g. ';', or the word tab.")
    return text


def _seconds(text: str) -> float:
    from trunkline.control.durations import parse_duration

    try:
        return parse_duration(text).total_seconds()
    except ValueError as error:
        raise Failure(str(error)) from None


def _as_typed(place: Place) -> list[str]:
    words = [] if place.data is None else ["--data", str(place.data)]
    return words if place.world is None else [*words, "--world", place.world]


def _at(
    context: typer.Context, data: Any, world: str | None, as_json: bool
) -> tuple[Place, Control]:
    from trunkline.cli.client import Control

    place = place_of(context, data, world, as_json)
    return place, Control(place.data, place.world)

"""`trunkline phone NUMBER …`: use a virtual phone."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

__all__ = ["app"]

DEFAULT = "default"
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
MOST_MEDIA = 5_000_000  # bytes
EXAMPLE = "trunkline phone +14155550123 inbox"


class PhoneGroup(TyperGroup):
    """Takes `--default` in the place of the number."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """`phone --default set …` is `phone default set …`."""
        if args and args[0] == "--default":
            args = [DEFAULT, *args[1:]]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=PhoneGroup, invoke_without_command=True, no_args_is_help=True)


@app.callback()
def phone(
    context: typer.Context,
    number: Annotated[
        str,
        typer.Argument(help="The phone's number in E.164, or --default for all phones."),
    ],
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use a virtual phone: any number that is not on the platform is one.

    trunkline phone +14155550123 inbox
    """
    context.obj = Place(data, world, as_json, _number(number))
    if context.invoked_subcommand is None:
        show(context)


@app.command()
def inbox(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Newest messages to show.")] = 20,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the phone received, the newest last."""
    from trunkline.cli.client import Control
    from trunkline.cli.show import bold, dim, moment, plain, print_json

    place = place_of(context, data, world, as_json)
    path = f"/phones/{_one_phone(place)}/messages"
    found = Control(place.data, place.world).get(path, limit=limit)
    if place.as_json:
        print_json(found)
        return
    if not found["messages"]:
        print(f"{place.number} has received nothing yet.")
    for entry in reversed(found["messages"]):
        media = entry["num_media"]
        marks = [
            entry["sid"] or "automatic reply",
            *([f"{media} media"] if media else []),
        ]
        print(f"{dim(moment(entry['arrived_at']))}  {bold(plain(entry['from']))}", end="  ")
        print(dim("  ".join(marks)))
        for line in (entry["body"] or "").split("\n"):
            print(f"    {plain(line)}")


@app.command()
def send(
    context: typer.Context,
    to: Annotated[str, typer.Argument(help="One of the platform's numbers.")],
    text: Annotated[
        list[str] | None, typer.Argument(help="The text; words are joined by spaces.")
    ] = None,
    media: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE|URL", help="Media to send with it; may be given ten times."),
    ] = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a message from the phone to one of the platform's numbers."""
    from trunkline.cli.client import Control
    from trunkline.cli.show import print_json

    place = place_of(context, data, world, as_json)
    path = f"/phones/{_one_phone(place)}/messages"
    if not text and not media:
        raise Failure("Write a text, or name --media.")
    body: dict[str, Any] = {"to": _number(to), "body": " ".join(text or ())}
    urls = [source for source in media or () if source.lower().startswith(("http://", "https://"))]
    files = [_file(source) for source in media or () if source not in urls]
    body |= {"media_urls": urls} if urls else {}
    body |= {"media": files} if files else {}
    found = Control(place.data, place.world).call("POST", path, body)
    if place.as_json:
        print_json(found)
    else:
        print(found["sid"])


@app.command("set")
def set_behaviour(
    context: typer.Context,
    deliver_after: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Report delivery after so long: 2s, 500ms, 1h."),
    ] = None,
    fail: Annotated[
        int | None,
        typer.Option(min=1, max=99999, metavar="CODE", help="Undelivered with this code: 30003."),
    ] = None,
    reject: Annotated[
        int | None,
        typer.Option(min=1, max=99999, metavar="CODE", help="Failed with this code: 30007."),
    ] = None,
    no_receipt: Annotated[
        bool | None,
        typer.Option(
            "--no-receipt/--receipt", help="Take messages and send no receipt.", show_default=False
        ),
    ] = None,
    auto_reply: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Answer every message with this text.")
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget what was set before.", show_default=False)
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set how the phone behaves. What is not named stays; --clear makes it ordinary."""
    from trunkline.cli.client import Control

    asked = {
        "deliver_after": deliver_after,
        "fail": fail,
        "reject": reject,
        "no_receipt": no_receipt,
        "auto_reply": auto_reply,
    }
    change = {name: value for name, value in asked.items() if value is not None}
    if not change and not clear:
        raise Failure("Say what to set, e.g. --fail 30003, or --clear: see --help.")
    place = place_of(context, data, world, as_json)
    control = Control(place.data, place.world)
    method = "PUT" if clear else "PATCH"
    _print_behaviour(control.call(method, f"/phones/{place.number}", change), place.as_json)


@app.command()
def show(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how the phone behaves."""
    from trunkline.cli.client import Control

    place = place_of(context, data, world, as_json)
    found = Control(place.data, place.world).get(f"/phones/{place.number}")
    _print_behaviour(found, place.as_json)


def _print_behaviour(found: dict[str, Any], as_json: bool) -> None:
    from datetime import timedelta

    from trunkline.cli.show import bold, dim, facts, plain, print_json
    from trunkline.control.durations import format_duration

    if as_json:
        print_json(found)
        return
    settled = found["effective"]
    if settled["reject"]:
        end = f"failed, {settled['reject']}, at submission"
    elif settled["fail"]:
        end = f"undelivered, {settled['fail']}"
    else:
        end = "taken, and no receipt comes" if settled["no_receipt"] else "delivered"
    if settled["deliver_after_ms"] and not settled["reject"]:
        delay = timedelta(milliseconds=settled["deliver_after_ms"])
        end += f", after {format_duration(delay)}"
    answer = settled["auto_reply"]
    print(bold("every phone without settings" if found["number"] == DEFAULT else found["number"]))
    facts(
        [
            ("messages", end),
            ("auto-reply", dim("none") if answer is None else plain(answer)),
        ]
    )


def _file(path: str) -> dict[str, str]:
    """A file as the control API takes it. Raises Failure."""
    from base64 import b64encode
    from mimetypes import guess_type

    try:
        with open(path, "rb") as source:
            content = source.read(MOST_MEDIA + 1)
    except OSError as error:
        raise Failure(f"'{path}' cannot be read: {error.strerror}.") from None
    if not content:
        raise Failure(f"'{path}' is empty.")
    if len(content) > MOST_MEDIA:
        raise Failure(f"'{path}' is larger than {MOST_MEDIA // 1_000_000} MB.")
    kind = guess_type(path)[0] or "application/octet-stream"
    return {"content_type": kind, "data": b64encode(content).decode("ascii")}


def _one_phone(place: Place) -> str:
    if place.number == DEFAULT:
        raise Failure(f"Name one phone, e.g. {EXAMPLE}.")
    return place.number


def _number(text: str) -> str:
    number = re.sub(r"[\s().-]", "", text) if text.startswith("+") else text
    if number != DEFAULT and not NUMBER.fullmatch(number):
        raise Failure(f"'{text}' is no number in E.164: write e.g. {EXAMPLE}.")
    return number

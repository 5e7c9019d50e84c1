"""`trunkline phone NUMBER …`: use a virtual phone."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of
from trunkline.cli.phone_calls import call, on_call
from trunkline.cli.phone_number import DEFAULT, addressee, number_of, one_phone

__all__ = ["app"]

MOST_MEDIA = 5_000_000  # bytes


class PhoneGroup(TyperGroup):
    """Takes `--default` in the place of the number, and options behind it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """`phone --default set …` is `phone default set …`, and `phone NUMBER --json` is
        `phone --json NUMBER`, with a subcommand and without."""
        if args and args[0] == "--default":
            args = [DEFAULT, *args[1:]]
        if len(args) > 1 and args[0][:1] != "-" and args[1].startswith("-"):
            end = next((n for n, word in enumerate(args) if word in self.commands), len(args))
            args = [*args[1:end], args[0], *args[end:]]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=PhoneGroup, invoke_without_command=True, no_args_is_help=True)
app.command("on-call")(on_call)
app.command("call")(call)


@app.callback()
def phone(
    context: typer.Context,
    number: Annotated[
        str,
        typer.Argument(
            help="The phone's number in E.164, whatsapp:+… for its WhatsApp, client:… for a client,"
            " or --default for all phones."
        ),
    ],
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use a virtual phone: any number that is not on the platform is one.

    Neither is one that a carrier serves. Without a subcommand, it is told how the phone behaves.

        $ trunkline phone +14155550123 inbox
        $ trunkline phone +14155550123 send +12065550100 "Hi there"
        $ trunkline phone +14155550123 chat
        $ trunkline phone --default set --deliver-after 2s
        $ trunkline phone +14155550123 on-call 'answer; hear; press 1'
        $ trunkline phone +14155550123 call +12065550100
    """
    context.obj = Place(data, world, as_json, number_of(number))
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
    """Show what the phone received, the newest last.

    $ trunkline phone +14155550123 inbox
    2026-11-21 09:24:11.863  +12065550100  SM01a1fd6ba1d11b17b7ef707a3a93871a
        Hello 👋
    2026-11-21 09:24:12.343  +12065550100  automatic reply
        You have successfully been unsubscribed. …
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import bold, dim, moment, plain, print_json

    place = place_of(context, data, world, as_json)
    path = f"/phones/{one_phone(place)}/messages"
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
        for button in entry["buttons"]:
            parts = [part for part in (button["title"], button["target"]) if part]
            print(f"    [{plain(': '.join(parts))}]")


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
    """Send a message from the phone to one of the platform's numbers.

    The SID of the inbound message is printed. Media are files, or URLs that are fetched: ten of
    them, and 5 MB together, at most.

        $ trunkline phone +14155550123 send +12065550100 "Hi there"
        SM01a1fd6ba3b74a5efeb3e9e2bbcc5d9d
        $ trunkline phone +14155550123 send +12065550100 Look --media cat.jpg
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import print_json

    place = place_of(context, data, world, as_json)
    path = f"/phones/{one_phone(place)}/messages"
    if not text and not media:
        raise Failure("Write a text, or name --media.")
    body = {"to": addressee(to), "body": " ".join(text or ()), **_media(*media or ())}
    found = Control(place.data, place.world).call("POST", path, body)
    if place.as_json:
        print_json(found)
    else:
        print(found["sid"])


@app.command()
def chat(
    context: typer.Context,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER", help="Write to this number; else to the one written to last."
        ),
    ] = None,
    history: Annotated[
        int, typer.Option(min=0, max=1000, help="How much to show of what was said before.")
    ] = 10,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have a conversation: lines are sent, and what arrives is shown as it comes.

    In a terminal, a line that is being typed stays whole when something arrives; `/help` tells
    what else can be written than messages, and `/quit`, Ctrl-D and Ctrl-C end it. From a pipe, each
    line is sent when all that came of the one before it has happened, and at the end of input and
    of what follows from it the conversation ends.

        $ trunkline phone +14155550123 chat
        2026-11-21 09:24:11.863  +12065550100  Hello 👋
        Lines go to +12065550100 from +14155550123; /help tells more, /quit ends.
        > When will it come?
          sent to +12065550100  SM01a1fd6ba3b74a5efeb3e9e2bbcc5d9d
        2026-11-21 09:24:19.112  +12065550100  Tomorrow. Reply STOP to hear no more.
        > /quit

        $ printf 'HELP\\nSTOP\\n' | trunkline phone +14155550123 chat --history 0
        2026-11-21 09:25:02.318  to +12065550100  HELP
        2026-11-21 09:25:02.324  +12065550100  Reply STOP to unsubscribe. …  (automatic reply)
        …
    """
    from trunkline.cli.chat import Chat
    from trunkline.cli.client import Control

    place = place_of(context, data, world, as_json)
    conversation = Chat(
        Control(place.data, place.world),
        one_phone(place),
        None if to is None else addressee(to),
        number=addressee,
        media=_media,
        history=history,
        as_json=place.as_json,
    )
    if not conversation.run():
        raise typer.Exit(1)


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
            "--no-receipt/--receipt",
            help="Take messages and send no receipt: they stay sent.",
            show_default=False,
        ),
    ] = None,
    auto_reply: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Answer every message with this text.")
    ] = None,
    read: Annotated[
        bool | None,
        typer.Option(
            "--read/--no-read",
            help="Read what comes on WhatsApp or RCS, which tell the sender.",
            show_default=False,
        ),
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget what was set before.", show_default=False)
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set how the phone behaves. What is not named stays; --clear makes it ordinary.

    Of `--fail`, `--reject` and `--no-receipt` the one that is said last counts. `--default` in the
    place of the number is for all phones that have no setting of their own. `trunkline clock
    advance` gets to a late delivery at once.

        $ trunkline phone +14155550123 set --fail 30003 --deliver-after 2s
        +14155550123
          messages    undelivered, 30003, after 2s
          auto-reply  none
        $ trunkline phone --default set --auto-reply "Out of office"
    """
    from trunkline.cli.client import Control

    asked = {
        "deliver_after": deliver_after,
        "fail": fail,
        "reject": reject,
        "no_receipt": no_receipt,
        "auto_reply": auto_reply,
        "read": read,
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
    """Show how the phone behaves.

    $ trunkline phone +14155550123 show
    +14155550123
      messages    delivered
      auto-reply  none
    """
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
    if settled.get("read"):
        end += "; read, on WhatsApp and RCS"
    answer = settled["auto_reply"]
    print(bold("every phone without settings" if found["number"] == DEFAULT else found["number"]))
    facts(
        [
            ("messages", end),
            ("auto-reply", dim("none") if answer is None else plain(answer)),
        ]
    )


def _media(*sources: str) -> dict[str, Any]:
    """Files and URLs as the control API takes them. Raises Failure."""
    urls = [source for source in sources if source.lower().startswith(("http://", "https://"))]
    files = [_file(source) for source in sources if source not in urls]
    return ({"media_urls": urls} if urls else {}) | ({"media": files} if files else {})


def _file(path: str) -> dict[str, str]:
    """A file as the control API takes it. Raises Failure."""
    from base64 import b64encode
    from mimetypes import guess_type

    try:
        with open(path, "rb") as source:
            content = source.read(MOST_MEDIA + 1)
    except OSError as error:
        raise Failure(f"'{path}' cannot be read: {error.strerror}.") from None
    except ValueError:  # a NUL in its name
        raise Failure("That is no name of a file.") from None
    if not content:
        raise Failure(f"'{path}' is empty.")
    if len(content) > MOST_MEDIA:
        raise Failure(f"'{path}' is larger than {MOST_MEDIA // 1_000_000} MB.")
    kind = guess_type(path)[0] or "application/octet-stream"
    return {"content_type": kind, "data": b64encode(content).decode("ascii")}

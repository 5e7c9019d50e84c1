"""`trunkline webhooks`: what was requested of apps, and how requests are made."""

from __future__ import annotations

import time
from typing import Annotated
from urllib.parse import quote

import typer

from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption
from trunkline.cli.webhook_settings import allow, at, chaos, debugger, map_addresses

__all__ = ["app"]

DIGITS = 20  # of an id: enough to tell apart what was made in the same millisecond
WAIT = 20.0  # seconds for the outcome of a request that is made again: all its attempts take 15
LOOK = 0.2  # seconds between looks
NOT_ENDED = ("waiting", "under_way")

app = typer.Typer(invoke_without_command=True)


@app.callback()
def webhooks(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was requested of apps, and set how requests are made: trunkline webhooks list.

    Requests are status callbacks, inbound messages and what follows from their answers, and the
    debugger's. Their outcomes are `waiting`, `under_way` while the app is asked, `delivered`,
    `failed`, and `dropped` where there was nothing to tell any more. An id may be cut to its first
    digits, eight at least; the idempotency token that an app has seen names a request, too. Without
    a subcommand, requests are listed.

        $ trunkline webhooks
    """
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
    """List the requests to apps, the newest last.

    $ trunkline webhooks list --failed
      world time (UTC)         id                    outcome  what              came  …
      2026-11-21 09:24:11.861  01a1fd6ba1d52c01a3f0  failed   status delivered  500   …
    """
    from trunkline.cli.show import moment, plain, print_json, table
    from trunkline.cli.show_request import came, what

    place, control = at(context, data, world, as_json)
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
    """Show one request: headers and parameters, each attempt, the answer.

    Parameters are rendered from the message as it is now: texts of messages are not in the log. Of
    a message that was redacted or deleted it is said so.

        $ trunkline webhooks show 01a1fd6ba1d52c01a3f0
        01a1fd6ba1d52c01a3f05d8be1b2c4d6  failed
          about    SM01a1fd6ba1d11b17b7ef707a3a93871a
          account  AC01a1fd4e72df43f433f39e9655d181db
          what     status delivered
          due      2026-11-21 09:24:11.861
          ended    2026-11-21 09:24:11.875
          token    01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6
          error    11200, HTTP retrieval failure

        POST https://api.example.com/status
          Host                        api.example.com
          User-Agent                  TwilioProxy/1.1
          …
          X-Twilio-Signature          0/KCTR6DLpKmkAf8muzZqo1nDgQ=

          SmsStatus      delivered
          …

          attempt (UTC, real time)  took   came  error
          2026-11-21 09:24:11.863   12 ms  500   11200  POST https://… answered 500.

        500
          Content-Type  text/plain
    """
    from trunkline.cli.show import print_json
    from trunkline.cli.show_request import print_request

    place, control = at(context, data, world, as_json)
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
    """Make a request again that has ended, with the same token, and wait for its outcome.

    It waits up to 20 seconds. A reply is made once: if the app has answered this request before,
    its answer is not carried out again.

        $ trunkline webhooks resend 01a1fd6ba1d52c01a3f0
        01a1fd6bb0c44e9a7d21  delivered  200
    """
    from trunkline.cli.show import print_json, status
    from trunkline.cli.show_request import came

    place, control = at(context, data, world, as_json)
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


app.command()(chaos)
app.command("map")(map_addresses)
app.command()(debugger)
app.command()(allow)


def _path(request: str) -> str:
    return f"/webhooks/{quote(request, safe='')}"

"""`trunkline phone NUMBER on-call …` and `… call …`: what a virtual phone does in calls."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, WorldOption, place_of
from trunkline.cli.phone_number import DEFAULT, number_of, one_phone

__all__ = ["call", "on_call"]

MOST_AUDIO = 10_000_000  # bytes
LOOK = 0.3  # seconds between looks
OVER = ("completed", "busy", "no-answer", "failed", "canceled")


def on_call(
    context: typer.Context,
    script: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCRIPT", help="What the phone does when it is called."),
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget its script.", show_default=False)
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set, or without SCRIPT show, what the phone does when it is called.

    Steps are separated by semicolons, and done in their order:

    - `answer 2s`: answer after so long (1 s)
    - `hear`: wait for a prompt and its end; `hear 30s`: so long at most
    - `press 1#`: press keys; `w` waits half a second; `press 1# in-band`: as tones alone
    - `say "hello"`, `play a.wav`: speak a text, play a file of this machine
    - `wait 3s`, `hangup`
    - `busy`, `reject`, `ring`: alone, or behind `wait`

    Afterwards the phone stays on the line until the other side hangs up. `--default` in the place
    of the number is for all phones that have no script of their own: they answer after a second.

        $ trunkline phone +14155550123 on-call 'answer; hear; press 1; hear; hangup'
        +14155550123
          when called  answer; hear; press 1; hear; hangup
        $ trunkline phone --default on-call ring
        $ trunkline phone client:alice on-call busy
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import bold, facts, plain, print_json

    place = place_of(context, data, world, as_json)
    control = Control(place.data, place.world)
    path = f"/phones/{_quoted(place.number)}/script"
    if script and clear:
        raise Failure("Give a script, or --clear.")
    if clear:
        found = control.call("DELETE", path)
    elif script:
        found = control.call("PUT", path, _script(" ".join(script)))
    else:
        found = control.get(path)
    if place.as_json:
        print_json(found)
        return
    print(bold("every phone without a script" if found["number"] == DEFAULT else found["number"]))
    own = "" if found["own"] or found["number"] == DEFAULT else " (as every phone)"
    facts([("when called", plain(found["effective"]["script"]) + own)])


def call(
    context: typer.Context,
    to: Annotated[str, typer.Argument(help="One of the platform's numbers.")],
    script: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCRIPT", help="What the phone does in the call; else it listens."),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the call is over.", show_default=False)
    ] = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Call one of the platform's numbers from the phone; print the SID of the inbound call.

    SCRIPT is as in `on-call`, and begins when the phone dials. The phone stays on the line until
    the other side hangs up, unless the script ends with `hangup`.

        $ trunkline phone +14155550123 call +12065550100 'hear; press 2; say "call me back"; hangup'
        CA01a1fd6ba3b74a5efeb3e9e2bbcc5d9d
        $ trunkline calls hear CA01a1fd6ba3b74a5efeb3e9e2bbcc5d9d
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import print_json, status

    place = place_of(context, data, world, as_json)
    control = Control(place.data, place.world)
    path = f"/phones/{_quoted(one_phone(place))}/calls"
    body = {"to": number_of(to), **_script(" ".join(script or ()))}
    found = control.call("POST", path, body)
    if wait:
        while (found := control.get(f"/calls/{found['sid']}"))["status"] not in OVER:
            time.sleep(LOOK)
    if place.as_json:
        print_json(found)
    else:
        print(found["sid"], *([status(found["status"])] if wait else []))


def _script(text: str) -> dict[str, Any]:
    """A script as the control API takes it, with the files that it plays. Raises Failure."""
    from base64 import b64encode

    from trunkline.control.script_text import ScriptInvalid, parse_script
    from trunkline.voice.phones.script import StepPlay

    try:
        steps = parse_script(text)
    except ScriptInvalid as error:
        raise Failure(str(error)) from None
    names = {step.path for step in steps if isinstance(step, StepPlay)}
    audio = {name: b64encode(_file(name)).decode("ascii") for name in sorted(names)}
    return {"script": text, **({"audio": audio} if audio else {})}


def _file(path: str) -> bytes:
    try:
        with open(path, "rb") as source:
            content = source.read(MOST_AUDIO + 1)
    except OSError as error:
        raise Failure(f"'{path}' cannot be read: {error.strerror}.") from None
    if not content:
        raise Failure(f"'{path}' is empty.")
    if len(content) > MOST_AUDIO:
        raise Failure(f"'{path}' is larger than {MOST_AUDIO // 1_000_000} MB.")
    return content


def _quoted(number: str) -> str:
    from urllib.parse import quote

    return quote(number, safe="+:")

"""`trunkline demo`: everything once, on a platform that is thrown away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption

if TYPE_CHECKING:
    from trunkline.cli.client import Control
    from trunkline.cli.demo_apps import App

__all__ = ["demo"]

STOPPED = "Stopped. Run `trunkline up` for one that stays."


@dataclass(frozen=True)
class Shown:
    """One thing that was tried: what it was, and what the platform told of it. `requests` are
    those to an app, with all that is known of them."""

    title: str
    sid: str | None = None
    status: str | None = None
    note: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)


VoiceOption = Annotated[
    bool, typer.Option("--voice", help="Calls instead of messages.", show_default=False)
]
SaveOption = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="DIR",
        help="With --voice: where the sounds are written; else a new temporary folder.",
        show_default=False,
    ),
]


def demo(
    voice: VoiceOption = False,
    save: SaveOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a platform for a moment, send messages with Twilio's library, let phones and an app
    answer, show what happened.

    It runs in a temporary folder, and leaves nothing behind unless --data names a folder to keep.
    Twilio's library has to be there: `pip install twilio`.

        $ trunkline demo
        A message to a virtual phone
          SM01a1fd4f73688dadd884b5477b6fc310  delivered
          world time (UTC)         event
          2026-11-21 08:53:24.968  queued     sender=local  route=virtual  encoding=GSM-7  …
          2026-11-21 08:53:24.976  sending
          2026-11-21 08:53:24.976  sent
          2026-11-21 08:53:24.976  delivered
        …
        A phone that writes STOP, and a message to it after that
          refused: 21610, Unable to create record: Attempt to send to unsubscribed recipient

        A conversation with an app: FastAPI (examples/fastapi_sms)
          SM01a1fdea9283f4a3957be364cfb8b3a6  delivered  the app answered: Received. …
          real time (UTC)          about    event
          …
          2026-11-21 11:42:51.129  inbound  receiving
          2026-11-21 11:42:51.130  inbound  POST https://api.example.com/twilio/inbound
                                            X-Twilio-Signature: eCGeRZ3EeL/sya4bBorhPmq3p6U=
                                            From=+14155550129  To=+12065550100  Body=When will …
                                            answered 200 in 2 ms: <?xml version="1.0" …
          2026-11-21 11:42:51.132  reply    queued
          …
    \f
    The apps are those of [`examples/`](../examples), as they are: with FastAPI, if it is installed,
    and with Express, if Node.js is on PATH and Express beside the example or on `NODE_PATH`. Where
    there is no FastAPI, or no checkout, a small app of the demonstration's own takes its place, and
    it says so; it says too why there is no conversation with Express.

    With --voice, phones call the app of [`examples/ivr`](../examples/ivr) and press keys: a menu, a
    call that is put through to somebody who accepts it first, a message that is left. The calls go
    on in real time, for less than a minute (with --json the clock is moved instead); what the
    phones heard, and the recordings, are left as WAV files.

        $ trunkline demo --voice
        A menu by keys
          caller’s phone  hear; press 2; wait 3s; hangup
            at s  who     what
             0.0  caller  ringing
             0.0  caller  POST /voice/incoming: 200
             0.0  caller  in-progress
             0.0  caller  Gather “Blue Door Books. For Ann, press 1. For our hours, press 2.”
             5.2  caller  pressed 2
        …
        To listen to: /tmp/trunkline-voice-u8f5vl0n
    """
    from importlib.util import find_spec

    from trunkline.cli.demo_apps import apps
    from trunkline.cli.show import print_json

    if find_spec("twilio") is None:
        raise Failure(
            "The demonstration sends its messages with Twilio's Python library: "
            "install it with `pip install twilio`."
        )
    if voice:
        _voice(data, save, as_json=as_json)
        return
    if save is not None:
        raise Failure("Only calls leave something to save: say --voice, too.")
    with (
        _platform(data) as (credentials, control),
        apps(credentials["auth_token"]) as started,
    ):
        results = _Tour(credentials, control, started, quiet=as_json).results()
    if as_json:
        print_json([vars(result) for result in results])
    else:
        print(STOPPED)


def _voice(data: Path | None, save: Path | None, *, as_json: bool) -> None:
    from dataclasses import asdict
    from tempfile import mkdtemp

    from trunkline.cli.demo_apps import telephone_app
    from trunkline.cli.demo_voice import show_calls
    from trunkline.cli.show import plain, print_json
    from trunkline.voice.speech.find_engines import find_engines

    if not as_json and not find_engines("auto"):
        print("There is no speech engine here, so all that is said is a tone or silence.")
        print("`trunkline doctor` tells how to get one.\n")
    try:
        if save is not None:
            save.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(prefix="trunkline-voice-")) if save is None else save
    except OSError as error:
        raise Failure(f"'{save}' cannot be a folder: {error.strerror}.") from None
    with (
        _platform(data) as (credentials, control),
        telephone_app(credentials["auth_token"]) as app,
    ):
        calls = show_calls(credentials, control, app, folder.absolute(), quiet=as_json)
    if as_json:
        print_json([asdict(call) for call in calls])
    else:
        print(f"To listen to: {plain(str(folder.absolute()))}\n{STOPPED}")


@contextmanager
def _platform(kept_in: Path | None) -> Iterator[tuple[dict[str, Any], Control]]:
    """A platform on a free port, stopped in the end; its folder is removed unless it is to be
    kept."""
    from trunkline.cli.client import Control
    from trunkline.server.temporary import PlatformNotStarted, TemporaryPlatform

    platform = TemporaryPlatform(kept_in)
    try:
        platform.start()
    except PlatformNotStarted as error:
        raise Failure(str(error)) from None
    with platform:
        yield platform.credentials, Control(platform.data)


class _Tour:
    """Tries one thing after the other."""

    def __init__(
        self,
        credentials: dict[str, Any],
        control: Control,
        apps: Sequence[App],
        *,
        quiet: bool,
    ) -> None:
        from twilio.rest import Client  # type: ignore[import-untyped]

        self._control = control
        self._apps = apps
        self._quiet = quiet
        self._sender = credentials["numbers"][0]
        self._client = Client(credentials["account_sid"], credentials["auth_token"])
        self._client.api.base_url = credentials["base_url"]

    def results(self) -> list[Shown]:
        """What each step came to, printed as it happens."""
        steps: list[Callable[[], Shown]] = [
            self._delivered,
            self._slow,
            self._failing,
            self._rejected,
            self._answering,
            self._opting_out,
            *(partial(self._conversation, app) for app in self._apps),
        ]
        results = []
        if not self._quiet:
            from trunkline.cli.demo_apps import why_no_express

            for note in (*(app.note for app in self._apps), why_no_express()):
                if note is not None:
                    print(f"{note}\n")
        for step in steps:
            result = step()
            results.append(result)
            if not self._quiet:
                _print(result)
        return results

    def _delivered(self) -> Shown:
        return self._send("A message to a virtual phone", "+14155550123")

    def _slow(self) -> Shown:
        phone = "+14155550124"
        self._set(phone, deliver_after="1h")
        return self._send(
            "A phone that reports after an hour, and a clock moved by an hour", phone, advance="1h"
        )

    def _failing(self) -> Shown:
        self._set("+14155550125", fail=30003)
        return self._send("A phone that cannot be reached", "+14155550125")

    def _rejected(self) -> Shown:
        self._set("+14155550126", reject=30007)
        return self._send("A carrier that filters the message", "+14155550126")

    def _answering(self) -> Shown:
        phone = "+14155550127"
        self._set(phone, auto_reply="On my way.")
        sent = self._send("A phone that answers", phone)
        answers = self._client.messages.list(from_=phone, limit=1)
        answer = f"answered: {answers[0].body}" if answers else "no answer came"
        return replace(sent, note=answer)

    def _opting_out(self) -> Shown:
        from twilio.base.exceptions import (  # type: ignore[import-untyped]
            TwilioRestException,
        )

        phone = "+14155550128"
        title = "A phone that writes STOP, and a message to it after that"
        self._control.call(
            "POST", f"/phones/{phone}/messages", {"to": self._sender, "body": "STOP"}
        )
        try:
            message = self._client.messages.create(
                to=phone, from_=self._sender, body="Still there?"
            )
        except TwilioRestException as error:
            return Shown(title, note=f"refused: {error.code}, {error.msg}")
        return Shown(title, message.sid, message.status, "was not refused")

    def _conversation(self, app: App) -> Shown:
        """A message whose fate the app is told, an answer to it, and what the app says to that."""
        from trunkline.cli.demo_app import INBOUND_URL, PUBLIC_URL, STATUS_URL

        phone = "+14155550129"
        where = {"public": PUBLIC_URL, "local": app.where()}
        self._control.call("PUT", "/webhooks/maps", {"maps": [where]})
        [number] = self._client.incoming_phone_numbers.list(phone_number=self._sender)
        number.update(sms_url=INBOUND_URL)
        sent = self._client.messages.create(
            to=phone,
            from_=self._sender,
            body="Your order has left our house.",
            status_callback=STATUS_URL,
        )
        self._settle()
        answer = self._control.call(
            "POST", f"/phones/{phone}/messages", {"to": self._sender, "body": "When will it come?"}
        )
        self._settle()
        [newest] = self._client.messages.list(to=phone, limit=1)
        replied = newest.direction == "outbound-reply"
        told = [self._told_of(sid) for sid in (sent.sid, answer["sid"])]
        told += [self._told_of(newest.sid)] if replied else []
        return Shown(
            f"A conversation with an app: {app.title}",
            sent.sid,
            self._client.messages(sent.sid).fetch().status,
            f"the app answered: {newest.body}" if replied else "the app did not answer",
            [event for events, _ in told for event in events],
            [request for _, requests in told for request in requests],
        )

    def _told_of(self, sid: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """What happened to a message, and the requests about it."""
        found = self._control.get(f"/messages/{sid}/explanation")
        events = [
            {**event, "subject": sid}
            for event in found["timeline"]
            if not event["kind"].startswith("webhook.")  # these are told of in full
        ]
        listed = self._control.get("/webhooks", subject=sid)["requests"]
        requests = [self._control.get(f"/webhooks/{entry['id']}") for entry in reversed(listed)]
        return events, requests

    def _settle(self) -> None:
        """Return when nothing is under way in the world any more."""
        self._control.call("POST", "/clock/advance", {"by": "0s"})

    def _set(self, phone: str, **behaviour: object) -> None:
        self._control.call("PUT", f"/phones/{phone}", behaviour)

    def _send(self, title: str, phone: str, *, advance: str = "0s") -> Shown:
        message = self._client.messages.create(
            to=phone, from_=self._sender, body="Hello from Trunkline"
        )
        self._control.call("POST", "/clock/advance", {"by": advance})
        found = self._control.get(f"/messages/{message.sid}/explanation")
        error = found["error_code"]
        note = None if error is None else f"{error}, {found['error_message']}"
        return Shown(title, message.sid, found["status"], note, found["timeline"])


def _print(result: Shown) -> None:
    from trunkline.cli.demo_conversation import print_conversation
    from trunkline.cli.show import bold, dim, plain, status
    from trunkline.cli.why import print_timeline

    print(bold(result.title))
    parts = [dim(result.sid)] if result.sid else []
    parts += [status(result.status)] if result.status else []
    parts += [plain(result.note)] if result.note else []
    print("  " + "  ".join(parts))
    if result.requests:
        print_conversation(result.events, result.requests)
    else:
        print_timeline(result.events)
    print(flush=True)

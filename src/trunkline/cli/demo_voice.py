"""Calls of the demonstration: phones call the app of examples/ivr, press keys and talk. What they
heard, and what was recorded, is kept in files to listen to."""

from __future__ import annotations

import time
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trunkline.cli.failure import Failure

if TYPE_CHECKING:
    from trunkline.cli.client import Control
    from trunkline.cli.demo_apps import App
    from trunkline.cli.demo_calls import WatchedCall

__all__ = ["KeptFile", "ShownCall", "show_calls"]

PUBLIC_URL = "https://api.example.com"
CALLER, ANN = "+12025550199", "+14155550150"
LOOK = 0.2  # seconds between two looks at a call
PATIENCE = 60.0  # seconds for a call


@dataclass(frozen=True)
class KeptFile:
    """A sound that was kept, and what it is."""

    path: str
    seconds: float
    what: str


@dataclass(frozen=True)
class ShownCall:
    """One call: what the platform told of it, and what can be listened to."""

    title: str
    sid: str
    status: str
    keys: str
    verbs: list[str]
    forwarded: str | None  # status of the call to Ann
    files: list[KeptFile] = field(default_factory=list)


def show_calls(
    credentials: dict[str, Any], control: Control, app: App, folder: Path, *, quiet: bool
) -> list[ShownCall]:
    """Make the calls, one after the other, and print what happens in them while it happens. The
    sounds are written to `folder`. With `quiet` nothing is printed, and the world's clock is moved
    instead of waiting. Raises Failure."""
    tour = _Tour(credentials, control, folder, quiet=quiet)
    tour.prepare(app)
    return [tour.menu(), tour.forwarded(), tour.voicemail()]


class _Tour:
    """Makes one call after the other."""

    def __init__(
        self, credentials: dict[str, Any], control: Control, folder: Path, *, quiet: bool
    ) -> None:
        from twilio.rest import Client  # type: ignore[import-untyped]

        self._control = control
        self._folder = folder
        self._quiet = quiet
        self._number = credentials["numbers"][0]
        self._client = Client(credentials["account_sid"], credentials["auth_token"])
        self._client.api.base_url = credentials["base_url"]

    def prepare(self, app: App) -> None:
        """Let calls go to the app."""
        where = {"public": PUBLIC_URL, "local": app.where()}
        self._control.call("PUT", "/webhooks/maps", {"maps": [where]})
        [number] = self._client.incoming_phone_numbers.list(phone_number=self._number)
        number.update(voice_url=f"{PUBLIC_URL}/voice/incoming")

    def menu(self) -> ShownCall:
        """A key, and what follows from it."""
        call = self._begin("A menu by keys", "hear; press 2; wait 3s; hangup")
        self._finish(call)
        return self._shown(call, "1-menu")

    def forwarded(self) -> ShownCall:
        """Ann hears who calls, accepts, and they talk."""
        call = self._begin(
            "A call that Ann accepts when she has heard who calls",
            "hear; press 1",
            "answer 2s; hear; press 1",
        )
        self._until(call, lambda: call.child is not None and call.child["digits"] == "1")
        if call.child is not None:
            ann = 'wait 600ms; say "This is Ann."; hear; say "I have two of them."; wait 1s; hangup'
            self._tell("Ann", call.child["sid"], ann)
            self._tell("caller", call.sid, 'hear; say "Do you have the book about whales?"')
        self._finish(call)
        return self._shown(call, "2-forwarded")

    def voicemail(self) -> ShownCall:
        """Ann is busy: a message."""
        call = self._begin(
            "A message, as Ann is busy",
            'wait 2s; press 1; hear; say "Please call me back about it."; wait 500ms; press #',
            "busy",
        )
        self._finish(call)
        return self._shown(call, "3-voicemail")

    def _begin(self, title: str, caller: str, ann: str | None = None) -> WatchedCall:
        from trunkline.cli.demo_calls import WatchedCall
        from trunkline.cli.show import bold

        if not self._quiet:
            print(bold(title))
        if ann is not None:
            self._control.call("PUT", f"/phones/{ANN}/script", {"script": ann})
            self._print_script("Ann", ann)
        body = {"to": self._number, "script": caller}
        sid = self._control.call("POST", f"/phones/{CALLER}/calls", body)["sid"]
        self._print_script("caller", caller)
        return WatchedCall(self._control, title, sid, quiet=self._quiet)

    def _tell(self, who: str, sid: str, script: str) -> None:
        self._control.call("POST", f"/calls/{sid}/steps", {"script": script})
        self._print_script(who, script)

    def _print_script(self, who: str, script: str) -> None:
        from trunkline.cli.show import cyan, dim

        if not self._quiet:
            phone = f"{who}’s phone"
            print("  " + dim(f"{phone:<14}") + "  " + cyan(script))

    def _finish(self, call: WatchedCall) -> None:
        self._until(call, lambda: call.is_over)
        # What is left to do is to finish the recordings, and to tell the app.
        self._control.call("POST", "/clock/advance", {"by": "0s"})
        call.look()
        call.end()

    def _until(self, call: WatchedCall, reached: Callable[[], bool]) -> None:
        """Look at a call until that is so, or it is over. Raises Failure."""
        deadline = time.monotonic() + PATIENCE
        while True:
            call.look()
            if reached() or call.is_over:
                return
            if time.monotonic() > deadline:
                raise Failure(f"The call {call.sid} came to no end.")
            if not self._quiet:
                time.sleep(LOOK)
                continue
            self._control.call("POST", "/clock/advance", {"by": "500ms"})

    def _shown(self, call: WatchedCall, name: str) -> ShownCall:
        found, child = call.found, call.child
        shown = ShownCall(
            title=call.title,
            sid=call.sid,
            status=found["status"],
            keys=found["digits"],
            verbs=[verb["verb"] for verb in found["verbs"]],
            forwarded=None if child is None else child["status"],
            files=[*self._heard(call, name), *self._recorded(call, name)],
        )
        if not self._quiet:
            _print_files(shown.files)
        return shown

    def _heard(self, call: WatchedCall, name: str) -> list[KeptFile]:
        """What the phones heard."""
        files = []
        phones = [("caller", "the caller", call.found)]
        if call.child is not None and call.child["answered_at"] is not None:
            phones.append(("ann", "Ann", call.child))
        for short, who, found in phones:
            with self._control.stream(f"/calls/{found['sid']}/heard") as response:
                sound = response.read()
            files.append(self._keep(f"{name}-heard-by-{short}", sound, f"what {who} heard"))
        return files

    def _recorded(self, call: WatchedCall, name: str) -> list[KeptFile]:
        """What was recorded, and was not nothing."""
        from urllib.request import urlopen

        files = []
        for listed in self._client.calls(call.sid).recordings.list():
            if listed.status != "completed":
                continue
            url = self._client.recordings(listed.sid).fetch().media_url
            what = "the message" if listed.source == "RecordVerb" else "the recording of both"
            with urlopen(f"{url}.wav", timeout=PATIENCE) as answer:
                files.append(self._keep(f"{name}-recording", answer.read(), what))
        return files

    def _keep(self, name: str, sound: bytes, what: str) -> KeptFile:
        path = self._folder / f"{name}.wav"
        try:
            path.write_bytes(sound)
        except OSError as error:
            raise Failure(f"'{path}' cannot be written: {error.strerror}.") from None
        with wave.open(str(path)) as file:
            return KeptFile(str(path), round(file.getnframes() / file.getframerate(), 2), what)


def _print_files(files: Sequence[KeptFile]) -> None:
    from trunkline.cli.show import dim

    for each in files:
        print(f"  {Path(each.path).name}  " + dim(f"{each.seconds:.1f} s, {each.what}"))
    print(flush=True)

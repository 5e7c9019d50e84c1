"""`trunkline phone NUMBER chat`: a conversation, as on a phone."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

from trunkline.cli.chat_screen import Screen
from trunkline.cli.client import Control, NotRunning, Refused
from trunkline.cli.failure import Failure
from trunkline.cli.show import bold, dim, moment, plain, print_json_line, status
from trunkline.cli.tail import meaning, read_events

__all__ = ["Chat"]

NEWEST = 1000  # entries that are looked at for what is new
SIGNAL = signal.SIGUSR1  # wakes the thread that waits for a line
HELP = """\
Every line is sent as a message. A line that starts with a slash is for this program:
  /to NUMBER              write to another of the platform's numbers
  /media FILE|URL [TEXT]  send media
  /quit                   end; so do Ctrl-D and Ctrl-C
Write two slashes to send a line that starts with one."""


class Stopped(Exception):
    """The platform stopped; raised where a line is awaited."""


class Chat:
    """What one phone receives and sends. `media` makes of a file or URL what the control API
    takes, and raises Failure."""

    def __init__(
        self,
        control: Control,
        phone: str,
        to: str | None,
        *,
        number: Callable[[str], str],
        media: Callable[[str], dict[str, Any]],
        history: int,
        as_json: bool,
    ) -> None:
        self._control = control
        self._phone = phone
        self._to = to
        self._number = number
        self._media = media
        self._history = history
        self._as_json = as_json
        self._screen = Screen("> ")
        self._seen: set[tuple[object, ...]] = set()
        self._looking = threading.Lock()
        self._refused = False

    def run(self) -> bool:
        """Talk until the end; whether all was sent. Raises Failure."""
        self._begin()
        if not self._screen.is_terminal:
            self._read_script()
            return not self._refused
        try:
            self._talk()
        except KeyboardInterrupt:
            print()
        except Stopped:
            raise Failure("The platform stopped.") from None
        return True

    def _begin(self) -> None:
        """Show what was said before, and find the number to write to."""
        said = self._arrived() + self._written()
        said.sort(key=lambda entry: str(entry["arrived_at"]))
        for entry in said:
            self._seen.add(_key(entry))
        if self._to is None:
            self._to = self._usual(said)
        if self._history:
            for entry in said[-self._history :]:
                self._show(entry)
        if self._screen.is_terminal:
            hint = f"Lines go to {self._to} from {self._phone}; /help tells more, /quit ends."
            self._screen.show(dim(hint))

    def _usual(self, said: list[dict[str, Any]]) -> str:
        """The number that was written to last, or wrote last, or the first of the world."""
        written = [entry["to"] for entry in said if entry["from"] == self._phone]
        if written:
            return str(written[-1])
        if said:
            return str(said[-1]["from"])
        if ":" in self._phone:
            raise Failure(f"Say whom {self._phone} is to write to: --to SENDER.")
        numbers = self._control.get("/credentials")["numbers"]
        if not numbers:
            raise Failure("The world has no number to write to: `trunkline numbers buy` gets one.")
        return str(numbers[0])

    def _read_script(self) -> None:
        """Lines from a pipe: each is sent, and what comes of it is shown, before the next."""
        while (line := self._screen.read()) is not None:
            if not self._carry_out(line):
                return
            self._wait_until_idle()
            self._look()
        self._wait_until_idle()
        self._look()

    def _wait_until_idle(self) -> None:
        try:
            self._control.call("POST", "/clock/advance", {"by": 0}, seconds=None)
        except Refused as error:
            if error.code != "clock_not_movable":  # production, where nobody can wait for it
                raise

    def _talk(self) -> None:
        """Lines from a terminal, while another thread shows what comes in."""
        signal.signal(SIGNAL, _stopped)
        threading.Thread(target=self._follow, daemon=True).start()
        try:
            while (line := self._screen.read()) is not None and self._carry_out(line):
                pass
        finally:
            signal.signal(SIGNAL, signal.SIG_IGN)  # it may be on its way still

    def _follow(self) -> None:
        """Show what comes in, until the platform stops."""
        try:
            query = {"number": self._phone, "parties": "true"}
            with self._control.stream("/events", **query) as response:
                self._look()  # what came before anybody listened
                for _, event in read_events(response):
                    self._tell(event)
                    self._look()
        except (Failure, OSError, ValueError):
            pass
        # Whoever waits for a line does not see the end of a stream.
        signal.pthread_kill(threading.main_thread().ident or 0, SIGNAL)

    def _carry_out(self, line: str) -> bool:
        """Send a line, or do what it says; False when it says to end."""
        word, _, rest = line.strip().partition(" ")
        try:
            if word == "/quit":
                return False
            if word == "/help":
                self._screen.show(dim(HELP))
            elif word == "/to":
                self._to = self._number(rest.strip())
                self._screen.show(dim(f"Lines go to {self._to} now."))
            elif word == "/media":
                source, _, text = rest.strip().partition(" ")
                self._send(text, self._media(source))
            elif word.startswith("/") and not word.startswith("//"):
                raise Failure(f"There is no {word}: /help tells what there is.")
            elif line.strip():
                self._send(line[1:] if line.startswith("//") else line, {})
        except NotRunning:
            raise
        except Failure as error:
            self._refused = True
            self._screen.show(str(error), error=True)
        return True

    def _send(self, text: str, media: dict[str, Any]) -> None:
        with self._looking:  # it is known before it comes back as an event
            path = f"/phones/{self._phone}/messages"
            body = {"to": self._to, "body": text, **media}
            now = self._control.get("/clock")["now"]  # before: an answer may be as quick
            found = self._control.call("POST", path, body)
        if self._screen.is_terminal:
            self._screen.show(dim(f"  sent to {self._to}  {found['sid']}"))
            return
        entry = {
            "sid": found["sid"],
            "kind": "message",
            "from": self._phone,
            "to": self._to,
            "body": text,
            "num_media": sum(len(each) for each in media.values()),
            "arrived_at": now,
        }
        self._show(entry)

    def _look(self) -> None:
        """Show what has arrived and was not shown."""
        with self._looking:
            for entry in self._arrived():
                if _key(entry) not in self._seen:
                    self._seen.add(_key(entry))
                    self._show(entry)

    def _arrived(self) -> list[dict[str, Any]]:
        found = self._control.get(f"/phones/{self._phone}/messages", limit=NEWEST)
        return list(reversed(found["messages"]))

    def _written(self) -> list[dict[str, Any]]:
        found = self._control.get("/transcript", limit=NEWEST)
        return [
            {**entry, "arrived_at": entry["created_at"]}
            for entry in found["messages"]
            if entry["from"] == self._phone
        ]

    def _tell(self, event: dict[str, Any]) -> None:
        """What goes wrong: a message that does not reach the phone, an app that fails."""
        code = event["data"].get("error_code")
        kind = event["kind"]
        if kind in ("message.undelivered", "message.failed"):
            told = f"  a message from {event['from']} was {status(kind.removeprefix('message.'))}"
        elif kind == "webhook.failed":
            told = f"  the app {status('failed')}"
        else:
            return
        self._screen.show(told + (f": {code}, {meaning(code)}" if code else ""))

    def _show(self, entry: dict[str, Any]) -> None:
        if self._as_json:
            told = ("sid", "kind", "from", "to", "body", "num_media", "arrived_at")
            print_json_line({name: entry[name] for name in told})
            return
        own = entry["from"] == self._phone
        marks = [f"{entry['num_media']} media"] if entry["num_media"] else []
        marks += ["automatic reply"] if entry["kind"] != "message" else []
        who = f"to {entry['to']}" if own else bold(plain(entry["from"] or "—"))
        head = f"{dim(moment(entry['arrived_at']))}  {who}"
        lines = [plain(line) for line in (entry["body"] or "").split("\n")]
        text = f"\n{'    '}".join(lines) if len(lines) > 1 else lines[0]
        note = f"  {dim('(' + ', '.join(marks) + ')')}" if marks else ""
        self._screen.show(f"{head}  {text}{note}".rstrip())


def _key(entry: dict[str, Any]) -> tuple[object, ...]:
    """What tells an entry apart: an automatic reply has no SID."""
    if entry["sid"] is not None:
        return (entry["sid"],)
    return entry["from"], entry["arrived_at"], entry["body"]


def _stopped(_number: int, _frame: object) -> None:
    raise Stopped

"""Shows a call while it goes on: what is said and pressed in it, whom it goes to, and what the app
is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from trunkline.cli.show import dim, plain, status

if TYPE_CHECKING:
    from trunkline.cli.client import Control

__all__ = ["WatchedCall"]

OVER = ("completed", "busy", "no-answer", "failed", "canceled")
CALLER, CHILD = "caller", "Ann"


class WatchedCall:
    """A call that came in, and the one that was made from it. Each `look` asks for them, and
    prints what is new."""

    def __init__(self, control: Control, title: str, sid: str, *, quiet: bool) -> None:
        self.title = title
        self.sid = sid
        self.found: dict[str, Any] = {}
        """All that is known of it: what `GET /calls/{sid}` answers."""
        self.child: dict[str, Any] | None = None
        """The same of the call that `<Dial>` made."""
        self._control = control
        self._quiet = quiet
        self._shown: set[tuple[object, ...]] = set()
        self._begun: datetime | None = None
        if not quiet:
            print("  " + dim("  at s  who     what"))

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.found.get("status") in OVER

    def look(self) -> None:
        """Ask, and print what is new. Raises Failure."""
        self.found = self._control.get(f"/calls/{self.sid}")
        if self.found["children"]:
            self.child = self._control.get(f"/calls/{self.found['children'][0]}")
        if not self._quiet:
            self._print_new()

    def end(self) -> None:
        """Print how it ended."""
        if not self._quiet:
            print("  " + dim(self.sid) + "  " + status(self.found["status"]))

    def _print_new(self) -> None:
        found = list(_entries(CALLER, self.found))
        if self.child is not None:
            found += _entries(CHILD, self.child)
        for key, when, who, what in sorted(found, key=lambda entry: (entry[1], entry[0])):
            if key in self._shown:
                continue
            self._shown.add(key)
            self._begun = self._begun or when
            seconds = (when - self._begun).total_seconds()
            print(f"  {seconds:6.1f}  {who:<6}  {what}", flush=True)


Entry = tuple[tuple[str, str, int], datetime, str, str]


def _entries(who: str, found: dict[str, Any]) -> Iterator[Entry]:
    """What is told of a call: a key that tells it from all others, when, whose, what."""
    verbs = iter(found["verbs"])
    for number, event in enumerate(e for e in found["timeline"] if not _is_request(e)):
        verb = next(verbs, None) if event["kind"] == "call.verb" else None
        if what := _event(event, verb):
            yield (who, "event", number), _moment(event), who, what
    for number, event in enumerate(e for e in found["timeline"] if _is_request(e)):
        data = event["data"]
        path = urlsplit(data["url"]).path
        answered = data.get("status", "no answer")
        what = dim(plain(f"{data['method']} {path}: {answered}"))
        yield (who, "request", number), _moment(event), who, what


def _is_request(event: dict[str, Any]) -> bool:
    return bool(event["kind"].startswith("webhook."))


def _moment(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["world_time"])


def _event(event: dict[str, Any], verb: dict[str, Any] | None) -> str | None:
    """Nothing of what is told otherwise."""
    kind = event["kind"].removeprefix("call.")
    if verb is not None:
        return plain(_verb(verb))
    if kind == "digits":
        return plain(f"pressed {event['data'].get('digits') or 'nothing'}")
    if kind in (*OVER, "ringing", "in-progress"):
        return status(kind)
    return None


def _verb(verb: dict[str, Any]) -> str:
    """A verb, and what is said or called: `Gather “To talk to Ann, press 1.”`."""
    name, text = verb["verb"], verb["text"]
    within = [each["text"] for each in verb["within"] if each["text"]]
    texts = [text, *within] if text else within
    if not texts:
        return str(name)
    said = " ".join(texts)
    return f"{name} “{said}”" if name in ("Say", "Gather") else f"{name} {said}"

"""HTTP as bytes: for requests that no client library would send."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

from tests.support.platform import World

PATIENCE = 20.0  # seconds for an answer
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """One answer as it came; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """The JSON of the body."""
        return json.loads(self.body)

    @property
    def refusal(self) -> tuple[int, int]:
        """HTTP status and Twilio's code. AssertionError when it is not told in Twilio's form."""
        told = self.told
        assert set(told) in (
            {"code", "message", "more_info", "status"},
            {"code", "message", "more_info", "status", "detail"},
        ), told
        assert told["status"] == self.status
        assert told["more_info"].endswith(f"/{told['code']}")
        assert told["message"]
        return self.status, told["code"]


class Wire:
    """A connection to the platform."""

    def __init__(self, world: World) -> None:
        place = urlsplit(world.base_url)
        assert place.hostname is not None
        self.socket = socket.create_connection((place.hostname, place.port or 80), PATIENCE)
        self._file: BinaryIO = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Write; a connection that the other side has closed is no error."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def end(self) -> None:
        """Say that nothing more will be sent."""
        with suppress(OSError):  # the other side has hung up already
            self.socket.shutdown(socket.SHUT_WR)

    def answer(self, *, to_head: bool = False) -> Answer | None:
        """The next answer; None when the connection ended instead."""
        try:
            line = self._file.readline()
        except ConnectionResetError:
            return None
        if not line:
            return None
        status = int(line.split(b" ")[1])
        headers: dict[str, str] = {}
        while (line := self._file.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if to_head or status in (204, 304):
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, self._chunks())
        return Answer(status, headers, self._file.read(int(headers.get("content-length", "0"))))

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self._file.readline().strip() or b"0", 16):
            parts.append(self._file.read(size))
            self._file.readline()
        self._file.readline()
        return b"".join(parts)

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self.socket.close()


@contextmanager
def connected(world: World) -> Iterator[Wire]:
    """A connection for the length of a `with` block."""
    wire = Wire(world)
    try:
        yield wire
    finally:
        wire.close()


def head(
    world: World,
    method: str,
    target: str,
    headers: Mapping[str, str | None] | None = None,
    *,
    version: str = "HTTP/1.1",
) -> bytes:
    """A request's first part, with the account's credentials; a header of None is left out."""
    wanted = {"Host": urlsplit(world.base_url).netloc, "Authorization": world.basic}
    given = {**wanted, **(headers or {})}
    lines = [f"{name}: {value}" for name, value in given.items() if value is not None]
    return "\r\n".join([f"{method} {target} {version}", *lines, "", ""]).encode("latin-1")


def ask(
    world: World,
    method: str,
    target: str,
    body: bytes = b"",
    headers: Mapping[str, str | None] | None = None,
) -> Answer:
    """One request on a connection of its own."""
    given: dict[str, str | None] = {}
    if body or method == "POST":
        given = {"Content-Type": FORM, "Content-Length": str(len(body))}
    with connected(world) as wire:
        wire.send(head(world, method, target, {**given, **(headers or {})}) + body)
        answer = wire.answer(to_head=method == "HEAD")
        assert answer is not None, "the connection ended without an answer"
        return answer


def messages(world: World, rest: str = ".json") -> str:
    """The path of the account's messages."""
    return f"/2010-04-01/Accounts/{world.account_sid}/Messages{rest}"


def form(world: World, **changes: Any) -> bytes:
    """The form of a message that would be accepted, with changes; None leaves a field out."""
    fields = {"To": "+14155550123", "From": world.numbers[0], "Body": "hello", **changes}
    return urlencode({k: v for k, v in fields.items() if v is not None}, doseq=True).encode()


def stored(world: World) -> list[dict[str, Any]]:
    """Every message of the account."""
    listed: list[dict[str, Any]] = world.get(messages(world, ".json?PageSize=1000"))["messages"]
    return listed

"""A customer's app outside the platform: appends each request that it is handed to a file.

Run as `python -m tests.crash.app_log FILE`; it prints where it listens. It de-duplicates nothing:
what is asked twice stands in the file twice. A request is written down as soon as all of it is
there and once more when it is answered, some moments later, so that whoever is killed meanwhile
cannot know what became of it.

What a phone writes tells what the app does about it: the text's last word.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from urllib.parse import parse_qsl

# Seconds from a request to its answer: those under way when the platform is killed are spread
# over all that can be under way.
MOMENTS = (0.0, 0.004, 0.001, 0.0, 0.012, 0.0, 0.002)

STATUS = "/status"  # takes status callbacks
INBOUND = "/inbound"  # answers with TwiML
MORE = "/more"  # the document that `INBOUND` redirects to
ACTION = "/action"  # asked once a reply is sent
REDIRECTED = "redirected"  # last words
ASKED_ON = "asked-on"

Answers = Callable[[str, dict[str, str]], bytes]  # path, form: a whole HTTP answer

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
XML = '<?xml version="1.0" encoding="UTF-8"?><Response>%s</Response>'


def reply_to(sid: str) -> str:
    """The text of the one reply to a message."""
    return f"reply to {sid}"


def answer_to(path: str, form: dict[str, str]) -> bytes:
    """A whole HTTP answer."""
    if path == STATUS:
        return TAKEN
    document = ""
    text = reply_to(form["MessageSid"])
    last_word = form.get("Body", "").rpartition(" ")[2]
    if path == MORE:
        document = f"<Message>{text}</Message>"
    elif path == INBOUND and last_word == REDIRECTED:
        document = f"<Redirect>{MORE}</Redirect>"
    elif path == INBOUND and last_word == ASKED_ON:
        document = f'<Message action="{ACTION}" statusCallback="{STATUS}">{text}</Message>'
    elif path == INBOUND:
        document = f"<Message>{text}</Message>"
    return twiml(document)


def twiml(document: str) -> bytes:
    """The answer that has these elements."""
    body = (XML % document).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )


class Connection(asyncio.Protocol):
    """One connection of the platform; requests on it come one after the other. `answer` makes the
    answer to a path and a form."""

    def __init__(self, log: int, numbers: itertools.count[int], answer: Answers) -> None:
        self._log = log
        self._numbers = numbers
        self._answer_to = answer
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (found := self._next_request()) is not None:
            self._take(*found)

    def _next_request(self) -> tuple[str, dict[str, str], str] | None:
        """Target, headers by their names in lower case, and body, once all of it is there."""
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return None  # half a request was never handed over
        self._received = rest[length:]
        return first.split(" ")[1], headers, rest[:length].decode()

    def _take(self, path: str, headers: dict[str, str], body: str) -> None:
        number = next(self._numbers)
        self._write_down(
            number=number,
            at=time.time_ns(),
            path=path,
            signature=headers.get("x-twilio-signature"),
            token=headers.get("i-twilio-idempotency-token"),
            body=body,
        )
        answer = self._answer_to(path, dict(parse_qsl(body, keep_blank_values=True)))
        wait = MOMENTS[number % len(MOMENTS)]
        asyncio.get_running_loop().call_later(wait, self._answer, number, answer)

    def _answer(self, number: int, answer: bytes) -> None:
        assert self._transport is not None
        self._write_down(number=number, answered=time.time_ns())
        if not self._transport.is_closing():
            self._transport.write(answer)

    def _write_down(self, **facts: int | str | None) -> None:
        os.write(self._log, json.dumps(facts).encode() + b"\n")


async def serve(file_path: str, answer: Answers = answer_to) -> None:
    """Serve on a free port, and print the address."""
    log = os.open(file_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    numbers = itertools.count(1)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(log, numbers, answer), "127.0.0.1", 0, backlog=512
    )
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))

"""Twilio's API and the control API over loopback, with messages in memory."""

from __future__ import annotations

import itertools
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.unit.cli.support import TOKEN, Answer, Shell
from trunkline.server.runtime_file import Runtime, write_runtime

ACCOUNT = "AC" + "0" * 32
NUMBER = "+12065550100"
START = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
REFUSED = "+1refused"


class Twilio:
    """`instead` are answers to the next requests that create or list messages; None lets one be
    answered as ever, and () breaks its connection."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.messages: list[dict[str, Any]] = []
        self.control: dict[str, Any] = {
            "/credentials": {
                "account_sid": ACCOUNT,
                "auth_token": "secret",
                "numbers": [NUMBER, "+14155550100"],
            },
            "/clock": {"now": "2026-03-04T06:06:07Z"},
        }
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        self.instead: deque[Answer | tuple[()] | None] = deque()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def run(self, *arguments: str) -> Shell:
        """Type `trunkline …` on a machine where this platform runs."""
        return Shell(self.data, arguments)

    def add(self, **given: Any) -> dict[str, Any]:
        """A message, one minute after the one before it."""
        with self._lock:
            number = next(self._numbers)
            made = format_datetime(START + timedelta(minutes=number))
            sid = f"SM{number:032x}"
            message = {
                "account_sid": ACCOUNT,
                "api_version": "2010-04-01",
                "body": "Hi",
                "date_created": made,
                "date_sent": None,
                "date_updated": made,
                "direction": "outbound-api",
                "error_code": None,
                "error_message": None,
                "from": NUMBER,
                "messaging_service_sid": None,
                "num_media": "0",
                "num_segments": "1",
                "price": None,
                "price_unit": "USD",
                "sid": sid,
                "status": "queued",
                "subresource_uris": {"media": f"{PATH}/{sid}/Media.json"},
                "to": "+14155550123",
                "uri": f"{PATH}/{sid}.json",
                **given,
            }
            self.messages.append(message)
            return message

    def answer(self, method: str, target: str, form: dict[str, list[str]]) -> Answer | tuple[()]:
        place = urlsplit(target)
        query = parse_qs(place.query)
        self.asked.append((method, place.path, form or query))
        if place.path.startswith("/trunkline/v1"):
            path = place.path.removeprefix("/trunkline/v1")
            missing = (404, {"error": {"code": "not_found", "message": f"No {path}."}})
            return (200, self.control[path]) if path in self.control else missing
        instead = self.instead.popleft() if self.instead else None
        if instead is not None:
            return instead
        if place.path == f"{PATH}.json":
            return self._create(form) if method == "POST" else self._list(query)
        found = [m for m in self.messages if place.path == m["uri"]]
        return (200, found[0]) if found else refusal(404, 20404, "It was not found")

    def _create(self, form: dict[str, list[str]]) -> Answer:
        to = form.get("To", [""])[0]
        if to == REFUSED:
            return refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
        sender = form.get("From", [NUMBER])[0]  # without one, a messaging service has chosen it
        return 201, self.add(to=to, body=form.get("Body", [""])[0], **{"from": sender})

    def _list(self, query: dict[str, list[str]]) -> Answer:
        wanted = [
            m
            for m in reversed(self.messages)
            if query.get("To", [m["to"]])[0] == m["to"]
            and query.get("From", [m["from"]])[0] == m["from"]
        ]
        size, start = int(query["PageSize"][0]), int(query.get("Page", ["0"])[0])
        shown = wanted[start * size : (start + 1) * size]
        rest = "&".join(f"{name}={query[name][0]}" for name in ("To", "From") if name in query)
        more = f"{PATH}.json?PageSize={size}&Page={start + 1}&{rest}".replace("=+", "=%2B")
        follows = len(wanted) > (start + 1) * size
        return 200, {"messages": shown, "next_page_uri": more if follows else None}


def refusal(status: int, code: int, message: str) -> Answer:
    """An error as Twilio tells it."""
    return status, {"code": code, "message": message, "status": status, "more_info": ""}


@contextmanager
def twilio_stand_in(data: Path) -> Iterator[Twilio]:
    """It runs for the length of a block, and is found through the data folder."""
    twilio = Twilio(data)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            form = parse_qs(body, keep_blank_values=True)
            found = twilio.answer(self.command, self.path, form)
            known = self.headers["authorization"] in (f"Bearer {TOKEN}", BASIC)
            if found == ():
                self.close_connection = True
                return
            status, answer = found if known else refusal(401, 20003, "Authenticate")
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = do

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    base_url = f"http://127.0.0.1:{server.server_port}"
    write_runtime(
        data, Runtime(base_url=base_url, control_token=TOKEN, pid=1, started_at="2026-03-04")
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield twilio
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


BASIC = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDpzZWNyZXQ="

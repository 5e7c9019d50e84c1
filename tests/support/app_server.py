"""A customer's app for tests: an HTTP server on the loopback that remembers what it was asked.

It looks at a request as an app does, with twilio-python's `RequestValidator`, and answers what the
test has scripted for the path: in turn, the last answer staying; or by a function.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator
from twilio.twiml import TwiML

PATIENCE = 20.0  # seconds to wait for a request, or to hold an answer
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came."""

    method: str
    target: str  # path and query, as they stood in the request line
    headers: list[tuple[str, str]]  # in order, with their names as they came
    body: bytes
    at: float  # when the whole of it was there, on the monotonic clock
    url: str  # what the app takes for its own address: by Host and X-Forwarded-Proto
    signed: bool  # X-Twilio-Signature is valid for the account's token
    connection: socket.socket = field(compare=False, repr=False)

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """Names and values in the query, in order."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def form(self) -> list[tuple[str, str]]:
        """Names and values in the body, in order."""
        if not (self.header("Content-Type") or "").startswith(FORM):
            return []
        return parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=bool(self.body))

    @property
    def names(self) -> list[str]:
        """The names of the form, in order."""
        return [name for name, _ in self.form]

    def __getitem__(self, name: str) -> str:
        """A parameter, of the form or of the query. KeyError when it was not sent."""
        return dict([*self.query, *self.form])[name]

    def get(self, name: str) -> str | None:
        """A parameter; None when it was not sent."""
        return dict([*self.query, *self.form]).get(name)

    def hung_up(self, patience: float = 0.0) -> bool:
        """Whether the other side closes the connection within so many seconds."""
        readable, _, _ = select.select([self.connection], [], [], patience)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def header(self, name: str) -> str | None:
        """A header, whatever the case of its name."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)


@dataclass(frozen=True)
class Reply:
    """An answer. Without a content type it has no such header."""

    status: int = 204
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


Script = Reply | Callable[[Asked], Reply]


def twiml(document: TwiML | str, *headers: tuple[str, str]) -> Reply:
    """An answer with TwiML: as the official library makes it, or as text."""
    return Reply(200, str(document).encode(), "text/xml", headers)


def redirect(status: int, location: str) -> Reply:
    """An answer that leads elsewhere."""
    return Reply(status, headers=(("Location", location),))


@dataclass
class _State:
    asked: list[Asked] = field(default_factory=list)
    scripts: dict[str, list[Script]] = field(default_factory=dict)
    held: bool = False


class CustomerApp:
    """The app. What has no script is answered 204, which asks for nothing."""

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._changed = threading.Condition()
        self._state = _State()
        self._port = 0
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._port}"

    def url(self, path: str) -> str:
        """The address of a path of the app."""
        return self.base_url + path

    def on(self, path: str, *scripts: Script) -> str:
        """Say how a path answers from now on; its address."""
        with self._changed:
            self._state.scripts[path.partition("?")[0]] = list(scripts)
        return self.url(path)

    @property
    def asked(self) -> list[Asked]:
        """Every request until now, in the order in which they were complete."""
        with self._changed:
            return list(self._state.asked)

    def asked_for(self, path: str) -> list[Asked]:
        """The requests for one path."""
        return [asked for asked in self.asked if asked.path == path]

    def expect(self, count: int = 1, path: str | None = None) -> list[Asked]:
        """Wait for so many requests (for one path); those that came. AssertionError if not."""

        def came() -> list[Asked]:
            return [a for a in self._state.asked if path is None or a.path == path]

        with self._changed:
            enough = self._changed.wait_for(lambda: len(came()) >= count, PATIENCE)
            assert enough, f"{len(came())} instead of {count} requests: {came()}"
            return came()

    def hold(self) -> None:
        """Answer nothing until `release`. Requests are remembered at once."""
        with self._changed:
            self._state.held = True

    def release(self) -> None:
        """Answer what is held, and what comes."""
        with self._changed:
            self._state.held = False
            self._changed.notify_all()

    def start(self) -> None:
        """Serve, on the same port as before."""
        assert self._server is None
        self._server = _Server(self, self._port)
        self._port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections, and close those that are open."""
        self.release()
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        self._server = None

    def take(
        self,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        body: bytes,
        connection: socket.socket,
    ) -> Reply:
        """What the app answers to a request."""
        at = time.monotonic()
        given = {name.lower(): value for name, value in headers}
        host = given.get("x-forwarded-host") or given.get("host", "")
        url = f"{given.get('x-forwarded-proto', 'http')}://{host}{target}"
        asked = Asked(
            method=method,
            target=target,
            headers=headers,
            body=body,
            at=at,
            url=url,
            signed=False,
            connection=connection,
        )
        signature = given.get("x-twilio-signature", "")
        valid = self._validator.validate(url, dict(asked.form), signature)
        asked = Asked(**{**vars(asked), "signed": bool(valid)})
        with self._changed:
            script = self._next(asked.path)
            self._state.asked.append(asked)
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._state.held, PATIENCE)
        return script(asked) if callable(script) else script

    def _next(self, path: str) -> Script:
        scripts = self._state.scripts.get(path)
        if not scripts:
            return Reply()
        return scripts.pop(0) if len(scripts) > 1 else scripts[0]


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that it can hang up."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, app: CustomerApp, port: int) -> None:
        self.app = app
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def hang_up(self) -> None:
        for connection in list(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that the platform, or `hang_up`, has closed is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        assert isinstance(self.server, _Server)
        self.server.open.add(self.connection)

    def finish(self) -> None:
        assert isinstance(self.server, _Server)
        self.server.open.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def do(self) -> None:
        assert isinstance(self.server, _Server)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        reply = self.server.app.take(
            self.command, self.path, self.headers.items(), body, self.connection
        )
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.content_type is not None:
            self.send_header("Content-Type", reply.content_type)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do

    def log_message(self, *args: object) -> None:
        """Tests are silent."""


@contextmanager
def customer_app(auth_token: str) -> Iterator[CustomerApp]:
    """An app for the length of a `with` block. `auth_token` is what signs requests to it."""
    app = CustomerApp(auth_token)
    app.start()
    try:
        yield app
    finally:
        app.stop()

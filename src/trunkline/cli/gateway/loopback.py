"""Receives the code of a sign-in from the browser, on a port of this machine (RFC 8252, 7.3)."""

from __future__ import annotations

import hmac
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from trunkline.cli.failure import Failure

__all__ = ["Loopback"]

PATH = "/callback"
PAGE = """<!doctype html><meta charset="utf-8"><title>Trunkline</title>
<p>{}</p><p>You can close this window and go back to the terminal.</p>
"""


class Loopback:
    """Listens until the browser brings the answer to the sign-in of that `state`."""

    def __init__(self, state: str) -> None:
        """Raises Failure."""
        self._state = state
        self._answer: dict[str, str] = {}
        try:
            self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        except OSError as error:
            raise Failure(
                f"No port of this machine is free for the browser's answer: {error.strerror}. Sign"
                " in with --non-interactive."
            ) from None
        self.start_uri = f"http://127.0.0.1:{self._server.server_port}/"
        self.redirect_uri = f"{self.start_uri}{PATH.lstrip('/')}"
        self._page: str | None = None

    def lead_to(self, page: str) -> str:
        """An address that leads to the page, once. A browser is started with it: the page's own
        may hold a code, which the list of processes would show."""
        self._page = page
        return self.start_uri

    def code(self, seconds: float) -> str:
        """The code, once it comes. Raises Failure when it is refused, or does not come in time."""
        ends = time.monotonic() + seconds
        with self._server:
            while not self._answer:
                self._server.timeout = ends - time.monotonic()
                if self._server.timeout <= 0:
                    raise Failure("Nobody signed in: try again with `trunkline login`.")
                self._server.handle_request()
        if "code" in self._answer:
            return self._answer["code"]
        told = self._answer.get("error_description") or self._answer.get("error") or "no code came"
        raise Failure(f"The gateway did not sign you in: {told.rstrip('.')}.")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5.0  # seconds: a browser that opens a connection ahead must not block it

            def do_GET(self) -> None:
                place = urlsplit(self.path)
                if self.path == "/" and loopback._page is not None:
                    self.send_response(302)
                    self.send_header("Location", loopback._page)
                    self.send_header("Content-Length", "0")
                    self.send_header("Cache-Control", "no-store")
                    self.end_headers()
                    loopback._page = None
                    return
                given = {name: values[0] for name, values in parse_qs(place.query).items()}
                state = given.get("state", "").encode("utf-8", "replace")
                right = hmac.compare_digest(state, loopback._state.encode())
                if place.path != PATH or not right:
                    self.send_error(404)
                    return
                loopback._answer = given or {"error": "no code came"}
                told = "You are signed in." if "code" in given else "You were not signed in."
                body = PAGE.format(told).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Security-Policy", "default-src 'none'")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: the request holds the code."""

        return Handler

"""An app of the demonstration's own, for where the examples of the repository cannot run: the
standard library, and Twilio's validator and TwiML."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

__all__ = ["INBOUND_URL", "PUBLIC_URL", "STATUS_URL", "own_app"]

PUBLIC_URL = "https://api.example.com"
INBOUND_URL = f"{PUBLIC_URL}/twilio/inbound"
STATUS_URL = f"{PUBLIC_URL}/twilio/status"
MOST_BODY = 65_536  # bytes


@contextmanager
def own_app(auth_token: str) -> Iterator[str]:
    """Serve on a free port of the loopback; where it is."""
    from twilio.request_validator import (  # type: ignore[import-untyped]
        RequestValidator,
    )
    from twilio.twiml.messaging_response import (  # type: ignore[import-untyped]
        MessagingResponse,
    )

    validator = RequestValidator(auth_token)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = min(int(self.headers.get("Content-Length", 0)), MOST_BODY)
            form = dict(parse_qsl(self.rfile.read(size).decode(), keep_blank_values=True))
            signature = self.headers.get("X-Twilio-Signature", "")
            if not validator.validate(PUBLIC_URL + self.path, form, signature):
                self._answer(403, "This was not signed by Twilio.", "text/plain")
            elif self.path == "/twilio/inbound":
                reply = MessagingResponse()
                reply.message("Received. Somebody will write to you soon.")
                self._answer(200, str(reply), "text/xml")
            else:
                self._answer(204, "", "text/plain")

        def _answer(self, status: int, text: str, content_type: str) -> None:
            self.send_response(status)
            if text:
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            """The platform tells what was requested."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

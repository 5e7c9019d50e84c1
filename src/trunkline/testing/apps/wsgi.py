"""A WSGI app, served by the standard library, a thread for each request.

The app is asked as behind a proxy that ends TLS: by its public URL.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from typing import Any
from wsgiref.handlers import SimpleHandler
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from trunkline.testing.apps.watch import Watch

__all__ = ["WsgiThread"]

GRACE = 1.0  # seconds for what is being answered
PORTS = {"http": "80", "https": "443"}


class WsgiThread:
    """Serves an app in a thread."""

    def __init__(self, app: Any, watch: Watch) -> None:
        self.watch = watch
        self._server = _Server()
        self._server.set_app(watch.wsgi(app))
        self._thread = threading.Thread(target=self._serve, name="trunkline-wsgi", daemon=True)
        self._stopping = False

    @property
    def port(self) -> int:
        """The port of the loopback at which it serves."""
        return self._server.server_port

    def start(self) -> None:
        """Serve."""
        self.watch.start()
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests, and wait a while for those that are being answered."""
        self._stopping = True
        # The thread waits for a connection: it gets one.
        with socket.create_connection(("127.0.0.1", self.port)):
            self._thread.join(GRACE)
        self._server.server_close()
        for thread in list(self._server.answering):
            thread.join(GRACE)
        self.watch.stop()

    def _serve(self) -> None:
        while not self._stopping:
            self._server.handle_request()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answering: set[threading.Thread] = set()

    def server_bind(self) -> None:
        """Without a look for the name of this machine, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name = "127.0.0.1"
        self.server_port = self.server_address[1]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, which is known from the start."""
        thread = threading.Thread(target=self._answer, args=(request, client_address), daemon=True)
        self.answering.add(thread)
        thread.start()

    def _answer(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            self.answering.discard(threading.current_thread())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that went away is no error of the app's."""


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        scheme = self.headers.get("X-Forwarded-Proto", "http")
        host, _, port = self.headers.get("Host", "").partition(":")
        environ["SERVER_NAME"] = host or "127.0.0.1"
        environ["SERVER_PORT"] = port or PORTS.get(scheme, "80")
        environ["HTTPS"] = "on" if scheme == "https" else "off"
        return environ

    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if self.raw_requestline and self.parse_request():
            answer_on: Any = _Answer
            answer = answer_on(self.rfile, self.wfile, self.get_stderr(), self.get_environ())
            answer.run(self.server.get_app())  # type: ignore[attr-defined]

    def log_message(self, *args: Any) -> None:
        """The platform tells what was requested."""


class _Answer(ServerHandler):
    os_environ: dict[str, str] = {}  # noqa: RUF012 - not the variables of the test

    def close(self) -> None:
        SimpleHandler.close(self)

    def log_exception(self, exc_info: Any) -> None:
        """The watch has noted it."""

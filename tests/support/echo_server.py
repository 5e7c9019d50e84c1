"""Web servers on the loopback that tell what they were asked, as JSON."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request, as the server has read it."""

    server: int  # port of the server
    connection: int  # port of the client: the same for what comes by the same connection
    method: str
    path: str
    host: str
    headers: dict[str, str]  # names in lower case
    body: str

    @classmethod
    def of(cls, answer: str | bytes) -> Asked:
        """The request that was answered with this text."""
        return cls(**json.loads(answer))


class EchoServer:
    """`asked` has every request; `?to=URL` of `/redirect` is where that answer leads."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.asked: list[Asked] = []


@contextmanager
def echo_server(context: ssl.SSLContext | None = None) -> Iterator[EchoServer]:
    """A server for the length of a `with` block; with a context it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(
                server=serving.port,
                connection=self.client_address[1],
                method=self.command,
                path=self.path,
                host=headers.get("host", ""),
                headers=headers,
                body=self.read_body(headers),
            )
            serving.asked.append(asked)
            target = urlsplit(self.path)
            leads = target.path.endswith("/redirect")
            data = b"" if leads else json.dumps(vars(asked)).encode()
            self.send_response(307 if leads else 200)
            if leads:
                self.send_header("Location", parse_qs(target.query)["to"][0])
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = do_CONNECT = answer

        def read_body(self, headers: dict[str, str]) -> str:
            if headers.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(headers.get("content-length", 0))).decode()
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body.decode()

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *args: Any) -> None:
            """Tests are silent."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # many connect at once

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    serving = EchoServer(server.server_port, "http" if context is None else "https")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield serving
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def dead_port() -> Iterator[int]:
    """A port that is taken and refuses every connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]

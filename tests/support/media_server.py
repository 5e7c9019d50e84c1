"""A web server on the loopback that has the media which messages name by URL."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# The smallest of each that programs take for images.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
HOLD = 60.0  # seconds after which even a file that is held back is answered


@dataclass(frozen=True)
class File:
    """What a path is answered with."""

    content_type: str
    data: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    held: bool = False  # not answered before the end of the test


class MediaServer:
    """Serves the files that a test adds, and remembers which were asked for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.files: dict[str, File] = {}
        self.asked: list[str] = []
        self.released = threading.Event()

    def add(self, name: str, file: File) -> str:
        """Serve a file; its URL."""
        self.files[f"/{name}"] = file
        return f"http://127.0.0.1:{self._port}/{name}"


@contextmanager
def media_server() -> Iterator[MediaServer]:
    """A server for the length of a `with` block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            serving.asked.append(path)
            file = serving.files.get(path, File("text/plain", b"not here", status=404))
            if file.held:
                serving.released.wait(HOLD)
            self.send_response(file.status)
            for name, value in file.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", file.content_type)
            self.send_header("Content-Length", str(len(file.data)))
            self.end_headers()
            self.wfile.write(file.data)

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:  # a client may stop reading: media that are too large
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Tests are silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = MediaServer(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield serving
    finally:
        serving.released.set()
        server.shutdown()
        thread.join()
        server.server_close()

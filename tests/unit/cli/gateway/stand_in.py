"""A platform whose control API and Membrane face answer what a test tells them to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.unit.cli.support import Shell
from trunkline.server.runtime_file import Runtime, write_runtime

CONTROL_TOKEN = "tlc_right"
KEY = "tlk_of_default"


@dataclass(frozen=True)
class Asked:
    """A request, as it came."""

    method: str
    target: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int = 200
    body: Any = None  # bytes, or what becomes JSON
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Asked], Told]


class StandIn:
    """`answers` by method and path; every request is kept in `asked`."""

    def __init__(self, data: Path, origin: str) -> None:
        self.data = data
        self.origin = origin
        self.base = f"{origin}/membrane"
        self.asked: list[Asked] = []
        self.answers: dict[tuple[str, str], list[Answer]] = {}
        self.tokens: set[str] = {KEY}
        self.control("GET", "/credentials", {"gateway_key": KEY})

    def control(self, method: str, path: str, answer: Any, status: int = 200) -> None:
        self.answers[method, f"/trunkline/v1{path}"] = [lambda _: Told(status, answer)]

    def on(self, method: str, path: str, *answers: Any) -> None:
        """Answer a path of the face: the answers in turn, the last one for ever."""
        self.answers[method, f"/membrane{path}"] = [_as_answer(each) for each in answers]

    def of(self, path: str) -> list[Asked]:
        """What was asked of a path of the face."""
        return [each for each in self.asked if each.path == f"/membrane{path}"]

    def answer(self, asked: Asked) -> Told:
        self.asked.append(asked)
        if asked.path.startswith("/trunkline/") and asked.token != CONTROL_TOKEN:
            return Told(401, {"error": {"code": "unauthorized", "message": "No."}})
        public = ("/membrane/oauth/", "/membrane/.well-known/")
        needs_token = asked.path.startswith("/membrane/") and not asked.path.startswith(public)
        if needs_token and asked.token not in self.tokens:
            told = {"type": "bad_request", "key": "not_authenticated", "message": "No."}
            return Told(401, told)
        waiting = self.answers.get((asked.method, asked.path))
        if not waiting:
            if asked.path.startswith("/trunkline/"):
                return Told(404, {"error": {"code": "not_found", "message": "There is nothing."}})
            told = {"type": "bad_request", "key": "not_found", "message": "There is nothing."}
            return Told(404, told)
        return (waiting.pop(0) if len(waiting) > 1 else waiting[0])(asked)

    def run(self, *words: str, typed: str | None = None) -> Shell:
        """Type `trunkline …` on the machine where this platform runs."""
        return Shell(self.data, words, typed=typed)

    def elsewhere(self, folder: Path, *words: str) -> Shell:
        """Type it on a machine where none runs."""
        return Shell(folder / "no-platform", words)


def _as_answer(answer: Any) -> Answer:
    if callable(answer):
        return answer  # type: ignore[no-any-return]
    told = answer if isinstance(answer, Told) else Told(200, answer)
    return lambda _: told


@contextmanager
def standing_in(data: Path) -> Iterator[StandIn]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            size = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(size))
            told = stand_in.answer(asked)
            body = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    origin = f"http://127.0.0.1:{server.server_port}"
    stand_in = StandIn(data, origin)
    write_runtime(
        data, Runtime(base_url=origin, control_token=CONTROL_TOKEN, pid=1, started_at="2026")
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

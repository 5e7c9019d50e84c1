"""A control API that answers what a test tells it to, over loopback; and a shell to type into."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from typer.testing import CliRunner

from trunkline.cli.app import app
from trunkline.server.runtime_file import Runtime, write_runtime

TOKEN = "tlc_right"
# Status, and JSON or bytes, or what makes JSON of what was asked, or status and JSON.
Answer = tuple[int, Any]
KNOWN: dict[str, Any] = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": "token",
    "numbers": ["+12065550100", "+14155550100"],
}


class Control:
    """`answers` by method and path; every request is kept in `asked`."""

    def __init__(self, data: Path, base_url: str) -> None:
        self.data = data
        self.base_url = base_url
        self.answers: dict[tuple[str, str], Answer] = {}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []

    def on(self, method: str, path: str, answer: Any, status: int = 200) -> None:
        self.answers[method, f"/trunkline/v1{path}"] = (status, answer)

    def on_twilio(self, method: str, rest: str, answer: Any, status: int = 200) -> None:
        """Answer Twilio's API; `rest` is the path below the account of `KNOWN`."""
        self.on("GET", "/credentials", KNOWN)
        path = f"/2010-04-01/Accounts/{KNOWN['account_sid']}{rest}"
        self.answers[method, path] = (status, answer)

    def run(self, *arguments: str, typed: str | None = None) -> Shell:
        """Type `trunkline …` on a machine where this platform runs; `typed` is its input."""
        return Shell(self.data, arguments, typed=typed)


class Shell:
    """What a command printed, and its exit code."""

    def __init__(
        self,
        data: Path,
        arguments: tuple[str, ...],
        *,
        typed: str | None = None,
        columns: int = 100,
    ) -> None:
        environment = {
            "TRUNKLINE_DATA": str(data),
            "TRUNKLINE_WORLD": "",
            "TERM": "dumb",
            "COLUMNS": str(columns),
        }
        runner = CliRunner()
        result = runner.invoke(
            app, list(arguments), env=environment, input=typed, prog_name="trunkline"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.out, self.err, self.code = result.stdout, result.stderr, result.exit_code

    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


@contextmanager
def serving(data: Path) -> Iterator[Control]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            place = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            is_twilio = place.path.startswith("/2010-04-01/")
            if is_twilio:
                asked = dict(parse_qsl(body.decode(), keep_blank_values=True))
            else:
                asked = json.loads(body) if body else None
            control.asked.append((self.command, place.path, dict(parse_qsl(place.query)), asked))
            missing = (404, {"error": {"code": "not_found", "message": "There is nothing."}})
            status, answer = control.answers.get((self.command, place.path), missing)
            if callable(answer):
                answer = answer(asked)
                status, answer = answer if isinstance(answer, tuple) else (status, answer)
            if is_twilio:
                assert self.headers["authorization"].startswith("Basic ")
            elif self.headers["authorization"] != f"Bearer {TOKEN}":
                status, answer = 401, {"error": {"code": "unauthorized", "message": "No."}}
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base_url = f"http://127.0.0.1:{server.server_port}"
    control = Control(data, base_url)
    write_runtime(
        data, Runtime(base_url=base_url, control_token=TOKEN, pid=1, started_at="2026-03-04")
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield control
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

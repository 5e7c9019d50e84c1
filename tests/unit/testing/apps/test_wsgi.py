from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from trunkline.testing.apps.watch import Watch
from trunkline.testing.apps.wsgi import WsgiThread

PUBLIC = {"Host": "app.test.example", "X-Forwarded-Proto": "https"}


class App:
    """Remembers how it was asked."""

    def __init__(self) -> None:
        self.environ: dict[str, Any] = {}
        self.body = b""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.environ = environ
        self.body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"one ", b"two"]


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def served(app: App) -> Iterator[WsgiThread]:
    served = WsgiThread(app, Watch())
    served.start()
    yield served
    served.stop()


def ask(served: WsgiThread, headers: dict[str, str], method: str = "GET", body: str = "") -> Any:
    connection = HTTPConnection("127.0.0.1", served.port)
    connection.request(method, "/a%20b?c=d", body.encode(), headers)
    answer = connection.getresponse()
    found = (answer.status, answer.read())
    connection.close()
    return found


def test_it_is_asked_as_behind_a_proxy(served: WsgiThread, app: App) -> None:
    assert ask(served, PUBLIC, "POST", "Body=Hi") == (200, b"one two")
    assert app.body == b"Body=Hi"
    known = app.environ
    assert (known["wsgi.url_scheme"], known["HTTP_HOST"]) == ("https", "app.test.example")
    assert (known["SERVER_NAME"], known["SERVER_PORT"]) == ("app.test.example", "443")
    assert (known["PATH_INFO"], known["QUERY_STRING"]) == ("/a b", "c=d")
    assert known["wsgi.multithread"] is True


@pytest.mark.parametrize(
    ("headers", "scheme", "port"),
    [
        ({"Host": "app.test.example:8443", "X-Forwarded-Proto": "https"}, "https", "8443"),
        ({"Host": "app.test.example"}, "http", "80"),
    ],
)
def test_the_port_is_that_of_the_public_url(
    served: WsgiThread, app: App, headers: dict[str, str], scheme: str, port: str
) -> None:
    ask(served, headers)
    assert (app.environ["wsgi.url_scheme"], app.environ["SERVER_PORT"]) == (scheme, port)


def test_the_variables_of_the_test_are_not_the_app_s(served: WsgiThread, app: App) -> None:
    ask(served, PUBLIC)
    assert "PATH" not in app.environ


def test_what_it_raises_is_answered_500_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    def fails(*_: Any) -> list[bytes]:
        raise LookupError("no such customer")

    watch = Watch()
    served = WsgiThread(fails, watch)
    served.start()
    status, _ = ask(served, PUBLIC)
    served.stop()
    assert status == 500
    assert [str(known.error) for known in watch.errors] == ["no such customer"]
    assert capfd.readouterr() == ("", "")


def test_it_ends_though_a_request_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.testing.apps.wsgi.GRACE", 0.01)
    asked, release = threading.Event(), threading.Event()

    def hangs(_: Any, start_response: Any) -> list[bytes]:
        asked.set()
        release.wait()
        start_response("204 No Content", [])
        return []

    served = WsgiThread(hangs, Watch())
    served.start()
    asking = threading.Thread(target=ask, args=(served, PUBLIC))
    asking.start()
    asked.wait()
    served.stop()
    release.set()
    asking.join()
